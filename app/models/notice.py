"""通知: what an office is told of its cases and files; what an outside system has been told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Owned
from app.models.case import Case
from app.models.organisation import Organisation


class NoticeKind(StrEnum):
    """What happened: a step somebody took, the clock, or the paper archive on its way.

    The last four are not about a case: pupils who became a problem, an import, an export, a
    request for one.
    """

    STEP = "STEP"
    REMINDER = "REMINDER"
    OVERDUE = "OVERDUE"
    SUSPENSION_ENDS = "SUSPENSION_ENDS"
    PAPER_SENT = "PAPER_SENT"
    PAPER_RECEIVED = "PAPER_RECEIVED"
    COMMENT = "COMMENT"
    PROBLEM = "PROBLEM"
    IMPORT = "IMPORT"
    EXPORT = "EXPORT"
    REQUEST = "REQUEST"


class Notice(Owned, Model):
    """One line for everybody who handles cases at an organisation; it holds no personal data.

    ``case_version`` is the version the case had when it happened, so that nothing is said twice; of
    a suspension that ends it is 0 ahead of the day and 1 once the day is over. A notice about
    something else names it by ``subject_id``, the state it came to by ``word``, and how many pupils
    or rows it is about by ``many``.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("organisation_id", "case_id", "case_version", "kind"),
        CheckConstraint("(case_id IS NULL) <> (subject_id IS NULL)", name="notice_about"),
        Index("notice_owner", "owner_path", "id"),
        Index("notice_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    case_version: Mapped[int] = mapped_column(default=0, server_default="0")
    kind: Mapped[NoticeKind]
    subject_id: Mapped[int | None]
    word: Mapped[str | None] = mapped_column(String(24))
    many: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    case: Mapped[Case | None] = relationship()
    organisation: Mapped[Organisation] = relationship()


class NoticeSeen(Owned, Model):
    """Up to which notice somebody has read."""

    __tablename__ = "notice_seen"

    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"), primary_key=True)
    notice_id: Mapped[int]


class HookDelivery(Model):
    """One step of a case told to the outside system, or on the way there; ids only."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        Index("hook_delivery_waiting", "next_at", postgresql_where="delivered_at IS NULL"),
    )

    event_id: Mapped[int] = mapped_column(
        ForeignKey("case_event.id"), primary_key=True, autoincrement=False
    )
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    delivered_at: Mapped[datetime | None]
    answer: Mapped[int | None]  # the last HTTP status, None when nobody answered
