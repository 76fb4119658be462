"""注册页签: under which of the three tabs a registration stands (P02; national FAQ V.5)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, case

from app.models.school import Grade
from app.models.student import Student

NO_OVERSEAS = "00"  # 否 in table overseas_status
CHINA = "CHN"
FIRST = 1  # level of a stage


class Tab(StrEnum):
    """Kept apart from entry to the authority's review; the order is that of the page."""

    NEW = "NEW"  # 新生: the first level of a stage
    IN_SCHOOL = "IN_SCHOOL"  # 在校生: any other level
    FOREIGN = "FOREIGN"  # 来华归国: of another nationality, from overseas, or returned


class Origin(NamedTuple):
    """What decides the tab."""

    overseas_status: str
    nationality: str
    level: int


def tab_of(pupil: Student) -> Tab:
    """Return the tab of a pupil as the record is now."""
    return tab(Origin(pupil.overseas_status, pupil.nationality, pupil.grade.level))


def tab(origin: Origin) -> Tab:
    """Foreign and returned pupils have a tab of their own, whatever their level."""
    if origin.overseas_status != NO_OVERSEAS or origin.nationality != CHINA:
        return Tab.FOREIGN
    return Tab.NEW if origin.level == FIRST else Tab.IN_SCHOOL


def tab_in_lists() -> ColumnElement[str]:
    """Return the same as a column of a query that reads `Student` and `Grade`."""
    is_foreign = (Student.overseas_status != NO_OVERSEAS) | (Student.nationality != CHINA)
    return case(
        (is_foreign, Tab.FOREIGN.value),
        (Grade.level == FIRST, Tab.NEW.value),
        else_=Tab.IN_SCHOOL.value,
    )
