import logging
import re

import pytest

from app.policies import scope
from app.views import frame
from tests import make


def test_the_frame_names_the_person_and_the_place(desk, schools):
    page = desk.get("/desk/").text
    assert schools.registrar.name in page
    assert schools.mine.organisation.name in page
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="zh-CN" data-theme="light" data-density="normal">' in page


def test_the_menu_shows_open_doors_and_the_group_in_use(desk):
    page = desk.get("/pupils/list/").text
    opened = re.findall(r"<details open>(.*?)</details>", page, re.DOTALL)
    assert len(opened) == 1
    assert 'href="/pupils/list/" aria-current=page' in opened[0]


def test_the_menu_hides_what_a_role_may_not_open(web, session):
    scope.enter(make.WHOLE, session)
    page = web(make.an_account(session, "AUD", "000000")).get("/desk/").text
    assert "/pupils/list/" not in page
    assert "/classes/list/" not in page


def test_counts_notices_and_keys_come_from_the_rooms_that_know(desk, app, monkeypatch):
    known = frame.hooks(app)
    monkeypatch.setattr(known, "menu_counts", lambda: {"Student": 42})
    monkeypatch.setattr(known, "notices", [lambda: frame.Notice("The queue is not running.")])
    here = frame.Way("DeskView.desk", "can_view", "Desk")
    nowhere = frame.Way("Nothing.there", "can_view", "Desk")
    shut = frame.Way("DeskView.desk", "can_list", "Nothing")
    monkeypatch.setattr(known, "go", {"i": here, "p": nowhere, "x": shut})
    monkeypatch.setattr(known, "inbox_count", lambda: 38)
    page = desk.get("/desk/").text
    assert '<span class="count">42</span>' in page
    assert "The queue is not running." in page
    assert 'data-go-i="/desk/"' in page
    assert "data-go-p" not in page
    assert "data-go-x" not in page
    assert '<span class="count count-hot">38</span>' in page


def test_preferences_are_kept_and_lead_back(desk):
    form = {"theme": "dark", "density": "compact", "back": "/pupils/list/?_flt_0_status=MISSING"}
    answer = desk.post("/frame/prefer", data=form)
    assert answer.location == form["back"]
    page = desk.get("/desk/").text
    assert 'data-theme="dark" data-density="compact"' in page


@pytest.mark.parametrize("theme", ["", "pink", "dark;", "a" * 5000])
def test_a_preference_nobody_offers_is_dropped(desk, theme):
    answer = desk.post("/frame/prefer", data={"theme": theme})
    assert "theme=" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", ""])
def test_preferences_never_lead_away(desk, back):
    assert desk.post("/frame/prefer", data={"back": back}).location == "/"


def test_the_language_is_chosen_by_the_person(desk):
    desk.post("/frame/prefer", data={"locale": "en"})
    assert '<html lang="en"' in desk.get("/desk/").text
    desk.post("/frame/prefer", data={"locale": "xx"})
    assert '<html lang="en"' in desk.get("/desk/").text


def test_every_script_carries_the_nonce_of_its_answer(desk):
    answer = desk.get("/pupils/list/")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
    assert set(re.findall(r"<script[^>]*nonce=\"([^\"]*)\"", answer.text)) == {nonce}
    assert nonce not in desk.get("/pupils/list/").text


def test_nobody_is_sent_to_the_sign_in_and_back(web):
    answer = web().get("/pupils/list/?_flt_0_status=MISSING")
    assert answer.status_code == 302
    assert "/login/" in answer.location
    assert "next=" in answer.location


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_sign_in_page_keeps_the_names_of_its_fields(web, locale):
    client = web()
    client.post("/frame/prefer", data={"locale": locale})
    page = client.get("/login/").text
    assert 'name="username"' in page
    assert 'name="password"' in page
    assert "<nav" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/desk/refused", 409), ("/desk/broken", 500), ("/frame/prefer", 405)],
)
def test_every_stop_has_a_page_with_a_way_on(desk, path, status):
    answer = desk.get(path)
    assert answer.status_code == status
    assert 'class="stop"' in answer.text
    assert 'class="btn btn-primary"' in answer.text
    assert re.search(r"E-\d{8}-[0-9A-F]{6}", answer.text)


def test_a_refusal_says_every_reason(desk, app):
    page = desk.get("/desk/refused").text
    assert page.count("fa-circle-xmark") == 2


def test_what_broke_is_logged_by_place_and_never_by_word(desk, caplog):
    with caplog.at_level(logging.ERROR):
        page = desk.get("/desk/broken").text
    number = re.search(r"E-\d{8}-[0-9A-F]{6}", page)[0]
    assert number in caplog.text
    assert "screens.py" in caplog.text
    assert "110101199001011234" not in page


def test_machines_are_answered_in_their_language(desk):
    answer = desk.get("/desk/refused", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert len(answer.json["reasons"]) == 2


def test_a_part_of_a_page_is_answered_by_a_part(desk):
    answer = desk.get("/desk/refused", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text
