"""Exports: lists as data, files without formulas, a purpose for each (P30)."""
