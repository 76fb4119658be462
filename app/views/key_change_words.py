"""Words of key data changes: values as a page shows them, what becomes of the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.codes import divisions
from app.models.case import Case
from app.models.change import KeyChange, KeyChangeLine
from app.models.student import ProblemFlag, Student
from app.policies.rights import opens
from app.views.actor import current_actor, session, today
from app.views.doors import allowed
from app.views.labels import NONE, day, label_of, yes_no
from app.views.pupil_columns import CODES, MASKS, PLACES, SEALED
from app.workflows.correcting import NumberFate, number_fate
from app.workflows.key_change import APPROVED, as_text, typed
from app.workflows.persons import is_here

FATES: Mapping[NumberFate, Any] = {
    NumberFate.STAYS: _("The student number stays as it is."),
    NumberFate.BECOMES_G: _(
        "The student number becomes a G number made of the new ID number; the old one stays"
        " searchable and is never issued again."
    ),
    NumberFate.STAYS_L: _("The temporary number (L) stays until the ID number is verified."),
}
FATE_WORDS: Mapping[NumberFate, Any] = {
    NumberFate.BECOMES_G: _("a G number made of the new ID number"),
    NumberFate.STAYS_L: _("stays temporary (L) until verified"),
}
UNMASKS = "unmask:R"  # function and letter of the matrix


def value_word(field: str, text: str | None) -> str:
    """Return a value as a case has written it down, in words; a sealed one masked."""
    value = typed(field, text)
    if value is None:
        return NONE
    if field in SEALED:
        return str(MASKS[field](value))
    if field in CODES:
        return str(label_of(CODES[field])(value))
    if field in PLACES:
        return divisions.full_name(value) or str(value)
    if isinstance(value, bool):
        return yes_no(value)
    return day(value) if hasattr(value, "isoformat") else str(value)


def value_now(line: KeyChangeLine, pupil: Student | None) -> str | None:
    """Return what the record holds now where that is another value than at submission."""
    if pupil is None:
        return None
    now = as_text(getattr(pupil, line.field))
    return None if now == line.before else value_word(line.field, now)


def whole_urls(case: Case, line: KeyChangeLine) -> tuple[str, str]:
    """Return where the old and the new value are asked for whole, by who may compare them."""
    if line.field not in SEALED or not may_compare(case):
        return "", ""
    old, new = (
        url_for("KeyChangeView.reveal", line_id=line.id, field=side) if value else ""
        for side, value in (("before", line.before), ("after", line.after))
    )
    return old, new


def may_compare(case: Case) -> bool:
    """Tell whether this person sees values whole: by right, or to decide on the own desk."""
    if not allowed("can_reveal", "KeyChange"):
        return False
    actor = current_actor()
    return opens(actor.role, UNMASKS) or is_here(case, actor)


def fate_word(case: KeyChange, pupil: Student | None) -> str | None:
    """Return what the number becomes, or None where it stays or the record is out of sight."""
    if pupil is None:
        return None
    wanted = {line.field: line.after for line in case.lines}
    word = FATE_WORDS.get(number_fate(session(), pupil, wanted, today()))
    return str(word) if word else None


def key_change_promise(case: KeyChange) -> str:
    """Say what the last step does."""
    told = gettext("The new values are written today, and compared with the whole registry.")
    if any(line.field in ("id_number", "id_type") for line in case.lines):
        told += " " + gettext(
            "A formal number follows the ID number; the old one stays searchable."
        )
    return str(told)


def key_change_finding(case: Any, pupil: Student | None) -> str:
    """Say that the comparison at approval found somebody alike, while that is not settled."""
    if not isinstance(case, KeyChange) or case.state != APPROVED or pupil is None:
        return ""
    if pupil.problem_flag not in (ProblemFlag.OPEN, ProblemFlag.IN_PROCESS):
        return ""
    return str(
        gettext(
            "With its new values the record is like another one of the registry: it is a problem"
            " record now, and the student number has not changed."
        )
    )
