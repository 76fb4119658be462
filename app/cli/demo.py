"""`xueji demo`: fill an empty registry with invented schools, people and accounts."""

from __future__ import annotations

from itertools import groupby

import click

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.trouble import CannotStart
from app.demo.accounts import Access
from app.demo.plan import MOST_COPIES
from app.demo.world import PROCESSES, is_empty, make
from config import Config


@click.command()
@click.option("--if-empty", is_flag=True, help="Say nothing when the registry is in use.")
@click.option(
    "--scale",
    type=click.IntRange(1, MOST_COPIES),
    default=1,
    help="So many times the schools and pupils (310: a million pupils).",
)
@click.option("--processes", type=click.IntRange(1, 64), default=PROCESSES, show_default=True)
def demo(if_empty: bool, scale: int, processes: int) -> None:
    """Make the demo world and print its accounts, once."""
    config = Config.read()
    if not config.demo:
        raise CannotStart(
            "This is no demo: set XUEJI_DEMO=1, here and for `xueji up`, whose pages then say so."
        )
    config = attach(config)
    with reach(config.needed("database_url"), "XUEJI_DATABASE_URL") as conn:
        require_current(conn)
    if not is_empty(config):
        if if_empty:
            return
        raise CannotStart(
            "The registry is not empty: the demo world goes into a database of its own."
        )
    world = make(config, scale, processes)
    click.echo(
        f"the demo world has {world.schools:,} schools, {world.classes:,} classes and"
        f" {world.pupils:,} invented pupils"
    )
    for line in table(world.accounts, config.demo_password):
        click.echo(line)


def table(accounts: list[Access], password: str) -> list[str]:
    """Return the accounts, an organisation a line; one password for all is told once."""
    lines = [f"sign in as NAME@ORGANISATION, password {password or 'beside each'}"]
    for (code, place), group in groupby(accounts, lambda each: (each.organisation, each.place)):
        told = [
            each.login.removesuffix(code) + ("" if password else f" {each.password}")
            for each in group
        ]
        lines.append(f"{code:<10}  {'  '.join(told):<30}  {place}")
    return lines
