"""Starting the engines the environment does not name, and finding them from a second terminal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from app.cli.database import APPLICATION, OWNER, answers, make_database, reach
from app.cli.engines import database_url, redis_url
from app.cli.launcher import Launcher, Service
from app.cli.outside import pings, reach_files, reach_redis
from app.cli.places import find, sockets_of
from app.cli.trouble import CannotStart
from config import Config


def start_engines(launcher: Launcher, config: Config) -> None:
    """Start what the environment does not name and check what it does; then tell the children."""
    if config.owner_database_url and not config.database_url:
        raise CannotStart("XUEJI_OWNER_DATABASE_URL is set alone: set XUEJI_DATABASE_URL as well.")
    if not config.database_url:
        os.environ |= start_postgres(launcher)
    else:
        reach(config.database_url, "XUEJI_DATABASE_URL").close()
    if not config.redis_url:
        os.environ |= start_valkey(launcher)
    else:
        reach_redis(config.redis_url)
    reach_files(config.files_url)


def start_postgres(launcher: Launcher) -> dict[str, str]:
    """Start the embedded PostgreSQL; return the addresses of its database."""
    engines = find(launcher.var)
    engines.make_cluster()
    root = engines.database_url("postgres", "postgres")
    launcher.start(
        Service(
            "postgres",
            engines.postgres_command(),
            ready=lambda: answers(root),
            stop=signal.SIGINT,  # "fast": ends sessions, keeps every commit
            is_engine=True,
            options=engines.identity,
        )
    )
    make_database(engines)
    return postgres_addresses(engines.sockets)


def start_valkey(launcher: Launcher) -> dict[str, str]:
    """Start the embedded Valkey; return its address."""
    engines = find(launcher.var)
    launcher.start(
        Service(
            "valkey",
            engines.valkey_command(),
            ready=lambda: pings(engines.redis_url),
            is_engine=True,
            options=engines.identity,
        )
    )
    return {"XUEJI_REDIS_URL": engines.redis_url}


def attach(config: Config) -> Config:
    """Return the configuration with the running embedded engines where nobody named others."""
    sockets = sockets_of(config.var)
    os.environ["XUEJI_DEMO"] = str(int(config.demo))  # decided before the engines have addresses
    if not config.database_url:
        if not answers(database_url(sockets, APPLICATION)):
            raise CannotStart(
                "The database is not running: start `xueji up` in another terminal, or set"
                " XUEJI_DATABASE_URL."
            )
        os.environ |= postgres_addresses(sockets)
    if not config.redis_url:
        os.environ["XUEJI_REDIS_URL"] = redis_url(sockets)
    return Config.read()


def postgres_addresses(sockets: Path) -> dict[str, str]:
    """Return the addresses of the embedded database, as its owner and as the application."""
    return {
        "XUEJI_OWNER_DATABASE_URL": database_url(sockets, OWNER),
        "XUEJI_DATABASE_URL": database_url(sockets, APPLICATION),
    }
