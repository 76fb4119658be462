"""What the environment says: every setting is one `XUEJI_…` variable with a plain default.

With nothing set, all of it lies in `var/` and the engines are the embedded ones, whose addresses
`xueji up` puts into the environment of everything it starts. `docs/operations.md` has the table.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
SECRET_BYTES = 32  # a shorter session secret is refused
HOOK_LETTERS = 32  # a shorter secret of the hook is refused
DRIVER = "postgresql+psycopg://"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LEASE_SECONDS, BACKOFF_SECONDS = 30.0, 5.0

# How SQLAlchemy meets PostgreSQL, in the web and in jobs. A server-side plan prepared for one scope
# would be used again for another, and poolers want none either; values stay out of error texts.
CONNECT = {"prepare_threshold": None, "connect_timeout": 5}
ENGINE: dict[str, Any] = {"connect_args": CONNECT, "hide_parameters": True, "pool_pre_ping": True}


class BadSetting(Exception):
    """A setting is missing or cannot be read; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Config:
    """One installation, as its environment describes it; addresses are SQLAlchemy's or empty."""

    var: Path
    database_url: str  # the role that owns nothing
    owner_database_url: str  # the role that migrates
    redis_url: str
    files_url: str
    key_file: Path  # seals personal data
    anchor_file: Path  # where the audit's chains ended, outside the database
    secret_key_file: Path  # signs sessions
    host: str
    port: int
    port_is_asked: bool
    web_workers: int
    demo: bool
    demo_password: str  # empty: random ones, printed once
    lease_seconds: float
    backoff_seconds: float
    given_secret_key: str = ""
    hosts: tuple[str, ...] = ()  # the names people type; ".example.cn" holds all below it
    proxies: int = 0  # how many of ours stand before the web and may say who asks
    insecure_cookies: bool = False
    hook_url: str = ""  # empty: no outside system is told
    hook_secrets: tuple[str, ...] = field(default=(), repr=False)  # several while they change

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the environment, or raise `BadSetting`."""
        env = {name: value for name, value in environ.items() if value}
        var = Path(env.get("XUEJI_VAR") or ROOT / "var").absolute()
        demo = env.get("XUEJI_DEMO", "0" if "XUEJI_DATABASE_URL" in env else "1") != "0"
        return cls(
            var=var,
            database_url=with_driver(env.get("XUEJI_DATABASE_URL", "")),
            owner_database_url=with_driver(env.get("XUEJI_OWNER_DATABASE_URL", "")),
            redis_url=env.get("XUEJI_REDIS_URL", ""),
            files_url=env.get("XUEJI_FILES_URL") or f"file://{var}/files",
            key_file=Path(env.get("XUEJI_KEY_FILE") or var / "sealing.key"),
            anchor_file=Path(env.get("XUEJI_ANCHOR_FILE") or var / "audit.anchors"),
            secret_key_file=Path(env.get("XUEJI_SECRET_KEY_FILE") or var / "session.key"),
            host=env.get("XUEJI_HOST", "127.0.0.1"),
            port=int(number(env, "XUEJI_PORT", 8080, most=65535)),
            port_is_asked="XUEJI_PORT" in env,
            web_workers=int(number(env, "XUEJI_WEB_WORKERS", 2, most=256)),
            demo=demo,
            demo_password=env.get("XUEJI_DEMO_PASSWORD", ""),
            lease_seconds=number(env, "XUEJI_LEASE_SECONDS", LEASE_SECONDS),
            backoff_seconds=number(env, "XUEJI_BACKOFF_SECONDS", BACKOFF_SECONDS),
            given_secret_key=env.get("XUEJI_SECRET_KEY", ""),
            hosts=tuple(env.get("XUEJI_HOSTS", "").lower().replace(",", " ").split()),
            proxies=int(number(env, "XUEJI_PROXIES", 0, least=0, most=9)),
            insecure_cookies=env.get("XUEJI_INSECURE_COOKIES", "0") != "0",
            hook_url=hook_address(env.get("XUEJI_HOOK_URL", ""), demo=demo),
            hook_secrets=hook_secrets(env),
        )

    @property
    def secret_key(self) -> str:
        """Return what signs the sessions, or raise `BadSetting`."""
        try:
            key = self.given_secret_key or self.secret_key_file.read_text("utf-8").strip()
        except OSError:
            raise BadSetting(
                f"The session key {self.secret_key_file} cannot be read: set XUEJI_SECRET_KEY, or"
                " make it with `xueji keys`."
            ) from None
        if len(key.encode()) < SECRET_BYTES:
            raise BadSetting(
                f"The session key is shorter than {SECRET_BYTES} bytes: make a longer."
            )
        return key

    @property
    def secure_cookies(self) -> bool:
        """Cookies go over TLS only: in production, unless somebody asked for the contrary."""
        return not self.demo and not self.insecure_cookies

    @property
    def is_at_home(self) -> bool:
        """The web can be reached from this machine only."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host in LOOPBACK

    def needed(self, name: str) -> str:
        """Return the address in this field, or raise `BadSetting` when nobody gave it."""
        value = str(getattr(self, name))
        if not value:
            raise BadSetting(
                f"XUEJI_{name.upper()} is not set: start the engines with `xueji up`, or set it."
            )
        return value


def with_driver(url: str) -> str:
    """Return a PostgreSQL address as SQLAlchemy wants it, with psycopg 3 named."""
    scheme, mark, rest = url.partition("://")
    return DRIVER + rest if mark and scheme in ("postgresql", "postgres") else url


def without_driver(url: str) -> str:
    """Return the same address as libpq and psycopg want it."""
    return url.replace(DRIVER, "postgresql://", 1)


def hook_address(url: str, *, demo: bool) -> str:
    """Return the outside system's address, or raise `BadSetting`: TLS, but for a demo at home."""
    if not url:
        return ""
    parts = urlsplit(url)
    at_home = demo and parts.scheme == "http" and parts.hostname in LOOPBACK
    plain = not (parts.username or parts.password or parts.fragment)
    if not (parts.hostname and plain and (parts.scheme == "https" or at_home)):
        raise BadSetting(
            "XUEJI_HOOK_URL must be an https:// address without user name (in a demo also"
            " http://127.0.0.1:…)."
        )
    return url


def hook_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return what signs the messages to the outside system, or raise `BadSetting`."""
    secrets = tuple(env.get("XUEJI_HOOK_SECRET", "").replace(",", " ").split())
    is_short = any(len(secret) < HOOK_LETTERS for secret in secrets)
    if is_short or (env.get("XUEJI_HOOK_URL") and not secrets):
        raise BadSetting(
            f"XUEJI_HOOK_SECRET must have {HOOK_LETTERS} letters or more: make one with"
            " `openssl rand -hex 32`."
        )
    return secrets


def number(
    env: Mapping[str, str], name: str, default: float, *, least: float = 1e-9, most: float = 1e9
) -> float:
    """Read a number of a range, by default above zero, or raise `BadSetting`."""
    try:
        value = float(env.get(name, default))
    except ValueError:
        value = -1
    if not least <= value <= most:
        low = "above 0" if 0 < least < 1 else f"from {least:.0f}"
        raise BadSetting(f"{name} must be a number {low} and up to {most:.0f}: {env[name]!r}.")
    return value
