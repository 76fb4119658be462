"""One pupil's registration: what stands in the way, the scan of a document, submitting it."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.codes import masking
from app.errors import AppError, Invalid, NotFound, Refused, Stale
from app.models.case import Case, CaseKind
from app.models.student import Status, Student
from app.views.actor import session
from app.views.case_forms import act_of, gone, open_case
from app.views.case_words import PASSED
from app.views.doors import door
from app.views.evidence import tray_of
from app.views.inbox_tabs import number
from app.views.registration_rows import TABS
from app.views.words import say
from app.workflows.identity import RESIDENT
from app.workflows.opening_changes import own_pupil
from app.workflows.persons import Check
from app.workflows.submitting import ahead, compare, submit_one
from app.workflows.tabs import tab_of

PAPERS = "has_papers"


class RegistrationOne(BaseView):
    """The page of one pupil who is not registered yet."""

    @expose("/one/<int:student_id>", methods=["GET", "POST"])
    @door("submit")
    def one(self, student_id: int) -> Response:
        """Show what submitting one pupil would meet, take scans, and submit."""
        pupil = pending(student_id)
        if request.method != "POST":
            return self._one(pupil, [])
        papers = [n for text in request.form.getlist("paper") if (n := number(text))]
        if number(request.form.get("seen")) != pupil.row_version:
            raise Stale
        compare(session(), [student_id])
        session().commit()  # what was found stays found, whatever becomes of the submission
        try:
            return gone(submit_one(session(), student_id, act_of(), papers))
        except (Refused, Invalid) as refused:
            session().rollback()
            return self._one(pending(student_id), papers, refused)

    def _one(self, pupil: Student, papers: list[int], refused: AppError | None = None) -> Response:
        tray = tray_of(papers)
        checks = ahead(session(), pupil, act_of(), len(tray.papers))
        faults = [say(c.refusal) for c in checks if c.refusal and c.name != PAPERS]
        page = self.render_template(
            "xueji/registration/one.html",
            view=self,
            pupil=pupil,
            id_number=masking.id_number(pupil.id_number) if pupil.id_number else "",
            sort=TABS[tab_of(pupil)],
            why=[("bad", say(c.refusal)) if c.refusal else ("ok", PASSED[c.name]) for c in checks],
            faults=faults,
            only_papers=[c.name for c in checks if c.refusal] == ["has_papers"],
            needs_papers=pupil.id_type != RESIDENT,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            open_case=open_case(pupil.id),
            before=rejected(pupil.id),
            tray=tray,
        )
        return make_response(page, refused.status if refused else HTTPStatus.OK)


def told(check: Check) -> tuple[str, str]:
    """Return a line of what stands in the way; a scan that is not there yet can be attached."""
    if check.refusal is None:
        return "ok", str(PASSED[check.name])
    if check.name == PAPERS:
        return "step", gettext("Attach the scan above; then it can be submitted")
    return "bad", say(check.refusal)


def pending(student_id: int) -> Student:
    """Return an own pupil who is not registered yet, or raise `NotFound`."""
    pupil = own_pupil(session(), student_id, act_of())
    if pupil.status is not Status.PENDING_REGISTRATION:
        raise NotFound
    return pupil


def rejected(student_id: int) -> Case | None:
    """Return the last registration of a pupil that has ended."""
    asked = select(Case).where(
        Case.student_id == student_id,
        Case.kind == CaseKind.REGISTRATION,
        Case.closed_at.is_not(None),
    )
    return session().scalar(asked.order_by(Case.id.desc()).limit(1))
