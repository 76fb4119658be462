"""One line in the audit, in the same transaction as the deed it names."""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy import Connection, Insert, insert
from sqlalchemy.orm import Session

from app.models.audit import AuditEvent

EVENT: Insert = insert(AuditEvent.__table__).inline()  # bare: nobody reads the event they write
came_from: ContextVar[str | None] = ContextVar("came_from", default=None)  # the caller's address
acts_for: ContextVar[int | None] = ContextVar("acts_for", default=None)  # whose place they are in


def record(
    session: Session | Connection,
    action: str,
    *,
    object_type: str | None = None,
    object_id: int | None = None,
    **details: object,
) -> None:
    """Write one audit event; ``details`` hold ids, codes and counts, never personal data.

    The database adds the actor, the organisation and the link of the hash chain. Whoever covers
    for somebody is the actor; `for` names the account in whose place they act.
    """
    absent = acts_for.get()
    said = {
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "details": details if absent is None else {"for": absent, **details},
        "ip": came_from.get(),
    }
    session.execute(EVENT, said)
