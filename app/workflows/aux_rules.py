"""学籍辅号规则 (P34): a province says how its own numbers are built; the last word counts.

An empty word ends the rule. What was given under an earlier one stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.codes.aux_pattern import Pattern, parse, tidy
from app.errors import Forbidden, Refusal, Refused, Stale
from app.models.numbering import AuxRule
from app.models.organisation import Organisation
from app.policies.audit import record
from app.policies.rights import opens
from app.policies.roles import Actor
from app.policies.switches import ancestors

SETS = "aux_rule:S"  # function and letter of the matrix
SHOWN = 20  # words of a history
ONE_AT_A_TIME = 0xA0F  # key of the lock under which a province decides


def words(session: Session, path: str) -> Sequence[AuxRule]:
    """Return what the authorities of a place have said, newest first."""
    asked = (
        select(AuxRule)
        .join(AuxRule.organisation)
        .where(Organisation.path.in_(ancestors(path)))
        .options(joinedload(AuxRule.setter), joinedload(AuxRule.organisation))
        .order_by(AuxRule.id.desc())
    )
    return session.scalars(asked.limit(SHOWN)).all()


def pattern_of(session: Session, path: str) -> Pattern | None:
    """Return the pattern that holds at a place, or None while there is none."""
    said = words(session, path)
    return parse(said[0].pattern) if said and said[0].pattern else None


def set_rule(session: Session, actor: Actor, raw: str, seen: int) -> AuxRule:
    """Set the pattern of one's province, or end it with an empty one; or raise; never commits.

    ``seen`` is the id of the word that was on the page, 0 for none.
    """
    if not opens(actor.role, SETS):
        raise Forbidden
    session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    said = words(session, actor.path)
    if seen != (said[0].id if said else 0):
        raise Stale
    pattern = parse(raw).text if tidy(raw) else ""
    if pattern == (said[0].pattern if said else ""):
        raise Refused(Refusal("E-AUX-SAME"))
    rule = AuxRule(organisation_id=actor.organisation_id, pattern=pattern, set_by=actor.user_id)
    session.add(rule)
    session.flush()
    record(session, "aux_rule.set", object_type="aux_rule", object_id=rule.id)
    return rule
