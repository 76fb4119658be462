"""When something stops: one page per status that says what happened, what holds, what to do.

Not there and not yours are answered alike. No page shows a code of ours, SQL, or a value.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from traceback import format_tb
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.errors import AppError, told
from app.views.denials import register_denials
from app.views.doors import builder
from app.views.words import say

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """The words of one status: what happened, what it means, what to do next."""

    title: Any
    text: Any
    ways: tuple[Any, ...] = ()
    retry: bool = False


_AGAIN = _("Try once more; if it stays, tell your superior administrator the number below")
_SEARCH = _("From a bookmark or an old message: look it up again with the find box above")
_RIGHTS = _("If you should be able to see it, tell your superior administrator the number below")

STOPS: dict[int, Stop] = {
    400: Stop(
        _("The page could not read this request"),
        _("Nothing was changed. The address or the form was incomplete."),
        (_("Open the page again from the menu and fill it in there"),),
    ),
    403: Stop(
        _("Your role has no such function"),
        _("Nothing was changed. The functions of your role are in the menu."),
        (_RIGHTS,),
    ),
    404: Stop(
        _("There is no such record, or you cannot see it"),
        _(
            "It may not exist, may have been deleted, or may belong to another organisation. "
            "To protect personal data these are not told apart."
        ),
        (_SEARCH, _RIGHTS),
    ),
    405: Stop(
        _("This address cannot be opened in that way"),
        _("Nothing was changed."),
        (_("Open the page from the menu and use its buttons"),),
    ),
    409: Stop(
        _("This cannot be done now"),
        _("Nothing was carried out. Everything that stands in the way is listed below."),
    ),
    413: Stop(
        _("The file or the form is too large"),
        _("Nothing was stored. What you typed is still on the page you came from."),
        (_("Go back, split the file or choose fewer rows"),),
    ),
    422: Stop(
        _("Some entries cannot be stored"),
        _("Nothing was stored. Every entry that has to change is listed below."),
    ),
    429: Stop(
        _("Too many tries in a short time"),
        _("Nothing was changed. Wait a minute, then try again."),
    ),
    500: Stop(
        _("Something broke; this step was not completed"),
        _("What you just did has written nothing, so it is safe to try again. It was recorded."),
        (_AGAIN,),
        retry=True,
    ),
    503: Stop(
        _("The database is busy"),
        _("Nothing was written. What you typed is still on the page you came from."),
        (_("Wait a moment, then try again"), _AGAIN),
        retry=True,
    ),
}
_EXPIRED = Stop(
    _("This page was open for too long"),
    _("Nothing was changed. For your safety a form is good for a limited time only."),
    (_("Go back, reload the page, and send it again"),),
)
_STALE = Stop(
    _("While you were looking, this changed"),
    _("Somebody else was faster. What you sent was not carried out."),
    (_("Open the record again and look at what it is now"),),
)


def register_errors(app: Flask) -> None:
    """Answer everything that can be raised with a page that helps."""
    app.register_error_handler(AppError, refused)
    app.register_error_handler(SQLAlchemyError, lambda error: refused(_noted(error)))
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    register_denials(app)


def refused(error: AppError) -> Response:
    """Answer a refusal of ours with its status and with all of its reasons."""
    _undo()
    own = {"app.not_found", "app.forbidden", "app.broken", "app.busy", "app.in_the_way"}
    reasons = [say(refusal) for refusal in error.refusals if refusal.code not in own]
    stale = any(refusal.code == "app.stale" for refusal in error.refusals)
    stop = _STALE if stale else STOPS.get(error.status, STOPS[500])
    return _page(error.status, stop, reasons=[] if stale else reasons, error=error)


def problem_number() -> str:
    """Return the number a person may quote; the log line of this request carries it too."""
    if "problem_number" not in g:
        g.problem_number = f"E-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3).upper()}"
    return str(g.problem_number)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:  # a redirect is no error
        return error
    other = STOPS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    return _page(status, STOPS.get(status, other), error=error)


def _forged(error: CSRFError) -> Response:
    g.forged = True
    return _page(400, _EXPIRED, error=error)


def _broken(error: Exception) -> Response:
    _undo()
    _record(error)
    return _page(500, STOPS[500], error=error)


def _noted(error: SQLAlchemyError) -> AppError:
    meant = told(error)
    if meant.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _record(error)
    return meant


def _record(error: Exception) -> None:
    """Log where it happened; the words of an error may hold somebody's data and stay out."""
    where = "".join(format_tb(error.__traceback__))
    log.error("%s %s\n%s", problem_number(), type(error).__name__, where)


def _undo() -> None:
    """Give back the transaction: what a page says about "nothing written" has to be true."""
    try:
        builder().session.rollback()
    except SQLAlchemyError:
        builder().session.remove()


def _page(
    status: int, stop: Stop, *, reasons: Any = (), error: Exception | None = None
) -> Response:
    if _wants_json():
        body = {"message": str(stop.title), "reasons": [str(reason) for reason in reasons]}
        answer = jsonify(body)
    else:
        answer = make_response(_drawn(status, stop, reasons))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    if isinstance(error, HTTPException) and status in (405, 429):
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
    return answer


def _drawn(status: int, stop: Stop, reasons: Any) -> str:
    facts = {"status": status, "stop": stop, "reasons": reasons, "number": problem_number()}
    template = "xueji/stop_part.html" if request.headers.get("HX-Request") else "xueji/stop.html"
    try:
        return render_template(
            template,
            title=stop.title,
            base_template=builder().base_template,
            appbuilder=builder(),
            **facts,
        )
    except Exception as broken:  # noqa: BLE001  the frame needs the database: go without it
        _record(broken)
        return render_template("xueji/bare.html", **facts)


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"
