"""`xueji doctor`: looks at every part an installation needs and says what to do about each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import click
from redis import Redis

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.key_files import unlock
from app.cli.outside import reach_files, reach_redis
from app.cli.trouble import CannotStart
from app.cli.up import is_healthy
from app.jobs.queue import alive
from app.jobs.sessions import transaction
from app.models.sealed import KEYS
from app.policies.key_checks import checks, require_ours
from app.production import CHECKS, looking, web_settings
from app.workflows.telling import given_up
from config import BadSetting, Config

OLDEST_POSTGRES = 150000


@click.command()
def doctor() -> None:
    """Look at every part of the installation; exit status 1 when one is ill."""
    config = attach(Config.read())
    ill = [name for name, look in PARTS.items() if not tell(name, look, config)]
    ill += [] if "database" in ill or "keys" in ill else examined(config)
    sys.exit(1 if ill else 0)


def tell(name: str, look: Callable[[Config], str], config: Config) -> bool:
    """Look at one part and print one line about it; False when it is ill."""
    try:
        line("ok", name, look(config))
    except CannotStart as error:
        line("ILL", name, error.message)
        return False
    return True


def examined(config: Config) -> list[str]:
    """Print a line for each thing production asks about; return what it refuses to start with."""
    ill = []
    with looking(config, web_settings(config)) as seen:
        for check in CHECKS:
            if not check.is_ill(seen):
                line("ok", check.name, "")
                continue
            refused = check.blocks and not config.demo
            ill += [check.name] if refused else []
            line("ILL" if refused else "warn", check.name, check.words(config))
    return ill


def line(state: str, name: str, words: str) -> None:
    """Print one line."""
    click.echo(f"{state:<5} {name:<11} {words}".rstrip())


def database(config: Config) -> str:
    """Look for a PostgreSQL that is new enough and holds our tables."""
    with reach(config.database_url, "XUEJI_DATABASE_URL") as conn:
        if conn.info.server_version < OLDEST_POSTGRES:
            raise CannotStart("PostgreSQL is older than 15: upgrade the server.")
        require_current(conn)
        version = conn.info.parameter_status("server_version")
    return f"PostgreSQL {version}, migrated"


def queue(config: Config) -> str:
    """Look for a Redis that forgets nothing by itself."""
    reach_redis(config.redis_url)
    with Redis.from_url(config.redis_url) as store:
        policy = store.config_get("maxmemory-policy").get("maxmemory-policy", "?")
    if policy != "noeviction":
        raise CannotStart(
            f"Redis may throw waiting work away (maxmemory-policy {policy}): set it to noeviction."
        )
    return "Redis answers"


def files(config: Config) -> str:
    """Look whether the store of files lets us in."""
    reach_files(config.files_url)
    return "the store of files lets us in"


def keys(config: Config) -> str:
    """Look for both keys, and whether they are those of this registry."""
    unlock(config)
    try:
        _ = config.secret_key
        with looking(config, {}) as seen:
            require_ours(checks(seen.connection), KEYS, config.key_file)
    except BadSetting as error:
        raise CannotStart(str(error)) from None
    return f"key {KEYS.held.active} seals, {len(KEYS.held.keys)} open"


def web(config: Config) -> str:
    """Ask the web on this machine."""
    if not is_healthy(config):
        raise CannotStart(f"Nothing healthy at {config.host}:{config.port}: start `xueji up`.")
    return f"healthy at {config.host}:{config.port}"


def processes(_config: Config) -> str:
    """Look at the pulses of worker and scheduler."""
    with transaction() as session:
        health = alive(session)
    if not health.worker:
        raise CannotStart("No worker is alive: start `xueji worker`.")
    if not health.scheduler:
        raise CannotStart("No scheduler is alive: start `xueji scheduler`.")
    if health.stuck:
        raise CannotStart("A job has been waiting for more than a minute: start more workers.")
    return "worker and scheduler are alive"


def hook(config: Config) -> str:
    """Look whether an outside system is told of steps, and takes what it is told."""
    if not config.hook_url:
        return "off: no outside system is told of steps"
    with transaction() as session:
        lost = given_up(session)
    where = urlsplit(config.hook_url).hostname
    if lost:
        raise CannotStart(
            f"{where} did not take {lost} messages in ten tries: mend it, then `xueji hook again`."
        )
    return f"{where} is told of every step; {len(config.hook_secrets)} secret(s) sign"


PARTS: dict[str, Callable[[Config], str]] = {
    "database": database,
    "queue": queue,
    "files": files,
    "keys": keys,
    "web": web,
    "processes": processes,
    "hook": hook,
}
