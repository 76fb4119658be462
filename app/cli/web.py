"""gunicorn's settings: one thread a worker (FAB's views share filters), the program loaded once."""

from __future__ import annotations

import signal
from typing import Any

from app.extensions import db
from app.jobs.process import die_with_parent
from config import Config

workers, worker_class, preload_app = Config.read().web_workers, "sync", True
graceful_timeout, timeout, max_requests, max_requests_jitter = 5, 60, 2000, 200
loglevel = "warning"
control_socket_disable = True  # gunicorn 27 would open one in the home folder


def post_fork(server: Any, _worker: Any) -> None:
    """Leave when the master is gone (idle workers need 13 s to notice); share no connection."""
    die_with_parent(signal.SIGTERM)
    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)
