"""A batch that is being worked at: what stands before it in the queue, and what happened so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState
from app.views.import_preview import Tile
from app.views.labels import figure
from app.views.progress import Progress
from app.views.screens.jobs import kind_of

MOST = 20  # jobs a page names


class Event(NamedTuple):
    """One line of the log."""

    at: datetime
    what: str
    more: str


class Queue(NamedTuple):
    """Who is before a job: one's own by name, the rest of the house as a number."""

    own: Sequence[Job]
    others: int


def queue_of(session: Session, batch: ImportBatch, progress: Progress | None) -> Queue:
    """Return what stands before the job of a batch."""
    if progress is None or not progress.waits or not progress.before:
        return Queue((), 0)
    before = select(Job).where(
        Job.id < batch.job_id,
        Job.organisation_id == batch.school_id,
        Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        Job.run_after <= func.now(),
    )
    own = session.scalars(before.order_by(Job.id).limit(MOST)).all()
    return Queue(own, max(0, progress.before - len(own)))


def log_of(session: Session, batch: ImportBatch, tiles: Sequence[Tile]) -> list[Event]:
    """Return what happened to a batch, newest first."""
    mine = select(Job).where(
        Job.organisation_id == batch.school_id,
        Job.kind.op("^@", is_comparison=True)("import."),
        Job.args["batch"].as_integer() == batch.id,
    )
    jobs = session.scalars(mine.order_by(Job.id.desc()).limit(MOST)).all()
    events = [event for job in jobs for event in _events_of(job)]
    if batch.checked_at:
        events.append(Event(batch.checked_at, _("Every row was checked"), _counts(tiles)))
    if batch.committed_at:
        rows = _("%(rows)s rows", rows=figure(batch.written))
        events.append(Event(batch.committed_at, _("Written"), rows))
    if batch.undone_at:
        events.append(Event(batch.undone_at, _("Undone"), ""))
    sent = _("%(who)s uploaded the file", who=batch.uploader.name)
    events.append(Event(batch.created_at, sent, ""))
    return sorted(events, key=lambda event: event.at, reverse=True)


def clock_of(at: datetime) -> str:
    """Show a moment of China's time to the second."""
    return f"{at.astimezone(BEIJING):%m-%d %H:%M:%S}"


def _events_of(job: Job) -> Iterator[Event]:
    yield Event(job.asked_at, _("In the queue"), kind_of(job.kind))
    if job.ended_at and job.state is JobState.FAILED:
        yield Event(job.ended_at, _("Broke down; nothing was lost"), kind_of(job.kind))
    if job.ended_at and job.state is JobState.CANCELLED:
        yield Event(job.ended_at, _("Called off"), kind_of(job.kind))


def _counts(tiles: Sequence[Tile]) -> str:
    told = [f"{tile.word} {figure(tile.rows)}" for tile in tiles if tile.rows]
    return str(_(", ")).join(told)
