"""What changes something: by POST alone, with a token, once, and on what one has looked at."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models.job import Job
from app.models.school import Campus, SchoolClass
from app.models.student import Guardian, Student
from tests import make
from tests.house import doors
from tests.house.filled import fields_of
from tests.house.test_matrix import NOISE
from tests.house.world import NOBODY, World
from tests.views.screens.town import Town

ASKED = "posts without a token, each refused"
AWAY = (  # where nobody is sent after signing in
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\\\\\\\evil.example",
    "http://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "//user@evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://localhost@evil.example/",
    "%2F%2Fevil.example",
    "",
)


@pytest.fixture
def strict(app, monkeypatch):
    """Forms need their token, as they do outside of tests."""
    return lambda: monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", not False)


def posted(app, row):
    """Every address that takes a POST, filled with keys of the own rows."""
    for _table, url, verbs in doors.addresses(app, row):
        if "POST" in verbs:
            yield url
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.arguments:
            yield str(rule)


@pytest.mark.parametrize("role", [None, "SR", "MIN"])
def test_nothing_is_done_without_a_token(app, session, web, strict, tally, role):
    world = World(session)
    client = web(world.account(role) if role else None)
    before = world.fingerprint(["own"])
    strict()
    for url in posted(app, world.rows["own"]):
        for sent in ({}, {"csrf_token": "forged"}):
            answer = client.post(url, data=sent)
            tally[ASKED] += 1
            assert answer.status_code == 400, url
    after = world.fingerprint(["own"])
    assert [k for k in before if before[k] != after[k] and k[1] not in NOISE] == []


def test_with_its_token_a_form_is_taken(app, session, web, strict):
    world = World(session)
    client = web(world.account("SR"))
    strict()
    url = f"/classes/edit/{world.rows['own']['school_class']}"
    page = client.get(url).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    sent = {**fields_of(client.get(url), url), "name": "新名", "csrf_token": token}
    assert client.post(url, data=sent).status_code == 302


# ── where a browser is sent ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("next_", AWAY)
def test_nobody_is_sent_elsewhere(session, web, next_):
    person = Town(session).account("SR")
    stranger = web(None)
    form = {"username": person.login, "password": make.PASSWORD, "next": next_}
    answers = [
        stranger.get("/", query_string={"next": next_}),
        stranger.post("/login/", query_string={"next": next_}, data=form),
        stranger.get("/login/", query_string={"next": next_}),
        stranger.post("/frame/prefer", data={"back": next_, "theme": "dark"}),
        stranger.get("/back", headers={"Referer": next_ or "x"}),
        stranger.get("/lang/en", headers={"Referer": next_ or "x"}),
    ]
    for answer in answers:
        to = answer.headers.get("Location", "/")
        assert to.startswith(("/", "http://localhost/")), to
        assert not to.startswith(("//", "/\\", "/\t")), to
        assert "evil" not in to.partition("?")[0], to


@pytest.mark.parametrize("headers", [{"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=e"}])
def test_a_header_of_the_caller_names_no_host(session, web, headers):
    client = web(Town(session).account("SR"))
    for url in ("/", "/students/list/", "/nowhere", "/login/"):
        answer = client.get(url, headers=headers)
        assert "evil.example" not in answer.headers.get("Location", "") + answer.text


# ── once ─────────────────────────────────────────────────────────────────────────────────


SERIALS = {"serial_from": 61, "serial_to": 99}


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_the_same_form_twice_has_one_effect(session, web):
    town = Town(session)
    clerk = web(town.account("SR"))
    sent = town.form()
    answers = [clerk.post("/students/add", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert session.scalars(select(Student).where(Student.name == "陈嘉树")).one()
    main = session.scalar(select(Campus).where(Campus.school_id == town.school.id))
    main.serial_to = 40
    session.flush()
    campus = {"number": 2, "name": "东校区", "division": "411302000000", **SERIALS}
    answers = [clerk.post("/campuses/add", data=campus) for _ in range(2)]
    assert answers[0].status_code == 302
    assert answers[1].status_code in (409, 422)
    assert len(session.scalars(select(Campus).where(Campus.name == "东校区")).all()) == 1
    grade = {"stage": "PRIMARY", "entry_year": 2023}
    assert clerk.post("/grades/add", data=grade).status_code == 302
    assert clerk.post("/grades/add", data=grade).status_code in (409, 422)


def test_a_class_and_a_family_member_sent_twice_are_one(session, web):
    town = Town(session)
    clerk = web(town.account("SR"))
    campus = session.scalar(select(Campus.id).where(Campus.school_id == town.school.id))
    empty = fields_of(clerk.get("/classes/add"), "/classes/add")
    room = {**empty, "grade": town.grade.id, "name": "双击班", "campus": campus, "type": "10"}
    before = count(session, SchoolClass)
    answers = [clerk.post("/classes/add", data=room) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 409]
    assert count(session, SchoolClass) == before + 1
    member = {
        "name": "王小河",
        "relation": "52",
        "address": "河南省南阳市宛城区光武路2号",
        "hukou_division": "411302000000",
        "phone": "0377-60000002",
        "is_guardian": "0",
    }
    before = count(session, Guardian)
    to = f"/guardians/add?pupil={town.pupil.id}"
    member |= {"once": fields_of(clerk.get(to), "/guardians/add")["once"]}
    assert clerk.post(to, data={**member, "phone": "1"}).status_code == 422  # sent again, mended
    answers = [clerk.post(to, data=member) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 409]
    assert count(session, Guardian) == before + 1


def test_what_was_done_cannot_be_done_again(session, web):
    world = World(session)
    clerk = web(world.account("SR"))
    rows = world.rows["own"]
    room = make.a_class(session, session.get_one(make.School, rows["school"])).id
    assert clerk.post(f"/classes/delete/{room}").status_code == 302
    assert clerk.post(f"/classes/delete/{room}").status_code == 404
    assert clerk.post(f"/import/{rows['import_batch']}/discard").status_code == 302
    assert clerk.post(f"/import/{rows['import_batch']}/discard").status_code == 409
    job = rows["job"]
    first, second = (clerk.post(f"/jobs/cancel/{job}").status_code for _ in range(2))
    assert first in (302, 303)
    assert second in (302, 303, 409)
    assert session.get_one(Job, job).state == "CANCELLED"


def test_two_tabs_and_the_later_one_loses_nothing(session, web):
    world = World(session)
    clerk = web(world.account("SR"))
    url = f"/classes/edit/{world.rows['own']['school_class']}"
    one, other = (fields_of(clerk.get(url), url) for _ in range(2))
    assert clerk.post(url, data={**one, "head_teacher": "甲老师"}).status_code == 302
    late = clerk.post(url, data={**other, "head_teacher": "乙老师"})
    assert late.status_code == 409
    assert "甲老师" in late.text
    assert "乙老师" in late.text
    room = session.get_one(SchoolClass, world.rows["own"]["school_class"], populate_existing=True)
    assert room.head_teacher == "甲老师"
    again = fields_of(late, url)
    assert again["head_teacher"] == "乙老师"
    assert clerk.post(url, data=again).status_code == 302


def test_a_case_decided_in_two_tabs_is_decided_once(session, web):
    world = World(session)
    leader = web(world.account("SL"))
    case = world.rows["own"]["case_file"]
    form = {"trigger": "agree", "seen": 2, "remark": "同意"}
    page = leader.get(f"/case/{case}").text
    form["seen"] = page.split('name="seen" value="')[1].split('"')[0]
    assert leader.post(f"/case/{case}/decide", data=form).status_code == 302
    late = leader.post(f"/case/{case}/decide", data=form)
    assert late.status_code == 409
    assert "同意" in late.text


def test_a_token_of_another_page_opens_no_other_row(session, web):
    world = World(session)
    clerk = web(world.account("SR"))
    own = f"/classes/edit/{world.rows['own']['school_class']}"
    sent = fields_of(clerk.get(own), own)
    for key in (world.rows["sibling"]["school_class"], NOBODY):
        assert clerk.post(f"/classes/edit/{key}", data=sent).status_code == 404


# ── headers ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [None, "SR", "ADM"])
def test_every_answer_says_what_a_browser_must_not_do(app, session, web, role):
    world = World(session)
    client = web(world.account(role) if role else None)
    urls = [*doors.pages(app), "/login/", "/nowhere", "/healthz", "/static/skin.css"]
    for url in urls:
        answer = client.get(url)
        answer.close()
        said = answer.headers
        policy = said["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, url
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0], url
        assert "object-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert said["X-Content-Type-Options"] == "nosniff", url
        assert said["X-Frame-Options"] == "DENY", url
        assert said["Referrer-Policy"] == "same-origin", url
        if not url.startswith("/static/"):
            assert "no-store" in said["Cache-Control"], url


def test_no_machine_door_and_no_manual_of_one_is_open(app, session, web):
    urls = [str(rule) for rule in app.url_map.iter_rules()]
    assert not [url for url in urls if url.startswith(("/api", "/swagger", "/openapi"))]
    for client in (web(None), web(World(session).account("ADM"))):
        for url in ("/api/v1/_openapi", "/swagger/v1", "/api/v1/security/login", "/users/list/"):
            assert client.get(url).status_code == 404
            assert client.post(url, json={}).status_code == 404
