"""升级: a rehearsed, confirmed and resumable turn of the year (P15, Q-40)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.organisation import Organisation


class RunState(StrEnum):
    """升级状态: REHEARSED → ASKED (first person) → RUNNING (second person) → DONE → UNDONE."""

    REHEARSED = "REHEARSED"
    ASKED = "ASKED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    UNDONE = "UNDONE"
    EXPIRED = "EXPIRED"


class PromotionRun(Owned, Model):
    """One authority turning one school year for every school below it."""

    __tablename__ = "promotion_run"
    __table_args__ = (
        Index("promotion_run_owner", "owner_path", "id"),
        Index(
            "promotion_run_one_live",
            "authority_id",
            "year",
            unique=True,
            postgresql_where="state IN ('ASKED', 'RUNNING')",
        ),
        CheckConstraint("confirmed_by <> asked_by", name="promotion_run_two_persons"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]  # the school year that begins, such as 2027
    state: Mapped[RunState] = mapped_column(default=RunState.REHEARSED)
    rehearsed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    rehearsed_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    asked_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}

    authority: Mapped[Organisation] = relationship()
    asker: Mapped[Account | None] = relationship(foreign_keys=[asked_by])
    confirmer: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by])


class PromotionResult(Owned, Model):
    """What the turn did at one school in one year: exactly one row, so it cannot happen twice."""

    __tablename__ = "promotion_result"
    __table_args__ = (
        UniqueConstraint("school_id", "year"),
        Index("promotion_result_owner", "owner_path", "year"),
        Index("promotion_result_run", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("promotion_run.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    year: Mapped[int]
    moved_grades: Mapped[list[int]] = mapped_column(JSONB)  # ids, for the undo
    opened_grades: Mapped[list[int]] = mapped_column(JSONB)
    ended_grades: Mapped[list[int]] = mapped_column(JSONB)  # last grades everybody has left
    stayed_grades: Mapped[list[int]] = mapped_column(JSONB)  # last grades not graduated
    moved_pupils: Mapped[int]
    stayed_pupils: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    school: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(PromotionResult.school_id)", viewonly=True
    )
