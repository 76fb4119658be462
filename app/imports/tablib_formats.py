"""tablib taught to read workbooks as the house does: told by their bytes, parsed by the child.

`tablib.Dataset().load(stream, format="xlsx")` (or ``"xls"``) reads with calamine behind the
limits; tablib's own readers parse a stranger's file in the worker. ADR 0016 says why the import
itself takes blocks from the sandbox and no data set.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

from tablib.exceptions import UnsupportedFormat
from tablib.formats import registry

from app.imports import sandbox
from app.imports.form import HEAD_BYTES, Form, form_of
from app.imports.readers import plain


class Reading:
    """The half of a tablib format that reads; the other half stays what it was."""

    title = ""
    form: Form
    is_limited = True

    @classmethod
    def detect(cls, stream: IO[Any]) -> bool:
        """Tell a file of this form by its first bytes."""
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        return not isinstance(head, str) and form_of(head) is cls.form

    @classmethod
    def import_set(
        cls, dset: Any, in_stream: IO[bytes], *, headers: bool = True, **_options: Any
    ) -> None:
        """Fill a data set with the first visible sheet, or the one of its title; or `BadFile`."""
        wanted = dset.title or ""
        dset.wipe()
        with tempfile.TemporaryDirectory(prefix="xueji-tablib-") as folder:
            copy = Path(folder) / f"workbook.{cls.title}"
            copy.write_bytes(in_stream.read())
            with sandbox.opened(copy, wanted) as sheet:
                dset.title = sheet.name
                for first, columns in sheet.blocks:
                    rows = list(zip(*columns, strict=True))
                    if first == 1 and headers and rows:
                        dset.headers = [plain(cell) for cell in rows.pop(0)]
                    for row in rows:
                        dset.append(row)


def register() -> None:
    """Put the limited readers in the place of tablib's own; whoever writes stays who it was."""
    for form in (Form.XLSX, Form.XLS):
        usual = _usual(form.value)
        if not hasattr(usual, "is_limited"):
            words = {"title": form.value, "extensions": (form.value,), "form": form}
            registry.register(form.value, type(f"Limited{form.value}", (Reading, usual), words)())


def _usual(name: str) -> type:
    """Return what tablib has; nothing for a format whose package is not there."""
    try:
        usual: Any = registry.get_format(name)
    except UnsupportedFormat:
        return object
    return usual if isinstance(usual, type) else type(usual)
