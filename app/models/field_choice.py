"""受控字段与开放字段: which fields an authority controls, and which a school opens to teachers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.organisation import Organisation


class FieldUse(StrEnum):
    """What the fields are chosen for."""

    CONTROLLED = "CONTROLLED"  # P06: changed by a case alone; province, city and county add up
    OPENED = "OPENED"  # P07: class teachers may write them, grade by grade


class FieldChoice(Owned, Model):
    """One decision about a set of fields; a later one of the same place takes its place.

    INSERT-only: the table is its own history. ``grade_code`` is set for opened fields alone.
    """

    __tablename__ = "field_choice"
    __table_args__ = (
        CheckConstraint("(use = 'OPENED') = (grade_code IS NOT NULL)", name="field_choice_grade"),
        Index("field_choice_organisation", "organisation_id", "use", "id"),
        Index("field_choice_owner", "owner_path", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    use: Mapped[FieldUse]
    grade_code: Mapped[str | None] = mapped_column(String(2))  # code table grade_level
    fields: Mapped[list[str]] = mapped_column(JSONB)  # columns of `PupilFields`
    set_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Account] = relationship()
