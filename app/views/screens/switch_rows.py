"""The page of switches, row by row: the value here and now, whose word it is, what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session, joinedload

from app.messages.catalogue import CATALOGUE
from app.models.organisation import Organisation
from app.models.switch import SwitchValue
from app.policies.rights import opens
from app.policies.roles import Actor, Role
from app.policies.switches import (
    OFF,
    ON,
    SWITCHES,
    Group,
    Setting,
    Switch,
    decided,
    next_change,
    words,
)
from app.views.words import text
from app.workflows.switching import Word, may_set, who_may

LONGEST_NOTE = 200
NEWEST = 20  # decisions a history shows
ICONS = {"ok": "circle-check", "warn": "lock", "off": ""}


@dataclass(slots=True)
class Typed:
    """A form as it came in; ``word`` is there once every field can be read."""

    fields: dict[str, str]
    is_binding: bool = False
    wrong: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    word: Word | None = None

    @property
    def key(self) -> str:
        """Which switch it is about."""
        return self.fields["key"]


@dataclass(frozen=True, slots=True)
class Row:
    """One switch as it stands at a place."""

    key: str
    place: Organisation
    said: Sequence[SwitchValue]  # by the place and those above it, in the order of `words`
    today: date
    is_setter: bool  # this person may speak on it for the place
    typed: Typed | None  # what came in, when it could not be kept

    @property
    def switch(self) -> Switch:
        """What the switch is."""
        return SWITCHES[self.key]

    @property
    def now(self) -> Setting:
        """What holds today, and whose word it is."""
        return decided(self.key, self.said, self.today)

    @property
    def coming(self) -> tuple[date, Setting] | None:
        """The next day on which another word holds."""
        return next_change(self.key, self.said, self.today)

    @property
    def history(self) -> list[SwitchValue]:
        """What was said on it here and above, the newest first."""
        return sorted(self.said, key=lambda word: word.id, reverse=True)[:NEWEST]

    @property
    def bound_by(self) -> Organisation | None:
        """The superior whose binding word leaves nothing to decide here."""
        word = self.now.word
        is_above = word is not None and word.organisation_id != self.place.id
        return word.organisation if word and word.is_binding and is_above else None

    @property
    def setters(self) -> list[str]:
        """Who may speak on it, by the names of their roles."""
        return [text(code) for code in who_may(self.switch)]

    @property
    def has_own(self) -> bool:
        """The place has said something that could be taken back."""
        own = [word for word in self.history if word.organisation_id == self.place.id]
        return bool(own) and own[0].value is not None

    @property
    def kind(self) -> str:
        """The look of the value: what is closed stands out, what has no side is plain."""
        if self.now.value not in (ON, OFF):
            return "off"
        good = ON if self.switch.closes != ON else OFF
        return "ok" if self.now.value == good else "warn"

    @property
    def icon(self) -> str:
        """The glyph of the value."""
        return ICONS[self.kind]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values a form offers, with their words."""
        return [(value, value_word(self.key, value)) for value in self.switch.choices]

    @property
    def chosen(self) -> Mapping[str, str]:
        """What the fields of the form hold: what was typed, or a new word from today on."""
        if self.typed:
            return self.typed.fields
        return {"value": self.now.value, "valid_from": self.today.isoformat()}


def visible(role: Role) -> list[str]:
    """Return the keys a role sees: those of its matrix row."""
    return [key for key, switch in SWITCHES.items() if opens(role, f"{switch.function}:R")]


def groups_of(
    session: Session, actor: Actor, place: Organisation, today: date, typed: Typed | None
) -> dict[Group, list[Row]]:
    """Return the rows of a place by group, from all that it and those above have said."""
    said = session.scalars(words(place.path).options(joinedload(SwitchValue.person))).all()
    rows = [
        Row(
            key=key,
            place=place,
            said=[word for word in said if word.key == key],
            today=today,
            is_setter=may_set(actor, key, place),
            typed=typed if typed and typed.key == key else None,
        )
        for key in visible(actor.role)
    ]
    by_group = {group: [row for row in rows if row.switch.group is group] for group in Group}
    return {group: found for group, found in by_group.items() if found}


def value_word(key: str, value: str | None) -> str:
    """Say a value: the switch's own word for it, or on and off, or the value as it is."""
    codes = (f"switch.{key}.{value}", f"value.{value}")
    return next((text(code) for code in codes if code in CATALOGUE), str(value))
