"""待办业务查询、清理: what is under way and whom to call; and ending what will not end (P13)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import Select

from app.errors import Invalid, Refusal, Refused
from app.jobs.deciding import ask_decide
from app.models.organisation import Organisation
from app.views import inbox_tabs as tabs
from app.views.actor import current_actor, session, today
from app.views.case_words import kind_word, office_word
from app.views.doors import allowed, door
from app.views.inbox import capped
from app.views.inbox_filters import KINDS
from app.views.inbox_lines import asker, case_lines, read_act, read_picked
from app.views.links import link
from app.views.pending_rows import OVERS, Wanted, calls_of, pending_row
from app.workflows import cleaning
from app.workflows.deciding import decide
from app.workflows.desk import Act, Trigger


class PendingView(BaseView):
    """Every open case of the organisation; the authority of a school can end them."""

    route_base = "/pending"
    default_view = "index"
    class_permission_name = "Pending"
    base_permissions = ["can_view", "can_clean"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """Show what is under way, the graduating grades first; each with who has it."""
        actor, day, wanted = current_actor(), today(), Wanted.read(request.args)
        page = min(max(tabs.number(request.args.get("page")) or 1, 1), tabs.LAST_PAGE)
        asked = cleaning.pending(actor, wanted.choice, day)
        cases = tabs.page_of(session(), cleaning.with_sides(asked), page)
        shown = cases[: tabs.PAGE]
        calls = calls_of(session(), shown)
        everybody = cleaning.pending(actor, wanted.of_everybody, day)
        return self._drawn(
            "xueji/pending/list.html",
            wanted=wanted,
            rows=[pending_row(case, actor, day, calls) for case in shown],
            total=tabs.count(session(), asked),
            others=tabs.count(session(), everybody) if wanted.choice.graduating else 0,
            school=session().get(Organisation, wanted.choice.school or 0),
            ending=self._ending(wanted) if allowed("can_clean", "Pending") else 0,
            page=page,
            has_more=len(cases) > tabs.PAGE and page < tabs.LAST_PAGE,
        )

    @expose("/preview", methods=["POST"])
    @door("clean")
    def preview(self) -> str:
        """Show what a clean-up of the picked cases, or of all that fit, would do: a dry run."""
        return self._foreseen()

    @expose("/clean", methods=["POST"])
    @door("clean")
    def clean(self) -> Any:
        """End the cases of the preview: a page of them at once, more by a job."""
        seen, act = read_picked(), read_act()
        if act.trigger is not Trigger.CLEAN:
            raise Invalid
        if not act.remark:
            return self._foreseen(reasons=[Refusal("E-REASON")], ids=list(seen)), Refused.status
        if len(seen) > tabs.PAGE:
            job_id = ask_decide(session(), list(seen.items()), asker(), act.trigger, act.remark)
            session().commit()
            flash(_("Taken up: %(n)s cases. You may leave this page.", n=len(seen)), "info")
            return redirect(url_for("InboxView.job", job_id=job_id))
        return self._ended(seen, act)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _ended(self, seen: dict[int, int], act: Act) -> str:
        outcomes = decide(session(), list(seen), act, seen)
        session().commit()
        codes = [(one.case_id, one.refusals) for one in outcomes]
        back = link(url_for("PendingView.index"), Wanted.read(request.form).asked)
        return self._drawn(
            "xueji/inbox/result.html",
            title=_("What became of the cases"),
            lines=case_lines(codes, act.trigger),
            job=None,
            of=0,
            running=False,
            back=back,
        )

    def _foreseen(self, reasons: list[Refusal] | None = None, ids: list[int] | None = None) -> str:
        """Return the preview: counts by kind and school, and a line for every case."""
        actor, day, wanted = current_actor(), today(), Wanted.read(request.form)
        if ids is None:
            ids = [n for text in request.form.getlist("case") if (n := tabs.number(text))]
        if len(ids) > tabs.MOST:
            raise Invalid
        cases = (
            cleaning.picked(session(), actor, ids, day)
            if ids
            else cleaning.selected(session(), actor, wanted.choice, day)
        )
        found = cleaning.foresee(session(), cases, actor, day)
        ends = [one for one in found if one.ends]
        return self._drawn(
            "xueji/pending/preview.html",
            wanted=wanted,
            found=found,
            told=cleaning.told(cases, actor.organisation_id),
            by_kind=Counter(kind_word(one.case, actor.path) for one in ends).most_common(),
            by_school=cleaning.by_school(found).most_common(),
            kind_word=lambda case: kind_word(case, actor.path),
            reasons=reasons or [],
            remark=request.form.get("remark", ""),
        )

    def _ending(self, wanted: Wanted) -> int:
        """Return how many of the list this authority could end, to a cap."""
        asked: Select[Any] = cleaning.cleanable(current_actor(), wanted.choice, today())
        return tabs.count(session(), asked)

    def _drawn(self, template: str, **facts: Any) -> str:
        words = {"capped": capped, "kinds": KINDS, "overs": OVERS, "office_word": office_word}
        return str(self.render_template(template, view=self, today=today(), **words, **facts))
