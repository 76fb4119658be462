"""学校管理 (P01): a school's cohorts, classes and campuses, set up before any pupil comes.

A class number carries the entry year, so promotion changes neither number nor name.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes.class_number import SERIALS, ClassNumber
from app.codes.class_number import parse as parse_number
from app.codes.tables import table
from app.errors import Refusal, Refused
from app.models.organisation import Organisation, Tier
from app.models.school import Campus, ClassState, Grade, School, SchoolClass, SchoolState, Stage
from app.models.student import Enrolment, Student

PROMOTION_DAY = (8, 10)  # month and day of P15; the new school year begins the day after
TYPE_DIGIT = {"1": Stage.PRIMARY, "2": Stage.JUNIOR, "4": Stage.SENIOR}  # of class types
BELOW = {
    Tier.MINISTRY: Tier.PROVINCE,
    Tier.PROVINCE: Tier.CITY,
    Tier.CITY: Tier.COUNTY,
}


def school_year(today: date) -> int:
    """Return the calendar year in which the present school year began."""
    return today.year if (today.month, today.day) > PROMOTION_DAY else today.year - 1


# ── rules: what stands in the way, all of it ─────────────────────────────────────────────


def school_refusals(school: School) -> list[Refusal]:
    """A closed school is not altered; its lengths fit its type, its place is told in full."""
    if school.state is SchoolState.CLOSED:
        return [Refusal("E-SCHOOL-CLOSED")]
    entry = table("school_type").entries.get(school.type)
    taught = set((entry.extras["stages"] if entry else "").split(";")) - {""}
    told = {stage.digit for stage in school.stages}
    found = [] if told and told <= taught else [Refusal("E-SCHOOL-STAGES")]
    place = table("urban_rural_class").entries.get(school.urban_rural)
    if place is None or place.extras["selectable"] != "1":
        found.append(Refusal("E-SCHOOL-PLACE"))
    return found


def grade_refusals(grade: Grade) -> list[Refusal]:
    """A cohort is within the years of its stage."""
    if not 1 <= grade.level <= grade.years:
        return [Refusal("E-GRADE-YEARS")]
    return []


def class_refusals(session: Session, room: SchoolClass, stage: Stage) -> list[Refusal]:
    """A class is of its grade's stage, and is closed only when nobody sits in it."""
    found = []
    if TYPE_DIGIT.get(room.type[:1]) is not stage:
        found.append(Refusal("E-CLASS-TYPE"))
    if room.state is not ClassState.IN_USE and room.id is not None:
        pupils = session.scalar(
            select(func.count()).select_from(Student).where(Student.class_id == room.id)
        )
        found += [Refusal("E-CLASS-CLOSED", {"pupils": pupils})] if pupils else []
    return found


def campus_refusals(session: Session, campus: Campus) -> list[Refusal]:
    """The class serials of two campuses do not overlap, so that numbers are unique (P01)."""
    others = select(Campus).where(
        Campus.school_id == campus.school_id,
        Campus.id != (campus.id or 0),
        Campus.serial_from <= campus.serial_to,
        Campus.serial_to >= campus.serial_from,
    )
    with session.no_autoflush:
        return [Refusal("E-CAMPUS-RANGE", {"other": o.name}) for o in session.scalars(others)]


def organisation_refusals(place: Organisation, parent: Organisation | None) -> list[Refusal]:
    """An authority stands one tier below its superior."""
    fits = parent is not None and BELOW.get(parent.tier) is place.tier
    return [] if fits else [Refusal("E-TIER")]


# ── deeds ────────────────────────────────────────────────────────────────────────────────


def set_up_grade(grade: Grade, school: School, today: date) -> None:
    """Give a new cohort its length and its present level, or raise `Refused`."""
    years = school.years(grade.stage)
    if years is None:
        raise Refused(Refusal("E-GRADE-STAGE"))
    level = school_year(today) - grade.entry_year + 1
    if not 1 <= level <= years:
        raise Refused(Refusal("E-GRADE-YEAR", {"year": grade.entry_year}))
    grade.school_id, grade.years, grade.level = school.id, years, level


def set_up_class(session: Session, room: SchoolClass, grade: Grade, campus: Campus | None) -> None:
    """Give a new class its number and, when it has none, its name; or raise `Refused`."""
    number = next_number(session, grade, campus)
    room.school_id, room.grade_id, room.number = grade.school_id, grade.id, str(number)
    room.campus_id = campus.id if campus else None
    room.name = room.name or number.default_name
    room.state = ClassState.IN_USE


def next_number(session: Session, grade: Grade, campus: Campus | None) -> ClassNumber:
    """Return the first free number of a cohort on a campus; the cohort is locked meanwhile."""
    session.scalar(select(Grade.id).where(Grade.id == grade.id).with_for_update())
    numbers = session.scalars(select(SchoolClass.number).where(SchoolClass.grade_id == grade.id))
    taken = {known.serial for number in numbers if (known := parse_number(number))}
    serials = range(campus.serial_from, campus.serial_to + 1) if campus else SERIALS
    free = next((serial for serial in serials if serial not in taken), None)
    if free is None:
        blanks = {"first": serials[0], "last": serials[-1]}
        raise Refused(Refusal("E-CLASS-FULL", blanks))
    return ClassNumber(grade.entry_year, grade.stage.digit, free)


def may_delete_class(session: Session, room: SchoolClass) -> None:
    """A class is deleted only when no pupil was ever placed in it; else raise `Refused`."""
    placed = select(Student.id).where(Student.class_id == room.id).exists()
    was = select(Enrolment.id).where(Enrolment.class_id == room.id).exists()
    if session.scalar(select(placed | was)):
        raise Refused(Refusal("E-CLASS-USED"))


def may_delete_campus(session: Session, campus: Campus) -> None:
    """A campus with classes stays; else raise `Refused`."""
    if session.scalar(select(select(SchoolClass.id).filter_by(campus_id=campus.id).exists())):
        raise Refused(Refusal("E-CAMPUS-USED"))
