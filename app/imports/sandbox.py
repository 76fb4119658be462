"""Reading a stranger's workbook: look at the zip's list, start a child, look inside meanwhile.

The child is a fresh interpreter (a fork of a threaded worker may hang) with limits on memory and
time, no environment and its own folder; it writes to a pipe and can only die by itself.
"""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from app.errors import BadFile
from app.imports import child, zipscan
from app.imports.zipscan import Cell, refuse

CLOCK_SECONDS = 2 * child.CPU_SECONDS
LEFT_WITH = {child.LOCKED: "E-FILE-OLD", child.NO_SHEET: "E-FILE-EMPTY"}


class Sheet(NamedTuple):
    """The template's sheet of a workbook; ``rows`` counts the heading, blocks can be read once."""

    name: str
    rows: int
    version: str | None
    merged_from: int  # row of the first merged cells, 0 when there are none
    formulas: frozenset[Cell]
    blocks: Iterator[tuple[int, list[list[Any]]]]  # number of the first row, then the columns


class Plain(pickle.Unpickler):
    """Accepts numbers, text, days and times; a child that was taken over can send nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Allow the classes of `datetime` only."""
        if module == "datetime":
            return super().find_class(module, name)
        raise pickle.UnpicklingError(name)


@contextmanager
def opened(path: Path, sheet: str) -> Iterator[Sheet]:
    """Give the named sheet (else the first visible one) as a child reads it, or raise `BadFile`."""
    zipscan.check_outside(path)
    command = [sys.executable, "-I", child.__file__, str(path.resolve()), sheet]
    reader = subprocess.Popen(  # noqa: S603  our own interpreter and file
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        cwd="/", env={}, close_fds=True,
    )  # fmt: skip
    try:
        scan = zipscan.check_inside(path)
        messages = _messages(reader)
        about = next(messages, None)
        if about is None:
            raise refuse("E-FILE-DAMAGED")
        formulas = scan.formulas_of(about["sheet"])
        yield Sheet(
            about["sheet"], about["rows"], about["version"], about["merged"], formulas, messages
        )
    finally:
        reader.kill()
        reader.wait()
        if reader.stdout is not None:
            reader.stdout.close()


def _messages(reader: subprocess.Popen[bytes]) -> Iterator[Any]:
    pipe = reader.stdout
    if pipe is None:
        raise refuse("E-FILE-DAMAGED")
    while size := int.from_bytes(_exactly(pipe, 4, reader), "big"):
        try:
            yield Plain(io.BytesIO(_exactly(pipe, size, reader))).load()
        except (EOFError, pickle.UnpicklingError, AttributeError):
            raise refuse("E-FILE-DAMAGED") from None
    if reader.wait(CLOCK_SECONDS):
        raise _died(reader)


def _exactly(pipe: IO[bytes], size: int, reader: subprocess.Popen[bytes]) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise _died(reader)
    return data


def _died(reader: subprocess.Popen[bytes]) -> BadFile:
    return refuse(LEFT_WITH.get(reader.wait(CLOCK_SECONDS), "E-FILE-DAMAGED"))
