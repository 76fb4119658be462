"""The export requests that wait at somebody's desk: counted in the menu, listed on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.models.export import ExportRequest
from app.policies.roles import Actor

FEW = 5


def at_desk(actor: Actor) -> tuple[Any, ...]:
    """Return what holds of the requests that wait at somebody's desk, but for their own."""
    one = ExportRequest
    return (
        one.awaiting_id == actor.organisation_id,
        one.awaiting_office == actor.office.value,
        one.asked_by != actor.user_id,
    )


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many requests wait at somebody's desk."""
    asked = select(func.count()).select_from(ExportRequest).where(*at_desk(actor))
    return session.scalar(asked) or 0


def waiting(session: Session, actor: Actor, _today: date) -> Sequence[ExportRequest] | None:
    """Return the oldest of the requests that wait at somebody's desk; None when there are none."""
    asked = (
        select(ExportRequest)
        .where(*at_desk(actor))
        .options(joinedload(ExportRequest.organisation), joinedload(ExportRequest.applicant))
        .order_by(ExportRequest.id)
        .limit(FEW)
    )
    return session.scalars(asked).all() or None
