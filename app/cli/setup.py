"""Preparing a database: its tables, then what every registry has from the first day."""

from __future__ import annotations

import click
from alembic import command
from alembic.util import CommandError

from app.cli.database import alembic, head, reach, require_current
from app.cli.embedded import attach
from app.cli.init import init_all
from app.cli.trouble import CannotStart
from config import Config


@click.command()
def migrate() -> None:
    """Bring the database's tables, policies and grants up to date, as its owner."""
    bring_up_to_date()


@click.command()
@click.argument("what")
def migration(what: str) -> None:
    """Write a migration from the models, for its author to correct: `add a column`."""
    config = attach(Config.read())
    with reach(config.needed("owner_database_url"), "XUEJI_OWNER_DATABASE_URL") as conn:
        require_current(conn)
    number = f"{int(head() or 0) + 1:04}"
    settings = alembic()
    settings.attributes["writing"] = True
    command.revision(settings, what, autogenerate=True, rev_id=number)


@click.command()
def init() -> None:
    """Migrate, then fill in codes, divisions, roles and permissions; may be repeated."""
    init_all(bring_up_to_date())


def bring_up_to_date() -> Config:
    """Migrate the database as its owner, or raise `CannotStart`."""
    config = attach(Config.read())
    if not config.owner_database_url:
        raise CannotStart(
            "Only its owner may prepare a database: set XUEJI_OWNER_DATABASE_URL to an address"
            " with that role."
        )
    reach(config.owner_database_url, "XUEJI_OWNER_DATABASE_URL").close()
    try:
        command.upgrade(alembic(), "head")
    except CommandError as error:
        raise CannotStart(
            f"The database cannot be migrated ({error}): it was used by another, perhaps newer"
            " version of this program."
        ) from None
    click.echo(f"the database is at {head()}")
    return config
