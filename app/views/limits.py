"""How often something may be done: counted in Valkey for all processes, over a moving window.

While Valkey cannot be reached each process counts for itself: nobody gets in for free, nobody is
locked out. A key is an account id or a keyed digest (`named`), never what somebody typed.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from flask import current_app
from limits import parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool, RedisError

from app.models.sealed import KEYS

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Key = int | bytes
PATIENCE = 1.0  # seconds Valkey has to answer
PAUSE = 5.0  # seconds before a silent Valkey is asked again


class Counter:
    """Valkey while it answers, this process's memory while it does not."""

    def __init__(self, url: str) -> None:
        self.own = MovingWindowRateLimiter(MemoryStorage())
        self.shared = _shared(url)
        self.silent_until = 0.0

    def ask(self, question: Callable[[MovingWindowRateLimiter], Answer]) -> Answer:
        """Put a question to Valkey, or to our own memory when it does not answer."""
        if self.shared is not None and time.monotonic() >= self.silent_until:
            try:
                return question(self.shared)
            except RedisError:
                log.warning("Valkey does not answer: this process counts tries for itself.")
                self.silent_until = time.monotonic() + PAUSE
        return question(self.own)


class Limit:
    """So many times in so long, for each key: ``Limit("5 per 15 minutes", "sign-in")``.

    Limits of the same name and words share their count.
    """

    def __init__(self, words: str, name: str = "") -> None:
        self.item, self.name = parse(words), name or words

    def hit(self, key: Key) -> bool:
        """Count one more; False, and nothing counted, when none is left."""
        return counter().ask(lambda store: store.hit(self.item, *self._of(key)))

    def left(self, key: Key) -> int:
        """Return how many more there may be now."""
        return counter().ask(
            lambda store: store.get_window_stats(self.item, *self._of(key)).remaining
        )

    def wait(self, key: Key) -> int:
        """Return the seconds until the oldest of the counted ones is forgotten."""
        until = counter().ask(
            lambda store: store.get_window_stats(self.item, *self._of(key)).reset_time
        )
        return max(0, math.ceil(until - time.time()))

    def clear(self, key: Key) -> None:
        """Forget what was counted."""
        counter().ask(lambda store: store.clear(self.item, *self._of(key)))

    def _of(self, key: Key) -> tuple[str, str]:
        return self.name, key.hex() if isinstance(key, bytes) else str(key)


def named(words: str) -> bytes:
    """Return the key for something that must not be written down: an address, what was typed."""
    return KEYS.digest(words)


def counter() -> Counter:
    """Return the counter of this installation."""
    return counter_of(current_app.config["XUEJI"].redis_url)


@cache
def counter_of(url: str) -> Counter:
    """Return the counter of the Valkey at an address, the same one each time."""
    return Counter(url)


def _shared(url: str) -> MovingWindowRateLimiter | None:
    if not url:
        return None
    pool = ConnectionPool.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool))
