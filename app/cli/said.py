"""What the children of `xueji up` say: to the terminal with a name before it, and to `var/log`."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path
from typing import IO, Self

LOG_BYTES = 10_000_000  # a longer log is put aside at the next start
TAIL_BYTES = 4096
# Ours and PostgreSQL's time; Valkey's pid, role, time and level; click's word for a failure.
BEFORE_THE_WORDS = re.compile(
    r"^(\d{4}-\d\d-\d\d [\d:.]+ (UTC )?|\d+:\w \d+ \w+ \d{4} [\d:.]+ \S )?(Error: )?"
)


class Said:
    """One log a child; the terminal may be gone and the disk may be full, work goes on."""

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        self.folder, self.quiet = folder, quiet
        self.logs: dict[str, IO[bytes]] = {}
        self.open_ends: dict[str, bytes] = {}
        self.unlogged: set[str] = set()  # whose words are for the eyes at the terminal alone
        self.last: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for log in self.logs.values():
            log.close()

    def path(self, name: str) -> Path:
        """Return where a child's log lies."""
        return self.folder / f"{name}.log"

    def log(self, name: str) -> IO[bytes]:
        """Return a child's log, open at its end."""
        if name not in self.logs:
            path = self.path(name)
            if path.exists() and path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".old.log"))
            self.logs[name] = path.open("ab", buffering=0)
        return self.logs[name]

    def bytes(self, name: str, data: bytes) -> None:
        """Pass on the whole lines in what a child wrote, and keep the open end for later."""
        *lines, self.open_ends[name] = (self.open_ends.get(name, b"") + data).split(b"\n")
        for line in lines:
            self.line(name, line.decode(errors="replace"))

    def line(self, name: str, text: object) -> None:
        """Write one line to the terminal, with its source, and to that source's log."""
        self.last[name] = str(text)
        if name not in self.unlogged:
            with contextlib.suppress(OSError):
                self.log(name).write(f"{time.strftime('%F %T')} {text}\n".encode())
        if not self.quiet:
            with contextlib.suppress(OSError):
                print(f"{name:<9} │ {text}", flush=True)

    def last_line(self, name: str) -> str:
        """Return the last thing a child said, without its time."""
        tail = self.last.get(name, "")
        if not tail:  # an engine writes its log itself
            with contextlib.suppress(OSError):
                tail = self.path(name).read_bytes()[-TAIL_BYTES:].decode(errors="replace")
        words = [line.strip() for line in tail.splitlines() if line.strip()]
        return BEFORE_THE_WORDS.sub("", words[-1]).rstrip(".") if words else ""
