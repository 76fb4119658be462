"""导出申请草稿: what somebody wants to ask for, kept until it is submitted.

A draft may lack anything; what is missing is said when it is submitted (`export_guards`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.errors import Refusal, Refused, Stale
from app.models.export import ExportRequest
from app.models.export import RequestState as S
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows.export_request import ITSELF, is_applicant


@dataclass(frozen=True, slots=True)
class Wish:
    """The nine items of an application: who uses what of which list, for what, how, until when."""

    unit: str
    purpose: str
    purpose_words: str
    scope_words: str
    manner_words: str
    source: str
    columns: tuple[str, ...]
    used_from: date
    used_until: date
    officer: str
    handler: str
    plan: str


def begin(
    session: Session, actor: Actor, wish: Wish, filters: Mapping[str, Sequence[str]] | None = None
) -> ExportRequest:
    """Keep a new draft of one's own unit; never commits."""
    kept = {name: list(texts) for name, texts in (filters or {}).items() if any(texts)}
    made = ExportRequest(
        organisation_id=actor.organisation_id,
        asked_by=actor.user_id,
        filters=json.dumps(kept, ensure_ascii=False) if kept else None,
    )
    _write(made, wish)
    session.add(made)
    session.flush()
    _told(session, made)
    return made


def amend(session: Session, actor: Actor, request: ExportRequest, wish: Wish, seen: int) -> None:
    """Keep a draft as it is now, or raise `Refused` or `Stale`; never commits.

    A list that changes takes its narrowing along.
    """
    session.refresh(request, with_for_update=ITSELF)
    if request.row_version != seen:
        raise Stale
    if request.state is not S.DRAFT:
        raise Refused(Refusal("E-EXPREQ-STATE"))
    if not is_applicant(request, actor):
        raise Refused(Refusal("E-NOTMINE"))
    if request.source != wish.source:
        request.filters = None
    _write(request, wish)
    session.flush()
    _told(session, request)


def _write(request: ExportRequest, wish: Wish) -> None:
    for item in Wish.__slots__:
        value = getattr(wish, item)
        setattr(request, item, list(value) if item == "columns" else value)


def _told(session: Session, request: ExportRequest) -> None:
    record(
        session,
        "export_request.saved",
        object_type="export_request",
        object_id=request.id,
        source=request.source,
        purpose=request.purpose,
        columns=request.columns,
    )
