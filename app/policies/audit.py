"""One line in the audit, in the same transaction as the deed it names."""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from app.models.audit import AuditEvent

came_from: ContextVar[str | None] = ContextVar("came_from", default=None)  # the caller's address


def record(
    session: Session | Connection,
    action: str,
    *,
    object_type: str | None = None,
    object_id: int | None = None,
    **details: object,
) -> None:
    """Write one audit event; ``details`` hold ids, codes and counts, never personal data.

    The database adds the actor, the organisation and the link of the hash chain.
    """
    session.execute(
        insert(AuditEvent)
        .values(
            action=action,
            object_type=object_type,
            object_id=object_id,
            details=details,
            ip=came_from.get(),
        )
        .inline()
    )
