"""The child that parses a stranger's workbook; run as a script, knows nothing of the house.

Speaks in lengths and pickles over its standard output: first what the sheet is, then blocks of
columns, at last a zero. It may die of any file; nobody else does.
"""

from __future__ import annotations

import contextlib
import pickle
import resource
import sys
from typing import Any

MEMORY_BYTES = 2_000_000_000  # of address space
CPU_SECONDS = 120
BLOCK_ROWS = 2000
LOCKED, DAMAGED, NO_SHEET = 3, 4, 5  # ways to leave; anything else is an accident
VERSION_SHEET = "_xueji"


def limit_myself() -> None:
    """Give up what a parser never needs, before a byte of the file is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def send(what: object) -> None:
    """Write one message."""
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)


def pick(book: Any, wanted: str) -> str | None:
    """Return the name of the wanted sheet, or of the first visible one."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    return wanted if wanted in visible else next(iter(visible), None)


def version_in(book: Any) -> str | None:
    """Return what the first cell of our own hidden sheet says, if the file has one."""
    if VERSION_SHEET not in book.sheet_names:
        return None
    for row in book.get_sheet_by_name(VERSION_SHEET).iter_rows():
        return str(row[0])
    return None


def read(path: str, wanted: str) -> None:
    """Send the sheet block by block; equal values of a block are sent once."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415

    try:
        book = CalamineWorkbook.from_path(path)
        name = pick(book, wanted)
        if name is None:
            sys.exit(NO_SHEET)
        sheet = book.get_sheet_by_name(name)
        merged = sheet.merged_cell_ranges or []
        send(
            {
                "sheet": name,
                "rows": sheet.end[0] + 1 if sheet.end else 0,
                "version": version_in(book),
                "merged": min((start[0] + 1 for start, _ in merged), default=0),
            }
        )
        block: list[list[Any]] = []
        first = 1
        for row in sheet.iter_rows():
            block.append(row)
            if len(block) == BLOCK_ROWS:
                first = send_block(first, block)
        if block:
            send_block(first, block)
    except PasswordError:
        sys.exit(LOCKED)
    except (CalamineError, ValueError):
        sys.exit(DAMAGED)
    sys.stdout.buffer.write(bytes(4))
    sys.stdout.buffer.flush()


def send_block(first: int, block: list[list[Any]]) -> int:
    """Send rows as columns, the number of the first with them; return the next number."""
    seen: dict[Any, Any] = {}
    same = seen.setdefault
    send((first, [[same(value, value) for value in column] for column in zip(*block, strict=True)]))
    following = first + len(block)
    block.clear()
    return following


if __name__ == "__main__":
    limit_myself()
    read(sys.argv[1], sys.argv[2])
