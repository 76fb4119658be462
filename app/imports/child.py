"""The child that parses a stranger's file; run as a script, and it may die of any file.

It gives up what a parser never needs before a byte of the file is read: memory, time, files.
What it says is in `parsing.wire`; it knows nothing of the house but its own room.
"""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 2_000_000_000  # of address space
CPU_SECONDS, BYTES_A_SECOND, MOST_CPU_SECONDS = 20, 500_000, 300  # a large file gets more


def cpu_seconds(size: int) -> int:
    """Return how long a file of that many bytes may be read."""
    return min(CPU_SECONDS + size // BYTES_A_SECOND, MOST_CPU_SECONDS)


def limit_myself(seconds: int) -> None:
    """Give up what a parser never needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(path: str, form: str, wanted: str) -> None:
    """Read a file of a form and send its sheet."""
    from app.imports.parsing import wire  # noqa: PLC0415  the path is laid below

    if form == "text":
        from app.imports.parsing.text import read_text as read  # noqa: PLC0415
    elif form == "xls":
        from app.imports.parsing.workbook import read_xls as read  # noqa: PLC0415
    else:
        from app.imports.parsing.workbook import read_xlsx as read  # noqa: PLC0415
    read(path, wanted)
    wire.end()


if __name__ == "__main__":
    limit_myself(cpu_seconds(Path(sys.argv[1]).stat().st_size))
    sys.path.append(str(Path(__file__).parents[2]))  # last: nothing of ours hides a library
    main(*sys.argv[1:4])
