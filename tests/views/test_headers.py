"""What every answer tells the browser, on every route there is; and which hosts are answered."""

from dataclasses import replace

import pytest
from flask import request
from sqlalchemy import text
from werkzeug.test import Client

from app.factory import create_app, settings
from app.policies import scope
from app.policies.rls import PUBLIC, SCOPED
from app.views.hosts import is_known, known_names
from tests import make

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
WRITTEN_BY_ALL = {"audit_event", "audit_head", "pulse", "alembic_version", "ab_"}
UNREADABLE = {name for name, grants in PUBLIC.items() if "SELECT" not in grants}
HEADS = [name for name in (*SCOPED, *PUBLIC) if name not in WRITTEN_BY_ALL | UNREADABLE]


def addresses(app, verb):
    """Every route that answers to a verb, its blanks filled with something."""
    words = {"filename": "skin.css", "field": "id_number", "name": "delete_all"}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if verb in rule.methods:
                values = {name: words.get(name, 1) for name in rule.arguments}
                yield app.url_map.bind("localhost").build(rule.endpoint, values, method=verb)


def said(answer, url):
    """Check the headers of one answer."""
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, (url, name)
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["form-action"] == "'self'", url
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'", url
    for kind in ("script-src", "style-src"):
        assert "'nonce-" in policy[kind], url
        assert "unsafe" not in policy[kind], url
    kept = answer.headers.get("Cache-Control")
    assert url.startswith("/static/") or kept == "no-store", (url, kept)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000"), url
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert_private(cookie)


def assert_private(cookie):
    """A cookie over TLS, for our scripts' ears only, of this very host."""
    parts = {part.strip().partition("=")[0].lower() for part in cookie.split(";")}
    assert {"secure", "httponly", "samesite", "path"} <= parts, cookie
    assert "domain" not in parts, cookie
    assert cookie.startswith(("__Host-xueji=", "theme=", "density=")), cookie
    assert "SameSite=Lax" in cookie


@pytest.fixture
def school(session):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session)
    make.a_guardian(session, make.a_pupil(session, room))
    return room.school if hasattr(room, "school") else session.get_one(make.School, room.school_id)


@pytest.fixture
def people(session, school):
    """Who knocks: somebody who works, somebody who administers, nobody."""
    return {
        "SR": make.an_account(session, "SR", school),
        "ADM": make.an_account(session, "ADM", "000000"),
        "": None,
    }


@pytest.mark.parametrize("role", ["SR", "ADM", ""])
def test_every_route_says_it(app, web, people, role):
    client, seen = web(people[role]), set()
    for url in addresses(app, "GET"):
        answer = client.get(url)
        said(answer, url)
        answer.close()
        seen.add(answer.status_code)
    assert {200, 302} <= seen or not role
    assert 500 not in seen


@pytest.mark.parametrize("role", ["SR", ""])
@pytest.mark.parametrize("verb", ["HEAD", "OPTIONS"])
def test_looking_at_a_route_changes_nothing(app, session, web, people, role, verb):
    client, before = web(people[role]), fingerprint(session)
    for url in addresses(app, "OPTIONS"):
        answer = client.open(url, method=verb)
        assert answer.status_code < 500, url
        assert verb != "HEAD" or answer.data == b"", url
        said(answer, url)
        answer.close()
    assert fingerprint(session) == before


def fingerprint(session):
    """What lies in every table, but for the trails that anybody's look may lengthen."""
    scope.enter(make.WHOLE, session)
    found = {}
    for table in HEADS:
        sql = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
        found[table] = session.scalar(text(sql))
    return found


@pytest.mark.parametrize(
    ("url", "status"),
    [("/nowhere", 404), ("/student/show/0", 404), ("/logout/", 405), ("/static/nowhere.css", 404)],
)
def test_so_does_every_error(web, people, url, status):
    answer = web(people["SR"]).get(url)
    assert answer.status_code == status
    said(answer, url)


def test_so_does_a_page_that_broke(app, web, people, monkeypatch):
    def broken(**_):
        raise RuntimeError

    client = web(people["SR"])
    monkeypatch.setitem(app.view_functions, "FrameView.prefer", broken)
    answer = client.post("/frame/prefer")
    assert answer.status_code == 500
    said(answer, "/frame/prefer")


def test_each_answer_has_a_nonce_of_its_own(web):
    client = web(None)
    policies = {client.get("/login/").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_a_demo_on_a_laptop_has_plain_cookies(house):
    told = settings(replace(house, demo=True))
    assert told["SESSION_COOKIE_NAME"] == "xueji"
    assert not told["SESSION_COOKIE_SECURE"]
    assert told["SESSION_COOKIE_HTTPONLY"]


# ── hosts and proxies ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "a@localhost"])
def test_a_foreign_host_is_refused_without_a_look_at_who_asks(web, people, host):
    answer = web(people["SR"]).get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert "evil" not in answer.text
    said(answer, "/")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_our_own_names_are_answered(web, host):
    assert web(None).get("/login/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_ask_by_address(web, path):
    assert web(None).get(path, headers={"Host": "10.0.0.7:8080"}).status_code < 500


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("console.example.cn", True),
        ("CONSOLE.example.cn:443", True),
        ("a.schools.example.cn", True),
        ("schools.example.cn.evil.example", False),
        ("evilschools.example.cn", False),
        ("console.example.cn.", False),
        ("console.example.cn/x", False),
        ("[::1", False),
    ],
)
def test_a_name_is_ours_whole_or_below_a_dot(host, known):
    assert is_known(host, ("console.example.cn", ".schools.example.cn")) is known


def test_only_a_demo_that_listens_everywhere_answers_to_every_name(house):
    everywhere = replace(house, demo=True, host="0.0.0.0")  # noqa: S104
    assert known_names(everywhere) == ()
    assert "a.cn" in known_names(replace(everywhere, hosts=("a.cn",)))
    assert known_names(replace(everywhere, demo=False))


FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


@pytest.mark.parametrize(
    ("proxies", "met"),
    [(0, ("127.0.0.1", False)), (1, ("198.51.100.7", True)), (2, ("6.6.6.6", False))],
)
def test_who_asks_is_told_by_as_many_proxies_as_there_are(house, proxies, met):
    app, seen = create_app(replace(house, proxies=proxies)), []
    app.before_request(lambda: seen.append((request.remote_addr, request.is_secure, request.host)))
    Client(app).get("/healthz", headers=FORWARDED, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert seen == [(*met, "localhost")]
