"""Who may press what: the desk, not one's own submission, no second decision, the waiting side."""

from __future__ import annotations

from typing import NamedTuple

from app.errors import Refusal, refuse_unless
from app.models.case import Case, Decision
from app.models.organisation import Tier
from app.policies.rights import opens
from app.policies.roles import Actor, Office
from app.workflows.desk import REVIEWS, Act, Trigger

DECIDED = (Decision.AGREE, Decision.INTERVENE)
CLEANS, ASKS = "cleanup:A", "intervention:C"  # function and letter of the matrix


class Check(NamedTuple):
    """One question a step depends on: the name of the guard, and what stands in the way."""

    name: str
    refusal: Refusal | None


def judged(case: Case, act: Act) -> list[Check]:
    """Return every question about the person of a step, with its answer."""
    actor = act.actor
    if act.trigger is Trigger.WITHDRAW:
        code = "E-AGREED" if decided(case) else "E-NOTMINE"
        return [Check("may_withdraw", refuse_unless(may_withdraw(case, actor), code))]
    if act.trigger is Trigger.CLEAN:
        return [Check("may_clean", refuse_unless(may_clean(case, actor), "E-NOTMINE"))]
    if act.trigger is Trigger.ESCALATE:
        return [Check("may_escalate", refuse_unless(may_escalate(case, actor), "E-NOTMINE"))]
    checks = [Check("is_here", refuse_unless(is_here(case, actor), "E-NOTMINE"))]
    if act.trigger in REVIEWS:
        is_other = is_other_person(case, actor)
        checks.append(Check("is_other_person", refuse_unless(is_other, "E-SELF")))
    return checks


def is_other_person(case: Case, actor: Actor) -> bool:
    """Tell whether somebody neither submitted nor keeps a case, and has not agreed to it before."""
    return actor.user_id not in (case.initiator_id, case.keeper_id, *decided(case))


def is_here(case: Case, actor: Actor) -> bool:
    """Tell whether the case lies on this person's desk."""
    at_home = case.awaiting_id == actor.organisation_id
    return at_home and case.awaiting_office == actor.office


def may_withdraw(case: Case, actor: Actor) -> bool:
    """Only the originator (or who keeps the case, or covers for them), until somebody agreed."""
    holder = case.keeper_id or case.initiator_id
    return holder in (actor.user_id, actor.acting_for) and not decided(case)


def may_clean(case: Case, actor: Actor) -> bool:
    """P13: the authority that runs one of the schools; between provinces the ministry too."""
    if not opens(actor.role, CLEANS):
        return False
    schools = [school for school in (case.owner, case.receiving, case.initiator_org) if school]
    if actor.role.tier is Tier.MINISTRY:
        return case.common_path == "/"
    return actor.organisation_id in {school.parent_id for school in schools}


def may_escalate(case: Case, actor: Actor) -> bool:
    """P09.5: the waiting side: who submitted, or whose desk the case has passed already."""
    waiting = {case.initiator_org_id, *(event.organisation_id for event in case.events)}
    is_waiting = actor.organisation_id in waiting - {case.awaiting_id}
    has_desk = actor.office in (Office.REGISTRAR, Office.LEADER)
    return is_waiting and has_desk and opens(actor.role, ASKS)


def decided(case: Case) -> set[int]:
    """Return who has agreed to a case already, for their own office or in another's place."""
    return {event.user_id for event in case.events if event.decision in DECIDED}
