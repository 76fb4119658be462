"""How an address asks for filters, and how it asks for personal ones without naming anybody.

A filter is ``_flt_<which of the column's filters>_<column>=<value>``, several times for several
values. Filters on personal data are sealed into one argument, so that no address, no browser
history and no log holds a name or a number.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from app.errors import AppError
from app.models.sealed import KEYS

ASKED = re.compile(r"_flt_(\d)_(\w{1,60})", re.ASCII)
DISCREET = "_q"


def asked(filters: Any, pairs: Iterable[tuple[str, list[str]]], columns: Iterable[str]) -> Any:
    """Return a view's filters as one request asks for them; the view's own object stays as it is.

    FAB keeps one filters object per view and changes it in every request.
    """
    mine = copy(filters)
    mine.clear_filters()
    offered = set(columns)
    for column, position, values in _matches(pairs):
        known = mine.get_search_filters().get(column, ())
        if column in offered and position < len(known) and any(values):
            mine._add_filter(known[position], values)  # noqa: SLF001  FAB offers no other way
    return mine


def _matches(pairs: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, int, list[str]]]:
    for key, values in pairs:
        if match := ASKED.fullmatch(key):
            yield match[2], int(match[1]), values


def sealed(what: Any) -> str:
    """Return something personal as text an address may hold."""
    return base64.urlsafe_b64encode(KEYS.seal(json.dumps(what), DISCREET)).decode().rstrip("=")


def unsealed(text: str, user: Any) -> Iterable[tuple[str, str]]:
    """Return what was sealed by the same person; anything else is nothing."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        what = json.loads(KEYS.unseal(data, DISCREET)) if text else {}
    except (binascii.Error, ValueError, AppError):
        return ()
    return [(k, v) for k, v in what["asked"]] if what.get("user") == user else ()
