"""What every page of the import desk asks first: whose batch it is, what was uploaded."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from app.errors import NotFound, Stale
from app.imports.zipscan import FILE_BYTES, check_outside, refuse
from app.models.import_batch import ImportBatch
from app.views.actor import current_account, session
from app.views.inbox_filters import number

LARGEST_ID = 2**31 - 1
MEGABYTE = 1_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def any_batch(pk: int) -> ImportBatch:
    """Return a batch of one's own subtree; a foreign one is not there."""
    batch = session().get(ImportBatch, pk) if pk <= LARGEST_ID else None
    if batch is None:
        raise NotFound
    return batch


def own_batch(pk: int) -> ImportBatch:
    """Return a batch of one's own school."""
    batch = any_batch(pk)
    if not is_own(batch):
        raise NotFound
    return batch


def is_own(batch: ImportBatch) -> bool:
    """Tell whether a batch is of one's own school."""
    return bool(batch.school_id == current_account().organisation_id)


def seen() -> int:
    """Return which revision of a preview the form was drawn from, or raise `Stale`."""
    revision = number(request.form.get("seen"))
    if revision is None:
        raise Stale
    return revision


def taken(upload: FileStorage | None) -> tuple[str, bytes]:
    """Return the name and the bytes of an uploaded file, or raise `BadFile`."""
    if upload is None or not upload.filename:
        raise refuse("E-FILE-TYPE")
    data = upload.stream.read(FILE_BYTES + 1)
    with tempfile.TemporaryDirectory(prefix="xueji-upload-") as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(data)
        check_outside(copy)
    return upload.filename, data


def view_of(view: Any, name: str) -> Any:
    """Return a view of this application by its class's name, or None."""
    return next((v for v in view.appbuilder.baseviews if type(v).__name__ == name), None)


def picked() -> list[int]:
    """Return the numbers of the rows that are ticked on a page."""
    return [row for one in request.form.getlist("row") if (row := number(one)) is not None]
