"""Meeting what the environment names besides PostgreSQL: the queue's server, the store of files."""

from __future__ import annotations

from fsspec.core import url_to_fs
from redis import Redis, RedisError

from app.cli.trouble import CannotStart


def pings(url: str) -> bool:
    """Ask a Valkey or Redis whether it is there."""
    try:
        return bool(Redis.from_url(url, socket_connect_timeout=5).ping())
    except RedisError:
        return False


def reach_redis(url: str) -> None:
    """Ping a server of others, or raise `CannotStart`."""
    try:
        Redis.from_url(url, socket_connect_timeout=5).ping()
    except (RedisError, ValueError) as error:
        raise CannotStart(
            f"XUEJI_REDIS_URL does not lead to a Redis that lets us in ({type(error).__name__}):"
            " start that server or correct the address."
        ) from None


def reach_files(url: str) -> None:
    """Make the folder, or raise `CannotStart` when the address leads nowhere."""
    try:
        store, path = url_to_fs(url)
        store.makedirs(path, exist_ok=True)
    except Exception as error:
        raise CannotStart(
            f"XUEJI_FILES_URL does not lead to a place we may write ({type(error).__name__}):"
            " correct the address, or install what its scheme needs."
        ) from error
