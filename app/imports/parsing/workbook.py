"""A workbook in the child: which sheet is read, and by which of two readers.

calamine is fast and holds the whole sheet; a sheet past `MOST_ROWS` or `MOST_BYTES` is read row by
row instead, slower and with memory that does not grow with its rows.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.imports.form import VERSION_SHEET
from app.imports.parsing import biff, rows
from app.imports.parsing.wire import refuse, send, send_rows

MOST_ROWS, MOST_BYTES = 100_001, 450_000_000  # with the heading; of XML
HEAD = 4096
DIMENSION = re.compile(rb'<(?:\w+:)?dimension ref="[^":]*:\$?[A-Z]+\$?(\d{1,9})"')


def read_xlsx(path: str, wanted: str) -> None:
    """Send the wanted sheet, else the first visible one."""
    with zipfile.ZipFile(path) as book:
        sheets = rows.sheets_of(book)
        name = pick([sheet.name for sheet in sheets if sheet.is_open], wanted)
        part = next(sheet.part for sheet in sheets if sheet.name == name and sheet.is_open)
        if is_large(book, part):
            rows.read(book, sheets, name, part, VERSION_SHEET)
            return
    read_whole(path, wanted)


def is_large(book: zipfile.ZipFile, part: str) -> bool:
    """Tell a sheet that had better not be held in memory."""
    try:
        size = book.getinfo(part).file_size
    except KeyError:
        refuse("E-FILE-DAMAGED")
    with book.open(part) as stream:
        told = DIMENSION.search(stream.read(HEAD))
    return size > MOST_BYTES or (told is not None and int(told[1]) > MOST_ROWS)


def read_xls(path: str, wanted: str) -> None:
    """Send a sheet of an .xls, after a look at its records for what calamine does not tell."""
    found = biff.look(path)
    read_whole(path, wanted, found)


def read_whole(path: str, wanted: str, found: biff.Found | None = None) -> None:
    """Send a sheet as calamine reads it."""
    try:
        book = opened(path, ".xls" if found else ".xlsx")
        name = pick(
            [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible
                and sheet.typ == SheetTypeEnum.WorkSheet
            ],
            wanted,
        )
        sheet = book.get_sheet_by_name(name)
        merged = sheet.merged_cell_ranges or []
        send(
            {
                "sheet": name,
                "rows": sheet.end[0] + 1 if sheet.end else 0,
                "version": version_in(book),
                "merged": min((start[0] + 1 for start, _ in merged), default=0),
                "formulas": found.formulas_of(name) if found else [],
            }
        )
        send_rows(sheet.iter_rows())
    except PasswordError:
        refuse("E-FILE-LOCKED")
    except (CalamineError, ValueError):
        refuse("E-FILE-DAMAGED")


def opened(path: str, ending: str) -> Any:
    """Open a workbook; calamine would believe a wrong ending, so that it is not shown one."""
    if path.endswith(ending):
        return CalamineWorkbook.from_path(path)
    return CalamineWorkbook.from_filelike(BytesIO(Path(path).read_bytes()))


def pick(visible: list[str], wanted: str) -> str:
    """Return the name of the wanted sheet, or of the first visible one."""
    if not visible:
        refuse("E-FILE-EMPTY")
    return wanted if wanted in visible else visible[0]


def version_in(book: Any) -> str | None:
    """Return what the first cell of our own hidden sheet says, if the file has one."""
    if VERSION_SHEET not in book.sheet_names:
        return None
    for row in book.get_sheet_by_name(VERSION_SHEET).iter_rows():
        return str(row[0]) if row else ""
    return None
