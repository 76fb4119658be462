"""The processes behind the web: a worker and the scheduler, each until told to stop."""

from __future__ import annotations

import logging

import click

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.key_files import unlock
from app.cli.outside import reach_redis
from app.jobs import registry, watchdog
from app.jobs import worker as rq
from app.production import require_safe
from config import Config


@click.command()
def worker() -> None:
    """Run one worker; start as many as there is work for."""
    config = ready()
    unlock(config)
    require_safe(config)
    registry.load()
    rq.work()


@click.command()
def scheduler() -> None:
    """Send what waits, take back what died, ask for what the clock wants; several may run."""
    ready()
    registry.load()
    watchdog.watch()


def ready() -> Config:
    """Return the configuration once database and queue answer, or raise `CannotStart`."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = attach(Config.read())
    with reach(config.database_url, "XUEJI_DATABASE_URL") as conn:
        require_current(conn)
    reach_redis(config.redis_url)
    return config
