"""The lists that may be exported, as data: their columns, their rows, the filters they take.

`app.exports.reading` turns a source, the chosen columns and the filters into one statement; the
database says which rows of it are whose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.errors import Refusal, Refused
from app.exports import narrowing as by
from app.exports.columns import Field, Group, Shape
from app.exports.pupil_fields import (
    LEVEL_CODE,
    family_fields,
    pupil_fields,
    school_fields,
)
from app.messages.text import Text
from app.models.organisation import Organisation
from app.models.school import ClassState, Grade, School, SchoolClass, SchoolState
from app.models.student import Guardian, ProblemFlag, Status, Student
from app.policies.roles import Role

Filters = Mapping[str, Sequence[str]]  # the column of a list: the texts it is narrowed by


@dataclass(frozen=True, slots=True)
class Source:
    """A list somebody may take out.

    ``order`` ends in a key and holds no empty value, so that reading can go on after any row.
    ``school`` says whose pupils a row holds; a source without it holds none. ``teachers`` may
    take it too; with ``upward`` only authorities, because a school has but one row of it.
    """

    name: str
    text: Text
    unit: Text
    fields: tuple[Field, ...]
    base: Select[Any]
    order: tuple[Any, ...]
    filters: Mapping[str, by.Narrow]
    school: Any = None
    teachers: bool = False
    upward: bool = False
    by_name: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    @property
    def defaults(self) -> list[str]:
        """The columns somebody gets who chooses none."""
        return [each.name for each in self.fields if each.default]

    def chosen(self, names: Iterable[str]) -> list[Field]:
        """Return the fields of these names, in this order, or raise `Refused`."""
        wanted = list(dict.fromkeys(names))
        if not wanted or any(name not in self.by_name for name in wanted):
            raise Refused(Refusal("E-EXP-COLUMNS"))
        return [self.by_name[name] for name in wanted]

    def conditions(self, filters: Filters) -> list[ColumnElement[bool]]:
        """Return what narrows the rows; a filter the list does not have is refused."""
        if any(name not in self.filters for name in filters):
            raise Refused(Refusal("E-EXP-FILTER"))
        found = (self.filters[name](list(texts)) for name, texts in filters.items())
        return [condition for condition in found if condition is not None]


PUPIL_FILTERS: Mapping[str, by.Narrow] = {
    "name": by.prefix(Student.name),
    "number": by.number(),
    "id_number": by.identity(),
    "owner_path": by.within(Student.owner_path),
    "school": by.relation(Student.school_id),
    "grade": by.level(Student.grade_id),
    "school_class": by.relation(Student.class_id),
    "status": by.state(Student.status, Status),
    "gender": by.one_of(Student.gender),
    "problem_flag": by.state(Student.problem_flag, ProblemFlag),
}


def _placed(base: Select[Any], of: Any) -> Select[Any]:
    """Join school, grade and class; what no chosen column needs the planner leaves out again."""
    return (
        base.join(Organisation, Organisation.id == of.school_id, isouter=True)
        .join(Grade, Grade.id == of.grade_id, isouter=True)
        .join(SchoolClass, SchoolClass.id == of.class_id, isouter=True)
    )


PUPILS = Source(
    "pupils",
    Text("学生", "Pupils"),
    Text("名学生", "pupils"),
    pupil_fields(),
    _placed(select().select_from(Student), Student),
    (Student.owner_path, Student.id),
    PUPIL_FILTERS,
    Student.school_id,
)
ROSTER = Source(
    "roster",
    Text("班级花名册", "Class roster"),
    Text("名学生", "pupils"),
    pupil_fields(),
    PUPILS.base.where(Student.status == Status.IN_SCHOOL, Student.class_id.is_not(None)),
    (Student.owner_path, Student.class_id, func.coalesce(Student.seat_no, 9999), Student.id),
    PUPIL_FILTERS,
    Student.school_id,
    teachers=True,
)
GUARDIANS = Source(
    "guardians",
    Text("家庭成员", "Family members"),
    Text("名家庭成员", "family members"),
    family_fields(),
    _placed(
        select().select_from(Guardian).join(Student, Student.id == Guardian.student_id), Student
    ),
    (Student.owner_path, Student.id, Guardian.id),
    PUPIL_FILTERS,
    Student.school_id,
)
DELETED = Source(
    "deleted",
    Text("已删除学籍", "Deleted records"),
    Text("条学籍", "records"),
    pupil_fields(),
    PUPILS.base.where(Student.status == Status.DELETED),
    PUPILS.order,
    PUPIL_FILTERS,
    Student.school_id,
)
RUNNING = {
    "ACTIVE": Text("正常", "In operation"),
    "IN_USE": Text("在用", "In use"),
    "MERGED": Text("已合并", "Merged"),
    "CLOSED": Text("已关闭", "Closed"),
}
HOUSE = Group.HOUSE
CLASSES = Source(
    "classes",
    Text("班级", "Classes"),
    Text("个班级", "classes"),
    (
        *school_fields(),
        Field("grade", "年级", "Grade", LEVEL_CODE, HOUSE, Shape.CODE, "grade_level", default=True),
        Field("number", "班号", "Class number", SchoolClass.number, HOUSE, default=True),
        Field("name", "班级名称", "Class name", SchoolClass.name, HOUSE, default=True),
        Field("type", "班级类型", "Class type", SchoolClass.type, HOUSE, Shape.CODE, "class_type",
              default=True),
        Field("head_teacher", "班主任", "Class teacher", SchoolClass.head_teacher, HOUSE,
              personal=True, default=True),
        Field("size_limit", "班额上限", "Size limit", SchoolClass.size_limit, HOUSE, Shape.NUMBER),
        Field("multigrade", "复式班", "Multigrade class", SchoolClass.multigrade, HOUSE,
              Shape.YES_NO),
        Field("bilingual", "双语教学", "Bilingual teaching", SchoolClass.bilingual, HOUSE,
              Shape.YES_NO),
        Field("state", "状态", "State", SchoolClass.state, HOUSE, Shape.WORD, words=RUNNING,
              default=True),
    ),
    select()
    .select_from(SchoolClass)
    .join(Organisation, Organisation.id == SchoolClass.school_id)
    .join(Grade, Grade.id == SchoolClass.grade_id),
    (SchoolClass.owner_path, SchoolClass.number, SchoolClass.id),
    {
        "school": by.relation(SchoolClass.school_id),
        "grade": by.relation(SchoolClass.grade_id),
        "number": by.prefix(SchoolClass.number),
        "type": by.one_of(SchoolClass.type),
        "state": by.state(SchoolClass.state, ClassState),
    },
)  # fmt: skip
SCHOOLS = Source(
    "schools",
    Text("学校", "Schools"),
    Text("所学校", "schools"),
    (
        *(each for each in school_fields()),
        Field("type", "学校类型", "School type", School.type, HOUSE, Shape.CODE, "school_type",
              default=True),
        Field("urban_rural", "城乡分类", "Urban-rural class", School.urban_rural, HOUSE, Shape.CODE,
              "urban_rural_class", default=True),
        Field("organizer", "举办者", "Organiser", School.organizer, HOUSE, Shape.CODE,
              "school_organizer"),
        Field("division", "行政区划", "Division", School.division, HOUSE),
        Field("years_primary", "小学学制", "Years of primary school", School.years_primary, HOUSE,
              Shape.NUMBER),
        Field("years_junior", "初中学制", "Years of junior high", School.years_junior, HOUSE,
              Shape.NUMBER),
        Field("years_senior", "高中学制", "Years of senior high", School.years_senior, HOUSE,
              Shape.NUMBER),
        Field("head_name", "校长", "Head", School.head_name, Group.CONTACT, personal=True),
        Field("phone", "办公电话", "Office telephone", School.phone, Group.CONTACT),
        Field("address", "地址", "Address", School.address, Group.CONTACT),
        Field("postcode", "邮政编码", "Postcode", School.postcode, Group.CONTACT),
        Field("state", "状态", "State", School.state, HOUSE, Shape.WORD, words=RUNNING,
              default=True),
    ),
    select().select_from(School).join(Organisation, Organisation.id == School.id),
    (School.owner_path, School.id),
    {
        "organisation": by.relation(School.id),
        "owner_path": by.within(School.owner_path),
        "type": by.one_of(School.type),
        "urban_rural": by.one_of(School.urban_rural),
        "organizer": by.one_of(School.organizer),
        "state": by.state(School.state, SchoolState),
    },
    upward=True,
)  # fmt: skip
SOURCES: Mapping[str, Source] = {
    each.name: each for each in (PUPILS, ROSTER, GUARDIANS, DELETED, CLASSES, SCHOOLS)
}


def source_of(name: str) -> Source:
    """Return a source by its name, or raise `Refused`."""
    if name not in SOURCES:
        raise Refused(Refusal("E-EXP-SOURCE"))
    return SOURCES[name]


def offered(role: Role) -> list[Source]:
    """Return what a role may take out: a class teacher the roster and nothing else."""
    found = [each for each in SOURCES.values() if each.teachers or not role.is_teacher]
    return [each for each in found if not each.upward or role.tier.name != "SCHOOL"]
