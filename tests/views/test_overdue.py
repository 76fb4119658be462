"""超期: every authority sees where cases lie and how late they are, down to the case."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.models.case import Case
from app.models.organisation import Organisation
from app.policies import scope
from app.views import minute_old
from app.views import overdue_figures as figures
from app.workflows.calendar import working_days
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become


@pytest.fixture(autouse=True)
def _begin():
    minute_old.forget()  # what another test's city was told


@pytest.fixture
def town(session):
    return Town(session)


def due(session, case_id, days):
    """Let a case fall due so many calendar days ago."""
    scope.enter(make.WHOLE, session)
    day = TODAY - timedelta(days=days)
    session.execute(update(Case).where(Case.id == case_id).values(due_on=day))
    return working_days(day, TODAY)


def areas(session, town, who, at=None):
    actor = become(session, town.people[who])
    place = figures.area_of(session, actor, at)
    return figures.areas(session, place, TODAY)


def test_a_county_sees_its_schools_and_its_own_desk_by_how_late_they_are(session, town):
    ids = [town.registration().id for _ in range(4)]
    late = [due(session, case_id, days) for case_id, days in zip(ids, (2, 10, 40), strict=False)]
    due(session, ids[3], -3)
    (row,) = areas(session, town, "from.authority")
    assert (row.id, row.is_own, row.n, row.late, row.in_time) == (town.old_id, False, 4, 3, 1)
    small, middle, large = (sum(low < n <= high for n in late) for low, high in figures_of())
    assert row.buckets == (small, middle, large)
    assert row.oldest == max(late)
    assert {kind: n for kind, n in row.by_kind.items() if n} == {"registration": 3}


def figures_of():
    return (0, 5), (5, 10), (10, 10_000)


def test_areas_are_asked_level_by_level_and_never_beside_the_own_one(session, web, town):
    case_id = town.registration().id
    due(session, case_id, 10)
    scope.enter(make.WHOLE, session)
    province = make.an_authority(session, "41")
    city, county = (make.an_authority(session, code) for code in ("4113", "411302"))
    registrar = make.an_account(session, "PR", province)
    ids = {"province": province.id, "city": city.id, "county": county.id}
    foreign = make.an_authority(session, "450102").id
    browser = web(registrar)
    for at, below in (("province", ids["city"]), ("city", ids["county"]), ("county", town.old_id)):
        page = browser.get("/overdue", query_string={"area": ids[at]})
        assert f"area={below}" in page.text, at
    page = browser.get("/overdue", query_string={"area": town.old_id})
    assert f'data-id="{case_id}"' in page.text
    assert browser.get("/overdue", query_string={"area": foreign}).status_code == 404
    assert browser.get("/overdue", query_string={"area": 99_999_999}).status_code == 404
    county_registrar = web(town.people["from.authority"])
    for above in ("province", "city"):
        assert (
            county_registrar.get("/overdue", query_string={"area": ids[above]}).status_code == 404
        )
    assert county_registrar.get("/overdue", query_string={"area": town.new_id}).status_code == 404


def test_the_table_of_a_city_says_when_it_was_counted_and_a_countys_is_fresh(session, web, town):
    scope.enter(make.WHOLE, session)
    city = web(make.an_account(session, "TR", make.an_authority(session, "4113")))
    county, old_id = web(town.people["from.authority"]), town.old_id
    due(session, town.registration().id, 10)
    first = city.get("/overdue").text
    assert re.search(r"截至 ?\d\d:\d\d", first)
    due(session, town.registration().id, 10)
    shown = re.compile(r"超期 (\d+) 件")
    assert shown.findall(city.get("/overdue").text) == shown.findall(first) == ["1"]
    page = county.get("/overdue").text
    assert (shown.findall(page), f"area={old_id}" in page) == (["2"], True)


def test_a_school_sees_its_own_late_cases_and_those_lying_elsewhere(session, web, town):
    case_id = town.transfer().id
    due(session, case_id, 10)
    shown = [str(case_id)]
    for who, where, expected in (
        ("to.registrar", None, shown),
        ("to.leader", None, shown),
        ("from.leader", None, []),
        ("from.registrar", "elsewhere", shown),
    ):
        page = web(town.people[who]).get("/overdue", query_string={"where": where or ""})
        assert page.status_code == 200
        assert re.findall(r'data-id="(\d+)"', page.text) == expected, who
    page = web(town.people["to.registrar"]).get("/overdue", query_string={"show": "intime"})
    assert re.findall(r'data-id="(\d+)"', page.text) == []


def test_the_ministry_sees_provinces_and_only_cases_between_them(session, town):
    scope.enter(make.WHOLE, session)
    other = Town(session, county="450102")
    inside, across = town.transfer().id, other.transfer().id
    for case_id in (inside, across):
        due(session, case_id, 10)
    rows = areas(session, town, "ministry")
    names = {session.get_one(Organisation, row.id).code: (row.n, row.late) for row in rows}
    assert names == {"45": (1, 1)}


def test_an_authority_is_told_of_its_cases_late_at_other_offices(session, web, town):
    case_id = town.transfer().id
    due(session, case_id, 10)
    browser = web(town.people["from.authority"])
    assert "where=elsewhere" in browser.get("/overdue").text
    page = browser.get("/overdue", query_string={"where": "elsewhere"})
    assert re.findall(r'data-id="(\d+)"', page.text) == [str(case_id)]
    page = web(town.people["to.authority"]).get("/overdue", query_string={"where": "elsewhere"})
    assert re.findall(r'data-id="(\d+)"', page.text) == []
