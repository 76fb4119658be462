"""任务: the truth about heavy work; RQ only carries a job's number."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, Owned


class JobState(StrEnum):
    """任务状态."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Job(Owned, Model):
    """One piece of work: arguments are ids only, progress is in thousandths.

    A job without organisation is the house's own (sweeps, clocks) and nobody else's to see.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("(state = 'RUNNING') = (lease_until IS NOT NULL)", name="job_leased"),
        CheckConstraint(
            "(state IN ('DONE', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)", name="job_ended"
        ),
        Index("job_queued", "run_after", postgresql_where="state = 'QUEUED'"),
        Index("job_running", "lease_until", postgresql_where="state = 'RUNNING'"),
        Index("job_owner", "owner_path", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # asked twice, done once
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED, server_default="QUEUED")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    run_after: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]  # last handed to RQ
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(120))
    fence: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # since the checkpoint
    cancel_asked: Mapped[bool] = mapped_column(default=False, server_default="false")
    checkpoint: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    progress: Mapped[int] = mapped_column(default=0, server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[str | None] = mapped_column(String(2000))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class JobRemark(Model):
    """意见: what somebody wrote for every case of a batch, until the job has carried it there.

    A job's arguments are ids; words stand here, seen by whoever sees the job, and leave with it.
    """

    __tablename__ = "job_remark"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(500))


class Pulse(Model):
    """心跳: who of the workers and schedulers was last seen alive."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    seen_at: Mapped[datetime]
