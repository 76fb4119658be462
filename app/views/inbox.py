"""待办: what waits for me, what I did, what lies here, what has moved on; and deciding many."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refusal
from app.jobs.deciding import ask_agree, lines_of
from app.models.case import Case
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState
from app.models.organisation import Organisation, Tier
from app.policies.rights import holds
from app.views import inbox_tabs as tabs
from app.views.actor import current_actor, session, today
from app.views.case_sheet import Sheet, sheet_of
from app.views.case_words import DONE, kind_word
from app.views.doors import door
from app.views.inbox_rows import row_of
from app.views.links import link
from app.views.lookup import Lookup, answer
from app.views.scoped import Line
from app.views.words import say
from app.workflows.deciding import decide
from app.workflows.desk import REVIEWS, Act, Trigger

LONGEST_REMARK = 500


class InboxView(BaseView):
    """The work surface of everybody who decides: a queue on the left, a decision on the right."""

    route_base = "/inbox"
    default_view = "inbox"
    class_permission_name = "Inbox"
    base_permissions = ["can_view", "can_decide"]

    kinds, dues, ages = tabs.KINDS, tabs.DUES, tabs.AGES

    @expose("")
    @door("view")
    def inbox(self) -> str:
        """Show one of the four lists; the case under the cursor is open beside it."""
        actor, day, narrowing = current_actor(), today(), tabs.Narrowing.read(request.args)
        tab = tabs.known(request.args.get("tab"), tabs.TABS) or "waiting"
        page = min(max(tabs.number(request.args.get("page")) or 1, 1), tabs.LAST_PAGE)
        asked = tabs.narrowed(tabs.TABS[tab].statement(actor), narrowing, day)
        cases = tabs.page_of(session(), asked, page)
        rows = [row_of(case, actor, day) for case in cases[: tabs.PAGE]]
        first = self._at_cursor(rows)
        return self._drawn(
            "xueji/inbox/inbox.html",
            rows=rows,
            sheet=self._sheet(first) if first else None,
            cursor=first,
            tab=tab,
            tabs=tabs.TABS,
            total=tabs.count(session(), asked),
            most=tabs.MOST,
            here_count=tabs.count(session(), tabs.here(actor)),
            capped=capped,
            narrowing=narrowing,
            school=self._school(narrowing.school),
            batches=self._batches(),
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
    def batch(self) -> str:
        """Do the same to every picked case, and tell what became of each."""
        ids = [n for text in request.form.getlist("case") if (n := tabs.number(text))]
        act = read_act()
        if not ids or len(ids) > tabs.PAGE or act.trigger not in REVIEWS:
            raise Invalid
        seen = {n: v for n in ids if (v := tabs.number(request.form.get(f"seen-{n}")))}
        if set(seen) != set(ids):
            raise Invalid
        outcomes = decide(session(), list(dict.fromkeys(ids)), act, seen)
        session().commit()
        codes = [(one.case_id, one.refusals) for one in outcomes]
        return self._told(case_lines(codes, act.trigger))

    @expose("/all", methods=["POST"])
    @door("decide")
    def all(self) -> Response:
        """Ask a job to agree to everything that waits under the present filter."""
        actor, narrowing = current_actor(), tabs.Narrowing.read(request.form)
        seen = tabs.waiting_ids(session(), actor, narrowing, today())
        if not seen:
            raise NotFound
        job_id = ask_agree(session(), seen, actor.user_id)
        session().commit()
        flash(_("Taken up: %(n)s cases. You may leave this page.", n=len(seen)), "info")
        return redirect(url_for("InboxView.job", job_id=job_id))

    @expose("/job/<int:job_id>")
    @door("view")
    def job(self, job_id: int) -> str:
        """Show how far a batch is, and a line for every case it came to."""
        found = own_job(job_id, "case.decide")
        codes = [
            (case_id, tuple(Refusal(c) for c in codes))
            for case_id, codes in lines_of(found.checkpoint)
        ]
        return self._told(case_lines(codes, Trigger.AGREE), found, len(found.args["cases"]))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

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


def capped(n: int) -> str:
    """Return a count as text; beyond the cap it is said to be one."""
    return f"{tabs.CAP:,}+" if n > tabs.CAP else f"{n:,}"


def read_act() -> Act:
    """Return what a form asks to do, or raise `Invalid`."""
    remark = request.form.get("remark", "").strip()
    trigger = request.form.get("trigger", "")
    if trigger not in set(Trigger) or len(remark) > LONGEST_REMARK or "\x00" in remark:
        raise Invalid
    return Act(Trigger(trigger), current_actor(), today(), remark)


def own_job(job_id: int, kind: str) -> Job:
    """Return a job this person asked for, or raise `NotFound`."""
    found = session().get(Job, job_id)
    if found is None or found.kind != kind or found.asked_by != current_actor().user_id:
        raise NotFound
    return found


def case_lines(outcomes: list[tuple[int, tuple[Refusal, ...]]], trigger: Trigger) -> list[Line]:
    """Return a line for each case: what was done, or every reason why not."""
    cases = select(Case).where(Case.id.in_([case_id for case_id, _refusals in outcomes]))
    full = cases.options(joinedload(Case.owner), joinedload(Case.receiving))
    found = {case.id: case for case in session().scalars(full)}
    path, lines = current_actor().path, []
    for case_id, refusals in outcomes:
        case = found.get(case_id)
        name = f"{case.snapshot.get('name', '')} · {kind_word(case, path)}" if case else "—"
        if refusals:
            told = " ".join(say(refusal) for refusal in refusals)
            is_late = any(refusal.code == "app.stale" for refusal in refusals)
            verdict = _("Somebody was faster") if is_late else _("Not done")
            lines.append(Line("warn" if is_late else "bad", verdict, name, told))
        else:
            lines.append(Line("ok", str(DONE[trigger]), name, _goes_to(case)))
    return lines


def _goes_to(case: Case | None) -> str:
    if case is None or case.awaiting is None:
        return ""
    return str(_("on to: %(place)s", place=case.awaiting.name))


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
    """Tell the menu how many cases wait behind which door."""
    total = inbox_count()
    return {"Inbox": total} if total else {}
