"""Exports as jobs: write the file of an export that was asked for, and end those whose time is up.

A part of an export is one step: killed at any point it is made anew, and the same rows make the
same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.exports import ending, making
from app.exports.asking import unpacked
from app.exports.reading import count
from app.exports.sources import source_of
from app.jobs.queue import ask, job
from app.jobs.run import Cancelled, Run
from app.models.export import Export, ExportState
from app.models.notice import NoticeKind
from app.policies.scope import elevated
from app.storage.sealed_files import Folder, destroy
from app.workflows.noticing import tell_of

STARTED, WRITTEN, DONE = 10, 960, 1000  # thousandths
LONG = 1_000  # rows: nobody waits before the page for as many


def ask_write(session: Session, export: Export) -> int | None:
    """Promise the file of an export to a job, in the caller's transaction; again after a death."""
    key = f"export.write:{export.id}:{export.job_id or 0}"
    export.job_id = ask(
        session, "export.write", key=key, asked_by=export.asked_by, export=export.id
    )
    return export.job_id


@job("export.write", timeout=7200)
def write(run: Run) -> dict[str, Any]:
    """Write the parts of an export, then let it be fetched."""
    return write_in_parts(run, making.MOST_ROWS)


def write_in_parts(run: Run, most: int) -> dict[str, Any]:
    """Write an export in parts of at most so many rows."""
    mark = making.Mark(**run.checkpoint.get("mark", {}))
    with run.step(progress=max(run.progress, STARTED)) as session:
        export = session.get_one(Export, run.args["export"])
        if export.state is not ExportState.QUEUED:
            return {}
        making.begin(session, export, mark)
        of = count(session, source_of(export.source), unpacked(export), making.MOST_COUNTED)

    def told(rows: int) -> None:
        if run.called_off:
            raise Cancelled
        run.progress = STARTED + min(WRITTEN * rows // max(of, 1), WRITTEN)

    while not mark.is_whole:
        kept: dict[str, Any] = {}
        with run.step(mark=kept) as session:
            export = session.get_one(Export, run.args["export"])
            making.write_part(session, export, mark, told, most)
            kept |= mark.kept()
    with run.step(progress=DONE) as session:
        export = ending.own(session, run.args["export"], run.asked_by or 0)
        if export.state is ExportState.QUEUED:
            making.finish(session, export, mark, datetime.now(UTC))
            with elevated(session, "export.ledger"):
                making.share(session, export, mark)
            if export.rows >= LONG:
                line = (export.organisation_id, export.id, export.rows)
                tell_of(session, NoticeKind.EXPORT, export.state.name, [line])
    return {"rows": mark.rows, "parts": mark.parts}


@job("export.expire", timeout=600)
def expire(run: Run) -> dict[str, Any]:
    """End what was not fetched in time, and take its files away."""
    with run.step() as session, elevated(session, "export.expire"):
        gone = ending.expire(session, datetime.now(UTC))
    for digest in gone:
        destroy(Folder.EXPORTS, digest)
    return {"files": len(gone)}
