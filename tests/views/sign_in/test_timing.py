"""How long a wrong try takes says nothing about whether the account exists (S12, G14)."""

import statistics
import time

import pytest
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.models.base import fab_models
from app.views.limits import counter

FIGURES = "{}: medians {:.1f} and {:.1f} ms, {:.1%} apart, AUC {:.3f} over {} tries each"


@pytest.fixture(autouse=True)
def quick():
    """Nothing is quicker here than at work: an unknown login costs what it costs there."""


@pytest.fixture
def measured(app, session, someone, knock):
    """Try so often, in turn, an account there is and one there is not; the milliseconds of both."""
    account = someone()
    hashed = generate_password_hash("Anvil+river-9")
    user = fab_models.User
    session.execute(update(user).where(user.id == account.user_id).values(password=hashed))
    session.flush()

    def measure(tries):
        took = {"known": [], "unknown": []}
        for n in range(tries + 3):
            for who, login in (("known", account.login), ("unknown", f"nobody-{n}@nowhere")):
                with app.app_context():
                    counter().shared.storage.reset()
                start = time.perf_counter()
                assert knock(login, "wrong").status_code == 422
                took[who].append((time.perf_counter() - start) * 1000)
        return took["known"][3:], took["unknown"][3:]

    return measure


def auc(one, other):
    """How often a value of the one is above a value of the other: one half says nothing."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    return max(above, len(one) * len(other) - above) / (len(one) * len(other))


def apart(one, other):
    a, b = statistics.median(one), statistics.median(other)
    return abs(a - b) / min(a, b)


def test_known_and_unknown_take_as_long(measured):
    known, unknown = map(min, measured(15))  # what a busy machine adds is not the login's
    assert abs(known - unknown) / min(known, unknown) < 0.25  # the long test is exact


@pytest.mark.soak
def test_a_thousand_tries_tell_nobody_whether_an_account_exists(measured):
    known, unknown = measured(1000)
    gap, share = apart(known, unknown), auc(known, unknown)
    medians = statistics.median(known), statistics.median(unknown)
    print(FIGURES.format("sign-in", *medians, gap, share, len(known)))  # noqa: T201
    assert gap < 0.10
    assert share <= 0.55
