"""学生调班: pick pupils of a class, choose another class of the grade, look, move."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import AppError, NotFound, Refusal, Refused
from app.models.school import ClassState, Grade, GradeState, SchoolClass
from app.models.student import Student
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox_tabs import number
from app.views.screens.enrolling import is_own_class
from app.views.transferring import rooms
from app.views.words import say
from app.workflows.class_change import Change, change_class, look, picked_pupils
from app.workflows.desk import Act, Trigger
from app.workflows.seats import SEATED


@dataclass
class Picking:
    """What stands on the page: whom one may pick, who is picked, where to, what would happen."""

    pupils: Sequence[Student] = ()
    picked: Sequence[int] = ()
    to: int | None = None
    room: SchoolClass | None = None  # the class whose pupils are shown
    change: Change | None = None

    @property
    def grades(self) -> set[int]:
        """The grades of those picked, or of everybody shown."""
        return {p.grade_id for p in self.pupils if not self.picked or p.id in self.picked}

    @property
    def homes(self) -> set[int | None]:
        """The class where all of them sit; there nobody can go."""
        sat = {pupil.class_id for pupil in self.pupils}
        return sat if len(sat) == 1 else set()

    @property
    def why(self) -> dict[int, list[str]]:
        """Every reason against each picked pupil."""
        seats = self.change.seats if self.change else ()
        return {seat.pupil.id: [say(r) for r in seat.refusals] for seat in seats}

    @property
    def against(self) -> list[str]:
        """Every reason against the group."""
        return [say(refusal) for refusal in self.change.refusals] if self.change else []


class ClassChangeView(BaseView):
    """Change of class inside a school: no approval, all of the picked pupils or none."""

    route_base = "/class-change"
    default_view = "index"
    class_permission_name = "ClassChange"
    base_permissions = ["can_view", "can_move"]

    @expose("", methods=["GET"])
    @door("view")
    def index(self) -> Response:
        """Show the pupils of a class to pick from, or those picked in the list of pupils."""
        picked = _keys(request.args.getlist("pupil"))
        if picked:
            return self._page(Picking(_pupils(picked), picked))
        room_id = number(request.args.get("room"))
        if room_id is None:
            return self._page(Picking())
        room = session().get(SchoolClass, room_id)
        if room is None or room.school_id != current_actor().organisation_id:
            raise NotFound
        return self._page(Picking(of_class(room_id), room=room))

    @expose("", methods=["POST"])
    @door("move")
    def move(self) -> Response:
        """Show what would happen to the picked pupils; move them."""
        picked, shown = _keys(request.form.getlist("rowid")), _keys(request.form.getlist("shown"))
        held = Picking(picked=picked, to=number(request.form.get("to")), room=_room())
        listed = shown or picked
        held.pupils = of_class(held.room.id) if held.room else _pupils(listed) if listed else ()
        if not picked:
            return self._page(held, Refused(Refusal("E-NOBODY")))
        if held.to is None:
            return self._page(held, Refused(Refusal("E-CLASS")))
        try:
            if request.form.get("step") == "move":
                return self._moved(held, held.to)
            held.change = look(session(), picked, held.to, _act())
            return self._page(held)
        except Refused as refused:
            return self._refused(held, refused)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _moved(self, held: Picking, to: int) -> Response:
        came_from = held.room.id if held.room else to
        moved = len(change_class(session(), held.picked, to, _act()).seats)
        name = session().get_one(SchoolClass, to).name
        session().commit()
        told = ngettext(
            "%(num)d pupil is in %(room)s now, without a number in class.",
            "%(num)d pupils are in %(room)s now, without numbers in class.",
            moved,
            room=name,
        )
        flash(told, "success")
        answer: Response = redirect(url_for("ClassChangeView.index", room=came_from))
        return answer

    def _refused(self, held: Picking, refused: Refused) -> Response:
        """Keep what was picked; say every reason, and whose it is."""
        shown, home = [pupil.id for pupil in held.pupils], held.room.id if held.room else None
        session().rollback()
        if held.to is not None:
            with suppress(Refused):  # the class may be not there at all
                held.change = look(session(), held.picked, held.to, _act())
        held.room = session().get(SchoolClass, home) if home else None
        held.pupils = of_class(home) if home else _pupils(shown)
        return self._page(held, refused)

    def _page(self, held: Picking, refused: AppError | None = None) -> Response:
        page: Any = self.render_template(
            "xueji/class_change/index.html",
            view=self,
            title=_("Change of class"),
            held=held,
            refusals=[say(refusal) for refusal in refused.refusals] if refused else [],
            targets=[(grade, group) for grade, group in rooms() if grade.id in held.grades],
            classes=own_classes(),
        )
        return make_response(str(page), refused.status if refused else HTTPStatus.OK)


def own_classes() -> list[SchoolClass]:
    """Return the classes in use whose pupils the person may move."""
    found = (
        select(SchoolClass)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(
            SchoolClass.school_id == current_actor().organisation_id,
            SchoolClass.state == ClassState.IN_USE,
            Grade.state == GradeState.IN_USE,
        )
        .options(joinedload(SchoolClass.grade))
        .order_by(Grade.stage.desc(), Grade.level, SchoolClass.number)
    )
    return [room for room in session().scalars(found) if is_own_class(room.id)]


def of_class(class_id: int) -> Sequence[Student]:
    """Return who sits in a class, by seat."""
    found = (
        select(Student)
        .where(Student.class_id == class_id, Student.status.in_(SEATED))
        .options(joinedload(Student.grade), joinedload(Student.school_class))
        .order_by(Student.seat_no.nulls_last(), Student.name, Student.id)
    )
    return session().scalars(found).all()


def _pupils(keys: Sequence[int]) -> list[Student]:
    return picked_pupils(session(), keys, _act())


def _keys(sent: Sequence[str]) -> list[int]:
    """Return the keys of an address or of a form; what is no key is not there."""
    keys = [number(text) for text in sent]
    if None in keys:
        raise NotFound
    return [key for key in dict.fromkeys(keys) if key is not None]


def _act() -> Act:
    return Act(Trigger.SUBMIT, current_actor(), today(), "")


def _room() -> SchoolClass | None:
    """Return the class whose pupils were shown, if it was one of the school's."""
    room_id = number(request.form.get("room"))
    room = session().get(SchoolClass, room_id) if room_id else None
    return room if room and room.school_id == current_actor().organisation_id else None
