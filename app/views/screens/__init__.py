"""The screens: one file per noun; columns, labels, filters and forms as data."""
