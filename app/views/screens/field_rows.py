"""The pages of controlled and opened fields, row by row: ticks, locks, whose word, the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.models.field_choice import FieldChoice, FieldUse
from app.models.organisation import Organisation
from app.models.school import Grade, GradeState
from app.policies.roles import Actor
from app.policies.switches import Setting, ancestors, setting
from app.views.screens.pupil_fields import GROUPS, LABELS
from app.workflows.controlled import CATALOGUE, SUGGESTED, last_words

NEWEST = 30  # decisions a history shows


class Box(NamedTuple):
    """One field: ticked by the place itself, or held by those above, whose names stand there."""

    field: str
    label: Any
    is_ticked: bool
    above: Sequence[str]
    is_held: bool  # in force here
    is_usual: bool  # among the suggested


def said_above(session: Session, path: str) -> list[FieldChoice]:
    """Return the last word of each authority from the ministry down to a place."""
    return last_words(session, path, FieldUse.CONTROLLED)


def boxes_of(
    said: Iterable[FieldChoice],
    place: Organisation,
    held: Collection[str],
    ticked: Iterable[str] | None,
) -> dict[str, tuple[Any, list[Box]]]:
    """Return the whole catalogue by group; ``ticked`` is what came in and could not be kept."""
    words = list(said)
    own = {name for word in words if word.organisation_id == place.id for name in word.fields}
    mine = own if ticked is None else set(ticked)
    above: dict[str, list[str]] = {}
    for word in words:
        for name in word.fields if word.organisation_id != place.id else ():
            above.setdefault(name, []).append(word.organisation.name)
    return {
        key: (
            label,
            [
                Box(
                    name, LABELS[name], name in mine, above.get(name, ()), name in held,
                    name in SUGGESTED,
                )
                for name in names
                if name in CATALOGUE
            ],
        )
        for key, (label, names) in GROUPS.items()
    }  # fmt: skip


def open_boxes_of(bound: Collection[str]) -> dict[str, tuple[Any, list[tuple[str, Any, bool]]]]:
    """Return the catalogue by group, each field with whether it is locked."""
    return {
        key: (label, [(name, LABELS[name], name in bound) for name in names if name in CATALOGUE])
        for key, (label, names) in GROUPS.items()
    }


def choosable(session: Session, path: str, today: date) -> Setting:
    """Return how the words of several authorities add up here, and who decided that."""
    return setting(session, path, "controlled_fields_mode", today)


def grades_of(session: Session, actor: Actor) -> list[str]:
    """Return the codes of the grades in use at the actor's school, in order."""
    asked = select(Grade).where(
        Grade.school_id == actor.organisation_id, Grade.state == GradeState.IN_USE
    )
    return sorted({grade.code for grade in session.scalars(asked)})


def openable(session: Session, actor: Actor, grades: Iterable[str]) -> Mapping[str, set[str]]:
    """Return what the school has opened of each grade, as it last said."""
    said = session.scalars(
        select(FieldChoice)
        .where(
            FieldChoice.organisation_id == actor.organisation_id,
            FieldChoice.use == FieldUse.OPENED,
        )
        .order_by(FieldChoice.id)
    )
    last = {word.grade_code: set(word.fields) for word in said}
    return {grade: last.get(grade, set()) for grade in grades}


def newest(session: Session, path: str, *, controlled: bool) -> Sequence[FieldChoice]:
    """Return the decisions that reach a place, the newest first, with who made them."""
    use = FieldUse.CONTROLLED if controlled else FieldUse.OPENED
    asked = (
        select(FieldChoice)
        .join(FieldChoice.organisation)
        .where(Organisation.path.in_(ancestors(path)), FieldChoice.use == use)
        .options(joinedload(FieldChoice.organisation), joinedload(FieldChoice.person))
        .order_by(FieldChoice.id.desc())
        .limit(NEWEST)
    )
    return session.scalars(asked).all()


def last_own(session: Session, actor: Actor) -> int:
    """Return the key of the last decision of the actor's own organisation; 0 for none."""
    asked = select(func.max(FieldChoice.id)).where(
        FieldChoice.organisation_id == actor.organisation_id
    )
    return session.scalar(asked) or 0
