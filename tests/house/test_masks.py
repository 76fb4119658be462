"""Rule of the house: no page anybody may open shows a sealed value whole (roles.md 3.5)."""

import re

import pytest
from sqlalchemy import text

from app.models.student import Guardian, Student
from app.policies import scope
from app.policies.rls import SCOPED
from app.views.screens.archive import TABS
from tests import make
from tests.house import doors
from tests.house.world import ROLES, World

NUMBER = re.compile(r"(?<![0-9A-Fa-f-])[1-9]\d{16}[\dXx](?![0-9A-Fa-f-])")
EXAMPLES = {"411302202005010024"}  # in the help of a form: nobody's
FEWEST = 3  # pages a role opens; none at all would show nothing
PHONES, STREET = ("13800001111", "13800002222"), "光武路99弄7号"


@pytest.fixture
def world(session):
    return furnished(session)


def furnished(session):
    """A world whose people have telephones and addresses that stand in no help text."""
    made = World(session)
    rows = made.rows["own"]
    pupil = session.get_one(Student, rows["student"])
    waiting = session.get_one(Student, rows["waiting"])
    guardian = session.get_one(Guardian, rows["guardian"])
    for one in (pupil, waiting):
        one.phone = PHONES[0]
        one.address_now = one.address_mail = one.address_home = f"河南省南阳市宛城区{STREET}"
    guardian.phone, guardian.address = PHONES[1], f"河南省南阳市宛城区{STREET}"
    guardian.id_number = make.an_id_number()
    session.flush()
    return made


def pages(app, row):
    """Every address that answers to GET: those of the row, those of no row, the archive's tabs."""
    yield from (url for _table, url, verbs in doors.addresses(app, row) if "GET" in verbs)
    yield from (str(rule) for rule in app.url_map.iter_rules() if is_plain(rule))
    yield from (f"/students/show/{row['student']}?tab={tab}" for tab in TABS)


def is_plain(rule):
    return not rule.arguments and "GET" in rule.methods


def whole(answer):
    """The sealed values that stand in an answer."""
    said = answer.get_data().decode("utf-8", "replace")
    found = set(NUMBER.findall(said)) - EXAMPLES
    return found | {word for word in (*PHONES, STREET) if word in said}


def test_no_row_of_any_table_holds_a_sealed_value_in_clear(session):
    world = furnished(session)
    scope.enter(make.WHOLE, session)
    pupil = session.get_one(Student, world.rows["own"]["student"])
    values = {pupil.id_number, pupil.phone, pupil.address_now}
    values |= {value.encode().hex() for value in values}
    rows = {
        table: "".join(session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t")))  # noqa: S608
        for table in SCOPED
    }
    assert pupil.name in rows["student"]
    assert {t: found for t, row in rows.items() if (found := {v for v in values if v in row})} == {}


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_sealed_value_whole(app, session, web, world, role):
    client = web(world.account(role))
    scope.enter(make.WHOLE, session)
    opened, shown = 0, {}
    for url in pages(app, world.rows["own"]):
        answer = client.get(url)
        opened += answer.status_code == 200
        if found := whole(answer):
            shown[url] = found
    assert shown == {}
    assert opened > FEWEST
