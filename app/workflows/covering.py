"""休假代办: who sits at a desk while its holder is away, from which day to which.

Named by the person who leaves; for a registrar also by a leader of the organisation (who then is
not the substitute), and by anybody who decides at the organisation right above: a school with one
registrar and one leader is helped from there. The substitute is an officer of the same organisation
and passes nothing on. A cover ends on its last day, early by either of the two or by whoever may
name one, and by itself when one of the accounts is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased, contains_eager

from app.codes.workdays import BEIJING
from app.errors import NotFound, Refusal, Refused, refuse_unless
from app.models.account import Account
from app.models.organisation import Organisation
from app.models.substitution import Substitution
from app.policies.audit import record
from app.policies.hats import COVERED
from app.policies.roles import LEADERS, REGISTRARS, Actor, Role

LONGEST = 60  # days, the first and the last included


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is away, who sits there meanwhile, from which day to which (both included)."""

    absent_id: int
    substitute_id: int
    valid_from: date
    valid_to: date
    note: str | None = None


# ── who ─────────────────────────────────────────────────────────────────────────────────────


def is_officer(account: Account | None) -> bool:
    """Tell whether an account can be covered and can cover: open, and at a desk that decides."""
    return account is not None and account.enabled and Role(account.role) in COVERED


def officers(session: Session, organisation_id: int) -> Sequence[Account]:
    """Return the officers of an organisation who can be away, or cover."""
    here = select(Account).where(
        Account.organisation_id == organisation_id,
        Account.enabled,
        Account.role.in_([role.value for role in COVERED]),
    )
    return session.scalars(here.order_by(Account.role, Account.name)).all()


def may_name(actor: Actor, absent: Account) -> bool:
    """Tell whether somebody may name a substitute for an account; nobody does with a hat on."""
    if actor.acting_for is not None or actor.role not in COVERED:
        return False
    if absent.organisation_id == actor.organisation_id:
        leads = actor.role in LEADERS and absent.role in REGISTRARS
        return leads or absent.user_id == actor.user_id
    return absent.organisation.parent_id == actor.organisation_id


def may_end(actor: Actor, cover: Substitution) -> bool:
    """Tell whether somebody may end a cover early."""
    pair = (cover.absent_id, cover.substitute_id)
    return actor.acting_for is None and (actor.user_id in pair or may_name(actor, cover.absent))


# ── naming and ending ───────────────────────────────────────────────────────────────────────


def why_not(session: Session, actor: Actor, wish: Wish, today: date) -> tuple[Refusal, ...]:
    """Return every reason against a cover; empty means it may be named."""
    absent = session.get(Account, wish.absent_id)
    substitute = session.get(Account, wish.substitute_id)
    answers = (*_people(actor, absent, substitute), *_days(wish, today))
    if told := tuple(answer for answer in answers if answer):
        return told
    return tuple(answer for answer in _others(session, wish) if answer)


def name(session: Session, actor: Actor, wish: Wish, today: date) -> Substitution:
    """Name a substitute, or raise `Refused`; never commits."""
    absent = session.get(Account, wish.absent_id)
    if absent is not None:
        _one_at_a_time(session, absent.organisation_id)
    if reasons := why_not(session, actor, wish, today):
        raise Refused(*reasons)
    assert absent is not None  # noqa: S101  why_not has found them
    made = Substitution(
        organisation_id=absent.organisation_id,
        absent_id=wish.absent_id,
        substitute_id=wish.substitute_id,
        valid_from=wish.valid_from,
        valid_to=wish.valid_to,
        note=wish.note,
        made_by=actor.user_id,
    )
    session.add(made)
    session.flush()
    _told(session, "cover.named", made)
    return made


def end(session: Session, actor: Actor, cover_id: int, now: datetime) -> Substitution:
    """End a cover before its last day, or raise `Refused`; never commits."""
    found = session.get(Substitution, cover_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    if not may_end(actor, found):
        raise Refused(Refusal("E-COVER-END-WHO"))
    if found.ended_at is not None or found.valid_to < now.astimezone(BEIJING).date():
        raise Refused(Refusal("E-COVER-ENDED"))
    found.ended_by, found.ended_at = actor.user_id, now
    session.flush()
    _told(session, "cover.ended", found)
    return found


# ── in force ────────────────────────────────────────────────────────────────────────────────


def covers_of(session: Session, user_id: int, today: date) -> Sequence[Substitution]:
    """Return whom somebody covers for today, the first to end first."""
    mine = in_force(today).where(Substitution.substitute_id == user_id)
    return session.scalars(mine.order_by(Substitution.valid_to, Substitution.id)).all()


def worn(session: Session, user_id: int, cover_id: int, today: date) -> Substitution | None:
    """Return the cover behind a hat while it is in force today, else None."""
    mine = in_force(today).where(Substitution.substitute_id == user_id, Substitution.id == cover_id)
    return session.scalar(mine)


def actor_in(cover: Substitution) -> Actor:
    """Return the substitute as rules know them with the hat on: the other's desk, their person."""
    place = cover.absent.organisation
    role = Role(cover.absent.role)
    return Actor(cover.substitute_id, role, place.id, place.path, acting_for=cover.absent_id)


def in_force(today: date) -> Select[Substitution]:
    """Return the query of covers that hold today, both people still officers of the place."""
    absent, substitute = aliased(Account), aliased(Account)
    roles = [role.value for role in COVERED]
    return (
        select(Substitution)
        .join(absent, Substitution.absent_id == absent.user_id)
        .join(substitute, Substitution.substitute_id == substitute.user_id)
        .join(Organisation, Organisation.id == absent.organisation_id)
        .options(
            contains_eager(Substitution.absent.of_type(absent)).contains_eager(absent.organisation)
        )
        .where(
            Substitution.ended_at.is_(None),
            Substitution.valid_from <= today,
            Substitution.valid_to >= today,
            *(_sits(person, roles) for person in (absent, substitute)),
        )
    )


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _sits(person: type[Account], roles: list[str]) -> ColumnElement[bool]:
    is_here = person.organisation_id == Substitution.organisation_id
    return person.enabled & person.role.in_(roles) & is_here


def _people(
    actor: Actor, absent: Account | None, substitute: Account | None
) -> tuple[Refusal | None, ...]:
    """Two officers of one organisation, and somebody who may say so."""
    if absent is None or not is_officer(absent):
        return (Refusal("E-COVER-ABSENT"),)
    is_colleague = (
        substitute is not None
        and is_officer(substitute)
        and substitute.organisation_id == absent.organisation_id
    )
    chosen = substitute.user_id if substitute is not None else None
    names_self = chosen == actor.user_id != absent.user_id
    return (
        refuse_unless(may_name(actor, absent), "E-COVER-WHO"),
        refuse_unless(is_colleague, "E-COVER-SUBSTITUTE"),
        refuse_unless(chosen != absent.user_id, "E-COVER-SAME"),
        refuse_unless(not names_self, "E-COVER-YOURSELF"),
    )


def _days(wish: Wish, today: date) -> tuple[Refusal | None, ...]:
    """From today on, no longer than `LONGEST` days."""
    days = (wish.valid_to - wish.valid_from).days + 1
    return (
        refuse_unless(wish.valid_from >= today, "E-COVER-PAST"),
        refuse_unless(days >= 1, "E-COVER-PERIOD"),
        refuse_unless(days <= LONGEST, "E-COVER-LONG", days=LONGEST),
    )


def _others(session: Session, wish: Wish) -> tuple[Refusal | None, ...]:
    """One substitute at a time, and no chains: nobody covers who is away, or leaves who covers."""
    taken = _crossing(session, wish, Substitution.absent_id == wish.absent_id)
    away = _crossing(session, wish, Substitution.absent_id == wish.substitute_id)
    busy = _crossing(session, wish, Substitution.substitute_id == wish.absent_id)
    found = (("E-COVER-TWICE", taken), ("E-COVER-AWAY", away), ("E-COVER-CHAIN", busy))
    return tuple(
        Refusal(code, {"since": one.valid_from.isoformat(), "until": one.valid_to.isoformat()})
        for code, one in found
        if one is not None
    )


def _crossing(session: Session, wish: Wish, whose: ColumnElement[bool]) -> Substitution | None:
    """Return the first cover that shares a day with the wish, or None."""
    shared = select(Substitution).where(
        whose,
        Substitution.ended_at.is_(None),
        Substitution.valid_from <= wish.valid_to,
        Substitution.valid_to >= wish.valid_from,
    )
    return session.scalar(shared.order_by(Substitution.valid_from).limit(1))


def _one_at_a_time(session: Session, organisation_id: int) -> None:
    """Let two namings for one organisation wait for each other."""
    place = select(Organisation.id).where(Organisation.id == organisation_id)
    session.execute(place.with_for_update(key_share=True))


def _told(session: Session, action: str, cover: Substitution) -> None:
    record(
        session,
        action,
        object_type="substitution",
        object_id=cover.id,
        absent=cover.absent_id,
        substitute=cover.substitute_id,
        until=cover.valid_to.isoformat(),
    )
