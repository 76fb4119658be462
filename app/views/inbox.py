"""待办: what waits for me, what I sent, what concerns us, what has ended; and deciding many."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal, Refused
from app.jobs.deciding import BATCHED, ask_decide, lines_of, trigger_of
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState
from app.models.organisation import Organisation, Tier
from app.policies.rights import holds
from app.policies.roles import Role
from app.views import inbox_tabs as tabs
from app.views import saved_filters
from app.views.actor import current_actor, session, today
from app.views.case_sheet import Sheet, sheet_of
from app.views.doors import door
from app.views.export_request_desk import count_waiting
from app.views.inbox_lines import asker, case_lines, own_job, read_act, read_picked
from app.views.inbox_rows import row_of
from app.views.links import link
from app.views.lookup import Lookup, answer
from app.views.problem_lists import to_handle
from app.views.scoped import Line
from app.views.words import say
from app.workflows.deciding import decide
from app.workflows.desk import NEEDS_REASON, Act

__all__ = ["InboxView", "case_lines", "inbox_count", "menu_counts", "own_job", "read_act"]

SAVED = "inbox"  # the page whose filters are kept
DOORS = {  # the screen behind which the cases of a kind stand
    "REGISTRATION": "Registration",
    "TRANSFER": "Transfer",
    "MOVEMENT": "Movement",
    "KEY_CHANGE": "KeyChange",
    "PROBLEM": "Problem",
}


class InboxView(BaseView):
    """The work surface of everybody who decides: a queue on the left, a decision on the right."""

    route_base = "/inbox"
    default_view = "inbox"
    class_permission_name = "Inbox"
    base_permissions = ["can_view", "can_decide"]

    choices = {"kind": tabs.KINDS, "due": tabs.DUES, "age": tabs.AGES, "step": tabs.STEPS}
    choices |= {"mine": tabs.MINE, "variant": tabs.VARIANTS}
    own_steps = {key: tabs.STEPS[key] for key in ("returned", "silent")}  # of one's own desk

    @expose("")
    @door("view")
    def inbox(self) -> str:
        """Show one of the four lists; the case under the cursor is open beside it."""
        actor, day, narrowing = current_actor(), today(), tabs.Narrowing.read(request.args)
        tab = tabs.known(request.args.get("tab"), tabs.TABS) or "waiting"
        page = min(max(tabs.number(request.args.get("page")) or 1, 1), tabs.LAST_PAGE)
        chosen = tabs.TABS[tab]
        asked = tabs.narrowed(chosen.statement(actor), narrowing, day, actor.user_id, chosen.due)
        cases = tabs.page_of(session(), asked, page)
        rows = [row_of(case, actor, day) for case in cases[: tabs.PAGE]]
        first = self._at_cursor(rows)
        return self._drawn(
            "xueji/inbox/inbox.html",
            rows=rows,
            sheet=self._sheet(first) if first else None,
            cursor=first,
            may_batch=tab == "waiting" and actor.role is not Role.SR,
            tab=tab,
            tabs=tabs.TABS,
            total=tabs.count(session(), asked, in_order=bool(narrowing.due)),
            counts=self._counts(),
            most=tabs.MOST,
            capped=capped,
            narrowing=narrowing,
            saved=self._saved(tab, narrowing),
            school=self._school(narrowing.school),
            batches=self._batches() if tab == "waiting" else [],
            page=page,
            has_more=len(cases) > tabs.PAGE and page < tabs.LAST_PAGE,
        )

    @expose("/case/<int:case_id>")
    @door("view")
    def pane(self, case_id: int) -> str:
        """Show the decision of one case, to be put beside the list."""
        return self._drawn("xueji/inbox/pane.html", sheet=self._sheet(case_id))

    @expose("/schools")
    @door("view")
    def schools(self) -> Response:
        """Answer the school filter's search: schools below the person's organisation."""
        path = current_actor().path
        below = Lookup(
            Organisation,
            (Organisation.name, Organisation.code),
            narrow=lambda asked: asked.where(
                Organisation.tier == Tier.SCHOOL,
                Organisation.path.op("^@", is_comparison=True)(path),
            ),
        )
        return jsonify(answer(below, session()))

    @expose("/batch", methods=["POST"])
    @door("decide")
    def batch(self) -> str | Response:
        """Do the same to every picked case: a page's at once, more of them by a job."""
        seen, act = read_picked(), read_act()
        if act.trigger not in BATCHED:
            raise Invalid
        if len(seen) > tabs.PAGE:
            return self._asked(list(seen.items()), act)
        outcomes = decide(session(), list(seen), act, seen)
        session().commit()
        codes = [(one.case_id, one.refusals) for one in outcomes]
        return self._told(case_lines(codes, act.trigger))

    @expose("/all", methods=["POST"])
    @door("decide")
    def all(self) -> Response:
        """Ask a job to decide everything that waits under the present filter."""
        actor, narrowing = current_actor(), tabs.Narrowing.read(request.form)
        act = read_act()
        if act.trigger not in BATCHED:
            raise Invalid
        return self._asked(tabs.waiting_ids(session(), actor, narrowing, today()), act)

    @expose("/job/<int:job_id>")
    @door("view")
    def job(self, job_id: int) -> str:
        """Show how far a batch is, and a line for every case it came to."""
        found = own_job(job_id, "case.decide")
        codes = [
            (case_id, tuple(Refusal(c) for c in codes))
            for case_id, codes in lines_of(found.checkpoint)
        ]
        return self._told(
            case_lines(codes, trigger_of(found.args)), found, len(found.args["cases"])
        )

    @expose("/filters", methods=["POST"])
    @door("view")
    def keep(self) -> Response:
        """Keep the filters in force under a name of the person's own."""
        narrowing = tabs.Narrowing.read(request.form)
        tab = tabs.known(request.form.get("tab"), tabs.TABS) or "waiting"
        name, me = request.form.get("name", ""), current_actor().user_id
        asked = narrowing.asked and {"tab": tab, **narrowing.asked}
        try:
            saved_filters.keep(session(), me, SAVED, name, asked)
            session().commit()
        except Refused as refused:
            session().rollback()
            for refusal in refused.refusals:
                flash(say(refusal), "danger")
        return redirect(link(url_for("InboxView.inbox"), {"tab": tab, **narrowing.asked}))

    @expose("/filters/<int:filter_id>/drop", methods=["POST"])
    @door("view")
    def drop(self, filter_id: int) -> Response:
        """Take one of the person's own filters away."""
        saved_filters.drop(session(), current_actor().user_id, filter_id)
        session().commit()
        return redirect(url_for("InboxView.inbox"))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _asked(self, seen: list[tuple[int, int]], act: Act) -> Response:
        """Hand a batch to a job and lead to its page."""
        if not seen:
            raise NotFound
        if act.trigger in NEEDS_REASON and not act.remark:
            raise Refused(Refusal("E-REASON"))
        job_id = ask_decide(session(), seen, asker(), act.trigger, act.remark or "")
        session().commit()
        flash(_("Taken up: %(n)s cases. You may leave this page.", n=len(seen)), "info")
        return redirect(url_for("InboxView.job", job_id=job_id))

    def _told(self, lines: list[Line], job: Job | None = None, of: int = 0) -> str:
        """Return the page that tells what became of each case."""
        return self._drawn(
            "xueji/inbox/result.html",
            title=_("What became of the cases"),
            lines=lines,
            job=job,
            of=of,
            running=job is not None and job.state in (JobState.QUEUED, JobState.RUNNING),
            back=link(url_for("InboxView.inbox"), tabs.Narrowing.read(request.form).asked),
        )

    def _counts(self) -> dict[str, int | None]:
        """Return how many cases stand in each of the open lists."""
        actor = current_actor()
        others = {key: tabs.count(session(), tabs.TABS[key].statement(actor)) for key in OTHERS}
        return {"waiting": inbox_count(), **others}

    def _saved(self, tab: str, narrowing: tabs.Narrowing) -> list[dict[str, Any]]:
        """Return the person's filters as links; the one in force is marked."""
        now = {key: str(value) for key, value in {"tab": tab, **narrowing.asked}.items()}
        found = saved_filters.kept(session(), current_actor().user_id, SAVED)
        return [
            {
                "id": one.id,
                "name": one.name,
                "url": link(url_for("InboxView.inbox"), one.asked),
                "current": one.asked == now,
            }
            for one in found
        ]

    def _sheet(self, case_id: int) -> Sheet:
        return sheet_of(session(), case_id, current_actor(), today())

    def _at_cursor(self, rows: list[Any]) -> int | None:
        """Return the case that is open: the one the address names, else the first."""
        named = tabs.number(request.args.get("open"))
        ids = [row.id for row in rows]
        return named if named in ids else next(iter(ids), None)

    def _school(self, school_id: int | None) -> Organisation | None:
        return session().get(Organisation, school_id) if school_id else None

    def _batches(self) -> list[tuple[ImportBatch, int]]:
        """Return the imports of which something waits for the person, with how many."""
        counts = tabs.waiting_batches(session(), current_actor())
        held = select(ImportBatch).where(ImportBatch.id.in_(counts))
        shown = held.options(joinedload(ImportBatch.organisation)).order_by(ImportBatch.id.desc())
        return [(batch, counts[batch.id]) for batch in session().scalars(shown)] if counts else []

    def _drawn(self, template: str, **facts: Any) -> str:
        return str(self.render_template(template, view=self, today=today(), **facts))


OTHERS = ("sent", "involved")  # lists with a count beside the desk's own


def capped(n: int) -> str:
    """Return a count as text; beyond the cap it is said to be one."""
    return f"{tabs.CAP:,}+" if n > tabs.CAP else f"{n:,}"


def waiting_counts() -> dict[str, int]:
    """Return how many cases of each kind wait for the person; asked once a request."""
    if "waiting_counts" not in g:
        actor = g.get("actor")
        g.waiting_counts = tabs.waiting_by_kind(session(), actor) if actor else {}
    return dict(g.waiting_counts)


def inbox_count() -> int | None:
    """Tell the frame how many cases wait; None for those who decide nothing."""
    actor = g.get("actor")
    if actor is None or not holds(actor.role, "Inbox", "can_view"):
        return None
    return sum(waiting_counts().values())


def menu_counts() -> dict[str, int]:
    """Tell the menu how much waits behind which door: the inbox, and the screen of a kind.

    With a registrar wait also the problem records of the school that nothing was said about yet.
    """
    total, actor = inbox_count(), g.get("actor")
    counts = {DOORS[kind]: n for kind, n in waiting_counts().items() if kind in DOORS}
    may_answer = actor is not None and holds(actor.role, "Problem", "can_open")
    if may_answer and (held := to_handle(session(), actor)):
        counts["Problem"] = counts.get("Problem", 0) + held
    decides = actor is not None and holds(actor.role, "ExportRequest", "can_decide")
    if decides and (asked := count_waiting(session(), actor)):
        counts["ExportRequest"] = asked
    if "Registration" in counts:  # behind the one door or the other: who submits, who reviews
        counts["RegistrationReview"] = counts["Registration"]
    return {"Inbox": total, **counts} if total else counts
