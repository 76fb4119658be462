"""Whom and what one may choose in forms and filters: the look-ups the screens share."""

from __future__ import annotations

from sqlalchemy import String, cast
from sqlalchemy.orm import contains_eager

from app.models.code import Division
from app.models.organisation import Organisation, Tier
from app.models.school import Campus, ClassState, Grade, GradeState, School, SchoolClass
from app.views.lookup import Lookup

AUTHORITY = Lookup(
    Organisation,
    (Organisation.name, Organisation.code),
    narrow=lambda choice: choice.where(Organisation.tier != Tier.SCHOOL),
)
PLACE = Lookup(Organisation, (Organisation.name, Organisation.code))
SCHOOL = Lookup(
    School,
    (Organisation.name, Organisation.code),
    joins=(School.organisation,),
    narrow=lambda choice: choice.options(contains_eager(School.organisation)),
)
GRADE = Lookup(
    Grade,
    (cast(Grade.entry_year, String(4)),),
    narrow=lambda choice: choice.where(Grade.state != GradeState.GRADUATED),
)
CLASS = Lookup(
    SchoolClass,
    (SchoolClass.number, SchoolClass.name),
    narrow=lambda choice: choice.where(SchoolClass.state == ClassState.IN_USE),
)
ANY_CLASS = Lookup(SchoolClass, (SchoolClass.number, SchoolClass.name))
CAMPUS = Lookup(Campus, (Campus.name,))
DIVISION = Lookup(Division, (Division.name_zh, Division.code, Division.full_name))
