"""Everything this application may raise on purpose, and what PostgreSQL means when it says no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something cannot be done: a value, not an exception.

    ``code`` is a key of ``app.messages``, such as ``E-LOCK``; ``params`` fill its blanks.
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def refuse_unless(ok: bool, code: str, **params: object) -> Refusal | None:
    """Return a refusal named ``code`` when ``ok`` is false, else None."""
    return None if ok else Refusal(code, params)


class AppError(Exception):
    """Root of the tree; ``status`` is the HTTP status the web layer answers with."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "app.broken"

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals or (Refusal(self.code),)
        super().__init__(", ".join(refusal.code for refusal in self.refusals))


class NotFound(AppError):
    """Not there, or not yours: the two look the same."""

    status, code = 404, "app.not_found"


class Forbidden(AppError):
    """A button one's role lacks."""

    status, code = 403, "app.forbidden"


class Refused(AppError):
    """The rules say no; carries every reason."""

    status, code = 409, "app.in_the_way"


class InCase(Refused):
    """The pupil has business in progress: the record stays as it is until that ends."""

    code = "E-LOCK"


class Stale(Refused):
    """Someone else moved the record first."""

    code = "app.stale"


class Invalid(AppError):
    """A value cannot be read or stored."""

    status, code = 422, "app.invalid"


class TooMany(AppError):
    """Allowed, but not so often in so short a time."""

    status, code = 429, "app.too_many"


class BadFile(Invalid):
    """A file cannot or must not be read."""

    code = "E-FILE-TYPE"


class BadCell(Invalid):
    """A cell of an imported file cannot be read."""

    code = "E-FMT"


class NoSpace(AppError):
    """The file store takes nothing; nothing was kept."""

    status, code = 507, "app.no_space"


class Busy(AppError):
    """The database did not answer in time."""

    status, code = 503, "app.busy"


MEANING: dict[str, type[AppError]] = {
    "42501": NotFound,  # row-level security, or no grant
    "XJ404": NotFound,  # raised by the triggers that derive owner_path
    "XJ409": Refused,
    "XJ423": InCase,
    "23503": Refused,
    "23505": Refused,
    "23P01": Refused,
    "40001": Stale,
    "40P01": Stale,
    "55P03": Busy,
    "57014": Busy,
    "57P01": Busy,
}


def told(error: SQLAlchemyError) -> AppError:
    """Return what a database error means, without a word of its SQL or its values."""
    if isinstance(error, StaleDataError | ObjectDeletedError):
        return Stale()
    state = str(getattr(error.orig, "sqlstate", "")) if isinstance(error, DBAPIError) else ""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or not state):
        return Busy()
    return MEANING.get(state, Invalid if state[:2] in ("22", "23") else AppError)()
