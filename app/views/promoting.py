"""升级: the turn of the school year: rehearsed, asked for, confirmed, run, and undone (P15, Q-40).

For the ministry and the provinces; nobody below sees the page. Every rule is the workflow's: the
page prints its refusals and offers a button only where there are none.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import NotFound, Refusal, Refused
from app.jobs.promoting import ask_run
from app.models.organisation import Organisation
from app.models.page import page_of
from app.models.promotion import PromotionRun, RunState
from app.policies.audit import record
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door
from app.views.progress import progress_of
from app.views.promotion_sheet import LIVE, PromotionSheet, phrase_of
from app.workflows import promotion, turning
from app.workflows.foresight import rehearse_by_stage

BOM = "\ufeff"  # else Excel takes UTF-8 for something older
LARGEST_ID = 2**31 - 1
YEARS = range(-1, 3)  # which school years are offered, counted from this calendar year


class PromotionView(BaseView):
    """The year turns once: by two persons of one authority, after a rehearsal of the same day."""

    route_base = "/promotion"
    class_permission_name = "Promotion"
    default_view = "list"

    @expose("/")
    @door("view")
    def list(self) -> str:
        """Show the runs so far, and the box to rehearse in."""
        runs = (
            select(PromotionRun)
            .options(joinedload(PromotionRun.authority), joinedload(PromotionRun.asker))
            .order_by(PromotionRun.id.desc())
        )
        place = current_account().organisation
        live = select(PromotionRun).where(PromotionRun.state.in_(LIVE))
        drawn = self.render_template(
            "xueji/promotion/list.html",
            title=_("Promotion"),
            page=page_of(session(), runs, request.args.get("page", 1, int)),
            live=session().scalars(live.order_by(PromotionRun.id.desc())).all(),
            place=place,
            years=[today().year + step for step in YEARS],
            reasons=promotion.why_not_rehearse(current_actor(), place),
            closed=promotion.closed(session(), place, today()),
        )
        return str(drawn)

    @expose("/rehearse", methods=["POST"])
    @door("rehearse")
    def rehearse(self) -> Any:
        """Count what a turn into the chosen year would do; nothing moves."""
        year = request.form.get("year", 0, int)
        if year - today().year not in YEARS:
            flash(_("Choose the school year first."), "warning")
            return redirect(url_for("PromotionView.list"))
        actor = current_actor()
        place = session().get_one(Organisation, actor.organisation_id)
        if reasons := promotion.why_not_rehearse(actor, place):
            raise Refused(*reasons)
        run = rehearse_by_stage(session(), place, year, actor.user_id)
        pk = run.id
        session().commit()
        return redirect(url_for("PromotionView.show", pk=pk))

    @expose("/<int:pk>")
    @door("view")
    def show(self, pk: int) -> str:
        """Show a run as it stands: rehearsal, waiting, at work, done."""
        run = self._run(pk)
        is_part = "HX-Request" in request.headers
        drawn = self.render_template(
            "xueji/promotion/show.html",
            title=_("Promotion into %(year)s", year=run.year),
            run=run,
            sheet=PromotionSheet(session(), run, request.args),
            progress=progress_of(run.job_id) if run.state is RunState.RUNNING else None,
            part=is_part,
        )
        return str(drawn)

    @expose("/<int:pk>/live")
    @door("view")
    def live(self, pk: int) -> Any:
        """Show the progress alone, or have the page loaded anew once the run is over."""
        run = self._run(pk)
        progress = progress_of(run.job_id)
        sheet = PromotionSheet(session(), run, request.args)
        answer = make_response(
            render_template("xueji/promotion/live.html", run=run, sheet=sheet, progress=progress)
        )
        if run.state is not RunState.RUNNING or progress is None or progress.failed:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:pk>/exceptions.csv")
    @door("view")
    def exceptions(self, pk: int) -> Any:
        """Give the list of grades to look at, for the schools' administrators."""
        run = self._run(pk)
        sheet = PromotionSheet(session(), run, request.args)
        record(session(), "promotion.exceptions", object_type="promotion_run", object_id=run.id)
        session().commit()
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(
            [_("Code"), _("School"), _("Managed by"), _("Grade"), _("Entered in"), _("Pupils"),
             _("Why")]
        )  # fmt: skip
        writer.writerows(sheet.lines())
        answer = make_response(BOM + out.getvalue())
        answer.mimetype = "text/csv"
        name = _("promotion-%(year)s-exceptions.csv", year=run.year)
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @expose("/<int:pk>/ask", methods=["POST"])
    @door("run")
    def ask(self, pk: int) -> Any:
        """Ask for the turn as the first person."""
        run = self._typed(pk)
        promotion.ask(session(), run, current_actor(), datetime.now(UTC))
        session().commit()
        flash(
            _("Asked for. A second person of your authority has %(minutes)s minutes to confirm.",
              minutes=promotion.SECOND_PERSON_MINUTES),
            "success",
        )  # fmt: skip
        return redirect(url_for("PromotionView.show", pk=pk))

    @expose("/<int:pk>/confirm", methods=["POST"])
    @door("run")
    def confirm(self, pk: int) -> Any:
        """Confirm as the second person; the job is asked for in the same transaction."""
        run = self._typed(pk)
        promotion.confirm(session(), run, current_actor(), datetime.now(UTC))
        ask_run(session(), run, current_actor().user_id)
        session().commit()
        return redirect(url_for("PromotionView.show", pk=pk))

    @expose("/<int:pk>/resume", methods=["POST"])
    @door("run")
    def resume(self, pk: int) -> Any:
        """Go on with a run whose job died; schools that have turned are passed over."""
        run = self._run(pk, held=True)
        if reasons := promotion.why_not(session(), current_actor(), run.authority, today()):
            raise Refused(*reasons)
        progress = progress_of(run.job_id)
        if run.state is RunState.RUNNING and (progress is None or progress.failed):
            ask_run(session(), run, current_actor().user_id)
            record(session(), "promotion.resume", object_type="promotion_run", object_id=run.id)
        session().commit()
        return redirect(url_for("PromotionView.show", pk=pk))

    @expose("/<int:pk>/undo", methods=["POST"])
    @door("run")
    def undo(self, pk: int) -> Any:
        """Take a run back wherever nothing builds on it yet."""
        run = self._typed(pk)
        if reasons := turning.why_not_undo(session(), current_actor(), run, today()):
            raise Refused(*reasons)
        undone, kept = turning.undo(session(), run)
        session().commit()
        flash(
            _("Schools put back where they were: %(undone)s; kept: %(kept)s.",
              undone=f"{undone:,}", kept=f"{kept:,}"),
            "success",
        )  # fmt: skip
        return redirect(url_for("PromotionView.show", pk=pk))

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _run(self, pk: int, *, held: bool = False) -> PromotionRun:
        """Return a run of one's own authority or of one below it."""
        found = select(PromotionRun).where(PromotionRun.id == pk)
        if held:
            found = found.with_for_update()
        run: PromotionRun | None = session().scalar(found) if pk <= LARGEST_ID else None
        if run is None:
            raise NotFound
        return run

    def _typed(self, pk: int) -> PromotionRun:
        """Return a run, locked, whose phrase was typed out, or raise `Refused`."""
        run = self._run(pk, held=True)
        phrase = phrase_of(run)
        if " ".join(request.form.get("sure", "").split()) != phrase:
            raise Refused(Refusal("E-PROMO-TYPED", {"phrase": phrase}))
        return run
