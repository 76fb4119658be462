"""批量读取: an archive opened leaves one line an hour; three hundred in five minutes an alarm."""

from datetime import timedelta

import pytest

from app.views.limits import Limit
from tests import make
from tests.views.screens.town import deeds, past


@pytest.fixture
def few(monkeypatch):
    """Three looks in five minutes are the most."""
    monkeypatch.setattr("app.views.scraping.LOOKS", Limit("3 per 5 minutes", "few looks"))


def opened(browser, pupil):
    return browser.get(f"/students/show/{pupil.id}")


def test_an_archive_opened_leaves_one_line_an_hour_for_each_person(town, web, session):
    registrar, leader = web(town.account("SR")), web(town.account("SL"))
    for browser in (registrar, registrar, leader):
        assert opened(browser, town.pupil).status_code == 200
    registrar.get(f"/students/show/{town.pupil.id}?tab=guardians")
    rows = deeds(session, "student.view")
    assert [(row.object_type, row.object_id) for row in rows] == [("student", town.pupil.id)] * 2
    assert rows[0].details == {}


def test_a_pupil_out_of_scope_leaves_no_line(town, web, session):
    assert opened(web(town.account("SR")), town.stranger).status_code == 404
    assert deeds(session, "student.view") == []


def test_who_opens_too_many_is_stopped_and_one_alarm_is_written(town, web, session, few):
    registrar = town.account("SR")
    browser = web(registrar)
    second = make.a_pupil(session, town.room)
    for pupil in (town.pupil, second, second):
        assert opened(browser, pupil).status_code == 200
    for _ in range(4):
        assert opened(browser, town.pupil).status_code == 429
    refused = browser.post(f"/students/reveal/{second.id}/phone", data={"reason": "exam"})
    assert refused.status_code == 429
    assert second.phone not in refused.text
    (row,) = deeds(session, "alarm.scraping")
    assert (row.object_type, row.object_id) == ("account", registrar.user_id)
    assert opened(web(town.account("SL")), town.pupil).status_code == 200


def test_reveals_count_as_looks(town, web, session, few):
    browser = web(town.account("SR"))
    phone = f"/students/reveal/{town.pupil.id}/phone"
    told = [browser.post(phone, data={"reason": "exam"}).status_code for _ in range(5)]
    assert told == [200, 200, 200, 429, 429]
    assert len(deeds(session, "alarm.scraping")) == 1
    assert len(deeds(session, "student.reveal")) == 3


def test_three_hundred_in_five_minutes_are_the_most():
    from app.views.scraping import LOOKS

    assert (LOOKS.item.amount, LOOKS.item.get_expiry()) == (300, 300)


# ── who is told ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "home", "told"),
    [
        ("SL", None, True),
        ("CL", "411302", True),
        ("PL", "41", True),
        ("SEC", None, True),
        ("SR", None, False),
        ("CR", "411302", False),
        ("CL", "411303", False),
        ("ADM", None, False),
    ],
)
def test_the_leader_above_and_the_security_administrator_are_told(
    town, web, session, role, home, told
):
    reader = town.account("CT", classes=(town.room,), login="curious@x")
    past(session, reader.user_id, "alarm.scraping", 1, timedelta(hours=2))
    place = make.an_authority(session, home) if home else None
    page = web(town.account(role, place)).get("/desk/").text
    assert ("curious@x" in page) is told


def test_what_is_old_is_no_news(town, web, session):
    past(session, town.account("SR").user_id, "alarm.scraping", 1, timedelta(days=8))
    assert town.account("SR").login not in web(town.account("SL")).get("/desk/").text
