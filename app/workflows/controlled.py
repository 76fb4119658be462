"""受控字段与开放字段: which fields a case alone may change, and which class teachers may write.

P06: province, city and county each add fields, a lower tier takes none away (Q-05); until one of
them has spoken, no key data change begins. P07: what is not controlled the school maintains itself;
of that it opens fields to class teachers, grade by grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Forbidden, Refusal, Refused
from app.models.field_choice import FieldChoice, FieldUse
from app.models.organisation import Organisation, Tier
from app.models.pupil import PupilFields
from app.policies.audit import record
from app.policies.rights import opens
from app.policies.roles import Actor
from app.policies.switches import ancestors, setting

OURS = ("id_digest", "seat_no", "remark")  # never controlled: the house's own, and the class's
CATALOGUE = tuple(name for name in PupilFields.__annotations__ if name not in OURS)
SUGGESTED = (
    "name",
    "gender",
    "birth_date",
    "id_type",
    "id_number",
    "ethnic",
    "nationality",
    "hukou_division",
    "hukou_type",
    "entry_ym",
)
CONTROLS, OPENS = "controlled:S", "upkeep:E"  # function and letter of the matrix


def controlled(session: Session, path: str, today: date) -> frozenset[str]:
    """Return the fields that a case alone may change at an organisation; empty: nobody has set any.

    Every authority above adds to them, or (a switch) the lowest one that has spoken decides.
    """
    said = last_words(session, path, FieldUse.CONTROLLED)
    above = [word for word in said if word.organisation.tier is not Tier.SCHOOL]
    held = [set(word.fields) for word in above if word.fields]  # an empty word is no word
    if held and setting(session, path, "controlled_fields_mode", today).value == "lowest":
        return frozenset(held[-1])
    return frozenset().union(*held)


def locked(session: Session, path: str, today: date) -> frozenset[str]:
    """Return the fields nobody writes directly: the controlled ones.

    Before anybody has set any, the identity (`SUGGESTED`) waits for it: numbers hang on it.
    """
    return controlled(session, path, today) or frozenset(SUGGESTED)


def opened(session: Session, path: str, grade_code: str, today: date) -> frozenset[str]:
    """Return the fields class teachers may write for a grade; a locked one is never among."""
    said = last_words(session, path, FieldUse.OPENED, grade_code)
    held = [set(word.fields) for word in said if word.organisation.path == path]
    return frozenset().union(*held) - locked(session, path, today)


def last_words(
    session: Session, path: str, use: FieldUse, grade_code: str | None = None
) -> list[FieldChoice]:
    """Return the last decision of every organisation from the ministry down to this one."""
    asked = (
        select(FieldChoice)
        .join(FieldChoice.organisation)
        .where(Organisation.path.in_(ancestors(path)), FieldChoice.use == use)
        .where(FieldChoice.grade_code == grade_code if grade_code else FieldChoice.id > 0)
        .order_by(Organisation.path, FieldChoice.id)
    )
    last = {word.organisation_id: word for word in session.scalars(asked)}
    return list(last.values())


def control(session: Session, actor: Actor, fields: Iterable[str]) -> FieldChoice:
    """Say which fields one's own authority controls, or raise; never commits."""
    if not opens(actor.role, CONTROLS):
        raise Forbidden
    choice = _choose(session, actor, FieldUse.CONTROLLED, fields)
    record(session, "fields.controlled", object_type="field_choice", object_id=choice.id)
    return choice


def open_fields(
    session: Session, actor: Actor, wanted: Mapping[str, Iterable[str]], today: date
) -> list[FieldChoice]:
    """Say which fields class teachers may write, grade by grade of one's school; never commits.

    ``wanted`` names the grades about which something is said (code table grade_level).
    """
    if not opens(actor.role, OPENS) or actor.role.tier is not Tier.SCHOOL:
        raise Forbidden
    asked = set().union(*wanted.values())
    if bound := sorted(asked & locked(session, actor.path, today)):
        raise Refused(Refusal("E-CF-BOUND", {"fields": bound}))
    made = [
        _choose(session, actor, FieldUse.OPENED, fields, grade) for grade, fields in wanted.items()
    ]
    if made:
        deed, last = "fields.opened", made[-1].id
        record(session, deed, object_type="field_choice", object_id=last, grades=list(wanted))
    return made


def _choose(
    session: Session,
    actor: Actor,
    use: FieldUse,
    fields: Iterable[str],
    grade_code: str | None = None,
) -> FieldChoice:
    wanted = set(fields)
    if unknown := sorted(wanted - set(CATALOGUE)):
        raise Refused(Refusal("E-CF-FIELD", {"fields": unknown}))
    choice = FieldChoice(
        organisation_id=actor.organisation_id,
        use=use,
        grade_code=grade_code,
        fields=[name for name in CATALOGUE if name in wanted],
        set_by=actor.user_id,
    )
    session.add(choice)
    session.flush()
    return choice
