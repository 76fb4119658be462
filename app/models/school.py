"""学校: a school's own data, its campuses, its cohorts and its classes."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.models.base import Model, Named, Owned, Stamped, Versioned
from app.models.organisation import Organisation

LEVEL_NAMES = {"1": "小学", "2": "初中", "3": "高中"}


class Stage(StrEnum):
    """学段: the name's digit is the stage digit of class numbers."""

    PRIMARY = "PRIMARY"
    JUNIOR = "JUNIOR"
    SENIOR = "SENIOR"

    @property
    def digit(self) -> str:
        """The code of the stage table and the fifth digit of a class number."""
        return {"PRIMARY": "1", "JUNIOR": "2", "SENIOR": "3"}[self.value]

    @property
    def is_compulsory(self) -> bool:
        """Tell whether the stage is compulsory education (义务教育)."""
        return self is not Stage.SENIOR

    @classmethod
    def of_digit(cls, digit: str) -> Stage:
        """Return the stage of a class number's fifth digit, or raise `KeyError`."""
        return {stage.digit: stage for stage in cls}[digit]


class SchoolState(StrEnum):
    """学校状态: a closed school is never deleted."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class School(Owned, Stamped, Versioned, Model):
    """What a school adds to its organisation (data dictionary 1.2); one row each, same key."""

    __tablename__ = "school"
    __table_args__ = (
        CheckConstraint("years_primary BETWEEN 5 AND 6", name="school_years_primary"),
        CheckConstraint("years_junior BETWEEN 3 AND 4", name="school_years_junior"),
        CheckConstraint("years_senior = 3", name="school_years_senior"),
        CheckConstraint("postcode ~ '^[0-9]{6}$'", name="school_postcode"),
        Index("school_owner", "owner_path"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    territorial_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    type: Mapped[str] = mapped_column(String(4))
    division: Mapped[str] = mapped_column(String(12))
    urban_rural: Mapped[str] = mapped_column(String(4))
    organizer: Mapped[str | None] = mapped_column(String(4))
    years_primary: Mapped[int | None]
    years_junior: Mapped[int | None]
    years_senior: Mapped[int | None]
    name_en: Mapped[str | None] = mapped_column(String(180))
    address: Mapped[str | None] = mapped_column(String(200))
    head_name: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(20))
    fax: Mapped[str | None] = mapped_column(String(20))
    postcode: Mapped[str | None] = mapped_column(String(6))
    email: Mapped[str | None] = mapped_column(String(80))
    website: Mapped[str | None] = mapped_column(String(80))
    founded: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[SchoolState] = mapped_column(default=SchoolState.ACTIVE, server_default="ACTIVE")

    organisation: Mapped[Organisation] = relationship(foreign_keys=[id])
    territorial: Mapped[Organisation] = relationship(foreign_keys=[territorial_id])

    def years(self, stage: Stage) -> int | None:
        """Return the system length (学制) of a stage in years, or None when it is not taught."""
        return {
            Stage.PRIMARY: self.years_primary,
            Stage.JUNIOR: self.years_junior,
            Stage.SENIOR: self.years_senior,
        }[stage]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages this school teaches, in order."""
        return tuple(stage for stage in Stage if self.years(stage))

    def __repr__(self) -> str:
        return str(self.organisation)


class Campus(Owned, Stamped, Versioned, Model):
    """校区: a site of a school with its own range of class serials."""

    __tablename__ = "campus"
    __table_args__ = (
        UniqueConstraint("school_id", "number"),
        UniqueConstraint("id", "school_id"),
        CheckConstraint("serial_from BETWEEN 1 AND serial_to", name="campus_from"),
        CheckConstraint("serial_to <= 99", name="campus_to"),
        Index("campus_owner", "owner_path"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(12))
    head_name: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(20))
    serial_from: Mapped[int] = mapped_column(default=1)
    serial_to: Mapped[int] = mapped_column(default=99)

    school: Mapped[School] = relationship()

    def __repr__(self) -> str:
        return self.name


class GradeState(StrEnum):
    """年级状态: OVER_STAGE is a last grade that promotion found not graduated."""

    IN_USE = "IN_USE"
    OVER_STAGE = "OVER_STAGE"
    GRADUATED = "GRADUATED"


class Grade(Owned, Stamped, Versioned, Model):
    """年级: a cohort: who entered a stage of a school in one year; promotion moves its level."""

    __tablename__ = "grade"
    __table_args__ = (
        UniqueConstraint("school_id", "stage", "entry_year"),
        UniqueConstraint("id", "school_id"),
        CheckConstraint("level BETWEEN 1 AND years", name="grade_level"),
        CheckConstraint("entry_year BETWEEN 1980 AND 2100", name="grade_entry_year"),
        # Half of a page stays free and no index names the level: the turn of the year, which
        # touches every cohort at once, then writes in place.
        Index("grade_owner", "owner_path", "stage", "entry_year"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    stage: Mapped[Stage]
    entry_year: Mapped[int]
    years: Mapped[int]
    level: Mapped[int] = mapped_column(default=1)
    state: Mapped[GradeState] = mapped_column(default=GradeState.IN_USE, server_default="IN_USE")

    school: Mapped[School] = relationship()

    @property
    def is_last(self) -> bool:
        """Tell whether the cohort is in the last year of its stage."""
        return self.level == self.years

    @property
    def code(self) -> str:
        """The code of table ``grade_level``: stage digit and year in the stage."""
        return f"{self.stage.digit}{self.level}"

    def __repr__(self) -> str:
        return f"{LEVEL_NAMES[self.stage.digit]}{self.entry_year}级"


class ClassState(StrEnum):
    """班级状态."""

    IN_USE = "IN_USE"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class SchoolClass(Owned, Stamped, Versioned, Model):
    """班级: its number carries the entry year, so promotion never changes it (P01)."""

    __tablename__ = "school_class"
    __table_args__ = (
        ForeignKeyConstraint(["grade_id", "school_id"], ["grade.id", "grade.school_id"]),
        ForeignKeyConstraint(["campus_id", "school_id"], ["campus.id", "campus.school_id"]),
        UniqueConstraint("school_id", "number"),
        UniqueConstraint("id", "school_id", "grade_id"),
        CheckConstraint(r"number ~ '^\d{4}[123](0[1-9]|[1-9]\d)$'", name="school_class_number"),
        CheckConstraint("size_limit > 0", name="school_class_size"),
        Index("school_class_owner", "owner_path", "number"),
        Index("school_class_grade", "grade_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    grade_id: Mapped[int]
    campus_id: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(7, collation="C"))
    name: Mapped[str] = mapped_column(Named)
    type: Mapped[str] = mapped_column(String(4))
    head_teacher: Mapped[str | None] = mapped_column(String(40))
    size_limit: Mapped[int | None]
    multigrade: Mapped[bool] = mapped_column(default=False, server_default="false")
    bilingual: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[ClassState] = mapped_column(default=ClassState.IN_USE, server_default="IN_USE")

    school: Mapped[School] = relationship()
    grade: Mapped[Grade] = relationship(
        primaryjoin=lambda: Grade.id == foreign(SchoolClass.grade_id)
    )
    campus: Mapped[Campus | None] = relationship(
        primaryjoin=lambda: Campus.id == foreign(SchoolClass.campus_id)
    )

    def __repr__(self) -> str:
        return self.name


class Headcount(Owned, Model):
    """在册人数: how many pupils of a status and gender a class has; triggers keep it (P27)."""

    __tablename__ = "headcount"
    __table_args__ = (
        UniqueConstraint(
            "grade_id", "class_id", "gender", "status", postgresql_nulls_not_distinct=True
        ),
        Index("headcount_owner", "owner_path"),
        Index("headcount_class", "class_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"))
    gender: Mapped[str] = mapped_column(String(1))
    status: Mapped[str] = mapped_column(String(32))
    n: Mapped[int]
