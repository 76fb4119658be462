"""The lock of one `var`, and the list of children a killed launcher may leave behind.

The lock is the kernel's, so it is gone when we are. The list names pid and time of birth, because
a number alone may by now be somebody else's.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Self, TextIO

import psutil

from app.cli.trouble import CannotStart

END_SECONDS = 8


class Record:
    """`var/up.lock` and `var/up.json`."""

    def __init__(self, var: Path) -> None:
        self.file = var / "up.json"
        self.lock = take_lock(var)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lock.close()

    def write(self, children: Iterable[tuple[int, signal.Signals]]) -> None:
        """Remember who lives and how each is told to stop."""
        rows = []
        for pid, sign in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                rows.append((pid, psutil.Process(pid).create_time(), sign))
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(rows))
        fresh.replace(self.file)

    def forget(self) -> None:
        """Nobody is left."""
        self.file.unlink(missing_ok=True)

    def bury_leftovers(self) -> list[str]:
        """End children of an earlier launcher that was killed; return what was ended."""
        buried = []
        with contextlib.suppress(FileNotFoundError, ValueError):
            for pid, born, sign in reversed(json.loads(self.file.read_text())):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process = psutil.Process(pid)
                    if process.create_time() == born:
                        buried.append(f"{process.name()} {pid}")
                        end(process, signal.Signals(sign))
        return buried


def take_lock(var: Path) -> TextIO:
    """Lock ``var`` for this process, or raise `CannotStart`."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)  # logs, keys, uploads: ours alone
        (var / "log").mkdir(exist_ok=True)
        lock = (var / "up.lock").open("a+")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            f"The house is already running in {var}: stop it first, or set XUEJI_VAR to another"
            " folder for a second one."
        ) from None
    except OSError as error:
        raise CannotStart(
            f"Cannot write in {var} ({error.strerror}): make that folder yours, or set XUEJI_VAR."
        ) from None
    return lock


def end(process: psutil.Process, sign: signal.Signals) -> None:
    """Ask a process to stop, then make it."""
    if process.status() == psutil.STATUS_ZOMBIE:
        return
    process.send_signal(sign)
    _, alive = psutil.wait_procs([process], timeout=END_SECONDS)
    for stubborn in alive:  # PostgreSQL dies by SIGQUIT together with its own children
        stubborn.send_signal(signal.SIGQUIT if sign == signal.SIGINT else signal.SIGKILL)
        stubborn.wait(END_SECONDS)
