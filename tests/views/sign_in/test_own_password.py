"""One's own password: changed by who knows it, and first of all where it must (S13, S15)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.models.account import Credential
from app.models.audit import AuditEvent
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.credentials import set_own_password, set_temporary_password
from app.views.actor import today
from tests import make
from tests.make import PASSWORD

NEW = "Anvil+river-9"
PAGE = "/own/password/"


def change(client, old=PASSWORD, new=NEW, again=None, url=PAGE):
    return client.post(url, data={"old": old, "new": new, "again": again or new})


@pytest.fixture
def owner(someone):
    return someone()


def test_a_new_password_opens_and_the_old_one_does_not(owner, web, knock):
    client = web(owner)
    assert change(client).status_code == 302
    assert client.get("/desk/").status_code == 200
    assert knock(owner, PASSWORD).status_code == 422
    assert knock(owner, NEW).status_code == 302


def test_the_present_session_stays_and_the_others_end(owner, web, session):
    scope.enter(make.WHOLE, session)
    ministry, by = make.an_authority(session, "000000"), make.an_account(session, "SEC", "000000")
    session.add(
        SwitchValue(
            organisation_id=ministry.id,
            key="single_session",
            value="off",
            valid_from=today(),
            set_by=by.user_id,
        )
    )
    session.flush()
    here, there = web(owner), web(owner)
    change(here)
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"old": "wrong"}, "当前密码不对"),
        ({"old": ""}, "当前密码不对"),
        ({"new": "1"}, "不足 8 位"),
        ({"new": "anvilriver"}, "3 种"),
        ({"new": NEW, "again": "Anvil+river-8"}, "不一致"),
        ({"new": PASSWORD}, "用过的相同"),
    ],
)
def test_a_password_is_refused_with_its_reason_and_nothing_changes(owner, web, knock, typed, says):
    client = web(owner)
    answer = change(client, **typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert knock(owner, PASSWORD).status_code == 302


def test_the_present_password_cannot_be_guessed_here(owner, web, clock):
    client = web(owner)
    for _ in range(5):
        assert change(client, old="wrong").status_code == 422
    assert "15 分钟" in change(client).text
    clock.on(minutes=16)
    assert change(client).status_code == 302


def test_each_change_is_one_event_without_a_word_of_it(owner, web, session):
    client = web(owner)
    change(client, old="wrong")
    change(client)
    scope.enter(scope.SYSTEM, session)
    events = session.query(AuditEvent).filter_by(actor=owner.user_id).order_by(AuditEvent.id)
    said = [(e.action, e.details) for e in events if "password" in e.action]
    assert said == [("account.password_refused", {}), ("account.password_changed", {})]


# ── what must be changed first ───────────────────────────────────────────────────────────


@pytest.fixture
def newcomer(owner, session):
    """An account with a one-time password."""
    secret = set_temporary_password(session, owner)
    session.commit()
    return owner, secret


def test_whoever_came_with_a_one_time_password_sees_nothing_else(newcomer, web, app):
    account, secret = newcomer
    client = web(account, secret)
    opened = set()
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.endpoint.startswith(("health.", "static", "appbuilder.")):
            continue
        for verb in rule.methods & {"GET", "POST"}:
            if rule.endpoint == "Gate.logout":
                continue
            answer = client.open(str(rule), method=verb)
            if answer.location != PAGE:
                opened.add(rule.endpoint)
    assert opened <= {
        "OwnPasswordView.password",
        "Gate.login",
        "FrameView.prefer",
        "SessionView.left",
        "SessionView.stay",
        "UtilView.back",
        "LocaleView.index",
    }
    assert "一次性密码" in client.get(PAGE).text


def test_the_rights_are_withheld_too_should_the_way_be_open(newcomer, web, app, monkeypatch):
    account, secret = newcomer
    client = web(account, secret)
    for funcs in app.before_request_funcs.values():
        monkeypatch.setattr(
            app, "before_request_funcs", {None: [f for f in funcs if f.__name__ != "hold"]}
        )
    assert client.get("/desk/").status_code == 403


def test_after_the_change_everything_is_open(newcomer, web, session):
    account, secret = newcomer
    client = web(account, secret)
    assert change(client, old=secret).status_code == 302
    assert client.get("/desk/").status_code == 200
    scope.enter(make.WHOLE, session)
    assert session.get_one(Credential, account.user_id).temporary_until is None


def test_a_password_of_ninety_days_is_changed_first(owner, web, session, clock):
    scope.enter(make.WHOLE, session)
    set_own_password(session, owner, NEW, clock.now() - timedelta(days=89))
    session.commit()
    client = web(owner, NEW)
    assert client.get("/desk/").status_code == 200
    clock.on(days=1)
    client = web(owner, NEW)
    assert client.get("/desk/").location == PAGE
    assert "90 天" in client.get(PAGE).text
    change(client, old=NEW, new="Anvil+river-10")
    assert client.get("/desk/").status_code == 200


def test_a_password_nobody_knows_the_age_of_is_as_old_as_its_account(owner, web, session, strict):
    scope.enter(make.WHOLE, session)
    session.execute(
        text("UPDATE account SET created_at = now() - interval '91 days' WHERE user_id = :u"),
        {"u": owner.user_id},
    )
    assert web(owner).get("/desk/").location == PAGE
