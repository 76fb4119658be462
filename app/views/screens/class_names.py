"""班级名单: the pupils of a teacher's own classes by seat and name, and nothing else of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models.account import AccountClass
from app.models.school import ClassState, Grade, GradeState, SchoolClass
from app.models.student import Status, Student
from app.policies.roles import Actor
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.labels import code_name


class Seat(NamedTuple):
    """A pupil as a subject teacher knows one."""

    number: int | None
    name: str


class ClassNamesView(BaseView):
    """The own classes of a class or subject teacher; no numbers, no links, no files."""

    route_base = "/class-names"
    default_view = "index"
    class_permission_name = "ClassNames"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List who sits where."""
        drawn = self.render_template(
            "xueji/class_names/list.html",
            title=_("Class lists"),
            rooms=seats_of(session(), current_actor()),
            grade_name=lambda room: code_name("grade_level", room.grade.code),
        )
        return str(drawn)


def seats_of(session: Session, actor: Actor) -> list[tuple[SchoolClass, Sequence[Seat]]]:
    """Return a teacher's classes in use, with the pupils in school by seat."""
    taught = select(AccountClass.class_id).where(AccountClass.user_id == actor.user_id)
    rooms = session.scalars(
        select(SchoolClass)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(
            SchoolClass.id.in_(taught),
            SchoolClass.state == ClassState.IN_USE,
            Grade.state != GradeState.GRADUATED,
        )
        .options(joinedload(SchoolClass.grade))
        .order_by(Grade.stage, Grade.level, SchoolClass.number)
    ).all()
    pupils = session.execute(
        select(Student.class_id, Student.seat_no, Student.name)
        .where(
            Student.class_id.in_([room.id for room in rooms]),
            Student.status == Status.IN_SCHOOL,
        )
        .order_by(Student.seat_no.nulls_last(), Student.name, Student.id)
    ).all()
    return [
        (room, [Seat(p.seat_no, p.name) for p in pupils if p.class_id == room.id]) for room in rooms
    ]
