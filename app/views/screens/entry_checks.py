"""登记时的核对: what is said of a form while it is filled in, and of a record as it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.imports.spec import Facts
from app.imports.students import SPEC
from app.models.problem import ItemState, ProblemGroup, ProblemItem, ProblemKind
from app.models.school import SchoolClass
from app.policies.audit import record
from app.views.actor import session
from app.views.problem_words import kinds_word
from app.views.screens.sheet import beside, label_of
from app.workflows.submitting import compare
from app.workflows.tabs import Origin, Tab, tab

DOUBLE = "pupil.duplicate"
ADDED = {c.field: c for c in SPEC.columns if c.field != "school_code"}


def tab_typed(facts: Facts, values: Mapping[str, str]) -> Tab | None:
    """Return the tab a pupil would stand under; None while no class is chosen."""
    room = facts.classes.get(values.get("class_number") or "")
    if room is None:
        return None
    level = session().get_one(SchoolClass, room.class_id).grade.level
    return tab(Origin(values["overseas_status"], values["nationality"], level))


def after_comparing(pupil_id: int) -> str:
    """Compare a new record at once, tell what of it was found twice, and return where to go on."""
    compare(session(), [pupil_id])
    session().commit()
    kinds = open_kinds(session(), pupil_id)
    if not kinds:
        flash(
            gettext("Recorded, and found nowhere else. Next: submit the registration."), "success"
        )
        return url_for("StudentView.show", pk=pupil_id)
    record(session(), DOUBLE)  # an answer about the registry, counted as one
    session().commit()
    told = kinds_word(kinds)
    flash(
        gettext("Recorded, but it has become a problem record: %(kinds)s.", kinds=told), "warning"
    )
    return url_for("ProblemView.show", student_id=pupil_id)


def open_kinds(session: Session, pupil_id: int) -> list[ProblemKind]:
    """Return in what a record collides now; nothing of whom it collides with."""
    asked = select(ProblemGroup.kind).join(ProblemItem, ProblemItem.group_id == ProblemGroup.id)
    mine = asked.where(ProblemItem.student_id == pupil_id, ProblemItem.state == ItemState.OPEN)
    return list(session.scalars(mine.order_by(ProblemGroup.kind)))


def said(
    found: Mapping[str, list[Refusal]], asked: Callable[[str], bool]
) -> list[tuple[str, str, str]]:
    """Return id, name and text of every field that has something said about it."""
    told = []
    for name, refusals in found.items():
        if asked(name):
            column, prefix = ADDED[name], name[6] if name.startswith("member") else ""
            label = str(label_of(column, prefix))
            whole = gettext("Family member %(n)s", n=prefix) + " › " + label if prefix else label
            told.append((name, whole, " ".join(beside(column, refusals))))
    return told
