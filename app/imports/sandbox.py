"""Reading a stranger's file: look at what it is, start a child, look inside meanwhile.

The child is a fresh interpreter (a fork of a threaded worker may hang) with limits on memory and
time, no environment and its own folder; it writes to a pipe and can only die by itself.
"""

from __future__ import annotations

import io
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from app.errors import BadFile
from app.imports import child, zipscan
from app.imports.form import Form
from app.imports.zipscan import Cell, refuse

CLOCK_SECONDS = 2 * child.MOST_CPU_SECONDS
MOST_MESSAGE = 100_000_000  # bytes; a child says less of itself
SAID = frozenset(
    f"E-FILE-{what}"
    for what in (
        "BOMB",
        "DAMAGED",
        "EMPTY",
        "LOCKED",
        "OLD",
        "QUOTES",
        "TEXT",
        "TYPE",
        "UNSAFE",
        "WIDE",
    )
)  # what a child may say of a file
STOPPED = (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU)  # out of memory, out of time


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
    form = zipscan.check_outside(path)
    command = [sys.executable, "-I", child.__file__, str(path.resolve()), form.value, sheet]
    reader = subprocess.Popen(  # noqa: S603  our own interpreter and file
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        cwd="/", env={}, close_fds=True,
    )  # fmt: skip
    try:
        scan = zipscan.check_inside(path) if form is Form.XLSX else None
        messages = _messages(reader)
        about = next(messages, None)
        if not isinstance(about, dict):
            raise refuse("E-FILE-DAMAGED")
        yield _sheet(about, scan, messages)
    finally:
        reader.kill()
        reader.wait()
        if reader.stdout is not None:
            reader.stdout.close()


def _sheet(about: dict[str, Any], scan: zipscan.Scan | None, blocks: Iterator[Any]) -> Sheet:
    """Return the sheet as the child tells of it; where a scan saw more, the scan is believed."""
    part = zipscan.Part() if scan is None else scan.of(about["sheet"])
    return Sheet(
        about["sheet"],
        about["rows"] or part.rows,
        about["version"],
        about["merged"] or part.merged_from,
        frozenset(part.formulas.union(about["formulas"])),
        blocks,
    )


def _messages(reader: subprocess.Popen[bytes]) -> Iterator[Any]:
    pipe = reader.stdout
    if pipe is None:
        raise refuse("E-FILE-DAMAGED")
    while size := int.from_bytes(_exactly(pipe, 4, reader), "big"):
        if size > MOST_MESSAGE:
            raise refuse("E-FILE-DAMAGED")
        try:
            told = Plain(io.BytesIO(_exactly(pipe, size, reader))).load()
        except (
            EOFError,
            pickle.UnpicklingError,
            AttributeError,
            ValueError,
            LookupError,
            TypeError,
        ):
            raise refuse("E-FILE-DAMAGED") from None
        if isinstance(told, dict) and "refuse" in told:
            raise _refused(told)
        yield told
    if reader.wait(CLOCK_SECONDS):
        raise _died(reader)


def _refused(told: dict[str, Any]) -> BadFile:
    code = told["refuse"] if told["refuse"] in SAID else "E-FILE-DAMAGED"
    params = {name: value for name, value in told["params"].items() if isinstance(value, int)}
    return refuse(code, **params)


def _exactly(pipe: IO[bytes], size: int, reader: subprocess.Popen[bytes]) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise _died(reader)
    return data


def _died(reader: subprocess.Popen[bytes]) -> BadFile:
    ended = reader.wait(CLOCK_SECONDS)
    return refuse("E-FILE-BOMB" if ended in STOPPED else "E-FILE-DAMAGED")
