"""业务控制开关: an authority says what is open, closed or set, for itself and everybody below it.

A word is added and never changed: a later one of the same authority takes its place, one without
a value takes the authority's own back. Only those the switch names may speak, for their own
authority, from today on, and not where somebody above has bound everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused, refuse_unless
from app.models.organisation import Organisation
from app.models.switch import SwitchValue
from app.policies.audit import record
from app.policies.roles import Actor
from app.policies.switches import SWITCHES, Switch, setting


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody wants to be in force; ``value`` None takes the authority's own word back."""

    key: str
    value: str | None
    valid_from: date
    valid_to: date | None = None  # the last day, itself included; None: until another word
    is_binding: bool = False
    note: str | None = None


def who_may(switch: Switch) -> tuple[str, ...]:
    """Return the codes of the roles that may set a switch."""
    return tuple(f"role.{role}" for role in switch.setters)


def may_set(actor: Actor, key: str, organisation: Organisation) -> bool:
    """Tell whether somebody may speak at all on a switch, for this organisation."""
    return actor.role in SWITCHES[key].setters and organisation.id == actor.organisation_id


def why_not(
    session: Session, actor: Actor, organisation: Organisation, word: Word, today: date
) -> tuple[Refusal, ...]:
    """Return every reason against a word; empty means it may be said."""
    answers = (*_person(actor, organisation, word.key), *_sense(word, today))
    if told := tuple(answer for answer in answers if answer):
        return told
    answer = _bound(session, organisation, word) or _idle(session, organisation, word)
    return (answer,) if answer else ()


def decide(
    session: Session, actor: Actor, organisation: Organisation, word: Word, today: date
) -> SwitchValue:
    """Add the word to what the authority has said, or raise `Refused`; never commits."""
    if word.key not in SWITCHES:
        raise NotFound
    one_at_a_time = select(Organisation.id).where(Organisation.id == organisation.id)
    session.execute(one_at_a_time.with_for_update(key_share=True))  # a doubled post waits here
    if reasons := why_not(session, actor, organisation, word, today):
        raise Refused(*reasons)
    said = SwitchValue(
        organisation_id=organisation.id,
        key=word.key,
        value=word.value,
        valid_from=word.valid_from,
        valid_to=word.valid_to,
        is_binding=word.is_binding and word.value is not None,
        note=word.note,
        set_by=actor.user_id,
    )
    session.add(said)
    session.flush()
    record(
        session,
        "switch.set",
        object_type="switch_value",
        object_id=said.id,
        key=said.key,
        value=said.value,
        binding=said.is_binding,
    )
    return said


# ── reasons ─────────────────────────────────────────────────────────────────────────────────


def _person(actor: Actor, organisation: Organisation, key: str) -> tuple[Refusal | None, ...]:
    """Only the roles a switch names set it, each for the own authority alone."""
    name, switch = f"switch.{key}", SWITCHES[key]
    is_setter = actor.role in switch.setters
    is_own = not is_setter or organisation.id == actor.organisation_id
    who = who_may(switch)
    return (
        refuse_unless(is_setter, "E-SWITCH-WHO", name=name, who=who),
        refuse_unless(is_own, "E-SWITCH-PLACE", name=name, who=who),
    )


def _sense(word: Word, today: date) -> tuple[Refusal | None, ...]:
    """A value is one of the switch's; a period ends after it began, and begins today at best."""
    is_value = word.value is None or SWITCHES[word.key].takes(word.value)
    is_period = word.valid_to is None or word.valid_to >= word.valid_from
    return (
        refuse_unless(is_value, "E-SWITCH-VALUE", name=f"switch.{word.key}"),
        refuse_unless(is_period, "E-SWITCH-PERIOD"),
        refuse_unless(word.valid_from >= today, "E-SWITCH-PAST"),
    )


def _bound(session: Session, organisation: Organisation, word: Word) -> Refusal | None:
    """Where a superior has bound everybody below, nobody below says otherwise."""
    held = setting(session, organisation.path, word.key, word.valid_from).word
    if word.value is None or held is None or not held.is_binding:
        return None
    authority = held.organisation
    return refuse_unless(
        authority.id == organisation.id,
        "E-SWITCH-BOUND",
        name=f"switch.{word.key}",
        authority=authority.name,
    )


def _idle(session: Session, organisation: Organisation, word: Word) -> Refusal | None:
    """A word that repeats the last one, or takes back what was never said, is not added."""
    name = f"switch.{word.key}"
    mine = select(SwitchValue).where(
        SwitchValue.organisation_id == organisation.id, SwitchValue.key == word.key
    )
    last = session.scalar(mine.order_by(SwitchValue.id.desc()).limit(1))
    if word.value is None:
        return refuse_unless(
            last is not None and last.value is not None, "E-SWITCH-NONE", name=name
        )
    if last is None:
        return None
    says = (last.value, last.valid_from, last.valid_to, last.is_binding, last.note)
    wants = (word.value, word.valid_from, word.valid_to, word.is_binding, word.note)
    return refuse_unless(says != wants, "E-SWITCH-SAME", name=name)
