"""What is begun from the list of pupils: a movement of one of them, a change of class of many."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, url_for
from flask_appbuilder.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models.student import Student
from app.views.scoped import ScopedModelView
from app.workflows.class_change import MOST


class PupilActs(ScopedModelView):
    """Acts on picked pupils; each only leads to the page where it is done."""

    method_permission_name: ClassVar[dict[str, str]] = {"move": "move", "reseat": "reseat"}

    @action("move", _("Open a movement"), icon="fa-person-walking-arrow-right", single=False)
    def move(self, pupils: list[Student]) -> Any:
        """Go to the form of a movement, which is of one pupil."""
        if len(pupils) > 1:
            flash(gettext("A movement is of one pupil; pick one."), "warning")
            return redirect(url_for("StudentView.list"))
        return redirect(url_for("MovementView.open", student_id=pupils[0].id))

    @action("reseat", _("Change of class"), icon="fa-people-arrows", single=False)
    def reseat(self, pupils: list[Student]) -> Any:
        """Go to the change of class with these pupils picked."""
        if len(pupils) > MOST:
            told = gettext("At most %(n)s pupils at a time; pick fewer.", n=MOST)
            flash(told, "warning")
            return redirect(url_for("StudentView.list"))
        return redirect(url_for("ClassChangeView.index", pupil=[pupil.id for pupil in pupils]))
