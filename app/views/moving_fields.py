"""The form of a movement: its kinds, its answers, and what is missing or unreadable in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models.change import MovementType as M
from app.models.school import Grade, SchoolClass, Stage
from app.models.student import Status
from app.views.filters import BIGGEST, key_of
from app.views.labels import code_name
from app.views.movement_words import movement_word
from app.views.words import say
from app.workflows.movement import MOVES, OTHER, from_status, in_stage, reasons
from app.workflows.opening_changes import Plan

LONGEST = 500  # characters of the explanation, as the column
MOST_PAPERS = 20
GROUPS: tuple[tuple[Any, tuple[M, ...]], ...] = (
    (_("Away for a time"), (M.SUSPEND, M.ABROAD, M.OTHER_LEAVE)),
    (_("Not to be found"), (M.MISSING, M.SUSPECT_DROPOUT, M.DROPOUT)),
    (_("Leaves for good"), (M.WITHDRAW, M.EXPEL, M.DEATH)),
    (_("Another year"), (M.REPEAT, M.SKIP)),
    (_("Comes back"), (M.RESUME, M.RETURN_HOME, M.RESTORE)),
)
Rooms = Sequence[tuple[Grade, Sequence[tuple[SchoolClass, int]]]]


class Kind(NamedTuple):
    """A movement on offer; with a reason it is greyed."""

    code: str
    word: str
    why_not: str = ""


class Standing(NamedTuple):
    """Where the pupil is, as far as the offer depends on it."""

    stage: Stage
    level: int
    status: Status
    left_level: int | None = None  # of the last leave


@dataclass
class Typed:
    """What was typed, field by field, and what is wrong with it; never more than was sent."""

    type: str = ""
    reason: str = ""
    reason_text: str = ""
    happened_on: str = ""
    until_on: str = ""
    to_class: str = ""
    name: str = ""
    number: str = ""
    papers: list[int] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> M | None:
        """The movement chosen, or None."""
        return M(self.type) if self.type in M.__members__ else None

    @property
    def plan(self) -> Plan:
        """The answers as the workflow takes them; only when nothing is wrong."""
        return Plan(
            type=M(self.type),
            happened_on=date.fromisoformat(self.happened_on),
            reason=self.reason,
            reason_text=self.reason_text or None,
            until_on=date.fromisoformat(self.until_on) if self.until_on else None,
            to_class_id=key_of(self.to_class) if self.to_class else None,
        )


def kinds_of(standing: Standing) -> list[tuple[Any, list[Kind]]]:
    """Return every movement by group; what stage or status forbid carries the reason."""
    return [(word, [_kind(code, standing) for code in codes]) for word, codes in GROUPS]


def returns() -> list[Kind]:
    """Return the movements by which a school takes back a pupil whom another one holds."""
    return [Kind(kind.value, movement_word(kind)) for kind, m in MOVES.items() if m.by_receiver]


def _kind(code: M, standing: Standing) -> Kind:
    refusal = in_stage(code, standing.stage) or from_status(code, standing.status)
    return Kind(code.value, movement_word(code), say(refusal) if refusal else "")


def reasons_for(kind: M) -> list[tuple[str, str]]:
    """Return the reasons a movement may give, with their words."""
    return [(code, code_name("movement_reason", code)) for code in reasons(kind)]


def fitting(kind: M, rooms: Rooms, standing: Standing | None) -> Rooms:
    """Return the classes a movement may lead to; a resumption's likely cohort stands first."""
    move = MOVES[kind]
    if standing is None or not move.takes_seat:
        return rooms if move.takes_seat else ()
    level = None if move.seat is None else standing.level + move.seat
    bound = move.same_stage or level is not None
    fit = [
        (grade, group)
        for grade, group in rooms
        if (not bound or grade.stage is standing.stage) and level in (None, grade.level)
    ]
    return sorted(fit, key=lambda one: not is_likely(one[0], standing))


def is_likely(grade: Grade, standing: Standing) -> bool:
    """Tell whether a cohort is at the level at which the pupil left (P10)."""
    return grade.stage is standing.stage and grade.level == standing.left_level


def read(form: Any, today: date, rooms: Rooms, *, named: bool = False) -> Typed:
    """Return what was typed, judged field by field; ``named``: the pupil is typed in as well."""
    typed = as_sent(form)
    if typed.kind is None:
        typed.wrong["type"] = gettext("Choose what happens.")
        return typed
    if named:
        for name in ("name", "number"):
            if not getattr(typed, name):
                typed.wrong.setdefault(name, gettext("This is needed."))
    _judge_words(typed, typed.kind)
    _judge_days(typed, typed.kind, today)
    _judge_class(typed, typed.kind, rooms)
    return typed


def as_sent(form: Any) -> Typed:
    """Return what was sent, without judging it beyond what cannot be stored."""
    typed = Typed(papers=_papers(form.getlist("paper")))
    for name in ("type", "reason", "happened_on", "until_on", "to_class", "name", "number"):
        setattr(typed, name, _text(form, name, 60, typed.wrong))
    typed.reason_text = _text(form, "reason_text", LONGEST, typed.wrong)
    return typed


def _text(form: Mapping[str, str], name: str, longest: int, wrong: dict[str, str]) -> str:
    text = form.get(name, "").replace("\r\n", "\n").strip()
    try:
        text.encode()
    except ValueError:
        text = "\x00"
    if "\x00" in text:
        wrong[name] = gettext("This cannot be stored; type it again.")
        return ""
    if len(text) > longest:
        wrong[name] = gettext("At most %(n)s characters.", n=longest)
    return text[:longest]


def _papers(sent: Sequence[str]) -> list[int]:
    known = [key for text in sent[:MOST_PAPERS] if (key := key_of(text)) is not None]
    return [key for key in dict.fromkeys(known) if 0 < key < BIGGEST]


def _judge_words(typed: Typed, kind: M) -> None:
    if not typed.reason:
        typed.wrong.setdefault("reason", gettext("This is needed."))
    elif typed.reason not in reasons(kind):
        typed.wrong["reason"] = gettext("Choose a reason from the list.")
    must_say = MOVES[kind].needs_words or typed.reason == OTHER
    if must_say and not typed.reason_text:
        typed.wrong.setdefault("reason_text", gettext("This has to be explained in words."))


def _judge_days(typed: Typed, kind: M, today: date) -> None:
    on = _day(typed, "happened_on")
    if on is not None and on > today:
        typed.wrong["happened_on"] = gettext("The day lies ahead; give the day it happened.")
    if not MOVES[kind].needs_term:
        typed.until_on = ""
        return
    until = _day(typed, "until_on")
    if on is not None and until is not None and until <= on:
        typed.wrong["until_on"] = gettext("The last day comes after the first.")


def _day(typed: Typed, name: str) -> date | None:
    text = getattr(typed, name)
    if not text:
        typed.wrong.setdefault(name, gettext("This is needed."))
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.year < 1980:  # noqa: PLR2004  no pupil's history reaches further back
        typed.wrong[name] = gettext("Write the day as 2026-09-01.")
        return None
    return found


def _judge_class(typed: Typed, kind: M, rooms: Rooms) -> None:
    if not MOVES[kind].takes_seat:
        typed.to_class = ""
        return
    if not typed.to_class:
        typed.wrong.setdefault("to_class", gettext("This is needed."))
        return
    ours = {room.id for _grade, group in rooms for room, _taken in group}
    if key_of(typed.to_class) not in ours:
        typed.wrong["to_class"] = gettext("Choose a class of your school that takes pupils.")
