"""The one command line, `xueji`: start everything, load, check, measure."""
