"""The end of an export's file: called off, destroyed by hand, or its time is up. The row stays.

The file itself goes after the commit (`app.storage.sealed_files.destroy`); should that be lost,
the hourly sweep takes what no row needs.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import NotFound, Refusal, Refused
from app.models.export import Export, ExportDownload, ExportPart, ExportState
from app.policies.audit import record
from app.workflows.export_request import expire_unmade, note
from app.workflows.export_steps import Press

HELD = (ExportState.QUEUED, ExportState.READY)  # whose files are somebody's


def own(session: Session, export_id: int, user_id: int) -> Export:
    """Return an export of this person, locked, or raise `NotFound`."""
    wanted = select(Export).where(Export.id == export_id)
    found: Export | None = session.scalar(wanted.with_for_update())
    if found is None or not is_of(found, user_id):
        raise NotFound
    return found


def is_of(export: Export, user_id: int) -> bool:
    """Tell whether an export is this person's: nobody else fetches, calls off or destroys it."""
    return export.asked_by == user_id


def call_off(session: Session, export: Export) -> None:
    """End an export that has no file yet, or raise `Refused`."""
    _require(export, ExportState.QUEUED)
    export.state = ExportState.CANCELLED
    record(session, "export.cancelled", object_type="export", object_id=export.id)


def fetched(session: Session, export: Export, part: int, by: int) -> None:
    """Write down that somebody fetched a part; of a request, that it came to be fetched."""
    session.add(ExportDownload(export_id=export.id, account_id=by))
    if export.request_id is not None:
        note(session, export.request_id, Press.FETCH, by)
    record(session, "export.fetched", object_type="export", object_id=export.id, part=part)


def destroy(session: Session, export: Export, by: int, now: datetime) -> list[str]:
    """Let nobody fetch an export again; return the digests of the files to take away."""
    _require(export, ExportState.READY)
    export.state, export.destroyed_at, export.destroyed_by = ExportState.DESTROYED, now, by
    export.password = None
    if export.request_id is not None:
        note(session, export.request_id, Press.DESTROY, by)
    record(session, "export.destroyed", object_type="export", object_id=export.id)
    return [part.sha256 for part in export.parts]


def expire(session: Session, now: datetime) -> list[str]:
    """End every export whose time is up; return the digests of the files to take away."""
    due = select(Export).where(Export.state == ExportState.READY, Export.expires_at <= now)
    over = session.scalars(due.with_for_update(skip_locked=True)).all()
    for export in over:
        export.state, export.destroyed_at, export.password = ExportState.EXPIRED, now, None
        if export.request_id is not None:
            note(session, export.request_id, Press.EXPIRE)
    unmade = expire_unmade(session, now.astimezone(BEIJING).date())
    if over or unmade:
        ids = [each.id for each in over]
        record(session, "export.expired", count=len(over), exports=ids, requests=unmade)
    return [part.sha256 for export in over for part in export.parts]


def needed(session: Session) -> set[str]:
    """Return the digests of the files that still belong to an export."""
    held = select(ExportPart.sha256).join(Export, Export.id == ExportPart.export_id)
    return set(session.scalars(held.where(Export.state.in_(HELD))))


def _require(export: Export, state: ExportState) -> None:
    if export.state is not state:
        raise Refused(Refusal("E-EXP-STATE"))
