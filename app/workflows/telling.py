"""外送: which steps an outside system has still to be told of, in which order, in which words.

`hook_delivery` is the box of what goes out. Its rows are made from the timeline, so that a step
that was committed is never missed; the newest step when the hook is first switched on is put in as
told, and nothing before it is ever sent. A step waits until the one before it of the same case was
taken or given up. Messages hold ids and codes; nothing of a person.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from app.models.case import Case, CaseEvent
from app.models.notice import HookDelivery
from app.models.organisation import Organisation

TRIES = 10  # then a message is given up
LONGEST_PAUSE = 360  # minutes between two tries; they begin with one and double
LOOK_BACK = 20_000  # ids: a transaction may commit after others that began later
BOX: Any = HookDelivery.__table__


# ── the box ─────────────────────────────────────────────────────────────────────────────────


def fill(session: Session) -> int:
    """Put in what happened since; at the first time only where it began. Needs the whole scope."""
    newest = session.scalar(select(func.max(HookDelivery.event_id)))
    if newest is None:
        begin(session)
        return 0
    told = HookDelivery.delivered_at.is_not(None)
    began = select(func.max(HookDelivery.event_id)).where(told, HookDelivery.answer.is_(None))
    since = max(session.scalar(began) or 0, newest - LOOK_BACK)
    is_in = exists().where(HookDelivery.event_id == CaseEvent.id)
    new = select(CaseEvent.id).where(CaseEvent.id > since, ~is_in)
    said = upsert(BOX).from_select(["event_id"], new).on_conflict_do_nothing()
    result: Any = session.execute(said.inline(), execution_options={"preserve_rowcount": True})
    old = (HookDelivery.event_id < since, told, HookDelivery.answer.is_not(None))
    session.execute(delete(HookDelivery).where(*old))
    return int(result.rowcount)


def begin(session: Session) -> None:
    """Empty the box and note that the outside system is told from here on."""
    session.execute(delete(HookDelivery))
    newest = session.scalar(select(func.max(CaseEvent.id)))
    if newest is not None:
        session.add(HookDelivery(event_id=newest, delivered_at=func.now()))
    session.flush()


def was_on(session: Session) -> bool:
    """Tell whether the hook was ever on."""
    return bool(session.scalar(select(select(HookDelivery.event_id).exists())))


def is_waiting(session: Session) -> bool:
    """Tell whether there is anything to put in or to send. Needs the whole scope."""
    newest = select(func.max(CaseEvent.id)).scalar_subquery()
    last = select(func.max(HookDelivery.event_id)).scalar_subquery()
    due = select(HookDelivery.event_id).where(*_due()).exists()
    return bool(session.scalar(select((newest > func.coalesce(last, 0)) | due)))


def next_due(session: Session) -> int | None:
    """Lock and return the next step to tell; None when none is due. Needs the whole scope."""
    event, before, its = CaseEvent, aliased(HookDelivery), aliased(CaseEvent)
    is_behind = exists().where(
        its.id == before.event_id,
        its.case_id == event.case_id,
        before.event_id < HookDelivery.event_id,
        before.delivered_at.is_(None),
        before.tries < TRIES,
    )
    asked = (
        select(HookDelivery.event_id)
        .join(event, event.id == HookDelivery.event_id)
        .where(*_due(), ~is_behind)
        .order_by(HookDelivery.event_id)
        .limit(1)
        .with_for_update(of=HookDelivery, skip_locked=True)
    )
    return session.scalar(asked)


def settle(session: Session, event_id: int, answer: int | None, *, taken: bool) -> None:
    """Note what became of a try; after a failed one the pause doubles."""
    values: dict[str, Any] = {"tries": HookDelivery.tries + 1, "answer": answer}
    if taken:
        values["delivered_at"] = func.now()
    else:
        minutes = func.least(func.power(2, HookDelivery.tries), LONGEST_PAUSE)
        pause = func.make_interval(0, 0, 0, 0, 0, 0, minutes * 60)
        values["next_at"] = func.now() + pause
    session.execute(update(HookDelivery).where(HookDelivery.event_id == event_id).values(**values))


def given_up(session: Session) -> int:
    """Return how many messages were given up."""
    return session.scalar(select(func.count()).where(*_given_up())) or 0


def left(session: Session) -> int:
    """Return how many messages still wait to be taken."""
    waits = (HookDelivery.delivered_at.is_(None), HookDelivery.tries < TRIES)
    return session.scalar(select(func.count()).where(*waits)) or 0


def try_again(session: Session) -> int:
    """Give the messages that were given up their tries again; return how many."""
    anew = update(HookDelivery).where(*_given_up()).values(tries=0, next_at=func.now())
    result: Any = session.execute(anew)
    return int(result.rowcount)


# ── the words ───────────────────────────────────────────────────────────────────────────────


def message(session: Session, event_id: int) -> dict[str, Any]:
    """Return what the outside system is told of a step. Needs the whole scope."""
    event = session.get_one(CaseEvent, event_id)
    held = session.get_one(Case, event.case_id)
    return {
        "id": event.id,
        "case": held.no,
        "kind": held.kind.name,
        "decision": event.decision.name,
        "from": event.from_state,
        "to": event.to_state,
        "at": event.at.isoformat(timespec="seconds"),
        "owner": _code(held.owner),
        "receiving": _code(held.receiving),
        "awaiting": _code(held.awaiting),
    }


def _code(place: Organisation | None) -> str | None:
    return place.code if place is not None else None


def _due() -> tuple[ColumnElement[bool], ...]:
    return (
        HookDelivery.delivered_at.is_(None),
        HookDelivery.tries < TRIES,
        HookDelivery.next_at <= func.now(),
    )


def _given_up() -> tuple[ColumnElement[bool], ...]:
    return HookDelivery.delivered_at.is_(None), HookDelivery.tries >= TRIES
