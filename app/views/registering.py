"""学籍注册: a school's registrar submits pupils, mends those sent back, strikes errors.

A teacher who was given the right to register pupils sees here how far the own classes are.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal
from app.jobs.deciding import ask_submit, lines_of
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState
from app.models.student import Student
from app.policies.switches import setting
from app.views import registration_rows as pending
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox import own_job
from app.views.inbox_lines import asker
from app.views.inbox_tabs import PAGE, known, number
from app.views.links import link
from app.views.registering_one import RegistrationOne
from app.views.registration_figures import Figures, figures_of, goes
from app.views.scoped import Line
from app.views.words import say
from app.workflows.desk import Act, Trigger
from app.workflows.on_the_way import to_submit
from app.workflows.submitting import strike, submit
from app.workflows.tabs import Tab


class RegistrationView(RegistrationOne, BaseView):
    """Pupils on the way to the roll, and those who came this school year."""

    route_base = "/registration"
    default_view = "index"
    class_permission_name = "Registration"
    base_permissions = ["can_view", "can_submit", "can_strike"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the pupils by how far they are; above them, how far each class and import is."""
        actor, wanted = current_actor(), read_wanted(request.args)
        page = max(number(request.args.get("page")) or 1, 1)
        rows = pending.page_of(session(), actor, wanted, page, today())
        figures = figures_of(session(), actor, today())
        is_teacher = actor.role.is_teacher
        return self._drawn(
            "xueji/registration/list.html",
            rows=rows[:PAGE],
            has_more=len(rows) > PAGE,
            page=page,
            wanted=wanted,
            figures=figures,
            goes=goes,
            words=pending.STANDINGS,
            standings=pending.TO_TEACHERS if is_teacher else pending.STANDINGS,
            tabs=pending.TABS,
            shut=self._shut(figures),
            batches=[] if is_teacher else self._batches(figures),
        )

    @expose("/submit", methods=["POST"])
    @door("submit")
    def submit(self) -> str:
        """Submit the picked pupils, and tell what became of each."""
        ids = [n for text in request.form.getlist("rowid") if (n := number(text))]
        if not ids or len(ids) > PAGE:
            raise Invalid
        return self._submitted(list(dict.fromkeys(ids)))

    @expose("/batch/<int:batch_id>", methods=["POST"])
    @door("submit")
    def batch(self, batch_id: int) -> Any:
        """Submit what was never submitted of an import; many of them through a job."""
        if session().get(ImportBatch, batch_id) is None:
            raise NotFound
        ids = to_submit(session(), current_actor().organisation_id, batch_id, 0, PAGE + 1)
        if not ids:
            flash(_("Nothing of this import is ready to be submitted."), "info")
            return redirect(url_for("RegistrationView.index", batch=batch_id))
        if len(ids) <= PAGE:
            return self._submitted(ids)
        return self._asked(batch_id)

    @expose("/report", methods=["POST"])
    @door("submit")
    def report(self) -> Response:
        """Submit all that is ready of the whole school (上报), with a line for each pupil."""
        if not to_submit(session(), current_actor().organisation_id, None, 0, 1):
            flash(_("Nobody is ready to be submitted."), "info")
            return redirect(url_for("RegistrationView.index"))
        return self._asked(0)

    @expose("/job/<int:job_id>")
    @door("view")
    def job(self, job_id: int) -> str:
        """Show how far a batch is, and a line for every pupil it came to."""
        found = own_job(job_id, "registration.submit")
        codes = [
            (pupil_id, tuple(Refusal(c) for c in codes))
            for pupil_id, codes in lines_of(found.checkpoint)
        ]
        return self._told(codes, found)

    @expose("/strike/<int:student_id>", methods=["POST"])
    @door("strike")
    def strike(self, student_id: int) -> Response:
        """Strike a record made by mistake; it stays in the registry as deleted."""
        act = Act(Trigger.SUBMIT, current_actor(), today(), "")
        name = strike(session(), student_id, act).name
        session().commit()
        flash(_("%(name)s is struck; the record stays readable as deleted.", name=name), "success")
        return redirect(url_for("RegistrationView.index", **read_wanted(request.args).asked))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _asked(self, batch_id: int) -> Response:
        """Hand an import, or the whole school, to a job and lead to its page."""
        job_id = ask_submit(session(), batch_id, asker())
        session().commit()
        flash(_("Taken up. You may leave this page."), "info")
        answer: Response = redirect(url_for("RegistrationView.job", job_id=job_id))
        return answer

    def _shut(self, figures: Figures) -> str:
        """Say that in-school pupils cannot be submitted now, where some are ready."""
        if not goes(figures.of(Tab.IN_SCHOOL)):
            return ""
        held = setting(session(), current_actor().path, "in_school_registration", today())
        return "" if held.is_on else say(held.closed())

    def _submitted(self, ids: list[int]) -> str:
        act = Act(Trigger.SUBMIT, current_actor(), today(), "")
        outcomes = submit(session(), ids, act)
        session().commit()
        return self._told([(one.student_id, one.refusals) for one in outcomes])

    def _told(self, outcomes: list[tuple[int, tuple[Refusal, ...]]], job: Job | None = None) -> str:
        """Return the page that tells what became of each pupil."""
        return self._drawn(
            "xueji/inbox/result.html",
            title=_("What became of the pupils"),
            lines=pupil_lines(outcomes),
            job=job,
            of=0,
            running=job is not None and job.state in (JobState.QUEUED, JobState.RUNNING),
            back=link(url_for("RegistrationView.index"), read_wanted(request.form).asked),
        )

    def _batches(self, figures: Figures) -> list[tuple[ImportBatch, dict[str, int]]]:
        held = select(ImportBatch).where(ImportBatch.id.in_(figures.batches))
        shown = held.options(joinedload(ImportBatch.uploader)).order_by(ImportBatch.id.desc())
        return [(batch, figures.batches[batch.id]) for batch in session().scalars(shown)]

    def _drawn(self, template: str, **facts: Any) -> str:
        return str(self.render_template(template, view=self, **facts))


def read_wanted(args: Any) -> pending.Wanted:
    """Return the filters of an address or of a form."""
    return pending.Wanted(
        known(args.get("standing"), pending.STANDINGS),
        known(args.get("sort"), pending.TABS),
        number(args.get("batch")),
        number(args.get("room")),
    )


def pupil_lines(outcomes: list[tuple[int, tuple[Refusal, ...]]]) -> list[Line]:
    """Return a line for each pupil: submitted, or every reason why not."""
    ids = [pupil_id for pupil_id, _refusals in outcomes]
    found = select(Student).where(Student.id.in_(ids)).options(joinedload(Student.school_class))
    pupils = {pupil.id: pupil for pupil in session().scalars(found)}
    lines = []
    for pupil_id, refusals in outcomes:
        pupil = pupils.get(pupil_id)
        name = f"{pupil.name} · {pupil.school_class or ''}" if pupil else "—"
        if refusals:
            told = " ".join(say(refusal) for refusal in refusals)
            lines.append(Line("bad", _("Not submitted"), name, told))
        else:
            lines.append(Line("ok", _("Submitted"), name, _("on to the school's leader")))
    return lines
