"""业务控制开关: what can be opened, closed or set, by whom, and what holds where and when.

A value holds for the organisation that set it and everybody below. The nearest word counts,
unless somebody above said that theirs is binding; without any word the default holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.errors import Refusal
from app.models.organisation import Organisation
from app.models.switch import SwitchValue
from app.policies.roles import LEADERS, REGISTRARS, Role

ON, OFF = "on", "off"
BUSINESS = (*LEADERS[1:], Role.MIN)  # leaders of authorities, and the ministry
GUARDIANS = (Role.SEC,)


class Group(StrEnum):
    """Under which heading a switch stands on the page."""

    REGISTRATION = "REGISTRATION"
    MOVEMENT = "MOVEMENT"
    YEAR = "YEAR"
    DATA = "DATA"
    SAFETY = "SAFETY"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: its values, its default, who may set it; its words are in `app.messages`.

    ``choices`` are the values of a flag or a choice; a number lies from ``least`` to ``most``. The
    functions of the matrix that name the switch are shut to ``binds`` while it is at ``closes``.
    """

    group: Group
    default: str = OFF
    choices: tuple[str, ...] = (ON, OFF)
    least: int = 0
    most: int = 0
    setters: tuple[Role, ...] = BUSINESS
    closes: str = ""
    binds: tuple[Role, ...] = REGISTRARS

    @property
    def is_number(self) -> bool:
        """Tell whether the value is a whole number."""
        return self.most > 0

    def takes(self, value: str) -> bool:
        """Tell whether this is a value of the switch."""
        if self.is_number:
            return value.isascii() and value.isdigit() and self.least <= int(value) <= self.most
        return value in self.choices


SWITCHES: Mapping[str, Switch] = {
    "freeze_transfer": Switch(Group.MOVEMENT, closes=ON),
    "province_may_promote": Switch(
        Group.YEAR, default=ON, setters=(Role.MIN,), closes=OFF, binds=(Role.PR, Role.PL)
    ),
    "national_lookup": Switch(Group.DATA, default=ON, closes=OFF),
    "second_factor": Switch(Group.SAFETY, default=ON, setters=GUARDIANS),
    "single_session": Switch(Group.SAFETY, default=ON, setters=GUARDIANS),
    "seal_unused_days": Switch(Group.SAFETY, default="90", least=0, most=3650, setters=GUARDIANS),
    "password_profile": Switch(
        Group.SAFETY, default="dengbao3", choices=("dengbao3", "asvs"), setters=GUARDIANS
    ),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds: the value, and whose word it is; nobody's when the default holds."""

    key: str
    value: str
    word: SwitchValue | None = None

    @property
    def is_on(self) -> bool:
        """Tell whether a flag is on."""
        return self.value == ON

    @property
    def number(self) -> int:
        """Return the value of a number."""
        return int(self.value)

    def shuts_out(self, role: Role) -> bool:
        """Tell whether the switch closes its functions to a role now."""
        switch = SWITCHES[self.key]
        return self.value == switch.closes and role in switch.binds

    def closed(self) -> Refusal:
        """Return the refusal that says what is closed, and which authority closed it."""
        if self.word is None:
            return Refusal("E-SWITCH")
        name, authority = f"switch.{self.key}", self.word.organisation.name
        return Refusal("E-SWITCH-BY", {"name": name, "authority": authority})


def ancestors(path: str) -> list[str]:
    """Return the paths from the ministry down to an organisation, itself included."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/", *("/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]


def settings(session: Session, path: str, day: date) -> dict[str, Setting]:
    """Return what holds at an organisation on a day, for every switch."""
    words = session.scalars(
        select(SwitchValue)
        .join(SwitchValue.organisation)
        .options(contains_eager(SwitchValue.organisation))
        .where(
            Organisation.path.in_(ancestors(path)),
            SwitchValue.valid_from <= day,
            (SwitchValue.valid_to.is_(None)) | (SwitchValue.valid_to >= day),
        )
        .order_by(Organisation.path, SwitchValue.id)
    ).all()
    return {key: _decided(key, [word for word in words if word.key == key]) for key in SWITCHES}


def setting(session: Session, path: str, key: str, day: date) -> Setting:
    """Return what holds of one switch at an organisation on a day."""
    return settings(session, path, day)[key]


def _decided(key: str, words: Iterable[SwitchValue]) -> Setting:
    """Let the last word of each organisation count, the nearest one first, a binding one before."""
    last = {word.organisation_id: word for word in words}  # from the ministry down, oldest first
    spoken = [word for word in last.values() if word.value is not None]
    if not spoken:
        return Setting(key, SWITCHES[key].default)
    word = next((word for word in spoken if word.is_binding), spoken[-1])
    return Setting(key, str(word.value), word)
