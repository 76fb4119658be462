"""查看完整信息: a sealed value whole: for a reason of the list, within limits, one event each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify, request

from app.codes.workdays import BEIJING
from app.errors import Invalid, Refusal, TooMany
from app.policies.allowances import Allowance, used_up
from app.policies.audit import record
from app.policies.reasons import REASONS
from app.views.actor import current_actor, session
from app.views.labels import NONE
from app.views.scraping import stop_scraping
from app.views.words import lang

DEED = "student.reveal"
REVEALS = (
    Allowance((DEED,), 60, timedelta(minutes=10)),
    Allowance((DEED,), 300, timedelta(days=1)),
)


def reveal(item: Any, field: str) -> Response:
    """Answer one sealed value of a record in scope, and write down who looked at it and why."""
    reason = asked_reason()
    insist_within_limits()
    stop_scraping()
    noun = item.__tablename__
    record(session(), DEED, object_type=noun, object_id=item.id, field=field, reason=reason)
    value = getattr(item, field) or NONE
    session().commit()
    return jsonify(value=value)


def asked_reason() -> str:
    """Return the reason that was chosen, or raise `Invalid`."""
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        raise Invalid(Refusal("E-REVEAL-REASON"))
    return reason


def insist_within_limits() -> None:
    """Raise `TooMany` once somebody has seen as many values as one may in so long."""
    if found := used_up(session(), current_actor().user_id, REVEALS):
        allowance, until = found
        raise TooMany(Refusal("E-REVEAL-LIMIT", {"n": allowance.most, "time": clock(until)}))


def clock(moment: datetime) -> str:
    """Say when one may go on: the time, and the day when it is not today."""
    there = moment.astimezone(BEIJING)
    same = there.date() == datetime.now(BEIJING).date()
    return f"{there:%H:%M}" if same else f"{there:%Y-%m-%d %H:%M}"


def reasons() -> list[tuple[str, str]]:
    """Return the reasons with their words, in the language of the page."""
    zh = lang() == "zh"
    return [(code, text.zh if zh else text.en) for code, text in REASONS.items()]
