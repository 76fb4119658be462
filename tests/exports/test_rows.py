"""A13: an export holds the rows of the list, for every role and every filter, and no other."""

import re

import pytest
from sqlalchemy import select

from app.errors import Refused
from app.exports.reading import blocks, statement
from app.exports.sources import PUPIL_FILTERS, SOURCES, offered
from app.models.student import Student
from app.policies import scope
from app.policies.roles import Role
from app.views.exporting_form import SCREENS
from tests.exports.conftest import asked

SR_CR = ("SR", "SL", "CR")


def keys_of(session, source, filters):
    found = statement(SOURCES[source], [SOURCES[source].fields[0]], filters, None)
    key = len(SOURCES[source].order)
    return {row[key] for block in blocks(session, found, 10_000) for row in block}


def listed(page):
    return {int(pk) for pk in re.findall(r'<tr data-id="(\d+)"', page.text)}


@pytest.mark.parametrize("role", SR_CR)
def test_a_role_takes_out_what_it_lists(session, web, at_work, role):
    account, _actor = at_work(role)
    seen = set(session.scalars(select(Student.id)))
    assert keys_of(session, "pupils", {}) == seen
    assert seen == listed(web(account).get("/students/list/?psize_StudentView=100"))


FILTERS = [
    {"_flt_0_status": ["IN_SCHOOL"]},
    {"_flt_0_status": ["IN_SCHOOL", "PENDING_REGISTRATION"]},
    {"_flt_0_status": ["NO_SUCH"]},
    {"_flt_0_gender": ["2"]},
    {"_flt_0_grade": ["11"]},
    {"_flt_0_grade": ["99", "x"]},
    {"_flt_0_school_class": ["room"]},
    {"_flt_0_school": ["stranger"]},
    {"_flt_0_owner_path": ["county"]},
    {"_flt_0_problem_flag": ["OPEN", "NONE"]},
    {"_flt_0_name": ["own乙"]},
    {"_flt_0_number": ["number"]},
    {"_flt_0_id_number": ["id"]},
    {"_flt_0_status": ["IN_SCHOOL"], "_flt_0_gender": ["1"]},
]


@pytest.mark.parametrize("asked_for", FILTERS)
@pytest.mark.parametrize("role", ["SR", "CR"])
def test_filters_mean_what_they_mean_in_the_list(session, web, at_work, county, role, asked_for):
    account, _actor = at_work(role)
    own = county["own"]
    known = {
        "room": str(own["room"].id),
        "stranger": str(county["stranger"]["school"].id),
        "county": str(own["school"].organisation.parent_id),
        "number": own["pupils"][1].number,
        "id": own["pupils"][1].id_number,
    }
    args = {k: [known.get(one, one) for one in values] for k, values in asked_for.items()}
    client = web(account)
    page = client.post("/students/search", data=args, follow_redirects=True)
    filters = {name.removeprefix("_flt_0_"): values for name, values in args.items()}
    assert keys_of(session, "pupils", filters) == listed(page)


def test_every_filter_of_the_screens_is_known_to_its_list(app):
    for name, screen in SCREENS.items():
        view = next(v for v in app.appbuilder.baseviews if type(v).__name__ == screen)
        assert set(SOURCES[name].filters) == set(view.search_columns), name
    assert PUPIL_FILTERS


def test_a_forged_filter_column_or_list_is_refused(session, at_work):
    _, actor = at_work("SR")
    for bends in (
        {"filters": {"owner_path' OR 1=1": ["x"]}},
        {"columns": ["name", "id_digest"]},
        {"columns": []},
        {"source": "schools"},
        {"source": "account"},
        {"format": "exe"},
        {"purpose": ""},
        {"purpose": "OTHER", "purpose_words": "无"},
    ):
        with pytest.raises(Refused):
            asked(session, actor, **bends)


def test_a_teacher_takes_out_the_masked_roster_of_the_own_class_alone(session, at_work, county):
    _, actor = at_work("CT")
    assert [each.name for each in offered(Role.CT)] == ["roster"]
    with pytest.raises(Refused):
        asked(session, actor, "pupils")
    own = {p.id for p in county["own"]["pupils"] if p.class_id == county["own"]["room"].id}
    seen = keys_of_roster(session)
    assert seen == own - {county["own"]["pupils"][-1].id}  # who waits is on no roster


def keys_of_roster(session):
    found = statement(SOURCES["roster"], [SOURCES["roster"].fields[0]], {}, None)
    return {row[4] for block in blocks(session, found, 1000) for row in block}


def test_nobody_in_no_scope_takes_out_anything(session, county):
    scope.enter(scope.NOBODY, session)
    assert keys_of(session, "pupils", {}) == set()
