"""`xueji promote`: rehearses, turns, is repeated after a kill, and refuses in one sentence."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.cli import promoting
from app.cli.main import xueji
from app.jobs.sessions import engine
from app.models.promotion import PromotionRun, RunState
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows import turning
from tests import make

YEAR = make.SCHOOL_YEAR + 1
COUNTIES, LEVELS = 2, 6
TURNED = [(year, YEAR - year + 1) for year in range(YEAR - LEVELS + 1, YEAR + 1)]
COHORTS = """
SELECT g.entry_year, g.level FROM grade g JOIN organisation o ON o.id = g.school_id
WHERE g.state = 'IN_USE' AND o.path ^@ %s AND o.id = (
    SELECT min(id) FROM organisation WHERE tier = 'SCHOOL' AND path ^@ %s) ORDER BY 1
"""


def run(*words, typed=None):
    return CliRunner().invoke(xueji, ["promote", *map(str, words)], input=typed)


@pytest.fixture(scope="module", autouse=True)
def town(root):
    """Two provinces of two counties with a school each."""
    with scope.within(make.WHOLE), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        for code in ("61", "62"):
            for county in range(1, COUNTIES + 1):
                school = make.a_school(session, f"{code}990{county}")
                for level in range(1, LEVELS + 1):
                    make.a_grade(session, school, level)


@pytest.fixture
def cohorts(root):
    return lambda code: [tuple(row) for row in root.execute(COHORTS, (f"/{code}/", f"/{code}/"))]


def test_a_dry_run_counts_and_changes_nothing(cohorts):
    before = cohorts("61")
    told = run("--year", YEAR, "--authority", "61", "--dry-run")
    assert told.exit_code == 0
    assert f"{COUNTIES * (LEVELS - 1):>10,}  grades that go up" in told.output
    answer = json.loads(run("--year", YEAR, "--dry-run", "--json").output)
    assert (answer["state"], answer["schools"]) == ("rehearsed", 2 * COUNTIES)
    assert cohorts("61") == before


@pytest.mark.parametrize("code", ["619901", "6199", "99", ""])
def test_only_the_ministry_and_provinces_are_turned(code):
    told = run("--year", YEAR, "--authority", code, "--yes")
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert "neither the ministry nor a province" in told.output


@pytest.mark.parametrize("year", [YEAR - 1, YEAR + 1])
def test_a_year_into_which_nothing_goes_is_refused(cohorts, year):
    before = cohorts("61")
    told = run("--year", year, "--authority", "61", "--yes")
    assert told.exit_code == 1
    assert f"No grade goes up into school year {year}" in told.output
    assert cohorts("61") == before


def test_the_year_is_typed_again(cohorts):
    before = cohorts("61")
    told = run("--year", YEAR, "--authority", "61", typed=f"{YEAR + 1}\n")
    assert told.exit_code == 1
    assert "nothing has changed" in told.output
    assert cohorts("61") == before


def test_a_run_of_the_page_is_not_crossed(root, cohorts):
    before = cohorts("62")
    with scope.within(make.WHOLE), Session(engine()) as session, session.begin():
        place = make.an_authority(session, "62")
        mine = PromotionRun(authority_id=place.id, year=YEAR, state=RunState.RUNNING, job_id=1)
        make.unwitnessed(session)
        session.add(mine)
    told = run("--year", YEAR, "--authority", "62", "--yes")
    root.execute("DELETE FROM promotion_run WHERE job_id = 1")
    assert told.exit_code == 1
    assert "is on its way on the page (running)" in told.output
    assert cohorts("62") == before


def test_a_province_whose_turn_is_closed_is_only_rehearsed(root, cohorts):
    before = cohorts("62")
    with scope.within(make.WHOLE), Session(engine()) as session, session.begin():
        ministry = make.an_account(session, "MIN")
        word = {"key": "province_may_promote", "value": "off", "valid_from": date(2026, 1, 1)}
        place = ministry.organisation_id
        session.add(SwitchValue(organisation_id=place, set_by=ministry.user_id, **word))
        make.unwitnessed(session)
    told = run("--year", YEAR, "--authority", "62", "--yes")
    assert (told.exit_code, told.output.count("Error")) == (1, 1)
    assert "has closed “a province's own turn of the year”" in told.output
    assert run("--year", YEAR, "--authority", "62", "--dry-run").exit_code == 0
    root.execute("DELETE FROM switch_value")
    assert cohorts("62") == before


def test_a_killed_command_is_repeated_and_the_year_turns_once(root, cohorts, monkeypatch):
    steps = iter(range(COUNTIES))

    def dying(*args):
        if next(steps):
            raise KeyboardInterrupt
        return turn(*args)

    turn = turning.turn
    with monkeypatch.context() as patch:
        patch.setattr(promoting.turning, "turn", dying)
        assert run("--year", YEAR, "--authority", "61", "--yes").exit_code != 0
    told = run("--year", YEAR, "--authority", "61", "--yes", "--json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.output)
    assert (answer["state"], answer["schools_turned"]) == ("done", COUNTIES)
    assert cohorts("61") == TURNED
    states = root.execute("SELECT state FROM promotion_run WHERE state = 'RUNNING'").fetchall()
    assert states == []
    again = run("--year", YEAR, "--authority", "61", "--yes")
    assert (again.exit_code, cohorts("61")) == (1, TURNED)


def test_the_ministry_turns_the_rest(cohorts):
    told = run("--year", YEAR, typed=f"{YEAR}\n")
    assert told.exit_code == 0, told.output
    assert f"{COUNTIES:>10,}  schools turned into school year {YEAR}" in told.output
    assert cohorts("61") == cohorts("62") == TURNED
