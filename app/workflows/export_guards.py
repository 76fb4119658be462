"""What is asked before a step of an export request (P30): a guard answers "why not?", or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.export import ExportRequest
from app.workflows.export_minimal import beyond
from app.workflows.export_route import ROUTES, seat
from app.workflows.export_steps import Act, Press

LONGEST = 366  # days a request may be good for
ITEMS = (  # what has to be said before a request is submitted; purpose and fields are choices
    "unit", "purpose", "purpose_words", "scope_words", "manner_words", "source", "columns",
    "officer", "handler", "plan",
)  # fmt: skip


def agreed(request: ExportRequest) -> set[int]:
    """Return who has agreed since the request was submitted last."""
    found: set[int] = set()
    for event in request.events:
        if event.step == Press.SUBMIT:
            found = set()
        elif event.step == Press.AGREE and event.actor is not None:
            found.add(event.actor)
    return found


def is_whole(_session: Session, request: ExportRequest, _act: Act) -> Refusal | None:
    """All nine items and the security plan are said."""
    missing = [item for item in ITEMS if not _said(getattr(request, item))]
    told = tuple(f"export.item.{item}" for item in missing)
    return refuse_unless(not missing, "E-EXPREQ-ITEMS", items=told)


def fields_fit(_session: Session, request: ExportRequest, act: Act) -> Refusal | None:
    """P30: no field leaves that the purpose has no use for; struck ones do not leave."""
    asked = [field for field in request.columns if field not in act.struck]
    over = beyond(request.purpose, request.source, asked)
    return refuse_unless(not over, "E-EXP-FIELD", fields=over)


def has_period(_session: Session, request: ExportRequest, _act: Act) -> Refusal | None:
    """The last day is not before the first, and the period is no longer than a year."""
    days = (request.used_until - request.used_from).days + 1
    return refuse_unless(1 <= days <= LONGEST, "E-EXPREQ-PERIOD", days=LONGEST)


def is_in_time(_session: Session, request: ExportRequest, act: Act) -> Refusal | None:
    """The period asked for is not over yet."""
    return refuse_unless(request.used_until >= act.today, "E-EXP-PERIOD")


def has_desks(session: Session, request: ExportRequest, _act: Act) -> Refusal | None:
    """Somebody other than the applicant can review it, and somebody can approve it."""
    route = ROUTES[request.organisation.tier]
    manned = all(seat(session, request, stop) for stop in route)
    return refuse_unless(manned, "E-EXPREQ-NOBODY")


def is_other_person(_session: Session, request: ExportRequest, act: Act) -> Refusal | None:
    """Nobody decides what they asked for, or twice in one request."""
    own = (request.asked_by, *agreed(request))
    return refuse_unless(act.actor.user_id not in own, "E-SELF")


def strikes_well(_session: Session, request: ExportRequest, act: Act) -> Refusal | None:
    """What is struck is asked for, and something is left."""
    known = set(act.struck) <= set(request.columns)
    left = set(request.columns) - set(act.struck)
    return refuse_unless(known and bool(left), "E-EXPREQ-STRIKE")


def strikes_nothing(_session: Session, _request: ExportRequest, act: Act) -> Refusal | None:
    """The head approves what was reviewed, or sends it back."""
    return refuse_unless(not act.struck, "E-EXPREQ-STRIKE")


def has_words(_session: Session, _request: ExportRequest, act: Act) -> Refusal | None:
    """What stops a request is explained."""
    return refuse_unless(bool(act.words.strip()), "E-REASON")


GUARDS: Mapping[str, Callable[[Session, ExportRequest, Act], Refusal | None]] = {
    guard.__name__: guard
    for guard in (
        is_whole, fields_fit, has_period, is_in_time, has_desks, is_other_person, strikes_well,
        strikes_nothing, has_words,
    )
}  # fmt: skip


def _said(value: object) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
