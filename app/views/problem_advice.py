"""Advice beside a record: who in one's own scope may be the same child; it blocks nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.models.school import School
from app.models.student import Student
from app.views.actor import session
from app.views.doors import allowed
from app.workflows.likely import Likely, Why, likely

WHYS: Mapping[Why, Any] = {
    Why.ONE_OFF: _("one digit of the ID number differs, or two are exchanged"),
    Why.SWAPPED: _("same name; day and month of birth are exchanged"),
    Why.SOUND: _("same birth date, and the name sounds the same"),
    Why.TWIN: _("probably a twin: same birth date and family, another given name"),
}


class Advice(NamedTuple):
    """A record one may want to look at."""

    name: str
    school: str
    url: str
    why: str
    is_twin: bool


def advice_for(pupil: Student, known: Collection[int]) -> list[Advice]:
    """Return whom to look at beside a pupil; ``known`` are in question already."""
    if not allowed("can_show", "Student"):
        return []
    told = {one.student_id: one for one in likely(session(), pupil) if one.student_id not in known}
    asked = select(Student).where(Student.id.in_(told))
    place = joinedload(Student.school).joinedload(School.organisation)
    found = {one.id: one for one in session().scalars(asked.options(place))} if told else {}
    return [_said(found[key], one) for key, one in told.items()]


def _said(pupil: Student, one: Likely) -> Advice:
    return Advice(
        name=pupil.name,
        school=str(pupil.school),
        url=url_for("StudentView.show", pk=pupil.id),
        why=" · ".join(str(WHYS[why]) for why in one.why),
        is_twin=one.is_twin,
    )
