"""`xueji init`: what follows the program, brought to a database again and again."""

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from app.cli import init
from app.cli.setup import init as command
from app.codes import tables
from app.policies.roles import Role


@pytest.fixture(scope="module")
def owner(root, house):
    from config import Config

    engine = create_engine(Config.read().owner_database_url)
    yield engine
    engine.dispose()


def one(root, sql, *values):
    return root.execute(sql, values).fetchone()[0]


def test_every_table_stands_in_the_database(root):
    names = set(init.table_names())
    assert len(tables.names()) == 42
    assert {*tables.names()} - {"admin_division", "system_enums"} < names
    found = {row[0] for row in root.execute("SELECT DISTINCT table_name FROM code_value")}
    assert found == names
    for name in names:
        assert one(root, "SELECT count(*) FROM code_value WHERE table_name = %s", name) == len(
            tables.table(name)
        )


def test_divisions_carry_their_whole_name(root):
    assert one(root, "SELECT count(*) FROM division") == 3351
    name = "SELECT full_name FROM division WHERE code = %s"
    assert one(root, name, "411302000000") == "河南省南阳市宛城区"
    assert one(root, name, "110101000000") == "北京市东城区"
    assert one(root, name, "410000000000") == "河南省"


def test_every_role_has_its_row_and_nobody_the_keys_of_all(root):
    found = {row[0] for row in root.execute("SELECT name FROM ab_role")}
    assert found >= {role.value for role in Role}
    assert one(root, "SELECT count(*) FROM ab_user_role") == 0


def test_again_changes_nothing_and_says_one_line(root):
    before = root.execute("SELECT xmin::text FROM code_value ORDER BY id").fetchall()
    answer = CliRunner().invoke(command, catch_exceptions=False)
    assert answer.exit_code == 0
    assert answer.output.strip().splitlines()[-1].endswith("are in place")
    assert root.execute("SELECT xmin::text FROM code_value ORDER BY id").fetchall() == before


def test_a_code_that_left_the_program_is_disabled_and_comes_back(root, owner, monkeypatch):
    state = (
        "SELECT disabled_on IS NOT NULL FROM code_value WHERE table_name = 'gender' AND code = '2'"
    )
    whole = tables.table

    def without(name):
        found = whole(name)
        return [entry for entry in found if (name, entry.code) != ("gender", "2")]

    with monkeypatch.context() as patch, owner.begin() as connection:
        patch.setattr(tables, "table", without)
        init.load_codes(connection)
    assert one(root, state)
    with owner.begin() as connection:
        init.load_codes(connection)
    assert not one(root, state)


def test_what_people_added_or_disabled_stays(root, owner):
    root.execute(
        "INSERT INTO code_value (table_name, code, name_zh, name_en, source, extras, position)"
        " VALUES ('gender', 'x', '自设', 'own', 'us', '{}', 9)"
    )
    root.execute(
        "UPDATE code_value SET disabled_on = '2026-01-01' WHERE table_name = 'stage' AND code = '1'"
    )
    with owner.begin() as connection:
        init.load_codes(connection)
    kept = "SELECT disabled_on::text FROM code_value WHERE (table_name, code) = (%s, %s)"
    assert one(root, kept, "gender", "x") is None
    assert one(root, kept, "stage", "1") == "2026-01-01"


def test_a_division_that_left_is_disabled_and_comes_back(root, owner):
    root.execute(
        "INSERT INTO division (code, name_zh, full_name, level)"
        " VALUES ('999999000000', '旧县', '旧县', 'county')"
    )
    root.execute("UPDATE division SET disabled_on = '2020-01-01' WHERE code = '411302000000'")
    with owner.begin() as connection:
        assert init.load_divisions(connection) == 3351
    kept = "SELECT disabled_on FROM division WHERE code = %s"
    assert one(root, kept, "999999000000") == init.today()
    assert one(root, kept, "411302000000") is None
