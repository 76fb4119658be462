"""What a signed-in person was refused: one line in the log, and nothing else of the request.

A refusal of access counts: 403, a 404 on a row the address names, 405, 429, and a form without its
token. A mistake of one's own in a form (409, 422) is no attempt at anything, an address nobody has
is none either, and who is not signed in leaves no line. Past so many a minute one line stands for
the rest, so that nobody can fill the log.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, Response, current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.policies.allowances import Allowance
from app.policies.audit import record
from app.views.actor import session
from app.views.doors import builder

log = logging.getLogger(__name__)
DENIED = "denied"
ALWAYS = (403, 405, 429)
MOST, WITHIN = 30, timedelta(minutes=1)
FEW, TOLD = Allowance((DENIED,), MOST, WITHIN), Allowance((DENIED,), MOST + 1, WITHIN)
DIGITS = 18  # more are no row's id


def register_denials(app: Flask) -> None:
    """Look at every answer on its way out."""
    app.after_request(note_denial)


def note_denial(answer: Response) -> Response:
    """Write a refusal down once everything else of the request has been taken back."""
    if is_denial(answer.status_code) and current_user.is_authenticated and "actor" in g:
        try:
            session().rollback()
            _note(answer.status_code)
            session().commit()
        except SQLAlchemyError as error:
            session().rollback()
            log.error("a refusal could not be written down: %s", type(error).__name__)  # noqa: TRY400  its words may hold data
    return answer


def is_denial(status: int) -> bool:
    """Tell whether an answer refuses access, rather than what somebody typed."""
    if status == 404:  # noqa: PLR2004
        return row_named() is not None
    return status in ALWAYS or "forged" in g


def row_named() -> int | None:
    """Return the id of the row the address names."""
    numbers = [
        str(value)
        for name, value in (request.view_args or {}).items()
        if name == "pk" or name.endswith("_id")
    ]
    number = next((one for one in numbers if one.isascii() and one.isdecimal()), None)
    return int(number) if number and len(number) <= DIGITS else None


def _note(status: int) -> None:
    if FEW.closed_until(session(), g.actor.user_id) is None:
        record(
            session(),
            DENIED,
            object_type=_table(),
            object_id=row_named(),
            endpoint=_endpoint(),
            status=status,
        )
    elif TOLD.closed_until(session(), g.actor.user_id) is None:
        record(session(), DENIED, more=MOST)


def _endpoint() -> str | None:
    """Name the route, also one that was asked by another verb than it has."""
    if request.endpoint is not None:
        return request.endpoint
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    for verb in getattr(request.routing_exception, "valid_methods", None) or ():
        try:
            return str(adapter.match(method=verb)[0])
        except HTTPException:
            continue
    return None


def _table() -> str | None:
    """Name what kind of row the address means, where a screen of one table answers it."""
    if row_named() is None:
        return None
    name = str(request.endpoint).split(".", 1)[0]
    for view in builder().baseviews:
        if getattr(view, "endpoint", None) == name and hasattr(view, "datamodel"):
            return str(view.datamodel.obj.__tablename__)
    return None
