"""业务控制开关: what holds where and when: nearest word, binding word, period, taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.messages.catalogue import CATALOGUE, say
from app.models.organisation import Tier
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.matrix import MATRIX, holders
from app.policies.rights import DOORS, switch_of
from app.policies.roles import LEADERS, Role
from app.policies.switches import (
    SWITCHES,
    Group,
    Setting,
    ancestors,
    decided,
    next_change,
    setting,
    settings,
    words,
)
from tests import make

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
KEY = "freeze_transfer"


@pytest.fixture
def speak(session):
    """Say something as the authority of a code, from today on unless it is bent."""
    scope.enter(make.WHOLE, session)
    people = {}

    def said(code, value, key=KEY, **bends):
        place = make.an_authority(session, code)
        if code not in people:
            role = {0: "MIN", 2: "PL", 4: "TL", 6: "CL"}[len(code.rstrip("0"))]
            people[code] = make.an_account(session, role, place).user_id
        facts = {"valid_from": TODAY, "set_by": people[code], **bends}
        word = SwitchValue(organisation_id=place.id, key=key, value=value, **facts)
        session.add(word)
        session.flush()
        return word

    return said


def held(session, code, day=TODAY, key=KEY):
    return setting(session, make.an_authority(session, code).path, key, day)


def test_without_a_word_the_default_holds_and_nobody_decided(session, speak):
    found = held(session, "411302")
    assert (found.value, found.word) == ("off", None)
    assert found.closed().code == "E-SWITCH"


def test_a_word_holds_for_everybody_below_and_nobody_beside(session, speak):
    speak("41", "on")
    assert held(session, "41").is_on
    assert held(session, "411302").is_on
    assert held(session, make.a_school(session, "411302").organisation.code).is_on
    assert not held(session, "000000").is_on
    assert not held(session, "459701").is_on


def test_the_nearest_word_counts(session, speak):
    speak("41", "on")
    speak("4113", "off")
    assert held(session, "41").is_on
    assert not held(session, "411302").is_on
    assert held(session, "411302").word.organisation.code == "4113"


def test_a_binding_word_above_counts_before_the_nearest(session, speak):
    speak("411302", "off")
    speak("41", "on", is_binding=True)
    speak("4113", "off", is_binding=True)
    assert held(session, "411302").word.organisation.code == "41"


def test_the_last_word_of_an_authority_counts(session, speak):
    speak("41", "on")
    speak("41", "off")
    assert not held(session, "411302").is_on


def test_a_word_taken_back_leaves_what_stands_above(session, speak):
    speak("41", "on")
    speak("4113", "off")
    speak("4113", None)
    assert held(session, "411302").word.organisation.code == "41"
    speak("41", None)
    assert held(session, "411302").word is None


def test_a_word_holds_from_its_first_to_its_last_day(session, speak):
    speak("41", "on", valid_from=TODAY, valid_to=TODAY + DAY)
    days = [TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY]
    assert [held(session, "411302", day).is_on for day in days] == [False, True, True, False]


def test_an_expired_word_leaves_the_one_before(session, speak):
    speak("41", "on")
    speak("41", "off", valid_from=TODAY + DAY, valid_to=TODAY + 2 * DAY)
    days = [TODAY + n * DAY for n in range(4)]
    assert [held(session, "41", day).is_on for day in days] == [True, False, False, True]


def test_the_next_change_is_foreseen(session, speak):
    speak("41", "on", valid_from=TODAY, valid_to=TODAY + 4 * DAY)
    speak("4113", "off", valid_from=TODAY + 2 * DAY, valid_to=TODAY + 2 * DAY)
    said = session.scalars(words(make.an_authority(session, "411302").path)).all()
    seen, day = [], TODAY
    while found := next_change(KEY, said, day):
        day, then = found
        seen.append(((day - TODAY).days, then.value, then.word and then.word.organisation.code))
    assert seen == [(2, "off", "4113"), (3, "on", "41"), (5, "off", None)]
    assert decided(KEY, said, TODAY).is_on


def test_all_switches_of_a_place_cost_one_query(session, speak, outer):
    for key in SWITCHES:
        speak("41", SWITCHES[key].default, key)
        speak("411302", SWITCHES[key].default, key)
    path = make.an_authority(session, "411302").path
    session.expire_all()
    seen = []
    event.listen(outer, "before_cursor_execute", lambda *given: seen.append(given[2]))
    found = settings(session, path, TODAY)
    assert {found[key].word.organisation.code for key in SWITCHES} == {"411302"}
    assert len(seen) == 1


def test_a_closed_function_names_who_closed_it_and_until_when(session, speak):
    speak("41", "on", valid_to=TODAY + DAY)
    found = held(session, "411302")
    assert found.shuts_out(Role.SR)
    assert not found.shuts_out(Role.SL)
    assert say(found.closed()) == (
        "41教育局已关闭“发起转学”，到 2026-11-24 为止；如有需要请向其申请。"
    )


def test_the_way_up_begins_at_the_ministry():
    assert ancestors("/41/13/02/") == ["/", "/41/", "/41/13/", "/41/13/02/"]
    assert ancestors("/") == ["/"]


# ── the table of switches ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", SWITCHES)
def test_a_switch_is_whole(key):
    switch = SWITCHES[key]
    assert switch.takes(switch.default)
    assert f"switch.{key}" in CATALOGUE
    assert f"switch.{key}.help" in CATALOGUE
    assert Setting(key, switch.default).value == switch.default
    if switch.closes:
        assert switch.takes(switch.closes)
        assert f"switch.{key}.shuts" in CATALOGUE
        assert set(switch.binds) <= {role for row in rows_of(key) for role in row.cells}
    else:
        assert rows_of(key) == []


def rows_of(key):
    return [row for row in MATRIX.values() if row.switch == key]


@pytest.mark.parametrize("key", SWITCHES)
def test_a_switch_is_set_by_those_the_matrix_lets_set(key):
    switch = SWITCHES[key]
    assert set(switch.setters) <= set(holders(switch.function, "S"))
    if switch.group is not Group.SAFETY:
        leaders = {*LEADERS, Role.MIN}
        assert set(switch.setters) <= leaders
        assert Tier.SCHOOL not in {role.tier for role in switch.setters}


def test_every_switch_that_closes_closes_a_door():
    closing = {key for key, switch in SWITCHES.items() if switch.closes}
    doors = {switch_of(noun, permission) for noun, permission in DOORS}
    assert closing == doors - {""}


@pytest.mark.parametrize("value", ["", "ON", "1", "true", "-1", "٣", "3651", "9" * 40, "on "])
def test_a_value_that_is_none_of_a_switch_is_not_taken(value):
    assert not any(switch.takes(value) for switch in SWITCHES.values() if not switch.is_number)
    assert not SWITCHES["seal_unused_days"].takes(value) or value == "1"
