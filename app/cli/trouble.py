"""What a command says when it cannot go on."""

from __future__ import annotations

import click


class CannotStart(click.ClickException):
    """One plain sentence for the person at the keyboard, saying what to do; exit status 1."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM before everything stood."""
