"""业务控制开关: who may speak, what may be said, and that it is written down exactly once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app.errors import NotFound, Refused
from app.messages.catalogue import say
from app.models.audit import AuditEvent
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.roles import Role
from app.policies.switches import SWITCHES, setting
from app.workflows import switching
from app.workflows.switching import Word
from tests import make
from tests.workflows.cases import TODAY, become

DAY = timedelta(days=1)
FREEZE = Word("freeze_transfer", "on", TODAY)
PLACES = {"CL": "411302", "TL": "4113", "PL": "41", "MIN": "000000", "SEC": "000000"}


@pytest.fixture
def say_as(session):
    """Speak as somebody of a role; gives the codes of the refusals, none for a word that holds."""
    scope.enter(make.WHOLE, session)
    make.an_authority(session, "411302")
    people = {}

    def speak(role, word=FREEZE, place=None):
        scope.enter(make.WHOLE, session)
        if role not in people:
            people[role] = make.an_account(session, role, PLACES.get(role))
        account = people[role]
        home = account.organisation
        where = make.an_authority(session, place) if place else home
        try:
            switching.decide(session, become(session, account), where, word, TODAY)
        except Refused as refused:
            return [refusal.code for refusal in refused.refusals]
        return []

    return speak


def events(session):
    scope.enter(make.WHOLE, session)
    return session.scalars(
        select(AuditEvent).where(AuditEvent.action == "switch.set").order_by(AuditEvent.id)
    ).all()


def test_a_leader_speaks_for_the_own_authority_and_one_event_tells_it(session, say_as):
    word = replace(FREEZE, valid_to=TODAY + 30 * DAY, is_binding=True, note="豫教〔2026〕7号")
    assert say_as("PL", word) == []
    scope.enter(make.WHOLE, session)
    said = session.scalars(select(SwitchValue)).one()
    assert (said.value, said.valid_to, said.is_binding) == ("on", word.valid_to, True)
    assert said.organisation.code == "41"
    (event,) = events(session)
    assert event.object_id == said.id
    assert event.details == {"key": "freeze_transfer", "value": "on", "binding": True}


@pytest.mark.parametrize("role", Role)
def test_only_those_the_switch_names_may_set_it(say_as, role):
    for key, switch in SWITCHES.items():
        value = next(v for v in (*switch.choices, "30") if switch.takes(v))
        told = say_as(role, Word(key, value, TODAY))
        assert told == ([] if role in switch.setters else ["E-SWITCH-WHO"]), key


def test_nobody_speaks_for_another_authority(session, say_as):
    assert say_as("PL", place="4113") == ["E-SWITCH-PLACE"]
    assert say_as("CL", place="4113") == ["E-SWITCH-PLACE"]
    assert events(session) == []


@pytest.mark.parametrize(
    ("bends", "code"),
    [
        ({"value": "perhaps"}, "E-SWITCH-VALUE"),
        ({"value": ""}, "E-SWITCH-VALUE"),
        ({"valid_to": TODAY - DAY}, "E-SWITCH-PERIOD"),
        ({"valid_from": TODAY - DAY}, "E-SWITCH-PAST"),
        ({"value": None}, "E-SWITCH-NONE"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(session, say_as, bends, code):
    assert say_as("PL", replace(FREEZE, **bends)) == [code]
    scope.enter(make.WHOLE, session)
    assert session.scalar(select(func.count(SwitchValue.id))) == 0


def test_every_reason_is_told_at_once(say_as):
    word = replace(FREEZE, value="x", valid_from=TODAY - DAY, valid_to=TODAY - 2 * DAY)
    assert say_as("PR", word) == [
        "E-SWITCH-WHO", "E-SWITCH-VALUE", "E-SWITCH-PERIOD", "E-SWITCH-PAST",
    ]  # fmt: skip


def test_a_number_lies_within_its_bounds(say_as):
    for value, told in (("0", []), ("3650", []), ("3651", ["E-SWITCH-VALUE"]), ("-1", None)):
        word = Word("seal_unused_days", value, TODAY)
        assert say_as("SEC", word) == (["E-SWITCH-VALUE"] if told is None else told)


def test_where_a_superior_has_bound_everybody_nobody_below_says_otherwise(session, say_as):
    assert say_as("PL", replace(FREEZE, is_binding=True, valid_to=TODAY + 10 * DAY)) == []
    loosen = replace(FREEZE, value="off")
    assert say_as("CL", loosen) == ["E-SWITCH-BOUND"]
    assert say_as("CL", replace(loosen, valid_from=TODAY + 11 * DAY)) == []  # after its end
    assert say_as("PL", loosen) == []  # the one who bound may say something else


def test_a_binding_word_is_named_with_its_authority(session, say_as):
    say_as("PL", replace(FREEZE, is_binding=True))
    scope.enter(make.WHOLE, session)
    person = make.an_account(session, "TL", "4113")
    with pytest.raises(Refused) as told:
        switching.decide(session, become(session, person), person.organisation, FREEZE, TODAY)
    assert say(told.value.refusals[0]) == (
        "41教育局已统一规定“暂停转学”，下级不能另设；如有需要请向其申请。"
    )


def test_a_refusal_names_who_could(session, say_as):
    scope.enter(make.WHOLE, session)
    person = make.an_account(session, "PL", "41")
    word = Word("province_may_promote", "off", TODAY)
    (reason,) = switching.why_not(
        session, become(session, person), person.organisation, word, TODAY
    )
    assert say(reason) == "本岗位不能设置“省级可自行升级”；请由部级学籍管理员设置。"
    assert "Ministry operator can" in say(reason, "en")


def test_a_doubled_word_is_added_once(session, say_as):
    assert say_as("PL") == []
    assert say_as("PL") == ["E-SWITCH-SAME"]
    assert say_as("PL", replace(FREEZE, value=None)) == []
    assert say_as("PL", replace(FREEZE, value=None)) == ["E-SWITCH-NONE"]
    assert len(events(session)) == 2


def test_a_word_taken_back_binds_nobody(session, say_as):
    say_as("PL", replace(FREEZE, is_binding=True))
    say_as("PL", replace(FREEZE, value=None, is_binding=True))
    assert say_as("CL", replace(FREEZE, value="off")) == []


def test_a_key_nobody_knows_is_not_there(say_as):
    with pytest.raises(NotFound):
        say_as("PL", replace(FREEZE, key="open_sesame"))


@pytest.mark.parametrize(
    "sql", ["UPDATE switch_value SET value = 'off'", "DELETE FROM switch_value"]
)
def test_a_word_is_never_changed_and_never_lost(session, say_as, sql):
    say_as("PL")
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text(sql))


def test_a_word_of_the_far_future_is_kept(session, say_as):
    assert say_as("MIN", replace(FREEZE, valid_from=date(2099, 1, 1))) == []
    scope.enter(make.WHOLE, session)
    assert not setting(session, "/41/", "freeze_transfer", TODAY).is_on
