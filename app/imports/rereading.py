"""Rows of a batch as somebody typed them: as they are kept, and the others as the file has them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.imports import sandbox
from app.imports.check import placed
from app.imports.mapping import arrange
from app.imports.spec import ImportSpec
from app.imports.typed import FORMULAS, Cells, rows_as_typed, text_in
from app.models.import_batch import ImportBatch
from app.storage.sealed_files import Folder, opened


def typed_rows(
    session: Session, batch: ImportBatch, spec: ImportSpec, rows: Collection[int]
) -> dict[int, Cells]:
    """Return the cells of rows, by row; the file is opened only for rows that are not kept."""
    known = rows_as_typed(session, batch.id, rows)
    lost = set(rows) - known.keys()
    return {**known, **dict(in_file(batch, spec, lost))} if lost else known


def in_file(
    batch: ImportBatch, spec: ImportSpec, rows: Collection[int]
) -> Iterator[tuple[int, Cells]]:
    """Yield rows and their cells as the file has them."""
    left = set(rows)
    with opened(Folder.IMPORTS, batch.sha256) as path, sandbox.opened(path, spec.sheet) as sheet:
        find, places = arrange(batch, sheet), None
        for first, columns in sheet.blocks:
            places = places or find(spec, [column[0] for column in columns])
            here = range(first, first + len(columns[0]))
            found = sorted(left.intersection(here))
            for row in found:
                one = placed([[column[row - first]] for column in columns], places)
                cells = [column[0] for column in one]
                marked = {at for at, place in enumerate(places) if (row, place) in sheet.formulas}
                yield row, cells_of(spec, cells, marked)
            left.difference_update(found)
            if not left:
                return


def cells_of(spec: ImportSpec, cells: Sequence[Any], marked: Collection[int]) -> Cells:
    """Return a row's cells, given in the order of the columns, those with a formula marked."""
    told = {
        column.field: text_in(cell)
        for column, cell in zip(spec.columns, cells, strict=True)
        if cell != ""
    }
    fields = " ".join(spec.columns[at].field for at in sorted(marked))
    return {**told, FORMULAS: fields} if fields else told
