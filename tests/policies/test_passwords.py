"""What a password must be, rule by rule."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.security import generate_password_hash

from app.policies.passwords import PROFILES, Holder, is_expired, why_not

HOLDER = Holder("registrar@411302", "张明", "宛城区教育局")
DENGBAO3, ASVS = PROFILES["dengbao3"], PROFILES["asvs"]


def codes(profile, password, past=()):
    return [refusal.code for refusal in why_not(profile, password, HOLDER, past)]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Plum-and-kite", []),
        ("plum42-kite", []),
        ("Pl-42xy", ["password.short"]),
        ("plumkite42", ["password.kinds"]),
        ("", ["password.short", "password.kinds"]),
        ("Registrar-42", ["password.own_name"]),
        ("Plum-411302", ["password.own_name"]),
        ("Plum-张明-42", ["password.own_name"]),
        ("Plum-42" * 20, ["password.long"]),
    ],
)
def test_dengbao3_says_every_reason(password, expected):
    assert codes(DENGBAO3, password) == expected


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("plum kite river anvil", []),
        ("Plum-42-kit", ["password.short"]),
        ("Password1234!", ["password.guessed"]),
        ("qwertyuiop[]", ["password.guessed"]),
        ("宛城区教育局宛城区教育局", ["password.guessed"]),
        ("plum-registrar-anvil-9", ["password.own_name"]),
    ],
)
def test_asvs_says_every_reason(password, expected):
    assert codes(ASVS, password) == expected


def test_none_of_the_last_five_is_taken_again():
    worn = [f"Plum-and-kite-{n}" for n in range(6)]
    past = [generate_password_hash(each, method="pbkdf2:sha256:1") for each in worn]
    taken = [codes(DENGBAO3, each, past) for each in worn]
    assert taken == [["password.used"]] * 5 + [[]]
    assert codes(ASVS, "plum kite river anvil", past) == []


def test_dengbao3_wants_another_after_ninety_days_and_asvs_never():
    now = datetime(2026, 9, 1, tzinfo=UTC)
    for days, expected in ((89, False), (90, True), (4000, True)):
        assert is_expired(DENGBAO3, now - timedelta(days=days), now) is expected
        assert not is_expired(ASVS, now - timedelta(days=days), now)
