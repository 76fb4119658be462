"""`xueji doctor`: looks at every part an installation needs and says what to do about each."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from redis import Redis

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.outside import reach_files, reach_redis
from app.cli.trouble import CannotStart
from app.cli.up import is_healthy
from app.jobs.queue import alive
from app.jobs.sessions import transaction
from app.models.sealed import KEYS, Locked
from config import BadSetting, Config

OLDEST_POSTGRES = 150000
OTHERS = 0o077
POWERS = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole
       OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind = 'r')
FROM pg_roles WHERE rolname = current_user
"""


@click.command()
def doctor() -> None:
    """Look at every part of the installation; exit status 1 when one is ill."""
    config = attach(Config.read())
    ill = [name for name, look in PARTS.items() if not tell(name, look, config)]
    sys.exit(1 if ill else 0)


def tell(name: str, look: Callable[[Config], str], config: Config) -> bool:
    """Look at one part and print one line about it; False when it is ill."""
    try:
        click.echo(f"ok    {name:<11} {look(config)}")
    except CannotStart as error:
        click.echo(f"ILL   {name:<11} {error.message}")
        return False
    return True


def database(config: Config) -> str:
    """Look for a PostgreSQL that is new enough and holds our tables."""
    with reach(config.database_url, "XUEJI_DATABASE_URL") as conn:
        if conn.info.server_version < OLDEST_POSTGRES:
            raise CannotStart("PostgreSQL is older than 15: upgrade the server.")
        require_current(conn)
        version = conn.info.parameter_status("server_version")
    return f"PostgreSQL {version}, migrated"


def role(config: Config) -> str:
    """Look whether the application's role could walk around row-level security."""
    with reach(config.database_url, "XUEJI_DATABASE_URL") as conn:
        if conn.execute(POWERS).fetchone() != (False,):
            raise CannotStart(
                "The role of XUEJI_DATABASE_URL may walk around row-level security: use one that"
                " owns nothing and is neither superuser nor BYPASSRLS."
            )
        return f"{conn.info.user} owns nothing and is held by row-level security"


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
    """Look for both keys, and whether others could read them."""
    try:
        KEYS.unlock(config.key_file)
    except Locked:
        raise CannotStart(f"The sealing key {config.key_file} cannot be read.") from None
    try:
        _ = config.secret_key
    except BadSetting as error:
        raise CannotStart(str(error)) from None
    for path in (config.key_file, config.secret_key_file):
        if path.exists() and path.stat().st_mode & OTHERS:
            raise CannotStart(f"Others may read {path}: chmod 600 it.")
    return "nobody else may read them"


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


PARTS: dict[str, Callable[[Config], str]] = {
    "database": database,
    "role": role,
    "queue": queue,
    "files": files,
    "keys": keys,
    "web": web,
    "processes": processes,
}
