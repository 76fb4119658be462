"""`xueji audit`: check the log as its owner, event by event, and write down where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from psycopg import IsolationLevel

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.jobs.sessions import transaction
from app.policies import audit_chain
from app.policies.anchors import SYSTEM, Anchors
from app.policies.audit_chain import Break, Finding
from config import Config

WRONG = 1  # exit status


@click.group()
def audit() -> None:
    """Verify the log's chains, and write their ends to a file outside the database."""


@audit.command()
@click.option(
    "--anchors",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Anchor files to hold the log against (XUEJI_ANCHOR_FILE); also those put aside.",
)
def verify(files: Sequence[Path]) -> None:
    """Find every changed, deleted, moved or cut event; exit status 1 when there is one."""
    config = attach(Config.read())
    held = Anchors()
    for file in files or [config.anchor_file]:
        held.read(file)
    if not held.links:
        click.echo(
            "No anchors: a tail that was cut together with its head does not show.", err=True
        )
    owner = config.needed("owner_database_url")
    with reach(owner, "XUEJI_OWNER_DATABASE_URL") as connection:
        require_current(connection)
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        with connection.transaction():
            found = audit_chain.verify(connection, held)
    for line in told(found):
        click.echo(line)
    click.echo(f"{found.events:,} events in {found.chains:,} chains: {found.faults:,} faults")
    raise SystemExit(WRONG if found.faults else 0)


@audit.command()
def anchor() -> None:
    """Append the end of every chain that moved to the anchor file."""
    config = attach(Config.read())
    with transaction() as session:
        lines = audit_chain.anchor(session, config.anchor_file, datetime.now(UTC))
    click.echo(f"{config.anchor_file}: {lines:,} lines")


def told(found: Finding) -> Iterator[str]:
    """Yield a line for everything that is wrong: organisation, event, what."""
    yield from map(line_of, found.breaks)
    for file, number in found.broken_lines:
        yield f"{file}  line {number}  does not follow the line before it"
    if found.is_file_cut:
        yield "anchor file  the log names a last line that is not there: it was cut or exchanged"


def line_of(broken: Break) -> str:
    """Say where a chain is broken, and how."""
    path, seq, fault, until, at = broken
    numbers = f"{seq}" if until == seq else f"{seq}–{until}"
    known = f" (anchored at {at})" if at else ""
    return f"{path or SYSTEM}  {numbers}  {fault}{known}"
