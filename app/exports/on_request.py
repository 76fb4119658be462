"""依申请导出之生成: an approved request makes one file, whole, of the fields approved (P30).

The job that writes it is the database administrator's hand: it runs after the last approval, and
nobody reaches a back end.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.errors import Refused, Stale
from app.exports.asking import ask_export, unpacked
from app.exports.reading import count
from app.exports.sealing_zip import new_password
from app.exports.sources import source_of
from app.models.export import Export, ExportRequest
from app.policies.roles import Actor
from app.workflows.export_request import ITSELF, fire, why_not_generate
from app.workflows.export_steps import Act

MOST_COUNTED = 5_000_000


def generate(
    session: Session,
    act: tuple[Actor, date],
    request: ExportRequest,
    seen: int,
    made: tuple[str, str],
) -> Export:
    """Ask for the file of a request, or raise `Refused` or `Stale`; never commits.

    ``act`` is who asks and on which day, ``made`` format (xlsx, csv, ods) and language (zh, en).
    """
    actor, today = act
    session.refresh(request, with_for_update=ITSELF)
    if request.row_version != seen:
        raise Stale
    if reasons := why_not_generate(session, request, actor, today):
        raise Refused(*reasons)
    kind, language = made
    return ask_export(
        session,
        actor,
        source=request.source,
        columns=request.columns,
        filters=unpacked(request),
        format=kind,
        language=language,
        purpose=request.purpose,
        purpose_words=request.purpose_words,
        request=request,
        password=new_password(),
    )


def submit(session: Session, request: ExportRequest, act: Act, seen: int) -> None:
    """Submit a request, and keep how many rows it is about; raise as `fire` does."""
    fire(session, request, act, seen)
    source = source_of(request.source)
    request.rows = count(session, source, unpacked(request), MOST_COUNTED)
    session.flush()
