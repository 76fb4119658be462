"""Which organisation each party of a case is, and who stands above one that is silent."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.case import Case, CaseKind
from app.models.organisation import Organisation, Tier
from app.models.school import Stage
from app.policies.roles import Office
from app.policies.switches import setting
from app.workflows.desk import Party

OWNERS = (Party.OWNER_SCHOOL, Party.OWNER_AUTHORITY)
RECEIVERS = (Party.RECEIVING_SCHOOL, Party.RECEIVING_AUTHORITY)
AUTHORITIES = (Party.OWNER_AUTHORITY, Party.RECEIVING_AUTHORITY, Party.STARTING_AUTHORITY)
LADDER = (Tier.CITY, Tier.PROVINCE)  # who may sit in a silent office's place; and the ministry


def organisation_of(session: Session, case: Case, party: Party, today: date) -> Organisation:
    """Return the organisation a party of this case is."""
    if party is Party.MINISTRY:
        return ministry(session)
    school = case.owner if party in OWNERS else case.initiator_org
    if party in RECEIVERS:
        school = case.receiving or case.initiator_org
    return authority_of(session, case, school, today) if party in AUTHORITIES else school


def authority_of(session: Session, case: Case, school: Organisation, today: date) -> Organisation:
    """Return who reviews for a school: its managing authority.

    Movements of senior high schools go to the city where the province decided so (Q-06).
    """
    authority = school.parent
    if authority is None:
        raise Refused(Refusal("E-CLOSED"))
    sits = case.snapshot.get("to") or case.snapshot  # P11: from abroad into another stage
    is_senior = str(sits.get("grade") or "").startswith(Stage.SENIOR.digit)
    if case.kind is CaseKind.MOVEMENT and is_senior and authority.tier is Tier.COUNTY:
        held = setting(session, school.path, "senior_authority", today)
        return (authority.parent or authority) if held.value == "city" else authority
    return authority


def ministry(session: Session) -> Organisation:
    """Return the one organisation above all others."""
    return session.scalars(select(Organisation).where(Organisation.tier == Tier.MINISTRY)).one()


def above(case: Case, silent: Organisation, *, direct: bool) -> Organisation | None:
    """Return who may decide in place of a silent office (P09.5), or None when nobody stands there.

    Step by step it is the next city or province above the office (for a school: above its managing
    authority); ``direct`` leads to the province. The ministry steps in between provinces alone.
    """
    place = silent.parent if silent.tier is Tier.SCHOOL else silent
    place = place.parent if place is not None else None
    while place is not None and place.tier is not Tier.MINISTRY:
        if place.tier in LADDER and not (direct and place.tier is Tier.CITY):
            return place
        place = place.parent
    return place if case.common_path == "/" and silent.tier is not Tier.MINISTRY else None


def office_of(place: Organisation) -> Office:
    """Return the desk at which an intervening organisation decides."""
    return Office.OPERATOR if place.tier is Tier.MINISTRY else Office.REGISTRAR
