"""What became of each case of a batch, as lines; the job behind a batch, and who may look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectin_polymorphic

from app.errors import Invalid, NotFound, Refusal
from app.jobs.deciding import Asker
from app.models.case import Case
from app.models.change import Movement
from app.models.job import Job
from app.views import inbox_tabs as tabs
from app.views.actor import current_actor, session, today
from app.views.case_words import DONE, kind_word
from app.views.scoped import Line
from app.views.words import say
from app.workflows.desk import Act, Trigger

LONGEST_REMARK = 500


def read_act() -> Act:
    """Return what a form asks to do, or raise `Invalid`."""
    remark = request.form.get("remark", "").strip()
    trigger = request.form.get("trigger", "")
    if trigger not in set(Trigger) or len(remark) > LONGEST_REMARK or "\x00" in remark:
        raise Invalid
    return Act(Trigger(trigger), current_actor(), today(), remark)


def read_picked() -> dict[int, int]:
    """Return the picked cases with the versions that were looked at, or raise `Invalid`."""
    ids = [n for text in request.form.getlist("case") if (n := tabs.number(text))]
    seen = {n: v for n in ids if (v := tabs.number(request.form.get(f"seen-{n}")))}
    if not ids or len(ids) > tabs.MOST or set(seen) != set(ids):
        raise Invalid
    return seen


def asker() -> Asker:
    """Return who asks for a batch, and under which cover."""
    cover = g.get("cover")
    return Asker(current_actor().user_id, cover.id if cover is not None else None)


def own_job(job_id: int, kind: str) -> Job:
    """Return a job this person asked for, or raise `NotFound`."""
    found = session().get(Job, job_id)
    if found is None or found.kind != kind or found.asked_by != current_actor().user_id:
        raise NotFound
    return found


def case_lines(outcomes: list[tuple[int, tuple[Refusal, ...]]], trigger: Trigger) -> list[Line]:
    """Return a line for each case: what was done, or every reason why not."""
    found = {case.id: case for case in _named(case_id for case_id, _refusals in outcomes)}
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


def _named(ids: Iterable[int]) -> Iterable[Case]:
    """Return cases with what their names in a line need."""
    full = (
        joinedload(Case.owner),
        joinedload(Case.receiving),
        joinedload(Case.awaiting),
        selectin_polymorphic(Case, [Movement]),
    )
    return session().scalars(select(Case).where(Case.id.in_(list(ids))).options(*full))


def _goes_to(case: Any) -> str:
    if case is None or case.awaiting is None:
        return ""
    return str(_("on to: %(place)s", place=case.awaiting.name))
