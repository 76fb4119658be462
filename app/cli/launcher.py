"""A supervisor of one loop: starts children in order, keeps them alive, stops them in reverse.

No threads, so that a fork is safe. Children hear of our death from the kernel (Linux), and what a
killed launcher left behind is ended by the next start (everywhere, `record.py`).
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from app.cli.record import Record
from app.cli.said import Said
from app.cli.trouble import CannotStart, Stopped
from app.jobs.process import die_with_parent

GRACE_SECONDS = 8  # then the signal again at half of it, then SIGKILL
READY_SECONDS = 120
RECOVERY_SECONDS = 900  # an engine may first have to read what a crash left behind
EARLY_DEATHS = 3  # before it was ever ready, with a longer pause each time
QUICK_SECONDS, QUICK_DEATHS = 10, 5  # so soon after its start, so often in a row: give up
SIGNS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Service:
    """A child: how it is started, how it shows that it is ready, how it is told to stop.

    An engine's words go straight to its log; everybody else's to the terminal as well.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], bool] = lambda: True
    stop: signal.Signals = signal.SIGTERM
    is_engine: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0

    @property
    def patience(self) -> int:
        """Return how many seconds it may take to become ready."""
        return RECOVERY_SECONDS if self.is_engine else READY_SECONDS

    @property
    def lives(self) -> bool:
        """The child has been started and has not ended."""
        return self.child is not None and self.child.poll() is None

    @property
    def status(self) -> int | None:
        """How the child ended; None while it lives."""
        return self.child.poll() if self.child else None


class Launcher:
    """The children of one `xueji up`; needs the lock of `var` (`Record`)."""

    def __init__(self, var: Path, record: Record, said: Said) -> None:
        self.var, self.record, self.said = var, record, said
        self.services: list[Service] = []
        self.stopping = False
        self.selector = selectors.DefaultSelector()

    def heed_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal stop the house in good order."""
        for sign in SIGNS:
            signal.signal(sign, lambda *_: setattr(self, "stopping", True))

    def start(self, service: Service) -> None:
        """Start a service and wait until it is ready, or raise `CannotStart` or `Stopped`."""
        self.services.append(service)
        self._spawn(service)
        until = time.monotonic() + service.patience
        while not service.ready():
            self._listen(0.05)
            if self.stopping:
                raise Stopped
            if not service.lives and service.deaths < EARLY_DEATHS:
                service.deaths += 1  # perhaps a dead postmaster that init has not yet collected
                self._pause(service.deaths)
                self._spawn(service)
            elif not service.lives or time.monotonic() > until:
                raise self._failure(service, f"{service.name} did not start")
        service.deaths = 0

    def run(self, name: str, command: Sequence[str], *, failing: str, **options: Any) -> None:
        """Run a command to its end, or raise `CannotStart` with its last line, or `Stopped`."""
        service = Service(name, command, options=options)
        self.services.append(service)
        self._spawn(service)
        while service.lives:
            self._listen(0.1)
            if self.stopping:
                raise Stopped
        self._drain(service)
        self.services.remove(service)
        if service.status:
            raise self._failure(service, failing)

    def watch(self) -> int:
        """Restart whoever dies, until a signal comes (0) or somebody keeps dying (1)."""
        while not self.stopping:
            self._listen(0.5)
            for service in self.services:
                if service.lives or self.stopping:
                    continue
                quick = time.monotonic() - service.started_at < QUICK_SECONDS
                service.deaths = service.deaths + 1 if quick else 1
                if service.deaths >= QUICK_DEATHS:
                    self.said.line("up", self._failure(service, f"{service.name} keeps ending"))
                    return 1
                self.said.line("up", f"{service.name} ended ({service.status}); starting it again")
                self._pause(0.2 * 2**service.deaths)
                self._spawn(service)
        return 0

    def shut_down(self) -> None:
        """Stop in reverse order: first all who ask the engines for work, then each engine."""
        self.stopping = True
        self._stop([service for service in self.services if not service.is_engine])
        for service in reversed(self.services):
            if service.is_engine:
                self._stop([service])
        self.record.forget()
        self.selector.close()

    def _stop(self, group: list[Service]) -> None:
        for last_word in (None, None, signal.SIGKILL):
            for service in group:
                if service.child and service.lives:
                    service.child.send_signal(last_word or service.stop)
            until = time.monotonic() + GRACE_SECONDS / 2
            while time.monotonic() < until and any(service.lives for service in group):
                self._listen(0.05)
        for service in group:
            self._drain(service)

    def _spawn(self, service: Service) -> None:
        mother = os.getpid()

        def in_child() -> None:
            die_with_parent(service.stop)
            if os.getppid() != mother:  # she died before we could ask
                os._exit(1)

        service.child = subprocess.Popen(  # noqa: S603  commands of our own
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=self.said.log(service.name) if service.is_engine else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C at the terminal is ours alone
            preexec_fn=in_child,  # noqa: PLW1509  this process has one thread
            **service.options,
        )
        service.started_at = time.monotonic()
        if service.child.stdout:
            os.set_blocking(service.child.stdout.fileno(), False)
            self.selector.register(service.child.stdout, selectors.EVENT_READ, service.name)
        self.record.write((s.child.pid, s.stop) for s in self.services if s.child and s.lives)

    def _listen(self, seconds: float) -> None:
        """Pass on what children say, for at most so long."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            self._hear(key.fileobj, key.data)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            self._listen(min(left, 0.5))

    def _hear(self, pipe: Any, name: str) -> bool:
        """Pass on what lies in one pipe; False when its end is reached or nothing lies there."""
        data = pipe.read(65536)
        if data:
            self.said.bytes(name, data)
        elif data is not None:  # the end; None: nothing now
            self.selector.unregister(pipe)
            pipe.close()
        return bool(data)

    def _drain(self, service: Service) -> None:
        pipe: IO[bytes] | None = service.child.stdout if service.child else None
        while pipe and not pipe.closed and self._hear(pipe, service.name):
            pass

    def _failure(self, service: Service, what: str) -> CannotStart:
        last = self.said.last_line(service.name)
        return CannotStart(f"{what} ({last or service.status}); more in {self.said.folder}.")


def python(*words: str) -> list[str]:
    """Return a command run by this very interpreter."""
    return [sys.executable, *words]
