"""What a key data change would meet: old beside new, the number, and everything in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask import url_for

from app.errors import Refusal
from app.imports.batch import facts_of_school
from app.imports.one_pupil import foresee
from app.messages.catalogue import level_of
from app.messages.text import Level
from app.models.student import Student
from app.views.actor import session, today
from app.views.case_forms import act_of
from app.views.case_words import PASSED
from app.views.doors import allowed
from app.views.key_change_form import Typed, fields_of
from app.views.key_change_words import FATES, value_word
from app.views.pupil_columns import SEALED
from app.views.words import field_word, say
from app.workflows.correcting import ahead, number_fate
from app.workflows.key_change import as_text, typed
from app.workflows.opening_changes import Correction
from app.workflows.persons import Check

TOLD_BY_GUARD = {"E-ID-DATE", "E-ID-SEX", "E-ID-CHK", "W-ID-CHK"}  # `fits_id` says the same


class Old(NamedTuple):
    """What the record holds, as the form shows it, and where a sealed value is asked for whole."""

    word: str
    reveal: str = ""


@dataclass
class Preview:
    """Lines of the table, what the number becomes, and the why-list; ``faults`` block."""

    lines: list[tuple[str, str, str]]
    fate: str
    why: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_alike: bool = False


def standing_of(pupil: Student, form: Any) -> dict[str, Old]:
    """Return what the record holds in each field of a form; sealed values masked."""
    may_ask = allowed("can_reveal", "Student")
    held = {}
    for each in fields_of(form):
        text = as_text(getattr(pupil, each.name))
        is_asked = may_ask and each.name in SEALED and text is not None
        url = url_for("StudentView.reveal", pk=pupil.id, field=each.name) if is_asked else ""
        held[each.name] = Old(value_word(each.name, text), url)
    return held


def preview_of(pupil: Student, asked: Typed, papers: int) -> Preview:
    """Return what would happen if a form were submitted; stores nothing."""
    fate = str(FATES[number_fate(session(), pupil, asked.wanted, today())])
    correction = Correction(asked.wanted, asked.reason or "-")
    lines, doubts = lines_of(pupil, asked), rules(pupil, asked)
    checks = ahead(session(), pupil.id, correction, act_of(), papers).checks
    return judged(Preview(lines, fate), checks, doubts)


def lines_of(pupil: Student, asked: Typed) -> list[tuple[str, str, str]]:
    """Return each field of a form with what the record holds and what it would hold."""
    return [
        (field_word(name), value_word(name, as_text(getattr(pupil, name))), value_word(name, text))
        for name, text in asked.wanted.items()
    ]


def judged(found: Preview, checks: Iterable[Check], doubts: Iterable[Refusal] = ()) -> Preview:
    """Write every answer and every doubt into a preview."""
    for check in checks:
        refusal = check.refusal
        text = str(PASSED.get(check.name, check.name)) if refusal is None else say(refusal)
        found.why.append(("ok" if refusal is None else "bad", text))
        found.faults += [text] if refusal is not None else []
    for doubt in doubts:
        is_fault = level_of(doubt.code) is Level.ERROR
        found.why.append(("bad" if is_fault else "warn", say(doubt)))
        found.faults += [say(doubt)] if is_fault else []
    return found


def rules(pupil: Student, asked: Typed) -> list[Refusal]:
    """Return what the rules of the template say that the guards of the case do not."""
    facts = facts_of_school(session(), pupil.school_id, today())
    wanted = {name: typed(name, text) for name, text in asked.wanted.items()}
    return [one for one in foresee(facts, pupil, wanted) if one.code not in TOLD_BY_GUARD]
