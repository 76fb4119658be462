"""When a session is over, and that the person is told why (S2, S16, S17, S20)."""

import pytest
from sqlalchemy import text

from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.credentials import reset_factor, set_temporary_password
from app.views.actor import arrive, today
from app.views.signing_in.sessions import WHY, Over, why_over
from tests import make

PAGE = "/desk/"


def is_in(client):
    return client.get(PAGE).status_code == 200


def told(client):
    """Why the session is over, as the sign-in page says it."""
    page = client.get("/login/").text
    return [over for over in Over if str(WHY[over])[:40] in page]


@pytest.fixture
def english(web):
    """Sign in with the pages in English."""

    def enter(account):
        client = web(account)
        with client.session_transaction() as kept:
            kept["locale"] = "en"
        return client

    return enter


def decide(session, key, value):
    scope.enter(make.WHOLE, session)
    ministry, by = make.an_authority(session, "000000"), make.an_account(session, "SEC", "000000")
    session.add(
        SwitchValue(
            organisation_id=ministry.id, key=key, value=value, valid_from=today(), set_by=by.user_id
        )
    )
    session.flush()


# ── time ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "minutes"), [("SR", 30), ("CT", 30), ("SL", 15), ("CR", 15)])
def test_a_session_ends_when_nothing_is_done(someone, english, clock, role, minutes):
    client = english(someone(role))
    clock.on(minutes=minutes - 1)
    assert is_in(client)
    clock.on(minutes=minutes - 1)
    assert is_in(client)
    clock.on(minutes=minutes)
    assert not is_in(client)
    assert told(client) == [Over.IDLE]


def test_a_session_ends_after_twelve_hours_of_work(someone, english, clock):
    client = english(someone())
    for _ in range(29):
        clock.on(minutes=24)
        assert is_in(client)
    clock.on(minutes=24)
    assert not is_in(client)
    assert told(client) == [Over.LONG]


@pytest.mark.parametrize("endpoint", ["SessionView.left", "ImportView.live", "InboxView.job"])
def test_a_page_that_asks_by_itself_is_no_activity(app, someone, web, clock, endpoint):
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    url = app.url_map.bind("localhost").build(endpoint, dict.fromkeys(rule.arguments, 1))
    client = web(someone())
    for _ in range(3):
        clock.on(minutes=11)
        client.get(url)
    assert not is_in(client)


def test_the_page_is_told_how_long_it_has_and_may_stay(someone, web, clock):
    client = web(someone())
    clock.on(minutes=28)
    assert client.get("/session/left").json == {"left": 120}
    assert client.post("/session/stay").json == {"left": 1800}
    clock.on(minutes=29)
    assert is_in(client)
    clock.on(minutes=31)
    assert client.get("/session/left").json == {"left": 0}
    assert client.post("/session/stay").status_code == 302


def test_the_notice_stands_hidden_in_every_page(someone, web):
    page = web(someone()).get(PAGE).text
    assert 'id="idle"' in page
    assert 'data-left="1800"' in page


# ── what ends all sessions ───────────────────────────────────────────────────────────────


def test_a_kept_cookie_opens_nothing_after_the_sign_out(app, someone, web):
    client, name = web(someone()), app.config["SESSION_COOKIE_NAME"]
    kept = client.get_cookie(name).value
    client.post("/logout/")
    client.set_cookie(name, kept)
    assert client.get(PAGE).location.startswith("/login")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE account SET role = 'SL' WHERE user_id = :u",
        "UPDATE account SET enabled = false WHERE user_id = :u",
        "UPDATE ab_user SET active = false WHERE id = :u",
        "UPDATE account SET session_epoch = session_epoch + 1 WHERE user_id = :u",
    ],
)
def test_a_changed_or_closed_account_is_signed_out_at_its_next_request(
    someone, english, session, change
):
    account = someone()
    client = english(account)
    scope.enter(make.WHOLE, session)
    session.execute(text(change), {"u": account.user_id})
    assert client.post("/session/stay").status_code == 302
    assert not is_in(client)
    over = Over.CLOSED if "false" in change else Over.CHANGED
    assert told(client) == [over]


@pytest.mark.parametrize("reset", [reset_factor, set_temporary_password])
def test_a_reset_by_the_tier_above_ends_all_sessions(someone, web, session, reset):
    account = someone()
    client = web(account)
    scope.enter(make.WHOLE, session)
    session.refresh(account)
    reset(session, account)
    assert not is_in(client)


def test_signing_out_ends_the_other_sessions_too(someone, web, session):
    decide(session, "single_session", "off")
    account = someone()
    one, other = web(account), web(account)
    one.post("/logout/")
    assert not is_in(other)


# ── one session an account ───────────────────────────────────────────────────────────────


def test_a_new_sign_in_ends_the_earlier_session_and_says_so(someone, english):
    account = someone()
    first = english(account)
    second = english(account)
    assert not is_in(first)
    assert told(first) == [Over.ELSEWHERE]
    assert is_in(second)


def test_where_the_switch_says_so_two_sessions_live_side_by_side(someone, web, session):
    decide(session, "single_session", "off")
    account = someone()
    first, second = web(account), web(account)
    assert is_in(first)
    assert is_in(second)


def test_the_last_sign_in_is_shown_after_the_next(someone, web, clock):
    account = someone()
    assert "2026-02-03" not in web(account).get(PAGE).text
    clock.time = clock.time.replace(year=2027, month=2, day=3, hour=4)
    web(account)
    clock.on(days=1)
    assert "2027-02-03 12:" in web(account).get(PAGE).text


# ── the cookie and the parts of a page ───────────────────────────────────────────────────


def test_the_cookie_is_for_this_site_and_not_for_scripts(someone, knock):
    said = knock(someone()).headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said or "SameSite=Strict" in said


def test_a_bent_cookie_is_nobody(app, web):
    client = web()
    for value in ("x", "e30.x.y", ".eJw", "\u5f20"):
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
        assert client.get(PAGE).status_code == 302


def test_a_part_of_a_page_leads_the_whole_page_to_the_gate(someone, web, clock):
    client = web(someone())
    clock.on(minutes=31)
    part = client.get(PAGE, headers={"HX-Request": "true"})
    assert part.status_code == 204
    assert part.headers["HX-Redirect"].startswith("/login/")


def test_signed_out_by_time_one_comes_back_to_the_page(someone, web, clock):
    client = web(someone())
    clock.on(minutes=31)
    assert client.get("/students/list/").location == "/login/?next=/students/list/"


def test_a_closed_account_is_refused_at_the_session_and_at_the_scope(someone, web, app, clock):
    account = someone()
    kept = {"epoch": account.session_epoch, "since": clock.now().timestamp()}
    kept["seen"] = kept["since"]
    assert why_over(account, kept, clock.now()) is None
    account.enabled = False
    assert why_over(account, kept, clock.now()) is Over.CLOSED
    closed = someone(enabled=False)
    with app.test_request_context():
        assert arrive(closed.user_id, None) is None
