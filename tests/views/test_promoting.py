"""The promotion pages: who sees them, what a rehearsal tells, two persons, the result, the undo."""

import csv
import io
import re
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from app.errors import Refused
from app.jobs.promoting import promote
from app.models.job import Job, JobState
from app.models.promotion import PromotionRun, RunState
from app.models.school import Grade, GradeState
from app.models.student import Status
from app.policies import scope
from app.views import promoting
from app.workflows import turning
from tests import make

YEAR = make.SCHOOL_YEAR + 1


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    """The year of the builders is offered, whatever year it is."""
    ahead = YEAR - promoting.today().year
    monkeypatch.setattr(promoting, "YEARS", range(ahead - 1, ahead + 2))


@pytest.fixture
def town(session):
    """Two counties of a province with a school each; one has a last grade with two pupils."""

    class Town:
        def __init__(self):
            scope.enter(make.WHOLE, session)
            self.schools = [make.a_school(session, code) for code in ("419901", "419902")]
            for school in self.schools:
                for level in range(1, 7):
                    make.a_grade(session, school, level)
            last = make.a_class(session, self.schools[0], make.a_grade(session, self.schools[0], 6))
            make.a_pupil(session, last)
            make.a_pupil(session, last, status=Status.SUSPENDED)
            self.place = make.an_authority(session, "41")
            self.phrase = f"{self.place.name} {YEAR}"
            self.first = make.an_account(session, "PR", self.place)
            self.second = make.an_account(session, "PL", self.place)

        def run(self):
            scope.enter(make.WHOLE, session)
            return session.scalars(select(PromotionRun).order_by(PromotionRun.id.desc())).first()

        def turn(self):
            """Do the work of the job."""
            run = self.run()
            for managing in turning.chunks(session, run):
                turning.turn(session, run, managing)
            turning.finish(session, run)
            session.flush()
            return run

    return Town()


@pytest.fixture
def desks(web, town):
    """The browsers of the first and of the second person."""
    return english(web(town.first)), english(web(town.second))


def english(client):
    client.post("/frame/prefer", data={"locale": "en"})
    return client


def rehearsed(client, year=YEAR):
    answer = client.post("/promotion/rehearse", data={"year": year})
    assert answer.status_code == 302
    return answer.location


def asked(client, town):
    url = rehearsed(client)
    assert client.post(f"{url}/ask", data={"sure": town.phrase}).status_code == 302
    return url


def running(desks, town):
    first, second = desks
    url = asked(first, town)
    assert second.post(f"{url}/confirm", data={"sure": f" {town.phrase} "}).status_code == 302
    return url


def jobs(session):
    return session.scalars(select(Job).where(Job.kind == "promotion.run")).all()


# ── who ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["CT", "SR", "SL", "CR", "CL", "TR", "TL", "ADM", "SEC", "AUD"])
def test_below_the_province_nobody_sees_the_page(session, web, role):
    scope.enter(make.WHOLE, session)
    rooms = (make.a_class(session),) if role == "CT" else ()  # without one they stay outside
    client = web(make.an_account(session, role, rooms[0].school if rooms else None, rooms))
    assert client.get("/promotion/").status_code == 403
    assert client.post("/promotion/rehearse", data={"year": YEAR}).status_code == 403


@pytest.mark.parametrize("role", ["PR", "PL", "MIN"])
def test_province_and_ministry_may_rehearse(session, web, role):
    scope.enter(make.WHOLE, session)
    page = english(web(make.an_account(session, role))).get("/promotion/").text
    assert "Choose the year…" in page
    assert f'<option value="{YEAR}">' in page
    assert "selected" not in page  # a year is chosen, never proposed


def test_the_ministry_looks_at_a_province_and_does_not_press(session, web, town, desks):
    url = asked(desks[0], town)
    client = english(web(make.an_account(session, "MIN")))
    page = client.get(url).text
    assert "somebody of that very authority does it" in page
    assert 'name="sure"' not in page
    for act in ("ask", "confirm", "undo", "resume"):
        assert client.post(f"{url}/{act}", data={"sure": town.phrase}).status_code == 409
    assert town.run().state is RunState.ASKED


def test_another_province_is_told_there_is_no_such_run(session, web, town, desks):
    url = rehearsed(desks[0])
    scope.enter(make.WHOLE, session)
    client = web(make.an_account(session, "PR", "45"))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/ask", data={"sure": town.phrase}).status_code == 404


# ── the rehearsal ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("year", ["", "x", "1999"])
def test_a_year_has_to_be_chosen(session, desks, year):
    answer = desks[0].post("/promotion/rehearse", data={"year": year}, follow_redirects=True)
    assert "Choose the school year first." in answer.text
    scope.enter(make.WHOLE, session)
    assert session.scalar(select(func.count()).select_from(PromotionRun)) == 0


def test_a_rehearsal_tells_counts_exceptions_and_who_confirms(town, desks):
    page = desks[0].get(rehearsed(desks[0])).text
    (row,) = re.findall(r"<td class=\"wide\">Primary</td>(.*?)</tr>", page)
    assert re.findall(r">([\d,—]+)<", row) == ["2", "10", "—", "—", "1", "2", "—"]
    assert town.schools[0].organisation.name in page
    assert town.schools[1].organisation.name not in page
    assert town.second.name in page
    assert "2 pupils stay" in page
    assert town.run().summary["stages"][0]["stage"] == "PRIMARY"


def test_exceptions_are_looked_into_by_school_and_by_authority(town, desks):
    url = rehearsed(desks[0])
    school = town.schools[0]
    inside = desks[0].get(f"{url}?school={school.id}", headers={"HX-Request": "true"}).text
    assert "<html" not in inside
    assert "Primary grade 6" in inside
    assert "Last grade, not graduated" in inside
    assert "419901教育局" in desks[0].get(f"{url}?by=authority").text
    for odd in ("x", "0", town.place.id, "9" * 12):
        assert desks[0].get(f"{url}?school={odd}").status_code == 200


def test_exceptions_are_given_as_a_file(town, desks):
    answer = desks[0].get(f"{rehearsed(desks[0])}/exceptions.csv")
    head, line, *rest = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert (len(head), rest) == (7, [])
    school = town.schools[0].organisation
    assert line[:2] == [school.code, school.name]
    assert line[3:6] == ["Primary grade 6", str(YEAR - 6), "2"]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_year_into_which_nothing_moves_offers_no_button(town, desks):
    url = rehearsed(desks[0], YEAR + 1)
    page = desks[0].get(url).text
    assert f"No grade goes up into school year {YEAR + 1}" in page
    assert 'name="sure"' not in page
    answer = desks[0].post(f"{url}/ask", data={"sure": f"{town.place.name} {YEAR + 1}"})
    assert answer.status_code == 409


# ── two persons ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["", "2027", "河南省", "another authority 2027"])
def test_what_is_typed_has_to_be_exact(town, desks, typed):
    url = rehearsed(desks[0])
    answer = desks[0].post(f"{url}/ask", data={"sure": typed})
    assert answer.status_code == 409
    assert "so nothing was done" in answer.text
    assert town.run().state is RunState.REHEARSED


def test_one_person_asks_and_another_confirms(session, town, desks):
    first, second = desks
    url = asked(first, town)
    waiting = first.get(url).text
    assert "You asked, so somebody else confirms" in waiting
    assert 'name="sure"' not in waiting
    assert "data-until=" in waiting
    own = first.post(f"{url}/confirm", data={"sure": town.phrase})
    assert own.status_code == 409
    assert "A second person of the same authority confirms" in own.text
    assert jobs(session) == []
    assert "Confirm and turn the year" in second.get(url).text
    assert second.post(f"{url}/confirm", data={"sure": town.phrase}).status_code == 302
    run = town.run()
    assert (run.state, run.confirmed_by) == (RunState.RUNNING, town.second.user_id)
    (job,) = jobs(session)
    assert (job.args, run.job_id) == ({"run": run.id}, job.id)
    assert second.post(f"{url}/confirm", data={"sure": town.phrase}).status_code == 409
    assert len(jobs(session)) == 1


def test_after_thirty_minutes_nobody_confirms(session, town, desks):
    first, second = desks
    url = asked(first, town)
    scope.enter(make.WHOLE, session)
    session.execute(update(PromotionRun).values(asked_at=datetime.now(UTC) - timedelta(minutes=31)))
    assert "Nobody confirmed in time" in second.get(url).text
    late = second.post(f"{url}/confirm", data={"sure": town.phrase})
    assert (late.status_code, "minutes for confirming are over" in late.text) == (409, True)
    asked(second, town)  # the next one rehearses and asks again, with the parts exchanged
    assert first.get(url).status_code == 200


def test_a_second_run_of_the_year_waits_for_the_first(town, desks):
    first, second = desks
    other = rehearsed(second)
    asked(first, town)
    answer = second.post(f"{other}/ask", data={"sure": town.phrase})
    assert answer.status_code == 409


# ── the run and its result ───────────────────────────────────────────────────────────────


def test_a_run_shows_its_progress_and_then_its_result(town, desks):
    url = running(desks, town)
    page = desks[1].get(url).text
    assert "The year is turning" in page
    assert f'hx-get="{url}/live"' in page
    assert "HX-Refresh" not in desks[1].get(f"{url}/live").headers
    town.turn()
    assert desks[1].get(f"{url}/live").headers["HX-Refresh"] == "true"
    done = desks[1].get(url).text
    assert "<b>2</b><span>schools turned</span>" in done
    assert "<b>10</b><span>grades went up</span>" in done
    assert town.first.name in done
    assert "2 in 1 grade" in done


def test_the_result_is_searched_by_school_and_authority(town, desks):
    url = running(desks, town)
    town.turn()
    names = [school.organisation.name for school in town.schools]
    by_name = desks[0].get(f"{url}?q={names[1]}").text
    assert (names[0] in by_name, names[1] in by_name) == (False, True)
    assert names[0] in desks[0].get(f"{url}?q=419901").text
    assert "No school of this name" in desks[0].get(f"{url}?q=%25_").text


def test_a_job_that_died_is_gone_on_with_once(session, town, desks):
    url = running(desks, town)
    (dead,) = jobs(session)
    dead.state, dead.ended_at = JobState.FAILED, func.now()
    session.flush()
    assert "The turn stopped before its end" in desks[0].get(url).text
    for _ in range(2):
        assert desks[0].post(f"{url}/resume").status_code == 302
    scope.enter(make.WHOLE, session)
    assert len(jobs(session)) == 2
    assert town.run().job_id == max(job.id for job in jobs(session))


def test_an_undo_says_what_it_keeps_and_keeps_it(session, town, desks, monkeypatch):
    url = running(desks, town)
    town.turn()
    fresh = session.scalars(
        select(Grade).filter_by(school_id=town.schools[0].id, entry_year=YEAR)
    ).one()
    make.a_class(session, town.schools[0], fresh)
    page = desks[0].get(url).text
    assert "1 school goes back to the year before" in page
    assert "1 school is kept as it is" in page
    assert desks[0].post(f"{url}/undo", data={"sure": "x"}).status_code == 409
    monkeypatch.setattr(promoting, "today", lambda: date(YEAR, 9, 1))
    late = desks[0].post(f"{url}/undo", data={"sure": town.phrase})
    assert (late.status_code, f"until {YEAR}-08-31" in late.text) == (409, True)
    monkeypatch.setattr(promoting, "today", lambda: date(YEAR, 8, 31))
    told = desks[0].post(f"{url}/undo", data={"sure": town.phrase}, follow_redirects=True).text
    assert "Schools put back where they were: 1; kept: 1." in told
    scope.enter(make.WHOLE, session)
    states = {
        school.id: session.scalars(
            select(Grade.state).filter_by(school_id=school.id, entry_year=YEAR - 6)
        ).one()
        for school in town.schools
    }
    assert list(states.values()) == [GradeState.OVER_STAGE, GradeState.IN_USE]


def test_an_undone_run_says_so_and_the_year_may_turn_again(town, desks):
    url = running(desks, town)
    town.turn()
    desks[0].post(f"{url}/undo", data={"sure": town.phrase})
    assert "This run was undone" in desks[0].get(url).text
    again = running(desks, town)
    town.turn()
    assert "<b>2</b><span>schools turned</span>" in desks[0].get(again).text
    listed = desks[0].get("/promotion/").text
    assert ("Undone" in listed, "Done" in listed) == (True, True)


# ── the ministry keeps the turn to itself ────────────────────────────────────────────────


@pytest.fixture
def shut(web, session, town):
    """Close the turn to the provinces, as the ministry."""
    scope.enter(make.WHOLE, session)
    operator = web(make.an_account(session, "MIN"))

    def close():
        sent = {"key": "province_may_promote", "value": "off", "valid_from": f"{promoting.today()}"}
        assert operator.post("/switches/set", data=sent).status_code == 302

    return close


def test_a_closed_turn_is_rehearsed_and_names_who_closed_it(town, desks, shut):
    first, second = desks
    url = asked(first, town)
    shut()
    closed = "has closed “a province&#39;s own turn of the year”"
    for path in ("/promotion/", url, rehearsed(first)):
        page = first.get(path).text
        assert closed in page
        assert 'name="sure"' not in page
    for client, act in ((first, "ask"), (second, "confirm"), (second, "resume"), (first, "undo")):
        answer = client.post(f"{url}/{act}", data={"sure": town.phrase})
        assert answer.status_code == 409
        assert closed in answer.text
    assert town.run().state is RunState.REHEARSED


def test_a_job_confirmed_before_it_was_closed_does_not_begin(session, town, desks, shut):
    running(desks, town)
    shut()
    run = town.run()

    def job(**checkpoint):
        step = lambda **_: nullcontext(session)  # noqa: E731
        return SimpleNamespace(args={"run": run.id}, checkpoint=checkpoint, step=step)

    scope.enter(scope.scope_of(session, town.first.user_id), session)
    with pytest.raises(Refused, match="E-SWITCH-BY"):
        promote(job())
    assert promote(job(after=0))["schools"] == len(town.schools)  # begun, so it ends whole
