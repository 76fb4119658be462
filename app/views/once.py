"""一次提交: a form that adds something is taken once; the second of two equal posts is told so.

A doubled click, a reload of the answer or a second browser tab sends the same form again. The form
carries a word of its own, which Valkey counts.
"""

from __future__ import annotations

import secrets

from flask import request
from flask_login import current_user

from app.errors import Refusal, Refused
from app.views.limits import Limit, named

ONCE = "once"
LONGEST = 64
SENT = Limit("1 per 1 day", "form")


def word() -> str:
    """Return a fresh word for a form."""
    return secrets.token_urlsafe(12)


def take() -> None:
    """Take the form that was sent, or raise `Refused` when it was taken before."""
    if (key := _key()) and not SENT.hit(key):
        raise Refused(Refusal("app.sent_before"))


def give_back() -> None:
    """Let the same form be sent again: nothing came of it."""
    if key := _key():
        SENT.clear(key)


def _key() -> bytes | None:
    sent = request.form.get(ONCE, "")[:LONGEST]
    return named(f"form:{current_user.get_id()}:{sent}") if sent else None
