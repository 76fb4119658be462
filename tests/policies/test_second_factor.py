"""One-time codes and recovery codes: who needs them, and that each opens once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.models.account import Credential
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies import second_factor as factor
from app.policies.roles import Role
from app.policies.switches import Setting
from tests import make

NOW = datetime(2026, 9, 1, 8, 0, 5, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SCHOOL = {Role.CT, Role.TE, Role.SR, Role.SL}


def shown(seconds=0):
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=seconds))


@pytest.fixture
def account(session):
    scope.enter(make.WHOLE, session)
    return make.an_account(session, "CR")


@pytest.fixture
def codes(session, account):
    return factor.keep(session, account.user_id, SECRET, 0, NOW)


@pytest.mark.parametrize("role", Role)
def test_everybody_above_the_schools_needs_one(role):
    said = SwitchValue(value="on")
    needed = role not in SCHOOL
    assert factor.is_needed(role, Setting("second_factor", "on"), demo=False) is needed
    assert factor.is_needed(role, Setting("second_factor", "on", said), demo=True) is needed
    assert not factor.is_needed(role, Setting("second_factor", "on"), demo=True)
    assert not factor.is_needed(role, Setting("second_factor", "off", said), demo=False)


@pytest.mark.parametrize(
    ("seconds", "opens"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)]
)
def test_a_clock_may_be_one_step_off(session, account, codes, seconds, opens):
    assert factor.proves(session, account.user_id, shown(seconds), NOW) is opens


def test_a_code_opens_once_and_none_older_after_it(session, account, codes):
    assert factor.proves(session, account.user_id, shown(), NOW)
    assert not factor.proves(session, account.user_id, shown(), NOW)
    assert not factor.proves(session, account.user_id, shown(-30), NOW)
    assert factor.proves(session, account.user_id, shown(30), NOW)


def test_a_recovery_code_opens_once_however_it_is_typed(session, account, codes):
    assert len(set(codes)) == 10
    assert factor.proves(session, account.user_id, f" {codes[3].upper()} ", NOW)
    assert not factor.proves(session, account.user_id, codes[3], NOW)
    assert factor.proves(session, account.user_id, codes[4].replace("-", ""), NOW)
    kept = session.get_one(Credential, account.user_id).recovery
    assert len(kept) == 8
    assert not set(codes) & set(kept)


def test_renewed_codes_close_the_old_ones(session, account, codes):
    fresh = factor.renew_codes(session, account.user_id)
    assert not factor.proves(session, account.user_id, codes[0], NOW)
    assert factor.proves(session, account.user_id, fresh[0], NOW)


@pytest.mark.parametrize("typed", ["", "000", "１２３４５６", "' OR 1=1", "0" * 1000, "\x00"])
def test_whatever_is_typed_is_a_wrong_code(session, account, codes, typed):
    assert not factor.proves(session, account.user_id, typed, NOW)


def test_nobody_proves_anything_before_a_device_is_set_up(session, account):
    assert not factor.proves(session, account.user_id, shown(), NOW)
    factor.credential_of(session, account.user_id).totp_secret = SECRET
    session.flush()
    assert not factor.proves(session, account.user_id, shown(), NOW)


def test_the_secret_is_sealed_at_rest(session, account, codes):
    sql = "SELECT totp_secret FROM credential WHERE user_id = %s"
    raw = session.connection().exec_driver_sql(sql, (account.user_id,)).scalar()
    assert SECRET.encode() not in bytes(raw)


def test_an_offer_is_one_accounts_and_lasts_ten_minutes(house):
    text = factor.offer(7, SECRET, NOW)
    assert SECRET not in text
    assert factor.offered(7, text, NOW + timedelta(minutes=10)) == SECRET
    assert factor.offered(7, text, NOW + timedelta(minutes=11)) is None
    assert factor.offered(8, text, NOW) is None
    assert factor.offered(7, "x" + text, NOW) is None
    assert factor.offered(7, "é", NOW) is None
    assert factor.offered(7, "", NOW) is None
