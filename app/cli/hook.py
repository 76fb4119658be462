"""`xueji hook`: how the outgoing hook does, and another round for what was given up."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from app.cli.embedded import attach
from app.jobs.hook import KIND
from app.jobs.queue import ask
from app.jobs.sessions import transaction
from app.policies.audit import record
from app.workflows import telling
from config import Config


@click.group()
def hook() -> None:
    """Look at the outgoing hook; send again what was given up."""


@hook.command()
def state() -> None:
    """Say where the steps are told, how many wait and how many were given up."""
    config = attach(Config.read())
    if not config.hook_url:
        click.echo("The hook is off: set XUEJI_HOOK_URL and XUEJI_HOOK_SECRET.")
        return
    with transaction() as session:
        lost, left = telling.given_up(session), telling.left(session)
    click.echo(f"{urlsplit(config.hook_url).hostname}: {left} wait, {lost} given up.")


@hook.command()
def again() -> None:
    """Give what was given up its ten tries again."""
    attach(Config.read())
    with transaction() as session:
        count = telling.try_again(session)
        ask(session, KIND)
        record(session, "hook.again", n=count)
    click.echo(f"{count} messages are tried again.")
