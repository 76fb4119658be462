"""The hat of a substitute: whether it still fits, and what the frame says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import g, request
from flask import session as browser
from flask_login import current_user

from app.errors import Refusal, Refused
from app.models.substitution import Substitution
from app.policies.hats import COVERED
from app.views import labels
from app.views.actor import HAT, current_account, session, today
from app.views.inbox_tabs import CAP, count, waiting
from app.views.signing_in.aging import NOBODYS
from app.views.signing_in.sessions import is_quiet
from app.workflows.covering import actor_in, covers_of

FREE = (*NOBODYS, "Gate.login", "Gate.logout")


@dataclass(frozen=True, slots=True)
class Hat:
    """In whose place somebody acts, or could act now."""

    cover_id: int
    name: str
    role: str
    until: date


def insist_on_hat() -> None:
    """Before every request: refuse what was asked with a hat whose cover is over, and drop it.

    Pages that ask by themselves do not use that answer up: a person reads it.
    """
    if request.endpoint in FREE or not current_user.is_authenticated:
        return
    if not g.get("hat_is_lost") or (is_quiet() and request.method == "GET"):
        return
    browser.pop(HAT, None)
    raise Refused(Refusal("E-COVER-OVER"))


def hat_on() -> Hat | None:
    """Return the hat this person has on."""
    cover = g.get("cover")
    return _hat(cover) if cover is not None else None


def hats_off() -> list[Hat]:
    """Return the hats this person could put on now; asked once a request."""
    return [_hat(cover) for cover in covers_now()] if g.get("cover") is None else []


def covers_now() -> Sequence[Substitution]:
    """Return whom this person covers for today; nobody asks for those who cannot."""
    if "covers_now" not in g:
        account = g.get("account")
        covers = account is not None and account.role in COVERED
        g.covers_now = covers_of(session(), current_account().user_id, today()) if covers else ()
    return tuple(g.covers_now)


def waits(hat: Hat) -> str:
    """Return how many cases wait on the desk of a hat, counted up to the cap."""
    cover = next(cover for cover in covers_now() if cover.id == hat.cover_id)
    n = count(session(), waiting(actor_in(cover)))
    return f"{CAP:,}+" if n > CAP else f"{n:,}"


def _hat(cover: Substitution) -> Hat:
    role = labels.word_of("Role", cover.absent.role)
    return Hat(cover.id, cover.absent.name, role, cover.valid_to)
