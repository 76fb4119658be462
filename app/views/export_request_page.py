"""What the page of one export request shows: its route, its fields, its buttons, its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exports.asking import FORMATS, unpacked
from app.exports.sources import SOURCES
from app.models.export import Export, ExportEvent, ExportRequest
from app.models.export import RequestState as S
from app.policies.roles import Actor, Office
from app.views.case_words import office_word
from app.views.export_request_words import DONE, KINDS, LOOKS
from app.views.progress import Progress, progress_of
from app.views.words import lang, say
from app.workflows.export_minimal import beyond, kind_of
from app.workflows.export_request import (
    is_applicant,
    last_day,
    offered,
    why_not,
    why_not_generate,
)
from app.workflows.export_route import ROUTES, seat
from app.workflows.export_steps import Act, Press

WAY: Mapping[S, Any] = {  # the states a request leaves on its way, as stages
    S.DRAFT: _("Application"),
    S.DEPT_REVIEW: _("Review of the fields"),
    S.HEAD_APPROVAL: _("Approval of the head"),
    S.APPROVED: _("Making the file"),
    S.GENERATED: _("Fetching it"),
}
ENDS = (S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.DESTROYED)


class Stop(NamedTuple):
    """A stage of the way: its words, who sits there, how it looks (done, here, todo, stopped)."""

    word: Any
    place: str
    look: str
    event: ExportEvent | None


class Asked(NamedTuple):
    """A field somebody asked for: its heading, what it tells, whether the purpose has a use."""

    name: str
    heading: str
    kind: str
    fits: bool


def facts_of(session: Session, asked: ExportRequest, actor: Actor, today: date) -> dict[str, Any]:
    """Return what the page of a request needs beside the request."""
    presses = offered(asked, actor)
    answers = {
        act.press.value: [say(one) for one in why_not(session, asked, act)]
        for act in (act_of(asked, actor, press, today) for press in presses)
    }
    export = file_of(session, asked)
    mine = is_applicant(asked, actor)
    return {
        "stops": stops_of(session, asked),
        "fields": fields_of(asked, asked.columns),
        "struck": fields_of(asked, asked.struck),
        "answers": answers,
        "is_mine": mine,
        "is_at_desk": bool({Press.AGREE, Press.REJECT} & set(presses)),
        "trail": [(event, DONE[event.step], LOOKS.get(event.step, "ok")) for event in asked.events],
        "filters": len(unpacked(asked)),
        "sent_back": sent_back(asked),
        "export": export,
        "is_holder": export is not None and export.asked_by == actor.user_id,
        "progress": waiting_for(export),
        "formats": FORMATS,
        "until": last_day(asked, today),
        "why_no_file": [say(one) for one in why_not_generate(session, asked, actor, today)],
        "office_word": office_word,
        "lang": lang(),
    }


def sent_back(asked: ExportRequest) -> ExportEvent | None:
    """Return why a draft lies with its applicant again, or None."""
    last = asked.events[-1] if asked.events else None
    is_so = asked.state is S.DRAFT and last is not None and last.step == Press.SEND_BACK
    return last if is_so else None


def act_of(asked: ExportRequest, actor: Actor, press: Press, today: date) -> Act:
    """Return a step as its button would take it: with words, and without what does not fit."""
    reviews = press is Press.AGREE and asked.state is S.DEPT_REVIEW
    struck = beyond(asked.purpose, asked.source, asked.columns) if reviews else ()
    return Act(actor, press, today, "-", struck)


def file_of(session: Session, asked: ExportRequest) -> Export | None:
    """Return the newest export of a request, or None."""
    made = select(Export).where(Export.request_id == asked.id).order_by(Export.id.desc())
    return session.scalar(made.limit(1))


def waiting_for(export: Export | None) -> Progress | None:
    """Return how the job of a file does, while it is being written."""
    return progress_of(export.job_id) if export and export.state.name == "QUEUED" else None


def fields_of(asked: ExportRequest, names: Sequence[str]) -> list[Asked]:
    """Return fields by what they tell, the least harmful first."""
    source = SOURCES.get(asked.source)
    over = set(beyond(asked.purpose, asked.source, names))
    kinds = list(KINDS)
    found = []
    for name in sorted(names, key=lambda one: kinds.index(kind_of(asked.source, one))):
        known = source.by_name.get(name) if source else None
        heading = known.heading(lang()) if known else name
        kind = str(KINDS[kind_of(asked.source, name)])
        found.append(Asked(name, heading, kind, name not in over))
    return found


def stops_of(session: Session, asked: ExportRequest) -> list[Stop]:
    """Return the stages of a request, with who took each of them last."""
    route = ROUTES[asked.organisation.tier]
    seats = {
        S.DEPT_REVIEW: seat(session, asked, route.review),
        S.HEAD_APPROVAL: seat(session, asked, route.head),
    }
    took = _took(asked)
    found = []
    for state, word in WAY.items():
        held = seats.get(state)
        place = asked.organisation if state not in seats else held.place if held else None
        office = held.office if held else Office.REGISTRAR
        where = f"{place.name} · {office_word(office)}" if place else "—"
        found.append(Stop(word, where, _look(asked, state, took), took.get(state)))
    return found


def _took(asked: ExportRequest) -> dict[S, ExportEvent]:
    """Return, for the states passed since the last submission, the event that left each."""
    found: dict[S, ExportEvent] = {}
    for event in asked.events:
        if event.step == Press.SUBMIT:
            found = {S.DRAFT: event}
        elif event.step == Press.AGREE:
            found[S.HEAD_APPROVAL if S.DEPT_REVIEW in found else S.DEPT_REVIEW] = event
        elif event.step == Press.SEND_BACK:
            found = {}
        elif event.step == Press.GENERATE:
            found[S.APPROVED] = event
        elif event.step == Press.FETCH:
            found[S.GENERATED] = event
    return found


def _look(asked: ExportRequest, state: S, took: dict[S, ExportEvent]) -> str:
    if state in took:
        return "done"
    if asked.state is state:
        return "here"
    first = next((one for one in WAY if one not in took), None)
    return "stopped" if asked.state in ENDS and state is first else "todo"
