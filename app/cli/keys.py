"""The keys of an installation: one file seals personal data, one signs sessions."""

from __future__ import annotations

import click

from app.cli import rotating
from app.cli.key_files import make_keys, put_key, unlock
from app.policies.resealing import ROWS
from config import Config


@click.group(invoke_without_command=True)
@click.pass_context
def keys(ctx: click.Context) -> None:
    """Make the key files that do not exist yet; `keys rotate` seals everything with a new key."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(make)


@keys.command()
def make() -> None:
    """Make the key files that do not exist yet; never replaces one."""
    config = Config.read()
    for path in make_keys(config):
        click.echo(f"made {path}: keep a copy where the database's backups are not")


@keys.command()
def add() -> None:
    """Put a new key below the others, to be carried to every host before `keys rotate` uses it."""
    config = Config.read()
    unlock(config)
    number = put_key(config.key_file, on_top=False)
    click.echo(
        f"key {number} lies in {config.key_file} and seals nothing yet: carry the file to every"
        " host, then run `xueji keys rotate`"
    )


@keys.command()
@click.option("--retire", is_flag=True, help="Then take keys out of the file that open nothing.")
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=ROWS,
    show_default=True,
    help="So many rows are locked at a time.",
)
def rotate(*, retire: bool, rows: int) -> None:
    """Seal everything with a new key, while people work; goes on where a killed one stopped."""
    rotating.rotate(Config.read(), rows, click.echo, retire=retire)


@keys.command()
def retire() -> None:
    """Take keys out of the file with which nothing is sealed any more."""
    rotating.retire(Config.read(), click.echo)
