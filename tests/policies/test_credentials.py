"""One-time passwords, own passwords and the second factor, as the tier above and the holder set."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.security import check_password_hash

from app.models.account import Credential
from app.policies import credentials, scope
from app.policies.credentials import present_hash, reset_factor, set_own_password
from tests import make

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def account(session):
    scope.enter(make.WHOLE, session)
    return make.an_account(session, "SR")


def test_a_one_time_password_is_told_once_opens_for_three_days_and_ends_sessions(session, account):
    epoch = account.session_epoch
    secret = credentials.set_temporary_password(session, account)
    session.refresh(account)
    found = session.get_one(Credential, account.user_id)
    assert check_password_hash(present_hash(session, account.user_id), secret)
    assert found.temporary_until - found.password_set_at == timedelta(hours=72)
    assert account.must_change_password
    assert account.session_epoch == epoch + 1
    assert credentials.set_temporary_password(session, account) != secret


def test_own_passwords_are_remembered_and_one_time_ones_are_not(session, account):
    first = present_hash(session, account.user_id)
    credentials.set_temporary_password(session, account)
    for n in range(7):
        set_own_password(session, account, f"Plum-and-kite-{n}", NOW)
    found = session.get_one(Credential, account.user_id)
    assert not account.must_change_password
    assert found.temporary_until is None
    assert len(found.past) == 5
    assert first not in found.past
    for n, hashed in enumerate(found.past):
        assert check_password_hash(hashed, f"Plum-and-kite-{5 - n}")


def test_a_reset_factor_is_gone_with_its_codes(session, account):
    found = credentials.credential_of(session, account.user_id)
    found.totp_secret, found.totp_confirmed_at, found.recovery = "S" * 32, NOW, ["0" * 64]
    session.flush()
    epoch = account.session_epoch
    reset_factor(session, account)
    session.refresh(found)
    assert (found.totp_secret, found.totp_confirmed_at, found.recovery) == (None, None, [])
    assert account.session_epoch == epoch + 1


def test_nobody_resets_a_person_out_of_their_range(session, account):
    other = make.an_account(session, "CR", "419701")
    scope.enter(scope.scope_of(session, other.user_id), session)
    with pytest.raises(Exception, match=r"row-level security|no such account"):
        credentials.set_temporary_password(session, account)
