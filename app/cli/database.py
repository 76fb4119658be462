"""Meeting PostgreSQL from the command line: reach it, prepare it, ask which revision it has."""

from __future__ import annotations

from typing import Any

import psycopg
from alembic.config import Config as Alembic
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from app.cli.engines import Engines
from app.cli.trouble import CannotStart
from config import ROOT, without_driver

DATABASE, OWNER, APPLICATION = "xueji", "xueji_owner", "xueji_app"
CONNECT_SECONDS = 5
GRANTS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO xueji_owner;
GRANT USAGE ON SCHEMA public TO xueji_app;
"""


def reach(url: str, variable: str) -> psycopg.Connection[Any]:
    """Connect, or raise `CannotStart` with where and why and no password."""
    plain = without_driver(url)
    try:
        return psycopg.connect(plain, connect_timeout=CONNECT_SECONDS, autocommit=True)
    except psycopg.Error as error:
        why = (str(error).strip().splitlines() or ["no answer"])[-1].strip()
        raise CannotStart(
            f"{variable} does not lead to a PostgreSQL that lets us in ({where(plain)}: {why}):"
            " start that server or correct the address."
        ) from None


def where(url: str) -> str:
    """Return the harmless parts of an address: host, port and database."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "not a postgresql:// address"
    known = (f"{name} {parts[name]}" for name in ("host", "port", "dbname") if parts.get(name))
    return ", ".join(known) or "this machine"


def answers(url: str) -> bool:
    """PostgreSQL accepts a connection."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def has_pulse(url: str, name: str) -> bool:
    """Tell whether a worker or a scheduler was seen alive within the last minute."""
    seen = "SELECT 1 FROM pulse WHERE starts_with(name, %s) AND seen_at > now() - interval '1 min'"
    try:
        with psycopg.connect(without_driver(url), connect_timeout=2) as conn:
            return conn.execute(seen, (name,)).fetchone() is not None
    except psycopg.Error:
        return False


def make_database(engines: Engines) -> None:
    """Make both roles and the database of the embedded PostgreSQL; may be repeated."""
    roles = "SELECT rolname FROM pg_roles"
    with psycopg.connect(engines.database_url("postgres", "postgres"), autocommit=True) as conn:
        there = {name for (name,) in conn.execute(roles)}
        for role in (OWNER, APPLICATION):
            if role not in there:
                conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if (DATABASE,) not in conn.execute("SELECT datname FROM pg_database").fetchall():
            names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
            conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        conn.execute(GRANTS)


def alembic() -> Alembic:
    """Return alembic's settings: our migrations, wherever we are called from."""
    settings = Alembic()
    settings.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def revision(conn: psycopg.Connection[Any]) -> str | None:
    """Return the database's own revision; None when it is empty."""
    if conn.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def is_in_use(conn: psycopg.Connection[Any]) -> bool:
    """Tell whether somebody may already work here, so that personal data may lie sealed."""
    if conn.execute("SELECT to_regclass('public.account')").fetchone() == (None,):
        return False
    return conn.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None


def head() -> str | None:
    """Return the newest revision this program knows."""
    return ScriptDirectory.from_config(alembic()).get_current_head()


def require_current(conn: psycopg.Connection[Any]) -> None:
    """Raise `CannotStart` unless the database is at this program's revision."""
    there, here = revision(conn), head()
    if there != here:
        raise CannotStart(
            f"The database is not migrated (it has {there or 'no tables'}, this program needs"
            f" {here}): set XUEJI_OWNER_DATABASE_URL to its owner and run `xueji init`."
        )
