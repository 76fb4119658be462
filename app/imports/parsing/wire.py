"""How the child speaks: lengths and pickles on its standard output, at last a zero.

First what the sheet is (a dict), then blocks of rows as columns; a dict with ``refuse`` at any
time says why nothing more will come.
"""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

BLOCK_ROWS = 2000
MOST_MESSAGE = 96_000_000  # bytes; 2000 honest rows take one million
LONGEST_CELL = 32_767  # characters, as Excel has it; a longer one is cut and so refused
SHORTENED = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,3}", re.ASCII)  # 4.11302E+17


def send(what: object) -> None:
    """Write one message; one too large for any honest sheet ends the talk."""
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    if len(data) > MOST_MESSAGE:
        refuse("E-FILE-BOMB")
    sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)


def end() -> None:
    """Say that all was sent."""
    sys.stdout.buffer.write(bytes(4))
    sys.stdout.buffer.flush()


def refuse(code: str, **params: int) -> NoReturn:
    """Say why the file is not read, and leave."""
    send({"refuse": code, "params": params})
    end()
    sys.exit(0)


def send_rows(rows: Iterable[Sequence[Any]], *, typed: bool = True) -> None:
    """Send rows of any width in blocks, the first of them as row 1.

    Rows that are not ``typed`` are text alone, where Excel may have cut a long number short.
    """
    block: list[Sequence[Any]] = []
    first = 1
    for row in rows:
        block.append(row)
        if len(block) == BLOCK_ROWS:
            _send_block(first, block, typed=typed)
            first += len(block)
            block.clear()
    if block:
        _send_block(first, block, typed=typed)


def _send_block(first: int, block: list[Sequence[Any]], *, typed: bool) -> None:
    """Send rows as columns, equal values once."""
    width = max(map(last_filled, block))
    if any(len(row) != width for row in block):
        block = [[*row[:width], *[""] * (width - len(row))] for row in block]
    clean: dict[Any, Any] = {}
    for row in block:
        clean.update(zip(row, row, strict=True))
    for value in [value for value in clean if isinstance(value, str) and is_odd(value, typed)]:
        clean[value] = cleaned(value)
    columns = [list(map(clean.__getitem__, column)) for column in zip(*block, strict=True)]
    send((first, columns))


def last_filled(row: Sequence[Any]) -> int:
    """Return how many cells there are up to the last one that holds anything."""
    width = len(row)
    while width and row[width - 1] == "":
        width -= 1
    return width


def is_odd(value: str, typed: bool) -> bool:
    """Tell text that is not handed on as it is."""
    return len(value) > LONGEST_CELL or "\0" in value or (not typed and "E" in value)


def cleaned(value: str) -> Any:
    """Return text no cell reader stumbles over; a number cut short becomes the number it is."""
    if SHORTENED.fullmatch(value.strip()):
        return float(value)
    return value[: LONGEST_CELL + 1].replace("\0", "\ufffd")
