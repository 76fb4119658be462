"""Engines of others: `xueji up` starts only what nobody named."""

import os
import shutil

import pytest

from app.cli.places import sockets_of
from tests.cli.conftest import Standing


@pytest.fixture
def guest(root, house, tmp_path):
    """A console on the tests' own PostgreSQL, Valkey and a folder, as on servers of others."""
    console = Standing(tmp_path / "var")
    console.settings |= {
        "XUEJI_DATABASE_URL": os.environ["XUEJI_DATABASE_URL"],
        "XUEJI_OWNER_DATABASE_URL": os.environ["XUEJI_OWNER_DATABASE_URL"],
        "XUEJI_REDIS_URL": f"{house.redis_url}?db=1",
        "XUEJI_FILES_URL": f"file://{tmp_path}/a store",
        "XUEJI_KEY_FILE": house.key_file,  # the one that database was sealed with
    }
    yield console
    if console.process and console.process.poll() is None:
        console.stop()
    console.process.stdout.close()
    shutil.rmtree(sockets_of(console.var), ignore_errors=True)


def test_named_engines_are_used_and_none_is_started(guest, tmp_path):
    guest.start()
    assert guest.is_healthy()
    assert len(guest.children()) == 3  # web, worker, scheduler
    assert (tmp_path / "a store").is_dir()
    assert not (guest.var / "pg").exists()
    assert guest.stop() == 0


def test_without_its_owner_a_prepared_database_will_do(guest):
    del guest.settings["XUEJI_OWNER_DATABASE_URL"]
    guest.start()
    assert guest.is_healthy()
