"""Two at once: a code lets one of them in, and a flood of guesses gets its five tries."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.models.sealed import KEYS
from app.policies import scope, second_factor
from app.policies.audit import record
from app.views.limits import Limit, named
from config import ENGINE, Config
from tests import make

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT_ONCE = 8


@pytest.fixture
def committed(root, house):
    """An engine on a database of our own, and an account with a device in it."""
    KEYS.unlock(house.key_file)
    engine = create_engine(Config.read().database_url, **ENGINE, pool_size=AT_ONCE)
    scope.guard(engine)
    with scope.within(make.WHOLE), Session(engine) as session:
        account = make.an_account(session, "CR")
        codes = second_factor.keep(session, account.user_id, SECRET, 0, datetime.now(UTC))
        record(session, "account.device_set")
        session.commit()
        yield engine, account.user_id, codes
    engine.dispose()


def at_once(work):
    """Do it in so many threads at the same moment; return what each got."""
    gate = threading.Barrier(AT_ONCE)

    def one(_):
        gate.wait()
        return work()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.mark.parametrize("kind", ["device", "recovery"])
def test_a_code_used_twice_at_once_lets_one_in(committed, kind):
    engine, user_id, codes = committed
    now = datetime.now(UTC)
    code = pyotp.TOTP(SECRET).at(now) if kind == "device" else codes[0]

    def use():
        with scope.within(make.WHOLE), Session(engine) as session:
            opened = second_factor.proves(session, user_id, code, now)
            record(session, "account.login")
            session.commit()
            return opened

    assert sum(at_once(use)) == 1


def test_a_flood_of_guesses_gets_its_five_tries(app):
    limit, key = Limit("5 per 15 minutes", "flood"), named("flood")

    def guess():
        with app.app_context():
            return limit.hit(key)

    assert sum(at_once(guess)) == 5
