"""The history of the import desk: what was imported, by whom, when, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.imports.desk import SPECS
from app.models.import_batch import BatchState, ImportBatch
from app.models.organisation import Organisation
from app.models.page import Page, page_of
from app.views.inbox_filters import number

SHOWN: Mapping[str, tuple[BatchState, ...]] = {  # what the list may be narrowed to
    "look": (BatchState.PREVIEW, BatchState.MAPPING),
    "busy": (
        BatchState.PENDING,
        BatchState.CHECKING,
        BatchState.COMMITTING,
        BatchState.UNDOING,
    ),
    "written": (BatchState.COMMITTED,),
    "undone": (BatchState.UNDONE,),
    "ended": (BatchState.FAILED, BatchState.DISCARDED),
}
UNREAD = (BatchState.PENDING, BatchState.MAPPING, BatchState.CHECKING, BatchState.FAILED)
SHARES = ("new", "changed", "elsewhere", "same", "likely", "refused")  # they add up to the file
WHOLE = 100


class Part(NamedTuple):
    """A part of a file's rows as a stretch of a bar; ``at`` and ``width`` are per cent."""

    name: str
    rows: int
    at: float
    width: float


class History:
    """A page of the batches one sees, newest first, narrowed as the address asks."""

    def __init__(self, session: Session, args: Mapping[str, str]) -> None:
        self.session = session
        self.shown = args.get("show", "") if args.get("show") in SHOWN else ""
        self.template = args.get("of", "") if args.get("of") in SPECS else ""
        self.school_id = number(args.get("school"))
        self.number = number(args.get("page")) or 1

    @property
    def is_narrowed(self) -> bool:
        """It does not show everything."""
        return bool(self.shown or self.template or self.school_id)

    @property
    def school(self) -> Organisation | None:
        """The school it is narrowed to, if that is one of one's own."""
        return self.session.get(Organisation, self.school_id) if self.school_id else None

    def page(self) -> Page:
        """Return the page that is asked for."""
        return page_of(self.session, self._chosen(), self.number)

    def _chosen(self) -> Select[Any]:
        chosen = (
            select(ImportBatch)
            .options(joinedload(ImportBatch.organisation), joinedload(ImportBatch.uploader))
            .order_by(ImportBatch.id.desc())
        )
        if self.shown:
            chosen = chosen.where(ImportBatch.state.in_(SHOWN[self.shown]))
        if self.template:
            chosen = chosen.where(ImportBatch.template == self.template)
        if self.school_id:
            chosen = chosen.where(ImportBatch.school_id == self.school_id)
        return chosen


def is_read(batch: ImportBatch) -> bool:
    """Tell whether it is known what is in a file."""
    return batch.state not in UNREAD


def bar(batch: ImportBatch) -> list[Part]:
    """Return the rows of a batch as stretches of a bar; what has no row has no stretch."""
    counts = {name: getattr(batch, name) for name in SHARES}
    whole, at, parts = sum(counts.values()), 0.0, []
    for name, rows in counts.items():
        width = rows * WHOLE / whole if whole else 0.0
        if rows:
            parts.append(Part(name, rows, round(at, 2), round(width, 2)))
        at += width
    return parts


def seconds(batch: ImportBatch) -> int | None:
    """Return how long it took from the upload to the preview, or None."""
    if batch.checked_at is None:
        return None
    return max(1, round((batch.checked_at - batch.created_at).total_seconds()))
