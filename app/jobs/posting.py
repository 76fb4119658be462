"""One signed POST to the outside system: five seconds in all, no redirect, no proxy.

The signature covers ``<timestamp>.<body>``; while secrets are changed there is one for each.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

LOG = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds for all of it: name, connection, answer
TAKEN = range(200, 300)


def post(url: str, secrets: Sequence[str], message: Mapping[str, object]) -> int | None:
    """Send a message; return the status of the answer, or None when nobody answered in time."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "xueji-hook",
        "X-Xueji-Delivery": str(message["id"]),
        "X-Xueji-Timestamp": stamp,
        "X-Xueji-Signature": ", ".join(signature(secret, stamp, body) for secret in secrets),
    }
    try:
        return _answered(url, body, headers)
    except (OSError, HTTPException) as error:
        LOG.warning("hook: step %s was not taken: %s", message["id"], type(error).__name__)
        return None


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message: ``sha256=`` and 64 hex digits."""
    sealed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={sealed.hexdigest()}"


def _answered(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    parts = urlsplit(url)
    made = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=PATIENCE)
    clock = threading.Timer(PATIENCE, _hang_up, [connection])  # each read alone has its own timeout
    clock.daemon = True
    clock.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        clock.cancel()
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    held: socket.socket | None = connection.sock
    if held is not None:
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)
