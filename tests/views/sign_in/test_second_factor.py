"""The second step: who is asked, that a code opens once, that half-way opens nothing (S18)."""

import html
import re
from datetime import timedelta

import pyotp
import pytest

from app.models.account import Credential
from app.models.audit import AuditEvent
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.credentials import set_temporary_password
from app.policies.second_factor import keep
from app.views.actor import today
from tests import make
from tests.make import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE, DEVICE, PAGE = "/login/code/", "/login/device/", "/desk/"


@pytest.fixture
def officer(someone, session, clock, strict):
    """A county's registrar with a device; ``officer.codes`` are the recovery codes."""
    account = someone("CR")
    account.codes = keep(session, account.user_id, SECRET, 0, clock.now())
    session.commit()
    return account


@pytest.fixture
def half(web, knock, officer):
    """A browser that has proven the password and not yet the code."""

    def enter():
        client = web()
        assert knock(officer, client=client).location == CODE
        return client

    return enter


def shown(clock, seconds=0, secret=SECRET):
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=seconds))


def type_in(client, code, url=CODE, **more):
    return client.post(url, data={"code": code, **more})


def is_in(client):
    return client.get(PAGE).status_code == 200


def field(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def key_in(page):
    return re.search(r'class="mono key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


# ── who is asked ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "asked"),
    [("SR", False), ("SL", False), ("CT", False), ("CR", True), ("CL", True), ("TR", True),
     ("PL", True), ("NU", True), ("MIN", True), ("ADM", True), ("SEC", True), ("AUD", True)],
)  # fmt: skip
def test_county_tier_and_above_and_the_administrators_are_asked(
    someone, knock, strict, role, asked
):
    assert knock(someone(role)).location == (DEVICE if asked else "/")


def test_in_a_demo_nobody_is_asked_until_the_switch_is_set(someone, knock, session):
    account = someone("CR")
    assert knock(account).location == "/"
    scope.enter(make.WHOLE, session)
    by = someone("SEC")
    facts = {"key": "second_factor", "value": "on", "valid_from": today(), "set_by": by.user_id}
    session.add(SwitchValue(organisation_id=by.organisation_id, **facts))
    session.flush()
    assert knock(account).location == DEVICE


# ── the code ─────────────────────────────────────────────────────────────────────────────


def test_the_code_of_the_device_opens(half, clock):
    client = half()
    assert type_in(client, shown(clock)).location == "/"
    assert is_in(client)


@pytest.mark.parametrize(("seconds", "opens"), [(-60, 0), (-30, 1), (0, 1), (30, 1), (60, 0)])
def test_one_step_off_is_let_pass_and_two_are_not(half, clock, seconds, opens):
    answer = type_in(half(), shown(clock, seconds))
    assert answer.status_code == (302 if opens else 422)


def test_a_code_opens_once(half, clock):
    code = shown(clock)
    assert type_in(half(), code).status_code == 302
    assert type_in(half(), code).status_code == 422
    clock.on(seconds=30)
    assert type_in(half(), code).status_code == 422
    assert type_in(half(), shown(clock)).status_code == 302


def test_a_recovery_code_opens_once(half, officer):
    assert type_in(half(), officer.codes[0]).status_code == 302
    assert type_in(half(), officer.codes[0]).status_code == 422
    assert type_in(half(), officer.codes[1]).status_code == 302


def test_five_wrong_codes_lock_the_account_for_password_and_code(half, officer, knock, clock):
    client = half()
    for _ in range(5):
        assert type_in(client, "000000").status_code == 422
    assert type_in(client, shown(clock)).location == "/login/"
    assert not is_in(client)
    assert knock(officer).status_code == 422
    clock.on(minutes=15, seconds=1)
    assert type_in(half(), shown(clock)).status_code == 302


def test_the_password_anew_gives_no_new_tries_of_the_code(half, officer, knock, clock):
    for _ in range(5):
        type_in(half(), "000000")
    assert knock(officer).status_code == 422


def test_wrong_codes_are_written_down_and_a_sign_in_is_one_event(half, officer, session, clock):
    client = half()
    type_in(client, "000000")
    type_in(client, shown(clock))
    scope.enter(scope.SYSTEM, session)
    found = session.query(AuditEvent).filter_by(actor=officer.user_id).order_by(AuditEvent.id)
    assert [event.action for event in found][-2:] == ["account.code_failed", "account.login"]


# ── half-way ─────────────────────────────────────────────────────────────────────────────


def test_half_way_opens_nothing(app, half):
    client, opened = half(), set()
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.endpoint.startswith(("health.", "static", "appbuilder.")):
            continue
        for verb in rule.methods & {"GET", "POST"}:
            if rule.endpoint in ("Gate.logout", "FactorView.code", "FactorView.device"):
                continue
            answer = client.open(str(rule), method=verb)
            if answer.status_code == 200:
                opened.add(rule.endpoint)
    assert opened <= {"Gate.login", "SessionView.left"}
    assert client.get("/session/left").json == {"left": 0}


def test_half_way_lasts_ten_minutes(half, clock):
    client = half()
    clock.on(minutes=9)
    assert client.get(CODE).status_code == 200
    clock.on(minutes=2)
    assert type_in(client, shown(clock)).location == "/login/"
    assert not is_in(client)


def test_half_way_ends_with_the_account(half, officer, session, clock):
    client = half()
    scope.enter(make.WHOLE, session)
    set_temporary_password(session, officer)
    session.commit()
    assert type_in(client, shown(clock)).location == "/login/"


def test_the_second_step_without_the_first_is_none(web, officer, clock):
    for url in (CODE, DEVICE):
        assert type_in(web(), shown(clock), url).location == "/login/"
    client = web()
    with client.session_transaction() as kept:
        kept["half"] = {"user": officer.user_id, "epoch": officer.session_epoch + 1, "since": 0}
    assert type_in(client, shown(clock)).location == "/login/"


def test_a_set_up_device_is_not_set_up_again_half_way(half, clock):
    assert half().get(DEVICE).location == "/login/"


# ── setting up ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def newcomer(someone, knock, web, strict, clock):
    account, client = someone("CR"), web()
    assert knock(account, client=client).location == DEVICE
    return account, client


def test_a_device_is_set_up_once_and_recovery_codes_are_shown_once(newcomer, clock, session):
    account, client = newcomer
    page = client.get(DEVICE).text
    assert "<svg" in page
    secret = key_in(page)
    assert secret not in field(page, "offer")
    wrong = type_in(client, "000000", DEVICE, offer=field(page, "offer"))
    assert wrong.status_code == 422
    assert key_in(wrong.text) == secret
    done = type_in(client, shown(clock, secret=secret), DEVICE, offer=field(page, "offer"))
    assert done.status_code == 200
    codes = re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4})</li>", done.text)
    assert len(set(codes)) == 10
    assert is_in(client)
    scope.enter(make.WHOLE, session)
    kept = session.get_one(Credential, account.user_id)
    assert len(kept.recovery) == 10
    assert not set(codes) & set(kept.recovery)
    assert codes[0] not in client.get("/own/factor/").text


def test_the_code_that_set_a_device_up_opens_nothing_more(newcomer, clock, knock, web):
    account, client = newcomer
    page = client.get(DEVICE).text
    code = shown(clock, secret=key_in(page))
    type_in(client, code, DEVICE, offer=field(page, "offer"))
    again = web()
    assert knock(account, client=again).location == CODE
    assert type_in(again, code).status_code == 422


def test_looking_at_the_set_up_changes_nothing(newcomer, session):
    account, client = newcomer
    assert key_in(client.get(DEVICE).text) != key_in(client.get(DEVICE).text)
    client.head(DEVICE)
    scope.enter(make.WHOLE, session)
    assert session.get(Credential, account.user_id) is None


def test_an_offer_of_somebody_elses_or_of_yesterday_is_not_taken(
    newcomer, someone, knock, web, clock
):
    _account, client = newcomer
    other = web()
    knock(someone("CR"), client=other)
    page = other.get(DEVICE).text
    taken = type_in(client, shown(clock, secret=key_in(page)), DEVICE, offer=field(page, "offer"))
    assert taken.status_code == 422
    assert type_in(client, "000000", DEVICE, offer="\u5f20").status_code == 422


# ── the own pages ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(half, clock):
    client = half()
    type_in(client, shown(clock))
    clock.on(minutes=1)
    return client


def test_recovery_codes_are_renewed_by_whoever_shows_a_code(desk, officer, half, clock):
    assert type_in(desk, "000000", "/own/factor/codes").status_code == 422
    fresh = type_in(desk, shown(clock), "/own/factor/codes")
    codes = re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4})</li>", fresh.text)
    assert len(codes) == 10
    assert type_in(half(), officer.codes[0]).status_code == 422
    assert type_in(half(), codes[0]).status_code == 302


def test_another_device_takes_a_code_of_both(desk, half, clock):
    page = desk.get("/own/factor/device").text
    offer, secret = field(page, "offer"), key_in(page)
    new = shown(clock, secret=secret)
    for old in ("", "000000"):
        refused = type_in(desk, new, "/own/factor/device", offer=offer, old_code=old)
        assert refused.status_code == 422
    done = type_in(desk, new, "/own/factor/device", offer=offer, old_code=shown(clock))
    assert done.status_code == 200
    clock.on(minutes=1)
    assert type_in(half(), shown(clock)).status_code == 422
    assert type_in(half(), shown(clock, secret=secret)).status_code == 302


def test_five_wrong_codes_end_the_session_too(desk, officer, knock):
    for _ in range(5):
        type_in(desk, "000000", "/own/factor/codes")
    assert not is_in(desk)
    assert knock(officer, PASSWORD).status_code == 422
