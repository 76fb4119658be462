"""已删除学籍 (P05): records that were deleted; they stay readable to school and authorities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.codes.masking import national_number
from app.models.organisation import Tier
from app.models.problem import ItemState, ProblemCase, ProblemItem
from app.models.school import School
from app.models.student import Status, Student
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.inbox_tabs import PAGE
from app.views.labels import label_of
from app.views.picking import page_asked


class Gone(NamedTuple):
    """A deleted record: since when, by which case and why."""

    pupil: Student
    at: datetime | None
    case: ProblemCase | None
    why: str


class DeletedView(BaseView):
    """The list; each line leads to the archive, which nobody can write any more."""

    route_base = "/deleted"
    default_view = "index"
    class_permission_name = "DeletedRecord"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the deleted records in scope, the last deleted first."""
        page = page_asked()
        found = gone((page - 1) * PAGE, PAGE + 1)
        return str(
            self.render_template(
                "xueji/deleted/list.html",
                rows=found[:PAGE],
                page=page,
                has_more=len(found) > PAGE,
                masked=national_number,
                level_of=label_of("grade_level"),
                at_school=current_actor().role.tier is Tier.SCHOOL,
                view=self,
            )
        )


def gone(skip: int, most: int) -> list[Gone]:
    """Return deleted records in scope with what is known of their end."""
    actor = current_actor()
    asked = select(Student).where(Student.status == Status.DELETED)
    if actor.role.tier is Tier.SCHOOL:
        asked = asked.where(Student.owner_path == actor.path)
    place = joinedload(Student.school).joinedload(School.organisation)
    how = (joinedload(Student.grade), joinedload(Student.school_class), place)
    newest = asked.order_by(Student.updated_at.desc().nulls_last(), Student.id.desc())
    pupils = session().scalars(newest.options(*how).offset(skip).limit(most)).all()
    cases = _cases([pupil.id for pupil in pupils])
    return [_gone(pupil, cases.get(pupil.id)) for pupil in pupils]


def _cases(ids: list[int]) -> Mapping[int, ProblemCase]:
    """Return the problem cases by which records went."""
    asked = (
        select(ProblemCase)
        .join(ProblemItem, ProblemItem.case_id == ProblemCase.case_id)
        .where(ProblemItem.student_id.in_(ids), ProblemItem.state == ItemState.DELETED)
    )
    return {case.student_id: case for case in session().scalars(asked)}


def _gone(pupil: Student, case: ProblemCase | None) -> Gone:
    if case is None:
        return Gone(pupil, pupil.updated_at, None, str(_("struck before it was registered")))
    return Gone(pupil, case.closed_at, case, case.explanation)
