"""By which names the console may be asked, and which of ours may say who really asks."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from config import LOOPBACK, Config

log = logging.getLogger(__name__)
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104  what one binds to, never a name
PROBES = ("/healthz", "/readyz")  # asked by address; they hold no link


def init_hosts(app: Flask, config: Config) -> None:
    """Refuse requests for other hosts, before anybody looks at who asks."""
    if config.proxies:  # the host is not taken from them: they hand on what was typed
        trusting = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=0)
        app.wsgi_app = trusting  # type: ignore[method-assign]
    names = known_names(config)
    if not names:
        return

    @app.before_request
    def _know_the_host() -> None:
        if request.path in PROBES or is_known(request.headers.get("Host", ""), names):
            return
        log.warning("A request for a host that is not in XUEJI_HOSTS was refused.")
        raise BadRequest


def known_names(config: Config) -> tuple[str, ...]:
    """Return the names the console answers to; none for a demo that listens everywhere."""
    if config.demo and config.host in ANYWHERE and not config.hosts:
        return ()
    return *LOOPBACK, config.host.lower(), *config.hosts


def is_known(host: str, names: tuple[str, ...]) -> bool:
    """Tell whether a ``Host`` header is one of our names, or lies below one with a dot before."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if not host or any(mark in host for mark in "/?#@\\ "):
        return False
    return any(name == each or (each[0] == "." and name.endswith(each)) for each in names)
