"""Each thing that may be wrong is one plain sentence that says what to do, and no traceback."""

import pytest

from app.cli.engines import database_url
from app.cli.main import COMMANDS
from app.cli.places import sockets_of
from tests.cli.conftest import free_port

NOWHERE = "postgresql://xueji_app:geheim@127.0.0.1:1/xueji"
NO_QUEUE = "redis://:geheim@127.0.0.1:1/0"


@pytest.fixture
def settings(house):
    """The addresses of the tests' own engines."""
    return {
        "XUEJI_VAR": house.var,
        "XUEJI_DATABASE_URL": house.database_url,
        "XUEJI_OWNER_DATABASE_URL": house.owner_database_url,
        "XUEJI_REDIS_URL": house.redis_url,
    }


@pytest.mark.parametrize(
    ("command", "bend", "part"),
    [
        ("up", {"XUEJI_DATABASE_URL": NOWHERE}, "XUEJI_DATABASE_URL does not lead to"),
        ("up", {"XUEJI_DATABASE_URL": "mysql://x"}, "not a postgresql:// address"),
        ("up", {"XUEJI_DATABASE_URL": ""}, "set XUEJI_DATABASE_URL as well"),
        ("up", {"XUEJI_REDIS_URL": NO_QUEUE}, "XUEJI_REDIS_URL does not lead to"),
        ("up", {"XUEJI_REDIS_URL": "nonsense"}, "XUEJI_REDIS_URL does not lead to"),
        ("up", {"XUEJI_FILES_URL": "nonsense://here"}, "XUEJI_FILES_URL does not lead to"),
        ("up", {"XUEJI_PORT": "many"}, "XUEJI_PORT must be a number"),
        ("worker", {"XUEJI_DATABASE_URL": NOWHERE}, "XUEJI_DATABASE_URL does not lead to"),
        ("scheduler", {"XUEJI_REDIS_URL": NO_QUEUE}, "XUEJI_REDIS_URL does not lead to"),
        ("worker", {"XUEJI_KEY_FILE": "/nowhere/key"}, "/nowhere/key cannot be read"),
        ("worker", {"XUEJI_DATABASE_URL": "empty"}, "run `xueji init`"),
        ("init", {"XUEJI_OWNER_DATABASE_URL": ""}, "set XUEJI_OWNER_DATABASE_URL"),
    ],
)
def test_what_is_wrong_is_one_sentence(settings, house, xueji, tmp_path, command, bend, part):
    if command == "up":
        bend = {"XUEJI_VAR": tmp_path, "XUEJI_PORT": free_port(), **bend}
    if bend.get("XUEJI_DATABASE_URL") == "empty":
        bend["XUEJI_DATABASE_URL"] = database_url(sockets_of(house.var), "postgres", "postgres")
    status, said = xueji(command, **{**settings, **bend})
    assert (status, said.count("\n")) == (1, 1), said
    assert part in said
    assert "geheim" not in said


def test_a_command_without_engines_says_how_to_start_them(xueji, tmp_path):
    status, said = xueji("doctor", XUEJI_VAR=tmp_path)
    assert (status, said.count("\n")) == (1, 1)
    assert "start `xueji up` in another terminal" in said


def test_a_folder_that_cannot_be_written_is_named(xueji, tmp_path):
    (tmp_path / "file").touch()
    status, said = xueji("up", XUEJI_VAR=tmp_path / "file" / "var")
    assert status == 1
    assert "Cannot write in" in said


def test_every_command_can_be_imported_and_explains_itself(xueji):
    from app.cli.main import xueji as group

    for name in COMMANDS:
        command = group.get_command(None, name)
        assert command is not None
        assert command.help, name
