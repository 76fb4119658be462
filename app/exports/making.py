"""Writing an export's file, part after part; each part is one snapshot and one transaction.

The same rows make the same bytes, so a part that was lost with its process is made once more and
is the same file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.exports.asking import unpacked
from app.exports.cells import cell_of
from app.exports.formats import FORMATS, SHEET_ROWS, Writer, locked
from app.exports.notice import WATERMARK, Notice
from app.exports.reading import blocks, statement
from app.exports.sources import Source, source_of
from app.models.export import Export, ExportPart, ExportShare, ExportState
from app.policies.audit import record
from app.storage.sealed_files import Folder, keep
from app.workflows.export_request import last_day, note
from app.workflows.export_steps import Press

KEPT = timedelta(days=7)  # a routine export waits for being fetched
MOST_ROWS = SHEET_ROWS - 1
MOST_COUNTED = 5_000_000
Told = Callable[[int], None]


@dataclass(slots=True)
class Mark:
    """How far an export is: what a job's checkpoint holds; keys and counts, nothing personal."""

    parts: int = 0
    rows: int = 0
    bytes: int = 0
    after: list[Any] | None = None  # the key of the last row
    shares: dict[str, int] = field(default_factory=dict)  # rows by school id
    is_whole: bool = False

    def kept(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def begin(session: Session, export: Export, mark: Mark) -> None:
    """Clear what a job that died for good left of an export, unless its work goes on."""
    if not mark.parts:
        session.execute(delete(ExportPart).where(ExportPart.export_id == export.id))


def write_part(
    session: Session, export: Export, mark: Mark, told: Told, most: int = MOST_ROWS
) -> None:
    """Write the next part of an export, as far as there is one, and move the mark on.

    ``told`` hears of every block how many rows there are; it may raise to end the work.
    """
    writer, rows = _drawn(session, export, mark, told, most)
    mark.is_whole = rows < most
    if rows or not mark.parts:
        mark.parts += 1
        name = f"{export.number}-{mark.parts}.{export.format}"
        data = locked(name, writer.close(), export.password)
        keep(Folder.EXPORTS, data)
        digest = hashlib.sha256(data).hexdigest()
        part = ExportPart(
            export_id=export.id, part=mark.parts, rows=rows, bytes=len(data), sha256=digest
        )
        session.add(part)
        mark.rows, mark.bytes = mark.rows + rows, mark.bytes + len(data)


def _drawn(
    session: Session, export: Export, mark: Mark, told: Told, most: int
) -> tuple[Writer, int]:
    source = source_of(export.source)
    fields = source.chosen(export.columns)
    notice = notice_of(export, source)
    heads = [each.heading(export.language) for each in fields]
    water = WATERMARK.zh if export.language == "zh" else WATERMARK.en
    writer = FORMATS[export.format].writer([*heads, water], notice)
    cells = [cell_of(each, export.language, writer.cell, masked=export.masked) for each in fields]
    stamp, schools = writer.cell(notice.mark), Counter(mark.shares)
    wide, key = len(fields), len(source.order)
    asked, rows = statement(source, fields, unpacked(export), mark.after), 0
    for block in blocks(session, asked, most):
        columns = list(zip(*block, strict=True))
        drawn = [map(cell, column) for cell, column in zip(cells, columns, strict=False)]
        writer.put(zip(*drawn, [stamp] * len(block), strict=True))
        mark.after = list(block[-1][wide : wide + key])
        if source.school is not None:
            schools.update(map(str, columns[-1]))
        rows += len(block)
        told(mark.rows + rows)
    mark.shares = dict(schools)
    return writer, rows


def notice_of(export: Export, source: Source) -> Notice:
    """Return what the file of an export says of itself."""
    title = source.text.zh if export.language == "zh" else source.text.en
    return Notice(title, export.number, export.asker.login, export.created_at)


def finish(session: Session, export: Export, mark: Mark, now: datetime) -> None:
    """Let an export be fetched until its time is up."""
    export.state, export.finished_at = ExportState.READY, now
    export.rows, export.bytes = mark.rows, mark.bytes
    export.expires_at = _until(export, now)
    if export.request_id is not None:
        note(session, export.request_id, Press.GENERATE)
    record(
        session,
        "export.made",
        object_type="export",
        object_id=export.id,
        rows=mark.rows,
        parts=mark.parts,
        schools=len(mark.shares),
    )


def share(session: Session, export: Export, mark: Mark) -> None:
    """Write into the ledger of every school how many of its pupils an export held.

    The caller has widened the scope: a teacher reads no ledger.
    """
    request = export.request
    session.add_all(
        ExportShare(
            export_id=export.id,
            school_id=int(school),
            exporter_id=export.organisation_id,
            at=export.created_at,
            rows=rows,
            source=export.source,
            purpose=export.purpose,
            purpose_words=export.purpose_words,
            columns=export.columns,
            masked=export.masked,
            request_number=request.number if request else None,
        )
        for school, rows in sorted(mark.shares.items())
    )


def _until(export: Export, now: datetime) -> datetime:
    """A routine export has its days; one on request its period, and no more than a month."""
    if export.request is None:
        return now + KEPT
    last = last_day(export.request, now.astimezone(BEIJING).date()) + timedelta(days=1)
    return datetime.combine(last, time(), BEIJING)
