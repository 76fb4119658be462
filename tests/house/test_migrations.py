"""The migrations are one line, say what the models say, and lead back."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app.cli.database import alembic
from app.models.base import Model
from app.models.every import MODULES
from config import ENGINE

assert MODULES


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic()).get_heads()) == 1


def test_models_and_migrations_say_the_same(house):
    engine = create_engine(house.owner_database_url, **ENGINE)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Model.metadata)
    engine.dispose()
    assert differences == []


def test_every_step_leads_back_and_forth_again(root):
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    before = root.execute(tables).fetchone()
    command.downgrade(alembic(), "base")
    assert root.execute(tables).fetchone() == (1,)  # alembic's own
    command.upgrade(alembic(), "head")
    assert root.execute(tables).fetchone() == before
