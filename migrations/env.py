"""Run the migrations as the owner, then bring policies, triggers and grants to what is declared."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, inspect, pool

from app.models.base import Model
from app.models.every import MODULES
from app.policies import rls
from config import Config

assert MODULES  # noqa: S101  the import fills the metadata


def run() -> None:
    """Upgrade or downgrade in one transaction; another run waits at the advisory lock."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = create_engine(Config.read().needed("owner_database_url"), poolclass=pool.NullPool)
    with engine.begin() as connection:
        migrate(connection)


def migrate(connection) -> None:  # noqa: ANN001
    """Migrate over an open connection; the caller's transaction commits."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260901)")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        compare_type=True,
        transactional_ddl=True,
    )
    if context.config.attributes.get("writing"):  # a new migration is compared, nothing is changed
        context.run_migrations()
        return
    rls.lift(connection)
    context.run_migrations()
    if Model.metadata.tables.keys() <= set(inspect(connection).get_table_names()):
        rls.sync(connection)  # a step back is completed by the program it leads back to


run()
