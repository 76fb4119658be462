"""Measured promises: each bench prints a table of figures, next to what it is compared with."""
