"""导入批次: one uploaded workbook from its arrival to its end.

    PENDING ──▶ CHECKING ──▶ PREVIEW ──▶ COMMITTING ──▶ COMMITTED ──▶ UNDOING ──▶ UNDONE
                 │  ▲  ▲        │  ▲──────────┘ something changed since the preview
                 │  │  └────────┘  └ discard ──▶ DISCARDED
                 │  └ MAPPING: its headings are not the template's
                 └─▶ FAILED: the file cannot be read at all

Nothing here commits: views and jobs do, once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import NotFound, Refusal, Refused, Stale
from app.imports.chosen import chosen
from app.imports.spec import Facts, Room
from app.imports.zipscan import FILE_BYTES, refuse
from app.models.account import Account
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportCell,
    ImportGuardian,
    ImportLine,
    ImportProblem,
    ImportRaw,
    ImportRow,
)
from app.models.organisation import Organisation, Tier
from app.models.school import ClassState, School, SchoolClass
from app.policies.audit import record
from app.storage.sealed_files import Folder, keep

STUDENTS = "students"
OPEN = (BatchState.PENDING, BatchState.CHECKING, BatchState.PREVIEW)
SPENT = (BatchState.DISCARDED, BatchState.FAILED, BatchState.UNDONE)
BUSY = (  # a job works at it, or will
    BatchState.PENDING,
    BatchState.CHECKING,
    BatchState.COMMITTING,
    BatchState.UNDOING,
)
LONGEST_NAME = 200


class Received(NamedTuple):
    """A batch, and whether this upload made it or the same file had been there before."""

    batch: ImportBatch
    is_new: bool


def receive(
    session: Session, uploader: int, file_name: str, data: bytes, template: str = STUDENTS
) -> Received:
    """Keep a workbook for the school of an account; the same file again is its old batch.

    Raise `Refused` for an account of no school and `BadFile` for more than anyone should send.
    """
    home = session.execute(
        select(Organisation.id, Organisation.tier)
        .join(Account, Account.organisation_id == Organisation.id)
        .where(Account.user_id == uploader)
    ).one_or_none()
    if home is None or home.tier is not Tier.SCHOOL:
        raise Refused(Refusal("E-BATCH-HOME"))
    if len(data) > FILE_BYTES:
        raise refuse("E-FILE-SIZE", limit=f"{FILE_BYTES // 1_000_000} MB")
    digest = keep(Folder.IMPORTS, data)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(digest, home.id))))
    known = session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.school_id == home.id,
            ImportBatch.template == template,
            ImportBatch.sha256 == digest,
            ImportBatch.state.not_in(SPENT),
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )
    if known is not None:
        return Received(known, is_new=False)
    batch = ImportBatch(
        template=template,
        school_id=home.id,
        uploaded_by=uploader,
        file_name=file_name.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:],
        sha256=digest,
        bytes=len(data),
    )
    session.add(batch)
    session.flush()
    record(session, "import.upload", object_type="import_batch", object_id=batch.id)
    return Received(batch, is_new=True)


def again(batch: ImportBatch) -> Refusal:
    """Return what to tell somebody who uploads the same file once more."""
    on = batch.created_at.astimezone(BEIJING).date()
    return Refusal("E-FILE-AGAIN", {"batch": batch.number, "on": on.isoformat()})


def held(session: Session, batch_id: int) -> ImportBatch:
    """Return the batch, locked until the caller commits, or raise `NotFound`."""
    locked = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    batch: ImportBatch | None = session.scalar(locked.execution_options(populate_existing=True))
    if batch is None:
        raise NotFound
    return batch


def facts_of(session: Session, batch: ImportBatch, today: date) -> Facts:
    """Return what the rules may know about the importing school."""
    return facts_of_school(session, batch.school_id, today)


def facts_of_school(session: Session, school_id: int, today: date) -> Facts:
    """Return what the rules may know about a school: its place and its classes in use."""
    code, division, urban_rural = session.execute(
        select(Organisation.code, School.division, School.urban_rural)
        .join(School, School.id == Organisation.id)
        .where(Organisation.id == school_id)
    ).one()
    rooms = session.execute(
        select(SchoolClass.number, SchoolClass.id, SchoolClass.grade_id).where(
            SchoolClass.school_id == school_id, SchoolClass.state == ClassState.IN_USE
        )
    )
    classes = {number: Room(class_id, grade_id) for number, class_id, grade_id in rooms}
    return Facts(today, code, classes, division, urban_rural)


def begin_commit(
    session: Session,
    batch_id: int,
    *,
    seen: int | None = None,
    keep_good: bool = False,
    sure: bool = False,
) -> ImportBatch:
    """Promise to import what was reviewed; the work itself comes after.

    ``seen`` is the revision of the preview on the page, ``sure`` the answer to an alarm. Raise
    `Stale` when the preview is another by now, else `Refused` with what stands in the way.
    """
    batch = held(session, batch_id)
    require(batch, BatchState.PREVIEW, BatchState.COMMITTING)  # again, after a job that failed
    if seen is not None and seen != batch.revision:
        raise Stale(Refusal("E-BATCH-STALE"))
    batch.keep_good = keep_good
    insist(session, batch)
    if batch.alarm is not None and not sure:
        raise Refused(told(batch.alarm))
    batch.state = BatchState.COMMITTING
    session.flush()
    return batch


def insist(session: Session, batch: ImportBatch) -> None:
    """Raise `Refused` when the batch has rows that fail, unless the good ones may go alone."""
    if batch.refused and not batch.keep_good:
        raise Refused(Refusal("E-BATCH-REFUSED", {"count": batch.refused}))
    if not session.scalar(select(_to_write(batch).exists())):
        raise Refused(Refusal("E-BATCH-NOTHING"))


def told(held: Mapping[str, object]) -> Refusal:
    """Return what a batch keeps as code and params as a refusal."""
    params = held.get("params")
    return Refusal(str(held["code"]), params if isinstance(params, dict) else {})


def _to_write(batch: ImportBatch) -> Select[int]:
    """Return the query of the rows to write, in whichever table the preview of a batch lies."""
    typed = select(ImportRow.row_no).where(chosen(ImportRow, batch.id))
    lines = select(ImportLine.row_no).where(chosen(ImportLine, batch.id))
    return typed if batch.template == STUDENTS else lines


def discard(session: Session, batch_id: int) -> ImportBatch:
    """End a batch without importing anything; its rows go, its counts stay."""
    batch = held(session, batch_id)
    require(batch, *OPEN, BatchState.MAPPING)
    forget(session, batch_id, problems=False)
    batch.state = BatchState.DISCARDED
    session.flush()
    record(session, "import.discard", object_type="import_batch", object_id=batch.id)
    return batch


def require(batch: ImportBatch, *states: BatchState) -> None:
    """Raise `Refused` unless the batch is in one of the states."""
    if batch.state not in states:
        raise Refused(Refusal("E-BATCH-STATE"))


def forget(session: Session, batch_id: int, *, problems: bool) -> None:
    """Remove the preview of a batch, and on request what was found wrong with it."""
    preview: Iterable[Any] = (ImportGuardian, ImportRow, ImportLine, ImportCell, ImportRaw)
    for table in preview:
        session.execute(delete(table).where(table.batch_id == batch_id))
    if problems:
        session.execute(delete(ImportProblem).where(ImportProblem.batch_id == batch_id))


def begin_check(session: Session, batch_id: int) -> bool:
    """Show that a batch is being looked at; False when there is nothing left to look at."""
    done = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state.in_(OPEN))
        .values(state=BatchState.CHECKING)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # a CursorResult
