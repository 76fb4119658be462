"""What production must not start with, as data: a name, a look, and a sentence with its remedy.

Production is what is no demo. `create_app`, the worker and `xueji up` ask what blocks;
`xueji doctor` shows every line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, NullPool, create_engine, exists, select, text
from sqlalchemy.orm import Session

from app.jobs.worker import Delivery, queue
from app.models.base import fab_models
from app.models.sealed import KEYS
from app.policies.anchors import last_anchored
from app.policies.key_checks import checks, require_ours
from app.policies.switches import settings as switches
from config import ENGINE, LOOPBACK, BadSetting, Config

DEMO_DOMAIN = "demo.invalid"  # of every account the demo world makes
SECRET_LETTERS = 12  # different ones, at least
KNOWN_WORDS = ("change", "secret", "default", "password", "xueji", "example")
OTHERS = 0o077
ANCHOR_AGE = timedelta(days=2)
POWERS = text("""
SELECT rolsuper OR rolbypassrls OR rolcreaterole
       OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relkind = 'r')
FROM pg_roles WHERE rolname = current_user
""")
SHARED = ("redis", "rediss", "unix", "valkey", "valkeys")
ENCRYPTED = ("require", "verify-ca", "verify-full")
UNPOOLED = {name: value for name, value in ENGINE.items() if not name.startswith("pool")}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the looks look at: the installation, Flask's settings, the environment, the database."""

    config: Config
    settings: Mapping[str, object]
    connection: Connection
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be wrong: ``is_ill`` looks, ``sentence`` says what to do about it."""

    name: str
    is_ill: Callable[[Seen], bool]
    sentence: str
    blocks: bool = True
    web_only: bool = False  # a worker neither listens nor signs

    def words(self, config: Config) -> str:
        """Return the sentence with the places of this installation in it."""
        return self.sentence.format(
            key=config.key_file, secret=config.secret_key_file, host=config.host
        )


# ── looks ────────────────────────────────────────────────────────────────────────────────


def is_debugging(seen: Seen) -> bool:
    """Tell whether Flask's debugger is on, which runs what it is told."""
    asked = seen.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no")
    return asked or bool(seen.settings.get("DEBUG"))


def has_weak_secret(seen: Seen) -> bool:
    """Tell whether the session key has few different letters, or words out of a manual."""
    secret = seen.config.secret_key
    known = any(word in secret.lower() for word in KNOWN_WORDS)
    return known or len(set(secret)) < SECRET_LETTERS


def has_demo_accounts(seen: Seen) -> bool:
    """Tell whether accounts of the demo world are there, whose passwords everybody was told."""
    user = fab_models.User
    demo = select(exists().where(user.email.endswith(f"@{DEMO_DOMAIN}")))
    return bool(seen.connection.scalar(demo))


def runs_pickles(_seen: Seen) -> bool:
    """Tell whether the queue would unpickle, and so run, what somebody wrote into Redis."""
    made = queue(Redis())
    return made.job_class is not Delivery or made.serializer is not JSONSerializer


def has_open_cookies(seen: Seen) -> bool:
    """Tell whether the session's cookie goes over plain HTTP though nobody asked for that."""
    return not seen.settings.get("SESSION_COOKIE_SECURE") and not seen.config.insecure_cookies


def sends_cookies_in_clear(seen: Seen) -> bool:
    """Tell whether the session's cookie goes over plain HTTP."""
    return not seen.settings.get("SESSION_COOKIE_SECURE")


def counts_in_memory(seen: Seen) -> bool:
    """Tell whether each process would count tries for itself."""
    return urlsplit(seen.config.redis_url).scheme not in SHARED


def are_keys_readable(seen: Seen) -> bool:
    """Tell whether somebody beside us may read a key file."""
    return any(is_readable(path) for path in (seen.config.key_file, seen.config.secret_key_file))


def is_readable(path: Path) -> bool:
    """Tell whether others than its owner may read a file."""
    return path.exists() and bool(path.stat().st_mode & OTHERS)


def is_nameless(seen: Seen) -> bool:
    """Tell whether other machines reach the console, and it does not know by which names."""
    return not seen.config.is_at_home and not seen.config.hosts


def walks_around_security(seen: Seen) -> bool:
    """Tell whether row-level security does not hold the application's role."""
    return seen.connection.scalar(POWERS) is not False


def is_embedded(seen: Seen) -> bool:
    """Tell whether the database is the one that `xueji up` starts by itself."""
    host = parse_qs(urlsplit(seen.config.database_url).query).get("host", [""])[0]
    return host.startswith("/tmp/xueji-")  # noqa: S108  the embedded engines' own folder


def talks_in_clear(seen: Seen) -> bool:
    """Tell whether the way to a database or queue on another machine is open to listeners."""
    database, store = urlsplit(seen.config.database_url), urlsplit(seen.config.redis_url)
    mode = parse_qs(database.query).get("sslmode", [""])[0]
    far_database = database.hostname not in (None, *LOOPBACK) and mode not in ENCRYPTED
    far_store = store.hostname not in (None, *LOOPBACK) and store.scheme in ("redis", "valkey")
    return far_database or far_store


def signs_in_with_one_factor(seen: Seen) -> bool:
    """Tell whether the ministry's switch for a second factor is off."""
    day = datetime.now(UTC).date()
    return not switches(Session(seen.connection), "/", day)["second_factor"].is_on


def is_unanchored(seen: Seen) -> bool:
    """Tell whether nothing outside the database says where the audit lately ended."""
    last = last_anchored(seen.config.anchor_file)
    return last is None or last < datetime.now(UTC) - ANCHOR_AGE


CHECKS = (
    Check(
        "debug",
        is_debugging,
        "Debugging is on and lets visitors run programs: unset FLASK_DEBUG.",
        web_only=True,
    ),
    Check(
        "secret",
        has_weak_secret,
        "The session key could be guessed: remove {secret} and XUEJI_SECRET_KEY, then run"
        " `xueji keys`.",
        web_only=True,
    ),
    Check(
        "accounts",
        has_demo_accounts,
        "The database holds demo accounts, whose passwords were told to everybody: start"
        " production with an empty database, or set XUEJI_DEMO=1.",
    ),
    Check(
        "serializer",
        runs_pickles,
        "The queue would run what it finds pickled in Redis: install the program as it was"
        " released.",
    ),
    Check(
        "cookies",
        has_open_cookies,
        "The session's cookie would go over plain HTTP: put TLS before the console, or set"
        " XUEJI_INSECURE_COOKIES=1 where nobody else can listen.",
        web_only=True,
    ),
    Check(
        "limits",
        counts_in_memory,
        "Wrong passwords would be counted in each process's memory: set XUEJI_REDIS_URL.",
    ),
    Check("private", are_keys_readable, "Others may read {key} or {secret}: chmod 600 both."),
    Check(
        "hosts",
        is_nameless,
        "The console listens on {host} and does not know its own names: set XUEJI_HOSTS to what"
        " people type, such as `xueji.example.cn`.",
        web_only=True,
    ),
    Check(
        "role",
        walks_around_security,
        "The role of XUEJI_DATABASE_URL may walk around row-level security: use one that owns"
        " nothing and is neither superuser nor BYPASSRLS.",
    ),
    Check(
        "plain http",
        sends_cookies_in_clear,
        "The session's cookie goes over plain HTTP: unset XUEJI_INSECURE_COOKIES once TLS stands"
        " before the console.",
        blocks=False,
        web_only=True,
    ),
    Check(
        "engines",
        is_embedded,
        "The embedded database has no replica and no backup of its own: set XUEJI_DATABASE_URL.",
        blocks=False,
    ),
    Check(
        "tls",
        talks_in_clear,
        "What goes to the database or to Redis can be listened to: add sslmode=verify-full to"
        " XUEJI_DATABASE_URL, say rediss:// in XUEJI_REDIS_URL.",
        blocks=False,
    ),
    Check(
        "factors",
        signs_in_with_one_factor,
        "The switch for a second factor is off at the ministry: the security administrator turns"
        " it on.",
        blocks=False,
    ),
    Check(
        "anchors",
        is_unanchored,
        "Nothing outside the database says where the audit ended in the last two days: let a"
        " scheduler and a worker run, or call `xueji audit anchor`.",
        blocks=False,
    ),
)


# ── asking ───────────────────────────────────────────────────────────────────────────────


def require_safe(config: Config, settings: Mapping[str, object] | None = None) -> None:
    """Raise `BadSetting` for a wrong sealing key, and in production for the first that blocks.

    The keys must be open. ``settings`` are Flask's; a worker has none and is asked less.
    """
    with looking(config, settings or {}) as seen:
        require_ours(checks(seen.connection), KEYS, config.key_file)
        if config.demo:
            return
        for check in CHECKS:
            asked = check.blocks and (settings is not None or not check.web_only)
            if asked and check.is_ill(seen):
                raise BadSetting(check.words(config))


@contextmanager
def looking(config: Config, settings: Mapping[str, object]) -> Iterator[Seen]:
    """Give what the looks look at, with a connection in no scope."""
    engine = create_engine(config.needed("database_url"), poolclass=NullPool, **UNPOOLED)
    with engine.connect() as connection:
        yield Seen(config, settings, connection)


def web_settings(config: Config) -> dict[str, object]:
    """Return Flask's settings that production asks about."""
    return {"DEBUG": False, "SESSION_COOKIE_SECURE": config.secure_cookies}
