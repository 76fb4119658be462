"""`/healthz`: the process answers. `/readyz`: database, queue and migrations are there."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from config import ROOT, Config

health = Blueprint("health", __name__)
HEAD = ScriptDirectory(str(Path(ROOT) / "migrations")).get_current_head()
APPLIED = text("SELECT version_num FROM alembic_version")


@health.get("/healthz")
def healthz() -> Response:
    """Say that this process serves requests."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say what is missing before this process can serve people; 503 until nothing is."""
    parts = {**_database(), "queue": _queue()}
    ready = all(state == "ok" for state in parts.values())
    return jsonify(status="ready" if ready else "not ready", **parts), 200 if ready else 503


def _database() -> dict[str, str]:
    try:
        with db.engine.connect() as connection:
            applied = connection.execute(APPLIED).scalar()
    except SQLAlchemyError:
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": "ok" if applied == HEAD else f"at {applied}"}


def _queue() -> str:
    url = Config.read().redis_url
    try:
        with Redis.from_url(url, socket_timeout=2) as store:
            store.ping()
    except (RedisError, ValueError):
        return "unreachable"
    return "ok"
