"""机构: authorities (教育行政部门) and schools (学校) in one tree, five tiers high."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Named, PathText


class Tier(StrEnum):
    """层级: how high an organisation stands."""

    MINISTRY = "MINISTRY"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    SCHOOL = "SCHOOL"


class Organisation(Model):
    """An authority or a school: public reference data, never deleted.

    The parent of a school is its *managing* authority (所属主管教育行政部门), which decides its
    cases; where it stands on the map (属地) is `School.territorial_id`.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("(tier = 'MINISTRY') = (parent_id IS NULL)", name="organisation_parent"),
        CheckConstraint("path ~ '^/([0-9A-Z]+/)*$'", name="organisation_path"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12, collation="C"), unique=True)
    name: Mapped[str] = mapped_column(Named)
    tier: Mapped[Tier]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    path: Mapped[PathText] = mapped_column(unique=True)

    parent: Mapped[Organisation | None] = relationship(remote_side=[id])

    def holds(self, other: Organisation) -> bool:
        """Tell whether ``other`` is this organisation or lies below it."""
        return other.path.startswith(self.path)

    def __repr__(self) -> str:
        return self.name


def common_path(one: str, other: str) -> str:
    """Return the path of the lowest organisation above (or at) both paths."""
    shared = "/"
    for mine, theirs in zip(one.split("/")[1:-1], other.split("/")[1:-1], strict=False):
        if mine != theirs:
            break
        shared += f"{mine}/"
    return shared
