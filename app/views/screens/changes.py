"""变更历史: what a pupil's rows were before and after, in words; sealed values are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import pgettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.students import SPEC
from app.models.account import Account
from app.models.audit import RowHistory
from app.models.organisation import Organisation
from app.models.school import Grade, SchoolClass
from app.models.student import Student
from app.views.actor import session as here
from app.views.labels import NONE, label_of, word_of, yes_no
from app.views.pupil_columns import CODES, PLACES, SEALED
from app.views.screens.places import place_of
from app.views.screens.provenance import Provenance, came_by, written_by
from app.views.screens.pupil_fields import FAMILY_SEALED, LABELS
from app.views.screens.sheet import label_of as column_label

MOST = 200  # the newest changes a page shows
SILENT = (
    "id",
    "id_digest",
    "number_digest",
    "row_version",
    "import_batch_id",
    "student_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "owner_path",
)
OWN_LABELS: Mapping[str, Any] = {
    "number": _("Student number"),
    "number_kind": _("Kind of number"),
    "status": _("Status"),
    "problem_flag": _("Problem"),
    "verification": _("Verification"),
    "verified_on": _("Result of"),
    "school_id": _("School"),
    "grade_id": _("Grade"),
    "class_id": _("Class"),
}
ENUMS = {
    "status": "Status",
    "problem_flag": "ProblemFlag",
    "number_kind": "NumberKind",
    "verification": "Verification",
}
PLACED = {"school_id": Organisation, "grade_id": Grade, "class_id": SchoolClass}
REASONS = {  # what widened the scope, in words
    "xueji promote": _("promotion"),
    "class.change": _("change of class"),
    "verification.mark": _("verification by hand"),
    "verification.apply": _("round of verification"),
    "numbers.issue": _("issue of numbers"),
}
THROUGH_CASE = re.compile(r"case (\d+) ")  # how the engine names why it widened the scope


@dataclass(slots=True)
class Field:
    """One changed field; a sealed one tells only that it changed."""

    label: str
    before: str = ""
    after: str = ""
    sealed: bool = False


@dataclass(slots=True)
class Change:
    """One change of one row: when, by whom, why, and which fields."""

    at: datetime
    who: str
    what: str
    reason: str = ""
    case_id: int | None = None
    import_id: int | None = None
    is_gone: bool = False
    is_whole: bool = False  # ``what`` says it all; there are no fields
    fields: list[Field] = field(default_factory=list)


def changes_of(session: Session, student_id: int, most: int = MOST) -> list[Change]:
    """Return the newest changes of a pupil's record and family."""
    rows = session.scalars(
        select(RowHistory)
        .where(RowHistory.student_id == student_id)
        .order_by(RowHistory.id.desc())
        .limit(most)
    ).all()
    who = names_of(session, {row.actor for row in rows})
    return [_change(session, row, who) for row in rows]


def beginning(session: Session, pupil: Student) -> Change:
    """Return how a pupil's record began: when, by whom, through which import."""
    who = names_of(session, {pupil.created_by}).get(pupil.created_by or 0)
    came = came_by(session, pupil)
    return Change(
        at=pupil.created_at,
        who=who or str(pgettext("actor", "System")),
        what=str(_("The record was made")),
        reason=came.said if came else "",
        import_id=came.import_id if came else None,
        is_whole=True,
    )


def names_of(session: Session, ids: set[int | None]) -> dict[int, str]:
    """Return the names of accounts by their ids."""
    found = select(Account.user_id, Account.name).where(Account.user_id.in_(ids))
    return {row.user_id: row.name for row in session.execute(found)}


def _change(session: Session, row: RowHistory, who: Mapping[int, str]) -> Change:
    what = _("Family member") if row.table_name == "guardian" else _("Pupil")
    change = change_of(row, who, str(what))
    if row.after is not None:
        change.fields = list(_fields(session, row))
    return change


def change_of(row: RowHistory, who: Mapping[int, str], what: str) -> Change:
    """Return when, who and through what of a remembered change."""
    through = THROUGH_CASE.match(row.reason or "")
    written = written_by(here(), row.reason or "") or Provenance(
        "" if through else str(REASONS.get(row.reason or "", row.reason or ""))
    )
    return Change(
        at=row.at,
        who=who.get(row.actor or 0, str(pgettext("actor", "System"))),
        what=what,
        reason=written.said,
        case_id=int(through[1]) if through else None,
        import_id=written.import_id,
        is_gone=row.after is None,
    )


def _fields(session: Session, row: RowHistory) -> Iterator[Field]:
    is_family = row.table_name == "guardian"
    sealed = FAMILY_SEALED if is_family else SEALED
    for name, before in row.before.items():
        if name in SILENT:
            continue
        label = _label(name, is_family=is_family)
        if name in sealed:
            yield Field(label, sealed=True)
        else:
            after = (row.after or {}).get(name)
            key = f"member1_{name}" if is_family else name
            yield Field(label, shown(session, key, before), shown(session, key, after))


def _label(name: str, *, is_family: bool) -> str:
    if is_family:
        column = SPEC.by_field.get(f"member1_{name}")
        return str(column_label(column, "1")) if column else name
    return str(OWN_LABELS.get(name) or LABELS.get(name, name))


def shown(session: Session, name: str, value: Any) -> str:
    """Show a value of the history by its word."""
    if value in (None, ""):
        return NONE
    if name in ENUMS:
        return word_of(ENUMS[name], value)
    if name in CODES:
        return str(label_of(CODES[name])(value))
    if name in PLACED:
        return str(session.get(PLACED[name], value) or f"#{value}")
    if name in PLACES:
        return place_of(value)
    return yes_no(value) if isinstance(value, bool) else str(value)
