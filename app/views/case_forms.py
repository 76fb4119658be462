"""What forms that ask for a case share: the step, the evidence at hand, the way to the case."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.models.attachment import Attachment
from app.models.case import Case
from app.views.actor import current_actor, session, today
from app.workflows.desk import Act, Trigger


def act_of() -> Act:
    """Return the step these forms take."""
    return Act(Trigger.SUBMIT, current_actor(), today(), "")


def bound(case: Case | None) -> Sequence[Attachment]:
    """Return the evidence a case has already."""
    if case is None:
        return []
    asked = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    return session().scalars(asked).all()


def open_case(student_id: int) -> Case | None:
    """Return the case a pupil is in, as far as this person sees it."""
    asked = select(Case).where(Case.student_id == student_id, Case.closed_at.is_(None))
    return session().scalar(asked)


def gone(case: Case) -> Response:
    """Commit, and go to the page of the case."""
    case_id = case.id
    session().commit()
    flash(_("Submitted; everybody on the route is shown below."), "success")
    answer: Response = redirect(url_for("CaseView.show", case_id=case_id))
    return answer
