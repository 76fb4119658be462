"""What a case changes on the record: at submission, now, and once it is completed."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.models.case import CaseKind
from app.models.organisation import Organisation, Tier, common_path
from app.models.student import Status, Student
from app.views.labels import NONE, code_name, word_of


class Change(NamedTuple):
    """A line of the then/now/afterwards table; None means unchanged, or out of sight."""

    what: str
    then: str
    now: str | None
    after: str | None
    note: str = ""  # said after "unchanged"
    mono: bool = False

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
    return _registration(case, pupil)


def reason_of(case: Any) -> str:
    """Return why a transfer is asked for: the code's word and what was written."""
    return " · ".join(filter(None, (code_name("transfer_reason", case.reason), case.reason_text)))


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
    return [
        Change(
            _("Status"), _status(pending), _status_now(pending, pupil), _status(Status.IN_SCHOOL)
        ),
        Change(_("Student number"), NONE, None, _("a temporary number (L) is issued")),
        Change(_("School"), case.owner.name, None, None),
        Change(_("Class"), class_word(then), _class_now(then, pupil), None),
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
