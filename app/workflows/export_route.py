"""Whose desks an export request passes, by the tier of the unit that asks: data, with its sources.

P30: "the using unit applies to the data-management department of the same tier; reviewer checks
strictly, department head approves"; `dept_review` is the registrar of the tier, `head_approval`
its leader, for city and province at province level. roles.md §2, row *export request*: the school
registrar applies and the school head approves; registrars of authorities review.

A school has one registrar (P32) and nobody reviews what they asked for, so a school's request is
reviewed by the registrar of the authority that runs it; so is one of a county or city where the
applicant is the only registrar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.export import ExportRequest
from app.models.organisation import Organisation, Tier
from app.policies.roles import Office, Role


class Party(StrEnum):
    """Which organisation a desk of the route stands in."""

    OWN = "OWN"  # the unit that asks
    ABOVE = "ABOVE"  # the authority right above it
    PROVINCE = "PROVINCE"


@dataclass(frozen=True, slots=True)
class Stop:
    """A desk: an office, and where it is looked for, the first place first that has somebody."""

    office: Office
    parties: tuple[Party, ...]


class Route(NamedTuple):
    """The two desks of a tier's requests."""

    review: Stop
    head: Stop


class Seat(NamedTuple):
    """A desk of one request: which office of which organisation."""

    place: Organisation
    office: Office


P, REGISTRAR, LEADER = Party, Office.REGISTRAR, Office.LEADER
ROUTES: Mapping[Tier, Route] = {
    Tier.SCHOOL: Route(Stop(REGISTRAR, (P.ABOVE,)), Stop(LEADER, (P.OWN,))),
    Tier.COUNTY: Route(Stop(REGISTRAR, (P.OWN, P.ABOVE)), Stop(LEADER, (P.OWN,))),
    Tier.CITY: Route(Stop(REGISTRAR, (P.OWN, P.ABOVE)), Stop(LEADER, (P.PROVINCE,))),
    Tier.PROVINCE: Route(Stop(REGISTRAR, (P.OWN,)), Stop(LEADER, (P.OWN,))),
}


def seat(session: Session, request: ExportRequest, stop: Stop) -> Seat | None:
    """Return where a request waits at a stop of its route, or None where nobody could decide."""
    for party in stop.parties:
        place = _place(request.organisation, party)
        if place is not None and _is_manned(session, place, stop.office, request.asked_by):
            return Seat(place, stop.office)
    return None


def _place(unit: Organisation, party: Party) -> Organisation | None:
    if party is Party.OWN:
        return unit
    if party is Party.ABOVE:
        return unit.parent
    above: Organisation | None = unit
    while above is not None and above.tier is not Tier.PROVINCE:
        above = above.parent
    return above


def _is_manned(session: Session, place: Organisation, office: Office, but: int) -> bool:
    """Tell whether somebody but the applicant sits there."""
    roles = [role.value for role in Role if role.tier is place.tier and role.office is office]
    held = select(Account.user_id).where(
        Account.organisation_id == place.id,
        Account.enabled,
        Account.role.in_(roles),
        Account.user_id != but,
    )
    return session.scalar(held.limit(1)) is not None
