"""Workbooks in: a template is a list of columns, an import is a batch a person has looked at."""
