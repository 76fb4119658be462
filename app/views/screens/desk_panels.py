"""The panels of the desks as data: what each is called, what it loads, and who has it.

A desk answers four questions: what waits for me, what is late, how do my schools stand, does the
queue run. Every figure leads to the list behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from flask import g
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.jobs.queue import alive
from app.policies.roles import Actor, Role
from app.views.export_request_desk import waiting as requests_waiting
from app.views.labels import code_name
from app.views.minute_old import Kept, minute_old
from app.views.notice_words import line_of
from app.views.notices import page_of, read_up_to, told_to
from app.views.problem_lists import to_handle
from app.views.screens import case_figures, head_figures, house_figures, lying_figures
from app.views.screens.alarms import alarms
from app.workflows import suspensions

Load = Callable[[Session, Actor, date], Any]


class Panel(NamedTuple):
    """A panel: its title, its width in twelfths, and what it shows."""

    title: Any
    width: int
    load: Load


def kept(
    load: Callable[[Session, Actor], Any], session: Session, actor: Actor, name: str = ""
) -> Kept:
    """Return figures that may be a minute old above the county, fresh ones below."""
    called = (name or load.__name__, actor.path)
    return minute_old(called, actor.role.tier, lambda: load(session, actor))


def heads(session: Session, actor: Actor) -> head_figures.Heads:
    """Return the heads of a person's subtree."""
    return head_figures.heads(session, actor.path)


def below(session: Session, actor: Actor, _today: date) -> dict[str, Any]:
    """Return the pupils in school of each organisation right below."""
    found = kept(head_figures.heads_below, session, actor)
    return {"rows": found.value, "at": found.at}


def pyramid(session: Session, actor: Actor, _today: date) -> dict[str, Any]:
    """Return the pupils in school by grade and gender, and the same as a chart."""
    found = kept(heads, session, actor)
    counted: head_figures.Heads = found.value
    rows = [
        (code, code_name("grade_level", code), n["1"], n["2"])
        for code, n in counted.by_grade.items()
    ]
    chart = {
        "names": [code_name("gender", "1"), code_name("gender", "2")],
        "rows": [name for _code, name, _boys, _girls in rows][::-1],
        "left": [boys for _code, _name, boys, _girls in rows][::-1],
        "right": [girls for _code, _name, _boys, girls in rows][::-1],
    }
    return {"heads": counted, "rows": rows, "chart": chart, "at": found.at}


def lying(session: Session, actor: Actor, today: date) -> dict[str, Any]:
    """Return where cases lie, as rows and as a chart; the two panels of it ask once."""

    def load(session: Session, actor: Actor) -> list[lying_figures.Lying]:
        return lying_figures.lying(session, actor, today)

    if "lying" not in g:
        g.lying = kept(load, session, actor, f"lying {today}")
    rows, at = g.lying
    return {"rows": rows, "chart": lying_figures.chart(rows), "at": at}


def ending(session: Session, _actor: Actor, today: date) -> list[suspensions.Term]:
    """Return the suspensions that are over or end within the month."""
    return suspensions.ending(session, today, 0, case_figures.FEW)


def news(session: Session, actor: Actor, _today: date) -> list[Any]:
    """Return the newest notices."""
    read = session.scalar(select(read_up_to(actor.user_id))) or 0
    found = session.execute(page_of(told_to(actor), 1).limit(case_figures.FEW)).all()
    return [line_of(notice, event, actor.path, read) for notice, event in found]


def queue(session: Session, _actor: Actor, _today: date) -> dict[str, Any]:
    """Return how the queue does and the newest jobs."""
    return {
        "health": alive(session),
        "states": house_figures.job_states(session),
        "jobs": house_figures.recent_jobs(session),
        "pulse": house_figures.last_pulse(session),
    }


def to_do(session: Session, actor: Actor, _today: date) -> dict[str, Any]:
    """Return what a school looks after: registrations, temporary numbers, pupils away."""
    counted = heads(session, actor)
    away = ("SUSPENDED", "MISSING", "SUSPECTED_DROPOUT")
    return {
        "pending": counted.by_status["PENDING_REGISTRATION"],
        "temporary": head_figures.temporary(session, actor),
        "problems": to_handle(session, actor),
        "away": {status: counted.by_status[status] for status in away},
        "in_school": counted.in_school,
    }


def deeds(session: Session, _actor: Actor, today: date) -> dict[str, Any]:
    """Return what was done today and last."""
    midnight = datetime.combine(today, time(), BEIJING)
    return {
        "today": house_figures.deeds(session, midnight),
        "last": house_figures.recent_events(session),
    }


def house(session: Session, actor: Actor, today: date) -> dict[str, Any]:
    """Return how many organisations there are, and how the queue does."""
    return {"places": house_figures.places(session), **queue(session, actor, today)}


PANELS: Mapping[str, Panel] = {
    "waiting": Panel(_("Waiting for me"), 7, case_figures.waiting),
    "next": Panel(_("Next at my desk"), 8, case_figures.next_cases),
    "submitted": Panel(_("Submitted by me"), 8, case_figures.submitted),
    "late": Panel(_("Late by organisation"), 5, lying),
    "lying": Panel(_("Where cases lie"), 7, lying),
    "silent": Panel(_("Interventions"), 7, lying_figures.silent),
    "ending": Panel(_("Suspensions that end"), 5, ending),
    "papers": Panel(_("Paper archives outstanding"), 4, case_figures.papers),
    "news": Panel(_("Notices"), 7, news),
    "below": Panel(_("Pupils in school by organisation"), 7, below),
    "queue": Panel(_("Background jobs"), 5, queue),
    "pyramid": Panel(_("Pupils in school by grade"), 5, pyramid),
    "to_do": Panel(_("To look after"), 4, to_do),
    "imports": Panel(_("Latest imports"), 4, lambda s, a, _t: house_figures.recent_imports(s, a)),
    "classes": Panel(_("Classes"), 12, lambda s, a, _t: head_figures.classes(s, a)),
    "own_classes": Panel(
        _("My classes"), 12, lambda s, a, _t: head_figures.classes(s, a, own=True)
    ),
    "accounts": Panel(_("Accounts"), 5, lambda s, _a, _t: house_figures.accounts(s)),
    "house": Panel(_("State of the house"), 7, house),
    "deeds": Panel(_("Audit"), 12, deeds),
    "alarms": Panel(_("Alarms"), 12, alarms),  # only while there are any
    "requests": Panel(_("Export requests"), 12, requests_waiting),  # only while there are any
}
OFFICE = ("requests", "waiting", "late", "lying", "ending")
AUTHORITY = (*OFFICE, "below", "pyramid", "news", "queue")
ABOVE = (*OFFICE, "silent", "queue", "below", "pyramid", "news")  # who is asked to step in
SUPERVISION = ("alarms", "requests", "lying", "late", "silent", "ending", "below", "pyramid")
DESKS: Mapping[Role, tuple[str, ...]] = {
    Role.CT: ("own_classes",),
    Role.TE: ("own_classes",),
    Role.SR: ("next", "to_do", "submitted", "news", "ending", "papers", "imports", "classes"),
    Role.SL: ("alarms", "requests", "next", "to_do", "news", "ending", "classes"),
    Role.CR: AUTHORITY,
    Role.TR: ABOVE,
    Role.PR: ABOVE,
    Role.CL: SUPERVISION,
    Role.TL: SUPERVISION,
    Role.PL: SUPERVISION,
    Role.NU: (),  # the way to the schools; statistics are not theirs
    Role.MIN: ("waiting", "late", "silent", "queue", "lying", "below", "pyramid"),
    Role.ADM: ("house", "accounts"),
    Role.SEC: ("alarms", "accounts", "house"),
    Role.AUD: ("deeds",),
}
WIDTHS: Mapping[tuple[Role, str], int] = {  # where a panel has another neighbour than elsewhere
    (Role.SR, "news"): 4,
    (Role.SR, "ending"): 4,
    (Role.TR, "news"): 12,
    (Role.PR, "news"): 12,
    (Role.MIN, "lying"): 12,
}


def panels_of(role: Role) -> dict[str, Panel]:
    """Return the panels of a role's desk, as wide as they are there."""
    found = {name: PANELS[name] for name in DESKS[role]}
    return {
        name: panel._replace(width=WIDTHS.get((role, name), panel.width))
        for name, panel in found.items()
    }
