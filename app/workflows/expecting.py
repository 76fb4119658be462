"""应注册名单 (P02.1): the list of who begins at a school in a year; a later one replaces it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotFound, Refusal, Refused
from app.models.expected import ExpectedList, ExpectedPupil
from app.models.organisation import Organisation, Tier
from app.models.school import School, Stage
from app.models.sealed import KEYS
from app.policies.audit import record
from app.policies.rights import opens
from app.policies.roles import Actor

TAKES = "expected:C"  # function and letter of the matrix
YEARS_BACK = 12  # the oldest year of entry that can still be of use
NEW_YEAR_MONTH = 7  # from July on, a list is of those who begin this year


class Entry(NamedTuple):
    """A line of a list, as its file has it; what is None was not told."""

    row_no: int
    school_id: int
    name: str
    gender: str | None
    birth_date: date | None
    id_number: str | None


def usual_year(today: date) -> int:
    """Return the year of entry that a list of today is most likely about."""
    return today.year if today.month >= NEW_YEAR_MONTH else today.year - 1


def insist_year(entry_year: int | None, today: date) -> int:
    """Return a year of entry, or raise `Refused` for one that nobody can mean."""
    least, most = today.year - YEARS_BACK, today.year + 1
    if entry_year is None or not least <= entry_year <= most:
        raise Refused(Refusal("E-EXP-YEAR", {"least": least, "most": most}))
    return entry_year


def schools_of(session: Session, actor: Actor, stage: Stage) -> dict[str, int]:
    """Return the schools in the actor's scope that teach a stage, by code."""
    asked = (
        select(Organisation.code, School)
        .join(Organisation, Organisation.id == School.id)
        .where(Organisation.path.startswith(actor.path, autoescape=True))
    )
    return {code: school.id for code, school in session.execute(asked) if stage in school.stages}


def stages_of(session: Session, actor: Actor) -> tuple[Stage, ...]:
    """Return the stages of the actor's school; of an authority every one."""
    if actor.role.tier is not Tier.SCHOOL:
        return tuple(Stage)
    home = session.get(School, actor.organisation_id)
    return home.stages if home is not None else ()


def insist_stage(session: Session, actor: Actor, stage: Stage) -> None:
    """Raise `Refused` when the actor's school does not teach a stage."""
    if stage not in stages_of(session, actor):
        raise Refused(Refusal("E-GRADE-STAGE"))


def home_code(session: Session, actor: Actor) -> str:
    """Return the code of the actor's school, nothing for an authority."""
    if actor.role.tier is not Tier.SCHOOL:
        return ""
    return session.get_one(Organisation, actor.organisation_id).code


def take(
    session: Session, actor: Actor, stage: Stage, entry_year: int, entries: Sequence[Entry]
) -> list[ExpectedList]:
    """Keep the lists of a file, one a school, in the place of those there were; never commits."""
    if not opens(actor.role, TAKES):
        raise Forbidden
    by_school = sorted(entries, key=attrgetter("school_id", "row_no"))
    parts = {key: list(some) for key, some in groupby(by_school, attrgetter("school_id"))}
    gone = delete(ExpectedList).where(
        ExpectedList.school_id.in_(parts),
        ExpectedList.stage == stage,
        ExpectedList.entry_year == entry_year,
    )
    session.execute(gone.execution_options(synchronize_session=False))
    made = [_list(actor, stage, entry_year, key, len(some)) for key, some in parts.items()]
    session.add_all(made)
    session.flush()
    rows = [row for one in made for row in _rows(one, parts)]
    session.execute(insert(ExpectedPupil), rows)
    record(
        session, "expected.uploaded", object_type="expected_list", object_id=made[0].id,
        stage=stage.value, year=entry_year, lists=len(made), rows=len(rows),
    )  # fmt: skip
    return made


def remove(session: Session, actor: Actor, list_id: int) -> None:
    """Remove a list that was uploaded by mistake; never commits."""
    if not opens(actor.role, TAKES):
        raise Forbidden
    found = session.get(ExpectedList, list_id)
    if found is None:
        raise NotFound
    gone = delete(ExpectedList).where(ExpectedList.id == list_id)
    session.execute(gone.execution_options(synchronize_session=False))
    record(session, "expected.removed", object_type="expected_list", object_id=list_id)


def _list(actor: Actor, stage: Stage, entry_year: int, school_id: int, rows: int) -> ExpectedList:
    return ExpectedList(
        school_id=school_id, stage=stage, entry_year=entry_year, rows=rows,
        uploaded_by=actor.user_id,
    )  # fmt: skip


def _rows(one: ExpectedList, parts: Mapping[int, Sequence[Entry]]) -> list[dict[str, object]]:
    return [
        {
            "list_id": one.id,
            "row_no": entry.row_no,
            "name": entry.name,
            "gender": entry.gender,
            "birth_date": entry.birth_date,
            "id_number": entry.id_number,
            "id_digest": KEYS.digest(entry.id_number) if entry.id_number else None,
        }
        for entry in parts[one.school_id]
    ]
