"""What a case changes on the record: at submission, now, and once it is completed."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.models.case import CaseKind
from app.models.change import KeyChange, Movement
from app.models.organisation import Organisation, Tier, common_path
from app.models.problem import ProblemAction, ProblemCase
from app.models.student import Status, Student
from app.views.inbox_filters import VARIANTS
from app.views.key_change_words import fate_word, value_now, value_word, whole_urls
from app.views.labels import NONE, code_name, day, word_of
from app.views.problem_words import ENDS
from app.views.words import field_word
from app.workflows.identity import RESIDENT
from app.workflows.movement import MOVES

REASONS = {CaseKind.TRANSFER: "transfer_reason", CaseKind.MOVEMENT: "movement_reason"}


class Change(NamedTuple):
    """A line of the then/now/afterwards table; None means unchanged, or out of sight."""

    what: str
    then: str
    now: str | None
    after: str | None
    note: str = ""  # said after "unchanged"
    mono: bool = False
    wholes: tuple[str, str] = ("", "")  # where old and new value are asked for, unmasked

    @property
    def present(self) -> str:
        """What holds now, as far as it is in sight."""
        return self.then if self.now is None else self.now


def changes_of(case: Any, pupil: Student | None) -> list[Change]:
    """Return the lines of a case; ``pupil`` is None where the record is out of sight."""
    if case.is_open is False:
        pupil = None  # what the record holds today says nothing about an ended case
    if case.kind is CaseKind.TRANSFER:
        return _transfer(case, pupil)
    if isinstance(case, Movement):
        return _movement(case, pupil)
    if isinstance(case, KeyChange):
        return _key_change(case, pupil)
    if isinstance(case, ProblemCase):
        return _problem(case, pupil)
    return _registration(case, pupil)


def reason_of(case: Any) -> str:
    """Return why a case is asked for: the code's word and what was written; "" where none is."""
    table = REASONS.get(case.kind)
    code = code_name(table, case.reason) if table and case.reason else ""
    told = getattr(case, "explanation", "") or getattr(case, "reason_text", "")
    return " · ".join(filter(None, (code, told)))


def class_word(facts: dict[str, Any]) -> str:
    """Return grade and class of a snapshot, such as 小学二年级(02)班."""
    grade = code_name("grade_level", facts["grade"]) if facts.get("grade") else ""
    if not facts.get("class_number"):
        return grade or NONE
    return str(_("%(grade)s, class %(serial)s", grade=grade, serial=facts["class_number"][-2:]))


def place_word(place: Organisation | None, *, far: bool) -> str:
    """Return a school; when the other one is in another province, with its own."""
    if place is None:
        return NONE
    province = place.parent
    while far and province is not None and province.tier is not Tier.PROVINCE:
        province = province.parent
    return f"{place.name} ({province.name})" if far and province else place.name


def _transfer(case: Any, pupil: Student | None) -> list[Change]:
    then, far = case.snapshot, common_path(case.owner.path, case.receiving.path) == "/"
    to = place_word(case.receiving, far=far)
    return [
        Change(_("School"), place_word(case.owner, far=far), None, to),
        Change(
            _("Class"), class_word(then), _class_now(then, pupil), class_word(then.get("to", {}))
        ),
        Change(_("Status"), _status(Status.IN_SCHOOL), _status_now(Status.IN_SCHOOL, pupil), None),
        Change(
            _("Student number"),
            then.get("number") or NONE,
            None,
            None,
            _("goes with the pupil"),
            mono=True,
        ),
    ]


def _registration(case: Any, pupil: Student | None) -> list[Change]:
    then, pending = case.snapshot, Status.PENDING_REGISTRATION
    kept = [Change(_("Tab"), str(VARIANTS[case.variant]), None, None)] if case.variant else []
    if pupil is not None and pupil.id_type != RESIDENT:  # whose scan is looked at (002 III.6)
        paper = code_name("id_document_type", pupil.id_type)
        kept.append(Change(_("ID document type"), paper, None, None))
    return [
        *kept,
        Change(
            _("Status"), _status(pending), _status_now(pending, pupil), _status(Status.IN_SCHOOL)
        ),
        Change(_("Student number"), NONE, None, _("a temporary number (L) is issued")),
        Change(_("School"), case.owner.name, None, None),
        Change(_("Class"), class_word(then), _class_now(then, pupil), None),
    ]


def _movement(case: Movement, pupil: Student | None) -> list[Change]:
    """Return what a movement does to status, class, school and term; what it leaves is not said."""
    move, then = MOVES[case.type], case.snapshot
    was = Status(then["status"]) if "status" in then else move.come_from[0]
    after = _status(move.to) if move.to is not was else None
    lines = [Change(_("Status"), _status(was), _status_now(was, pupil), after)]
    if case.receiving is not None:
        lines.append(Change(_("School"), case.owner.name, None, case.receiving.name))
    to = class_word(then["to"]) if "to" in then else None
    lines.append(Change(_("Class"), class_word(then), _class_now(then, pupil), to))
    lines.append(Change(_("Happened on"), NONE, None, day(case.happened_on)))
    if case.until_on is not None:
        lines.append(Change(_("Suspended until"), NONE, None, day(case.until_on)))
    return lines


def _key_change(case: KeyChange, pupil: Student | None) -> list[Change]:
    """Return old and new values side by side, and what the number becomes."""
    lines = _values(case, pupil)
    if fate := fate_word(case, pupil):
        number = case.snapshot.get("number") or NONE
        lines.append(Change(_("Student number"), number, None, fate, mono=True))
    return lines


def _problem(case: ProblemCase, pupil: Student | None) -> list[Change]:
    """Return what becomes of the record, its new values with the old ones beside them."""
    end = str(ENDS[case.action])
    last = Change(_("Problem record"), _("not settled"), None, end)
    if case.action is ProblemAction.DELETE:
        was = Status(case.snapshot.get("status", Status.PENDING_REGISTRATION))
        last = Change(_("Status"), _status(was), _status_now(was, pupil), end)
    return [*_values(case, pupil), last]


def _values(case: KeyChange | ProblemCase, pupil: Student | None) -> list[Change]:
    """Return old and new values side by side, sealed ones masked."""
    return [
        Change(
            field_word(line.field),
            value_word(line.field, line.before),
            value_now(line, pupil),
            value_word(line.field, line.after),
            mono=line.field == "id_number",
            wholes=whole_urls(case, line),
        )
        for line in case.lines
    ]


def _status(status: Status) -> str:
    return word_of("student_status", status)


def _status_now(then: Status, pupil: Student | None) -> str | None:
    return None if pupil is None or pupil.status is then else _status(pupil.status)


def _class_now(then: dict[str, Any], pupil: Student | None) -> str | None:
    """Return the pupil's present class when it is another one than at submission."""
    if pupil is None:
        return None
    room = pupil.school_class
    now = {
        "grade": pupil.grade.code,
        "class_number": room.number if room else None,
        "class_name": room.name if room else None,
    }
    same = all(then.get(key) == value for key, value in now.items())
    return None if same else class_word(now)
