"""gunicorn's settings: one thread a worker (FAB's views share filters), the program loaded once."""

from __future__ import annotations

import signal
import sys
from typing import Any

from sqlalchemy.exc import OperationalError

from app.cli.key_files import unlock
from app.cli.trouble import CannotStart
from app.extensions import db
from app.jobs.process import die_with_parent
from app.production import require_safe, web_settings
from config import BadSetting, Config

workers, worker_class, preload_app = Config.read().web_workers, "sync", True
graceful_timeout, timeout, max_requests, max_requests_jitter = 5, 60, 2000, 200
loglevel = "warning"
forwarded_allow_ips = ""  # `app.views.hosts` alone trusts a proxy
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True  # gunicorn 27 would open one in the home folder


def post_fork(server: Any, _worker: Any) -> None:
    """Leave when the master is gone (idle workers need 13 s to notice); share no connection."""
    die_with_parent(signal.SIGTERM)
    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)


def require() -> None:
    """Say in one sentence why the web cannot start; `create_app` asks the same once more."""
    try:
        config = Config.read()
        unlock(config)
        require_safe(config, web_settings(config))
    except (BadSetting, CannotStart) as error:
        sys.exit(f"Error: {getattr(error, 'message', error)}")
    except OperationalError as error:
        sys.exit(f"Error: The database does not answer ({error.orig}).")


require()
