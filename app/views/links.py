"""Addresses of this very page with something changed: another page, order or filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request


def link(path: str, args: Mapping[str, Any]) -> str:
    """Return an address; a list gives its name several times, None leaves it out."""
    pairs = [
        (name, one)
        for name, value in args.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def here(drop: Any = (), **changes: Any) -> str:
    """Return this page's address with some arguments dropped and some changed."""
    gone = set(drop)
    args: dict[str, Any] = {k: v for k, v in request.args.lists() if k not in gone}
    return link(request.path, {**args, **changes})
