"""审计: what was done (a hash chain per organisation) and what a row was before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PATH, Model, Owned, PathText


class AuditEvent(Owned, Model):
    """One deed: who (account id), where from, what, on which row; INSERT-only, no personal data.

    ``seq`` and ``hash`` chain the events of one organisation; a trigger writes them.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("owner_path", "seq"),
        Index("audit_event_owner", "owner_path", "id"),
        Index("audit_event_object", "object_type", "object_id", "id"),
        Index("audit_event_actor", "actor", "id"),
        Index("audit_event_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str | None] = mapped_column(String(40))
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    ip: Mapped[str | None] = mapped_column(String(45))
    seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    hash: Mapped[bytes] = mapped_column(default=b"", server_default="")


class AuditHead(Model):
    """The last link of each organisation's chain; only the trigger's owner touches it."""

    __tablename__ = "audit_head"

    path: Mapped[PathText] = mapped_column(PATH, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class KeyCheck(Model):
    """What each sealing key once sealed: a wrong key file is known before anything is written.

    Row 0 is the digest key's. ``sealed`` is empty for a retired key, whose id is never used again;
    ``rotating_since`` is set while values are still sealed with older keys than this one.
    """

    __tablename__ = "key_check"

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]
    rotating_since: Mapped[datetime | None]


class RowHistory(Owned, Model):
    """变更历史: the changed columns of a registry row, before and after; written by a trigger."""

    __tablename__ = "row_history"
    __table_args__ = (
        Index("row_history_owner", "owner_path", "id"),
        Index("row_history_row", "table_name", "row_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigInteger)
    student_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(80))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
