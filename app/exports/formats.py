"""The formats of a file: who writes each, and tablib taught to write them the same way.

Whoever exports a tablib data set (the audit log, a list of differences) gets the fast writers too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from tablib.exceptions import UnsupportedFormat
from tablib.formats import registry

from app.exports.cells import Value
from app.exports.notice import Notice
from app.exports.open_document import MIME, OpenDocument
from app.exports.plain import Plain
from app.exports.sealing_zip import sealed_zip
from app.exports.sheet import Sheet

SHEET_ROWS = 1_048_576  # of a sheet, the headings among them


class Writer(Protocol):
    """A file that is written row by row and never holds a formula."""

    def cell(self, value: Value) -> str:
        """Draw a cell."""

    def put(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows of drawn cells."""

    def close(self) -> bytes:
        """Return the file."""


class Format(NamedTuple):
    """A format: its writer and what browsers call it."""

    writer: Callable[[Sequence[str], Notice], Writer]
    mime: str


FORMATS: dict[str, Format] = {
    "xlsx": Format(Sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": Format(Plain, "text/csv"),
    "ods": Format(OpenDocument, MIME),
}
ZIP = "application/zip"


def locked(name: str, data: bytes, password: str | None) -> bytes:
    """Return a file as it leaves: in an archive that opens with a password, if there is one."""
    return data if password is None else sealed_zip(name, data, password)


# ── tablib ──────────────────────────────────────────────────────────────────────────────────


def register() -> None:
    """Put the fast writers in the place of tablib's own; what reads stays what it was."""
    for name in ("xlsx", "ods"):
        usual = _usual(name)
        if not hasattr(usual, "is_fast"):
            registry.register(name, type(f"Fast{name}", (usual,), _writing(name))())


def _usual(name: str) -> type:
    """Return what tablib has; nothing for a format whose package is not there."""
    try:
        usual: Any = registry.get_format(name)
    except UnsupportedFormat:
        return object
    return usual if isinstance(usual, type) else type(usual)


def _writing(name: str) -> dict[str, Any]:
    def export_set(_cls: Any, dataset: Any, /, **_options: Any) -> bytes:
        return written(name, dataset)

    words = {"title": name, "extensions": (name,), "is_fast": True}
    return {**words, "export_set": classmethod(export_set)}


def written(name: str, dataset: Any) -> bytes:
    """Return a tablib data set as a file."""
    notice = Notice(str(dataset.title or "Sheet"), "", "", datetime.now(UTC))
    writer = FORMATS[name].writer([str(head) for head in dataset.headers or ()], notice)
    writer.put([[writer.cell(_value(cell)) for cell in row] for row in dataset])
    return writer.close()


def _value(cell: Any) -> Value:
    if cell is None or isinstance(cell, str | Decimal):
        return cell
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
