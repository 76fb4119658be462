"""业务控制开关: what can be opened, closed or set, by whom, and what holds where and when.

A value holds for the organisation that set it and everybody below. The nearest word counts,
unless somebody above said that theirs is binding; without any word the default holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from app.errors import Refusal
from app.models.organisation import Organisation
from app.models.switch import SwitchValue
from app.policies.roles import LEADERS, REGISTRARS, Role

ON, OFF = "on", "off"
ONE_DAY = timedelta(days=1)
BUSINESS = (*LEADERS[1:], Role.MIN)  # leaders of authorities, and the ministry
PROVINCE = (Role.PL, Role.MIN)
GUARDIANS = (Role.SEC,)
UNDO_UNTIL = ("08-15", "08-31", "09-15", "09-30")  # month and day of the year that turned


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
    def function(self) -> str:
        """The row of the matrix that says who sees the switch."""
        return "guards" if self.group is Group.SAFETY else "switches"

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
    "under_age_registration": Switch(Group.REGISTRATION),
    "in_school_registration": Switch(Group.REGISTRATION, default=ON),
    "allow_no_id_registration": Switch(Group.REGISTRATION, default=ON, setters=PROVINCE),
    "renumber_on_id": Switch(Group.REGISTRATION, default=ON, setters=PROVINCE),
    "freeze_transfer": Switch(Group.MOVEMENT, closes=ON, binds=(Role.SR,)),
    "summer_freeze": Switch(Group.MOVEMENT, default=ON, setters=PROVINCE),
    "in_province_pull": Switch(Group.MOVEMENT, setters=PROVINCE),
    "senior_authority": Switch(
        Group.MOVEMENT, default="managing", choices=("managing", "city"), setters=PROVINCE
    ),
    "controlled_fields_mode": Switch(
        Group.MOVEMENT, default="union", choices=("union", "lowest"), setters=PROVINCE
    ),
    "step_days": Switch(Group.MOVEMENT, default="10", least=1, most=60),
    "intervention_days": Switch(Group.MOVEMENT, default="10", least=1, most=60, setters=PROVINCE),
    "intervention_mode": Switch(
        Group.MOVEMENT, default="step", choices=("step", "direct"), setters=PROVINCE
    ),
    "province_may_promote": Switch(
        Group.YEAR, default=ON, setters=(Role.MIN,), closes=OFF, binds=(Role.PR, Role.PL)
    ),
    "promotion_undo_until": Switch(
        Group.YEAR, default="08-31", choices=UNDO_UNTIL, setters=PROVINCE
    ),
    "national_lookup": Switch(Group.DATA, default=ON, closes=OFF),
    "county_export": Switch(Group.DATA, setters=PROVINCE, closes=OFF, binds=(Role.CR,)),
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

    @property
    def is_closing(self) -> bool:
        """Tell whether the functions of the switch are closed to those it binds."""
        return self.value == SWITCHES[self.key].closes

    def shuts_out(self, role: Role) -> bool:
        """Tell whether the switch closes its functions to a role now."""
        return self.is_closing and role in SWITCHES[self.key].binds

    def closed(self) -> Refusal:
        """Return the refusal that says what is closed, by which authority and until when."""
        if self.word is None:
            return Refusal("E-SWITCH")
        said = {"name": f"switch.{self.key}.shuts", "authority": self.word.organisation.name}
        if self.word.valid_to is None:
            return Refusal("E-SWITCH-BY", said)
        return Refusal("E-SWITCH-TILL", said | {"until": self.word.valid_to.isoformat()})


def ancestors(path: str) -> list[str]:
    """Return the paths from the ministry down to an organisation, itself included."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/", *("/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]


def settings(session: Session, path: str, day: date) -> dict[str, Setting]:
    """Return what holds at an organisation on a day, for every switch."""
    held = (SwitchValue.valid_to.is_(None)) | (SwitchValue.valid_to >= day)
    found = session.scalars(words(path).where(SwitchValue.valid_from <= day, held)).all()
    return {key: decided(key, found, day) for key in SWITCHES}


def setting(session: Session, path: str, key: str, day: date) -> Setting:
    """Return what holds of one switch at an organisation on a day."""
    return settings(session, path, day)[key]


def words(path: str) -> Select[SwitchValue]:
    """Return the query of all that an organisation and those above it ever said, in order."""
    return (
        select(SwitchValue)
        .join(SwitchValue.organisation)
        .options(contains_eager(SwitchValue.organisation))
        .where(Organisation.path.in_(ancestors(path)))
        .order_by(Organisation.path, SwitchValue.id)
    )


def decided(key: str, said: Iterable[SwitchValue], day: date) -> Setting:
    """Let the last word of each organisation count, the nearest one first, a binding one before.

    ``said`` is in the order of `words`: from the ministry down, oldest first.
    """
    held = [word for word in said if word.key == key and word.holds_on(day)]
    last = {word.organisation_id: word for word in held}
    spoken = [word for word in last.values() if word.value is not None]
    if not spoken:
        return Setting(key, SWITCHES[key].default)
    word = next((word for word in spoken if word.is_binding), spoken[-1])
    return Setting(key, str(word.value), word)


def next_change(key: str, said: Sequence[SwitchValue], today: date) -> tuple[date, Setting] | None:
    """Return the first day to come on which another word holds, and what holds then."""
    now, mine = decided(key, said, today).word, [word for word in said if word.key == key]
    starts = {word.valid_from for word in mine}
    ends = {word.valid_to + ONE_DAY for word in mine if word.valid_to and word.valid_to < date.max}
    for day in sorted(day for day in starts | ends if day > today):
        if (then := decided(key, mine, day)).word is not now:
            return day, then
    return None
