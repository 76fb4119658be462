"""异动与关键数据变更: what a case adds that changes a pupil's standing, or a controlled field."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.models.base import Model
from app.models.case import Case, CaseKind
from app.models.school import Grade, SchoolClass
from app.models.sealed import Sealed


class MovementType(StrEnum):
    """异动类别: the codes of ``movement_type``; a transfer is a kind of case of its own."""

    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    WITHDRAW = "WITHDRAW"
    EXPEL = "EXPEL"
    REPEAT = "REPEAT"
    SKIP = "SKIP"
    DEATH = "DEATH"
    MISSING = "MISSING"
    ABROAD = "ABROAD"
    RETURN_HOME = "RETURN_HOME"
    OTHER_LEAVE = "OTHER_LEAVE"
    RESTORE = "RESTORE"
    SUSPECT_DROPOUT = "SUSPECT_DROPOUT"
    DROPOUT = "DROPOUT"


class Movement(Case):
    """学籍异动 (P08, P10, P11): what happens to a pupil's standing, when, why, and where to.

    A leave keeps where the pupil sat and at which level: cohorts move up meanwhile. ``until_on`` is
    the day a suspension is to end. A return started by another school has it as receiving side.
    """

    __tablename__ = "movement"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("(to_grade_id IS NULL) = (to_class_id IS NULL)", name="movement_target"),
        CheckConstraint("until_on > happened_on", name="movement_period"),
        Index("movement_until", "until_on", postgresql_where="until_on IS NOT NULL"),
    )
    __mapper_args__ = {"polymorphic_identity": CaseKind.MOVEMENT}

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    type: Mapped[MovementType]
    reason: Mapped[str | None] = mapped_column(String(4))  # code table movement_reason
    reason_text: Mapped[str | None] = mapped_column(String(500))
    happened_on: Mapped[date]
    until_on: Mapped[date | None]
    to_grade_id: Mapped[int | None] = mapped_column(ForeignKey("grade.id"))
    to_class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"))
    left_grade_id: Mapped[int | None] = mapped_column(ForeignKey("grade.id"))
    left_level: Mapped[int | None]

    to_grade: Mapped[Grade | None] = relationship(
        primaryjoin=lambda: Grade.id == foreign(Movement.to_grade_id)
    )
    to_class: Mapped[SchoolClass | None] = relationship(
        primaryjoin=lambda: SchoolClass.id == foreign(Movement.to_class_id)
    )


class KeyChange(Case):
    """关键数据变更 (P06): controlled fields of a pupil, each with its old and its new value."""

    __tablename__ = "key_change"
    __table_args__: tuple[Any, ...] = ()
    __mapper_args__ = {"polymorphic_identity": CaseKind.KEY_CHANGE}

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    reason_text: Mapped[str] = mapped_column(String(500))

    lines: Mapped[list[KeyChangeLine]] = relationship(
        order_by="KeyChangeLine.id",
        cascade="all, delete-orphan",
        overlaps="lines",
        primaryjoin="foreign(KeyChangeLine.case_id) == KeyChange.case_id",
    )


class KeyChangeLine(Model):
    """One field that a case changes; both values as text, unreadable at rest; None is empty."""

    __tablename__ = "key_change_line"
    __table_args__ = (UniqueConstraint("case_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    field: Mapped[str] = mapped_column(String(40))  # a column of `PupilFields`
    before: Mapped[str | None] = mapped_column(Sealed("key_change.before"))
    after: Mapped[str | None] = mapped_column(Sealed("key_change.after"))
