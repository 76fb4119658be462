"""Whose case it is to be: finding a pupil of one's own school by the beginning of the name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.codes.masking import national_number
from app.models.student import Student
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import readable
from app.views.inbox_tabs import number
from app.views.labels import label_of

MOST = 20  # pupils a search offers
LAST_PAGE = 200


class Picking(BaseView):
    """The page before a form: ``pick_template`` shows the pupils found, each with its way on."""

    pick_template = ""

    @expose("/open", methods=["GET"])
    @door("open")
    def pick(self) -> str:
        """Ask whose case it is to be."""
        return self._picking("", ())

    @expose("/open", methods=["POST"])
    @door("open")
    def found(self) -> str:
        """Offer the school's pupils whose name begins with the text; no address holds it."""
        try:
            text = readable(request.form.get("q", ""))
        except ValueError:
            text = ""
        return self._picking(text, own_pupils(text) if text else ())

    def drawn(self, template: str, **facts: Any) -> str:
        """Draw a page of this view."""
        return str(self.render_template(template, view=self, **facts))

    def _picking(self, text: str, pupils: Sequence[Student]) -> str:
        return self.drawn(
            self.pick_template,
            asked=text,
            pupils=pupils[:MOST],
            has_more=len(pupils) > MOST,
            most=MOST,
            masked=national_number,
            level_of=label_of("grade_level"),
        )


def own_pupils(text: str) -> Sequence[Student]:
    """Return pupils of the person's school whose name begins with a text, and one beyond `MOST`."""
    found = (
        select(Student)
        .where(
            Student.school_id == current_actor().organisation_id,
            Student.name.op("^@", is_comparison=True)(text),
        )
        .options(joinedload(Student.grade), joinedload(Student.school_class))
        .order_by(Student.name, Student.id)
        .limit(MOST + 1)
    )
    return session().scalars(found).all()


def page_asked() -> int:
    """Return the page of a list an address asks for."""
    return min(max(number(request.args.get("page")) or 1, 1), LAST_PAGE)
