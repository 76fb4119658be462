"""Screens: they ask, show and tell; scope is the database's and rules are the workflows'."""
