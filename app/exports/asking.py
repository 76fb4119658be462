"""Asking for an export: what of which list, for what, in which format; masked unless requested.

The row and its audit event are of the caller's transaction; `app.jobs.exporting.ask_write` promises
the file to a job in the same one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.exports.purposes import OTHER, PURPOSES, WORDS
from app.exports.sources import Filters, Source, offered, source_of
from app.models.export import Export, ExportRequest, ExportState
from app.policies.audit import record
from app.policies.rights import holds
from app.policies.roles import Actor

FORMATS = ("xlsx", "csv", "ods")
LANGUAGES = ("zh", "en")
MOST_OPEN = 5  # exports of one person that wait for their file
LONGEST_WORDS = 500


def ask_export(  # noqa: PLR0913  what is asked for, item by item
    session: Session,
    actor: Actor,
    *,
    source: str,
    columns: Sequence[str],
    filters: Filters,
    format: str,  # noqa: A002  the word of the form
    language: str,
    purpose: str,
    purpose_words: str | None = None,
    request: ExportRequest | None = None,
    password: str | None = None,
) -> Export:
    """Write an export down that waits for its file, or raise `Refused` with every reason.

    Values stay masked unless there is a ``request``, whose approval the caller has looked at;
    with a ``password`` the file is an archive that opens with it alone.
    """
    wanted = source_of(source)
    words = (purpose_words or "").strip()
    why = [
        *_not_allowed(session, actor, wanted, request),
        *_badly_said(format, language, purpose, words),
    ]
    if why:
        raise Refused(*why)
    chosen = wanted.chosen(columns)
    wanted.conditions(filters)
    made = Export(
        organisation_id=actor.organisation_id,
        asked_by=actor.user_id,
        request_id=request.id if request else None,
        source=source,
        columns=[field.name for field in chosen],
        filters=packed(filters),
        format=format,
        language=language,
        purpose=purpose,
        purpose_words=words or None,
        masked=request is None,
        password=password,
    )
    session.add(made)
    session.flush()
    record(
        session,
        "export.asked",
        object_type="export",
        object_id=made.id,
        source=source,
        columns=made.columns,
        format=format,
        purpose=purpose,
        masked=made.masked,
    )
    return made


def packed(filters: Filters) -> str:
    """Return filters as the text that is sealed with an export."""
    kept = {name: list(texts) for name, texts in filters.items() if any(texts)}
    return json.dumps(kept, ensure_ascii=False)


def unpacked(export: Export | ExportRequest) -> Filters:
    """Return the filters an export was asked for with."""
    found: Filters = json.loads(export.filters or "{}")
    return found


def _not_allowed(
    session: Session, actor: Actor, source: Source, request: ExportRequest | None
) -> list[Refusal]:
    if request is None and not holds(actor.role, "Export", "can_ask"):
        return [Refusal("E-EXP-AUTH")]
    if source not in offered(actor.role):
        return [Refusal("E-EXP-SOURCE")]
    mine = select(func.count()).where(
        Export.asked_by == actor.user_id, Export.state == ExportState.QUEUED
    )
    if (session.scalar(mine) or 0) >= MOST_OPEN:
        return [Refusal("E-EXP-BUSY", {"most": MOST_OPEN})]
    return []


def _badly_said(kind: str, language: str, purpose: str, words: str) -> list[Refusal]:
    if kind not in FORMATS or language not in LANGUAGES:
        return [Refusal("E-EXP-FORMAT")]
    if purpose not in PURPOSES:
        return [Refusal("E-EXP-PURPOSE")]
    if (purpose == OTHER and len(words) < WORDS) or len(words) > LONGEST_WORDS:
        return [Refusal("E-EXP-WORDS", {"least": WORDS, "most": LONGEST_WORDS})]
    return []
