"""`xueji up`: engines, migrations, web, worker and scheduler as children of one process."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from app.cli.database import has_pulse, is_in_use, reach, require_current
from app.cli.embedded import start_engines
from app.cli.key_files import make_keys, unlock
from app.cli.launcher import Launcher, Service, python
from app.cli.places import sockets_of
from app.cli.record import Record
from app.cli.said import Said
from app.cli.trouble import CannotStart, Stopped
from config import ROOT, Config

HOUSE = python("-m", "app.cli.main")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port (XUEJI_PORT, else 8080).")
@click.option("--host", help="Address to listen on (XUEJI_HOST, else 127.0.0.1).")
def up(port: int | None, host: str | None) -> None:
    """Start everything; Ctrl-C stops it."""
    config = Config.read()
    config = replace(
        config,
        host=host or config.host,
        port=port or config.port,
        port_is_asked=bool(port) or config.port_is_asked,
    )
    os.environ["XUEJI_HOST"] = config.host
    os.environ["XUEJI_DEMO"] = str(int(config.demo))  # decided before the engines have addresses
    with supervised(config.var) as launcher:
        launcher.heed_signals()
        try:
            with listen_on(config) as door:
                start_engines(launcher, config)
                prepare(launcher, Config.read())
                start_console(launcher, config, door)
                sys.exit(launcher.watch())
        except Stopped:
            sys.exit(0)


@contextlib.contextmanager
def supervised(var: Path, *, quiet: bool = False) -> Iterator[Launcher]:
    """Give a launcher that holds the lock of ``var``, and stop all it started at the end."""
    with Record(var) as record, Said(var / "log", quiet=quiet) as said:
        for name in record.bury_leftovers():
            said.line("up", f"ended what a killed `xueji up` had left behind: {name}")
        launcher = Launcher(var, record, said)
        try:
            yield launcher
        finally:
            launcher.shut_down()
            with contextlib.suppress(OSError):  # not empty, or never made
                sockets_of(var).rmdir()


def prepare(launcher: Launcher, config: Config) -> None:
    """Make keys, bring the database up to date, fill in what every registry has, then the demo."""
    with reach(config.owner_database_url or config.database_url, "XUEJI_DATABASE_URL") as conn:
        if not config.owner_database_url:  # whoever owns the database has prepared it
            require_current(conn)
        make_keys(config, is_sealed=is_in_use(conn))
    if config.owner_database_url:
        finish(launcher, "init", failing="The database cannot be prepared")
        if config.demo:
            launcher.said.unlogged.add("demo")  # it tells passwords
            finish(launcher, "demo", "--if-empty", failing="The demo world cannot be made")
    require_startable(config)


def require_startable(config: Config) -> None:
    """Ask what web and worker will ask, so that a refusal is one sentence and comes at once."""
    from app.production import (  # noqa: PLC0415  all models: a taken port is told before
        require_safe,
        web_settings,
    )

    unlock(config)
    require_safe(config, web_settings(config))


def finish(launcher: Launcher, name: str, *words: str, failing: str) -> None:
    """Run one of our own commands to its end, in a process of its own."""
    launcher.run(name, [*HOUSE, name, *words], failing=failing, cwd=ROOT)


def start_console(launcher: Launcher, config: Config, door: socket.socket) -> None:
    """Start web, worker and scheduler, and say where the console is."""
    web = python("-m", "gunicorn", "-c", "python:app.cli.web", "--bind", f"fd://{door.fileno()}")
    launcher.start(
        Service(
            "web",
            [*web, "app.factory:create_app()"],
            ready=lambda: is_healthy(config),
            options={"pass_fds": (door.fileno(),), "cwd": ROOT},
        )
    )
    url = Config.read().database_url
    for name in ("worker", "scheduler"):
        alive = partial(has_pulse, url, name)  # else the first page says that the queue stands
        launcher.start(Service(name, [*HOUSE, name], ready=alive, options={"cwd": ROOT}))
    shown = f"[{config.host}]" if ":" in config.host else config.host
    launcher.said.line("up", f"ready: http://{shown}:{config.port} (Ctrl-C stops it)")


def listen_on(config: Config) -> socket.socket:
    """Bind before anything starts; a restarted web finds the door still open."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return socket.create_server((config.host, config.port), family=family, backlog=512)
    except OSError as error:
        how = "another XUEJI_PORT" if config.port_is_asked else "XUEJI_PORT, for example 8081"
        raise CannotStart(
            f"Port {config.port} of {config.host} cannot be had ({error.strerror}): stop what uses"
            f" it, or set {how}."
        ) from None


def is_healthy(config: Config) -> bool:
    """Ask the web its own health question."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104  asked of, not bound to
    connection = HTTPConnection(here, config.port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
