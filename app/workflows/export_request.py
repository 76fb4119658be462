"""依申请导出: asking what stands in the way of a step, taking it, and noting what the house did.

The steps are a table (`export_steps`). A reviewer who agrees may strike fields; nobody adds one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.errors import NotFound, Refusal, Refused, Stale, refuse_unless
from app.models.export import Export, ExportEvent, ExportRequest, ExportState
from app.models.export import RequestState as S
from app.models.notice import NoticeKind
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows.export_guards import GUARDS
from app.workflows.export_route import ROUTES, Stop, seat
from app.workflows.export_steps import MACHINE, STEPS, Act, Press, Who, step_of
from app.workflows.noticing import tell_of

FILE_DAYS = 30  # days a file lies there, at most
TOLD = (  # what the applicant's unit and the next desk hear of
    S.DRAFT, S.DEPT_REVIEW, S.HEAD_APPROVAL, S.APPROVED, S.REJECTED, S.GENERATED, S.EXPIRED,
)  # fmt: skip
DEAD = (ExportState.FAILED, ExportState.CANCELLED)
ITSELF: Any = {"of": ExportRequest.__table__}


# ── asking ──────────────────────────────────────────────────────────────────────────────────


def offered(request: ExportRequest, actor: Actor) -> tuple[Press, ...]:
    """Return what the present state offers to this person's desk, whatever the guards say."""
    own = {Who.APPLICANT: is_applicant(request, actor), Who.DESK: is_here(request, actor)}
    return tuple(
        step.press for step in STEPS if request.state in step.sources and own.get(step.who, False)
    )


def why_not(session: Session, request: ExportRequest, act: Act) -> tuple[Refusal, ...]:
    """Return every reason against a step somebody takes; empty means go ahead."""
    step = step_of(request.state, act.press)
    if step is None or step.who is Who.HOUSE:
        return (Refusal("E-EXPREQ-STATE"),)
    if act.press not in offered(request, act.actor):
        return (Refusal("E-NOTMINE"),)
    answers = (GUARDS[name](session, request, act) for name in step.guards)
    return tuple(answer for answer in answers if answer is not None)


def is_applicant(request: ExportRequest, actor: Actor) -> bool:
    """Tell whether somebody asked for it, or covers for whoever did."""
    return request.asked_by in (actor.user_id, actor.acting_for)


def is_here(request: ExportRequest, actor: Actor) -> bool:
    """Tell whether a request lies on this person's desk."""
    at_home = request.awaiting_id == actor.organisation_id
    return at_home and request.awaiting_office == actor.office


# ── moving ──────────────────────────────────────────────────────────────────────────────────


def fire(session: Session, request: ExportRequest, act: Act, seen: int) -> None:
    """Take one step, or raise `Refused` or `Stale`; never commits."""
    session.refresh(request, with_for_update=ITSELF)
    if request.row_version != seen:
        raise Stale
    if reasons := why_not(session, request, act):
        raise Refused(*reasons)
    request.columns = [field for field in request.columns if field not in act.struck]
    request.struck = [*request.struck, *act.struck]
    _move(session, request, act.press, act)
    record(
        session,
        f"export_request.{act.press}",
        object_type="export_request",
        object_id=request.id,
        state=request.state.name,
        **({"struck": list(act.struck)} if act.struck else {}),
    )


def note(session: Session, request_id: int, press: Press, by: int | None = None) -> bool:
    """Write down what the house did for a request, within a deed of its own; tell whether it moved.

    Of what happens twice (a second download, a job that is run again) the first counts.
    """
    request = session.get(ExportRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound
    step = step_of(request.state, press)
    if step is None or step.who is not Who.HOUSE:
        return False
    _move(session, request, press, by)
    return True


def expire_unmade(session: Session, today: date) -> list[int]:
    """End the approved requests whose period is over and of which no file was ever made."""
    over = select(ExportRequest.id).where(
        ExportRequest.state == S.APPROVED, ExportRequest.used_until < today
    )
    return [key for key in session.scalars(over).all() if note(session, key, Press.EXPIRE)]


def why_not_generate(
    session: Session, request: ExportRequest, actor: Actor, today: date
) -> tuple[Refusal, ...]:
    """Return every reason why the file of a request cannot be made now; empty means it can.

    Once: again only when the job failed or was called off before there was a file.
    """
    if request.state is not S.APPROVED:
        return (Refusal("E-EXP-AUTH"),)
    alive = exists().where(Export.request_id == request.id, Export.state.not_in(DEAD))
    in_period = request.used_from <= today <= request.used_until
    early = today < request.used_from
    answers = (
        refuse_unless(is_applicant(request, actor), "E-NOTMINE"),
        refuse_unless(in_period, "E-EXPREQ-EARLY", since=request.used_from.isoformat())
        if early
        else refuse_unless(in_period, "E-EXP-PERIOD"),
        refuse_unless(not session.scalar(select(alive)), "E-EXPREQ-ONCE"),
    )
    return tuple(answer for answer in answers if answer is not None)


def last_day(request: ExportRequest, made_on: date) -> date:
    """Return the last day on which the file of a request may be fetched."""
    return min(request.used_until, made_on + timedelta(days=FILE_DAYS))


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _move(session: Session, request: ExportRequest, press: Press, by: Act | int | None) -> None:
    """Let the machine choose the next state, lay the request on its desk, write the line."""
    MACHINE.events[press.value].trigger(request)
    stop = _stop(request)
    found = seat(session, request, stop) if stop else None
    request.awaiting_id = found.place.id if found else None
    request.awaiting_office = found.office.value if found else None
    event = ExportEvent(request_id=request.id, step=press.value)
    if isinstance(by, Act):
        event.actor, event.for_user_id = by.actor.user_id, by.actor.acting_for
        event.words, event.struck = by.words.strip() or None, list(by.struck) or None
    else:
        event.actor = by
    request.events.append(event)
    try:
        session.flush()
    except StaleDataError:
        raise Stale from None
    if request.state not in TOLD:
        return
    is_own = isinstance(by, Act) and is_applicant(request, by.actor)
    told = {request.awaiting_id, None if is_own else request.organisation_id}
    lines = [(place, request.id, None) for place in sorted(one for one in told if one)]
    tell_of(session, NoticeKind.REQUEST, request.state.name, lines)


def _stop(request: ExportRequest) -> Stop | None:
    """Return the desk the present state stands for."""
    route = ROUTES[request.organisation.tier]
    return {S.DEPT_REVIEW: route.review, S.HEAD_APPROVAL: route.head}.get(request.state)
