"""The fields of pupils and of their families that may be exported, in the order of the form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, case, cast
from sqlalchemy import type_coerce as as_type

from app.codes import masking
from app.exports.columns import Field, Group, Shape, of_template
from app.imports.students import MEMBERS, SPEC, member
from app.messages.text import Text
from app.models.organisation import Organisation
from app.models.school import Grade, SchoolClass, Stage
from app.models.student import Guardian, Student

LEVEL = case({stage.name: stage.digit for stage in Stage}, value=as_type(Grade.stage, String))
LEVEL_CODE = LEVEL.op("||")(cast(Grade.level, String))
GROUP_OF = {
    **dict.fromkeys(
        ("name", "gender", "birth_date", "id_type", "id_number", "id_validity", "name_pinyin",
         "former_name", "nationality", "overseas_status"),
        Group.IDENTITY,
    ),
    **dict.fromkeys(
        ("entry_ym", "entry_method", "attendance", "source", "aux_number", "seat_no",
         "preschool", "bought_place", "remark"),
        Group.SCHOOLING,
    ),
    **dict.fromkeys(
        ("address_now", "address_mail", "address_home", "phone", "postcode", "email", "homepage"),
        Group.CONTACT,
    ),
    **dict.fromkeys(
        ("health", "left_behind", "migrant_child", "orphan", "martyr_child", "mainstreaming",
         "disability", "needs_aid", "gets_subsidy", "commute_km", "commute_mode", "needs_bus"),
        Group.CARE,
    ),
}  # fmt: skip
DEFAULTS = {"name", "gender", "id_number", "seat_no"}
PROBLEMS = {
    "NONE": Text("", ""),
    "OPEN": Text("问题学籍", "Problem record"),
    "IN_PROCESS": Text("处理中", "Being handled"),
    "RESOLVED": Text("已解决", "Resolved"),
}
CHECKED = {
    "NONE": Text("未核验", "Not verified yet"),
    "PASSED": Text("已核验", "Verified"),
    "FAILED": Text("不一致", "Does not match"),
}


def school_fields(*, default: bool = True) -> tuple[Field, ...]:
    """Return where a pupil or a class is: the school, by code and name."""
    house = Group.HOUSE
    return (
        Field("school_code", "学校标识码", "School code", Organisation.code, house),
        Field("school", "学校", "School", Organisation.name, house, default=default),
    )


def place_fields(*, default: bool = True) -> tuple[Field, ...]:
    """Return the school, the grade and the class somebody is in."""
    house = Group.HOUSE
    return (
        *school_fields(default=default),
        Field("grade", "年级", "Grade", LEVEL_CODE, house, Shape.CODE, "grade_level", default=True),
        Field("class_number", "班号", "Class number", SchoolClass.number, house),
        Field("class_name", "班级", "Class", SchoolClass.name, house, default=True),
    )


def standing_fields() -> tuple[Field, ...]:
    """Return the number, the status and what is doubted of a pupil."""
    at = Group.SCHOOLING
    return (
        Field("number", "学籍号", "Student number", Student.number, Group.IDENTITY,
              mask=masking.national_number, personal=True, default=True),
        Field("status", "学籍状态", "Status", Student.status, at, Shape.CODE, "student_status",
              default=True),
        Field("problem_flag", "问题标识", "Problem", Student.problem_flag, at, Shape.WORD,
              words=PROBLEMS),
        Field("verification", "身份核验", "Verification", Student.verification, at, Shape.WORD,
              words=CHECKED),
    )  # fmt: skip


def form_fields(defaults: set[str] | frozenset[str] = frozenset(DEFAULTS)) -> tuple[Field, ...]:
    """Return the fields of the national form that the pupil's record holds itself."""
    return tuple(
        of_template(
            column,
            getattr(Student, column.field),
            GROUP_OF.get(column.field, Group.BACKGROUND),
            default=column.field in defaults,
        )
        for column in SPEC.columns
        if hasattr(Student, column.field) and column.field not in ("school_code", "class_number")
    )


def pupil_fields() -> tuple[Field, ...]:
    """Return every field of a pupil."""
    number, *standing = standing_fields()
    name, *form = form_fields()
    return (name, number, *place_fields(), *standing, *form)


FAMILY_DEFAULTS = {"name", "relation", "phone", "is_guardian"}


def family_fields() -> tuple[Field, ...]:
    """Return whose family it is, and the fields of a family member."""
    name, number = form_fields()[0], standing_fields()[0]
    pupil: tuple[Field, ...] = (
        _renamed(name, "pupil_name", "学生姓名", "Pupil"),
        _renamed(number, "pupil_number", "学生学籍号", "Pupil's student number"),
        *place_fields(),
    )
    first = f"成员{MEMBERS[0]}", f"Member {MEMBERS[0]} "
    members = tuple(_of_member(column, first) for column in member(MEMBERS[0]))
    return (*pupil, *members)


def _of_member(column: Any, cut: tuple[str, str]) -> Field:
    name = column.field.removeprefix(f"member{MEMBERS[0]}_")
    return of_template(
        column,
        getattr(Guardian, name),
        Group.FAMILY,
        name=f"member_{name}",
        cut=cut,
        default=name in FAMILY_DEFAULTS,
    )


def _renamed(field: Field, name: str, zh: str, en: str) -> Field:
    return Field(
        name, zh, en, field.value, Group.IDENTITY, field.shape,
        mask=field.mask, personal=field.personal, default=True,
    )  # fmt: skip
