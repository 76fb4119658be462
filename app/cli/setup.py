"""Preparing a database: its tables, then what every registry has from the first day."""

from __future__ import annotations

import click
from alembic import command

from app.cli.database import alembic, head, reach, require_current
from app.cli.embedded import attach
from app.cli.init import init_all
from app.cli.trouble import CannotStart
from config import Config


@click.command()
def migrate() -> None:
    """Bring the database's tables, policies and grants up to date, as its owner."""
    config = attach(Config.read())
    if not config.owner_database_url:
        raise CannotStart("Only its owner may migrate a database: set XUEJI_OWNER_DATABASE_URL.")
    reach(config.owner_database_url, "XUEJI_OWNER_DATABASE_URL").close()
    command.upgrade(alembic(), "head")
    click.echo(f"the database is at {head()}")


@click.command()
@click.argument("what")
def migration(what: str) -> None:
    """Write a migration from the models, for its author to correct: `add a column`."""
    config = attach(Config.read())
    with reach(config.needed("owner_database_url"), "XUEJI_OWNER_DATABASE_URL") as conn:
        require_current(conn)
    number = f"{int(head() or 0) + 1:04}"
    command.revision(alembic(), what, autogenerate=True, rev_id=number)


@click.command()
def init() -> None:
    """Fill in code tables, divisions, roles and permissions; may be repeated."""
    config = attach(Config.read())
    with reach(config.owner_database_url or config.database_url, "XUEJI_DATABASE_URL") as conn:
        require_current(conn)
    init_all()
