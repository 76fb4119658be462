"""The gate: who gets in, who waits, and what nobody learns from the answer (S1, S3, S4, S8-S13)."""

from urllib.parse import quote

import pytest
from flask_jwt_extended import create_access_token
from flask_login import encode_cookie
from sqlalchemy import text

from app.models.audit import AuditEvent
from app.policies import scope
from app.policies.credentials import set_temporary_password
from app.views.limits import Counter, counter
from app.views.signing_in import proving
from tests import make
from tests.make import PASSWORD

WRONG = "Kite-and-plum-2"


def is_in(answer):
    return answer.status_code == 302 and not answer.location.startswith("/login")


def words(answer):
    """What a page says, without the login typed into it and what is drawn by chance."""
    main = answer.text.split("<section", 1)[1].split("</section>")[0]
    return main.split('name="username"')[0]


def events(session, action):
    scope.enter(scope.SYSTEM, session)
    return session.query(AuditEvent).filter_by(action=action).order_by(AuditEvent.id).all()


# ── tries ────────────────────────────────────────────────────────────────────────────────


def test_five_wrong_tries_lock_an_account_for_fifteen_minutes(someone, knock, clock):
    account = someone()
    assert not any(is_in(knock(account, WRONG)) for _ in range(5))
    assert not is_in(knock(account))
    clock.on(minutes=14, seconds=50)
    assert not is_in(knock(account))
    clock.on(seconds=20)
    assert is_in(knock(account))


def test_the_fifteen_minutes_begin_with_the_fifth_try(someone, knock, clock):
    account = someone()
    knock(account, WRONG)
    clock.on(minutes=14)
    for _ in range(4):
        knock(account, WRONG)
    clock.on(minutes=10)
    assert not is_in(knock(account))
    clock.on(minutes=5, seconds=10)
    assert is_in(knock(account))


def test_four_wrong_tries_do_not_and_a_right_one_forgets_them(someone, knock):
    account = someone()
    for _ in range(3):
        assert not any(is_in(knock(account, WRONG)) for _ in range(4))
        assert is_in(knock(account))


def test_tries_from_many_addresses_are_one_accounts(someone, knock):
    account = someone()
    for n in range(5):
        knock(account, WRONG, address=f"10.0.0.{n}")
    assert not is_in(knock(account, address="10.0.0.99"))


def test_a_login_in_capitals_is_the_same_account(someone, knock):
    account = someone()
    for n in range(5):
        knock(account.login.upper() if n % 2 else account.login, WRONG)
    assert not is_in(knock(account))


def test_a_flood_learns_no_more_than_a_trickle(someone, knock, monkeypatch):
    """The tries are counted before the password is asked: none slips in between."""
    account, asked = someone(), []
    count = proving.TRIES.hit
    monkeypatch.setattr(proving.TRIES, "hit", lambda key: asked.append("hit") or count(key))
    real = proving.open_account
    monkeypatch.setattr(proving, "open_account", lambda pk: asked.append("asked") or real(pk))
    knock(account, WRONG)
    assert asked[0] == "hit"


def test_twenty_wrong_tries_shut_an_address_out_whatever_it_says_of_itself(someone, knock):
    account = someone()
    for n in range(20):
        answer = knock(f"nobody-{n}", WRONG, **{"X-Forwarded-For": f"10.0.0.{n}"})
        assert answer.status_code == 422
    shut = knock(account, **{"X-Forwarded-For": "10.9.9.9"})
    assert shut.status_code == 429
    assert 0 < int(shut.headers["Retry-After"]) <= 900
    assert is_in(knock(account, address="10.0.0.7"))


def test_right_passwords_do_not_count_against_an_address(someone, knock):
    account = someone()
    assert all(is_in(knock(account)) for _ in range(22))


def test_another_process_counts_the_same_tries(someone, knock, app, monkeypatch):
    account = someone()
    for _ in range(5):
        knock(account, WRONG)
    with app.app_context():
        other = Counter(app.config["XUEJI"].redis_url)
        assert counter() is not other
    monkeypatch.setattr("app.views.limits.counter", lambda: other)
    assert not is_in(knock(account))


def test_without_valkey_a_process_counts_for_itself(someone, knock, monkeypatch):
    account, alone = someone(), Counter("unix:///nowhere/valkey.sock")
    monkeypatch.setattr("app.views.limits.counter", lambda: alone)
    assert is_in(knock(account))
    for _ in range(5):
        knock(account, WRONG)
    assert not is_in(knock(account))


def test_nothing_that_was_typed_is_kept_in_valkey(someone, knock, app):
    knock(someone(), WRONG)
    knock("liu-nobody", WRONG)
    with app.app_context():
        store = counter().shared.storage.get_connection()
    kept = b" ".join(store.keys("LIMITS*"))
    assert b"sign-in" in kept
    assert b"nobody" not in kept
    assert b"127.0.0.1" not in kept


# ── one answer for all ───────────────────────────────────────────────────────────────────


def test_unknown_wrong_locked_and_closed_are_answered_alike(someone, knock):
    fine, locked, closed = someone(), someone(), someone(enabled=False)
    for n in range(5):
        knock(locked, WRONG, address=f"10.0.0.{n}")
    answers = [
        knock("nobody@nowhere", WRONG),
        knock("nobody@nowhere", PASSWORD),
        knock(fine, WRONG),
        knock(locked, WRONG),
        knock(locked, PASSWORD),
        knock(closed, WRONG),
        knock(closed, PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({words(answer) for answer in answers}) == 1
    assert len({frozenset(answer.headers.keys()) for answer in answers}) == 1


def test_an_account_closed_in_one_table_alone_does_not_get_in(someone, knock, session):
    account = someone()
    session.execute(
        text("UPDATE account SET enabled = false WHERE user_id = :u"), {"u": account.user_id}
    )
    assert not is_in(knock(account))


@pytest.mark.parametrize("typed", ["", " ", "x" * 300, "' OR 1=1 --", "\x00", "张三", "%"])
def test_whatever_is_typed_gets_an_answer(knock, typed):
    assert knock(typed, WRONG).status_code in (200, 422)
    assert knock("nobody", typed).status_code in (200, 422)


def test_an_e_mail_address_is_no_login(someone, knock):
    account = someone()
    assert not is_in(knock(f"{account.login}.example"))


def test_a_wrong_try_is_written_down_once_without_what_was_typed(someone, knock, session):
    account = someone()
    before = len(events(session, "account.login_failed"))
    knock(account, WRONG)
    knock("liu-nobody", WRONG)
    known, unknown = events(session, "account.login_failed")[before:]
    assert (known.object_type, known.object_id, known.ip) == (
        "account",
        account.user_id,
        "127.0.0.1",
    )
    assert (unknown.object_id, unknown.actor, unknown.owner_path) == (None, None, "")
    assert "liu-nobody" not in str((unknown.details, unknown.object_type))
    scope.enter(make.WHOLE, session)
    assert known.owner_path == account.owner_path


def test_a_sign_in_and_a_sign_out_are_one_event_each(someone, web, session):
    client, before = web(account := someone()), len(events(session, "account.login"))
    client.post("/logout/")
    client.post("/logout/")
    outs = [e for e in events(session, "account.logout") if e.actor == account.user_id]
    assert len(outs) == 1
    assert [e.actor for e in events(session, "account.login")][before - 1 :] == [account.user_id]


# ── what came before, and where to ───────────────────────────────────────────────────────


def test_nothing_planted_before_the_sign_in_is_there_after_it(someone, knock, web):
    client = web()
    with client.session_transaction() as kept:
        kept |= {"planted": 1, "csrf_token": "known", "page_history": ["/x"], "locale": "en"}
    assert is_in(knock(someone(), client=client))
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert "page_history" not in kept
        assert kept.get("csrf_token") != "known"
        assert kept["locale"] == "en"


def test_a_session_holds_nothing_of_the_person(someone, web):
    account = someone()
    client = web(account)
    client.get("/desk/")
    with client.session_transaction() as kept:
        assert set(kept) <= {"_user_id", "epoch", "since", "seen", "csrf_token", "locale"}
        assert account.login not in str(dict(kept))
        assert account.name not in str(dict(kept))


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example",
        "https:evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "http://localhost@evil.example",
        "javascript:alert(1)",
        "",
        "evil.example",
        "/\r\nLocation: http://evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(someone, knock, to):
    answer = knock(someone(), client=None, url=f"/login/?next={quote(to, safe='')}")
    assert answer.status_code == 302
    assert answer.location == "/"


def test_signing_in_leads_where_one_wanted_to_go(someone, knock):
    assert knock(someone(), url="/login/?next=%2Fstudents%2Flist%2F%3Fpage%3D2").location == (
        "/students/list/?page=2"
    )


def test_only_a_post_with_its_token_signs_in_or_out(app, someone, web, knock, monkeypatch):
    client = web(someone())
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=True)
    for path in ("/logout/", "/session/stay", "/own/password/", "/own/factor/codes"):
        assert client.post(path).status_code == 400, path
    assert client.get("/logout/").status_code == 405
    assert client.head("/logout/").status_code == 405
    assert client.get("/desk/").status_code == 200
    for path in ("/login/code/", "/login/device/"):
        assert web().post(path).status_code == 400, path
    assert knock(someone()).status_code == 400


# ── one door ─────────────────────────────────────────────────────────────────────────────


def test_there_is_no_other_door(app, someone, web):
    doors = {str(rule) for rule in app.url_map.iter_rules() if "login" in str(rule)}
    assert doors == {"/login/", "/login/code/", "/login/device/"}
    assert not [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/")]
    body = {"username": someone().login, "password": PASSWORD, "provider": "db"}
    assert web().post("/api/v1/security/login", json=body).status_code == 404


def test_tokens_keys_and_remembered_browsers_open_nothing(app, someone, web):
    account = someone()
    with app.app_context():
        token = create_access_token(str(account.user_id))
        remembered = encode_cookie(str(account.user_id))
    for header in (f"Bearer {token}", "Bearer sst_0", "Basic eDp5"):
        answer = web().get("/desk/", headers={"Authorization": header})
        assert answer.status_code == 302
    client = web()
    client.set_cookie("remember_token", remembered)
    assert client.get("/desk/").location.startswith("/login")


def test_a_fresh_installation_has_no_account(root):
    for table in ("account", "ab_user"):
        assert root.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0  # noqa: S608


def test_a_one_time_password_opens_for_three_days(someone, knock, session, clock):
    account = someone()
    secret = set_temporary_password(session, account)
    session.commit()
    assert is_in(knock(account, secret))
    clock.on(hours=71, minutes=59)
    assert is_in(knock(account, secret))
    clock.on(minutes=2)
    late = knock(account, secret)
    assert late.status_code == 422
    assert words(late) != words(knock(account, WRONG))
