"""The filtered log as a file: text in every cell, so that no spreadsheet calculates anything."""

from __future__ import annotations

import json
from collections.abc import Iterable

import tablib
from flask_babel import gettext as _

from app.exports.formats import FORMATS, register
from app.exports.plain import BOM, neutral
from app.models.audit import AuditEvent
from app.views.labels import moment, word_of
from app.views.screens.audit_words import person, plain_sentence

MOST = 20_000  # events of one file
KINDS = {kind: FORMATS[kind].mime for kind in ("csv", "xlsx")}
register()


def written(events: Iterable[AuditEvent], kind: str) -> bytes:
    """Return a file of events; it holds what the page shows, and the links of the chain."""
    book = tablib.Dataset(title=_("Audit log"))
    book.headers = [
        _("Time"),
        _("Who"),
        _("What happened"),
        _("Deed"),
        _("On what"),
        _("Which"),
        _("From"),
        _("Organisation"),
        _("Number in the chain"),
        _("Details"),
        _("Link of the chain"),
    ]
    for event in events:
        book.append([neutral(cell) for cell in _cells(event)])
    data = book.export(kind)
    return data if isinstance(data, bytes) else (BOM + data).encode()


def _cells(event: AuditEvent) -> list[object]:
    return [
        moment(event.at),
        person(event.actor),
        plain_sentence(event),
        event.action,
        word_of("Thing", event.object_type) if event.object_type else None,
        event.object_id,
        event.ip,
        event.owner_path,
        event.seq,
        json.dumps(event.details, ensure_ascii=False),
        event.hash.hex(),
    ]
