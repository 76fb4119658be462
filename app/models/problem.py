"""问题学籍: who is in the registry twice, or with a wrong number; what is asked, proven, settled.

A group is what collides: one ID number, or one name, gender and birth date, or one wrong number.
Every record in it has an item, seen where the record is seen; the group is seen by whoever sees
one of its items.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Owned
from app.models.case import Case, CaseKind
from app.models.change import KeyChangeLine
from app.models.student import Student


class ProblemKind(StrEnum):
    """问题类别 (P04): the codes of ``problem_kind``."""

    DUP_ID = "DUP_ID"  # the same ID number
    DUP_NSB = "DUP_NSB"  # the same name, gender and birth date
    ID_ERROR = "ID_ERROR"  # the number itself is wrong: a group of one


class ItemState(StrEnum):
    """How a record's part in a problem stands."""

    OPEN = "OPEN"
    EVIDENCED = "EVIDENCED"  # proven genuine; or the last one left, by the system
    CHANGED = "CHANGED"  # carries another identity now, as the authority agreed
    DELETED = "DELETED"


class ProblemAction(StrEnum):
    """What the school does about it (P05)."""

    EVIDENCE = "EVIDENCE"
    CHANGE = "CHANGE"
    DELETE = "DELETE"


class ProblemGroup(Model):
    """One collision, for good: it opens again when a new record collides."""

    __tablename__ = "problem_group"
    __table_args__ = (UniqueConstraint("kind", "key_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProblemKind]
    key_digest: Mapped[bytes]  # keyed; of what collides
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    items: Mapped[list[ProblemItem]] = relationship(
        back_populates="group", order_by="ProblemItem.id", viewonly=True
    )


class ProblemItem(Owned, Model):
    """A record's part in a group; ``auto``: the system found it to be the last one left."""

    __tablename__ = "problem_item"
    __table_args__ = (
        UniqueConstraint("group_id", "student_id"),
        Index("problem_item_owner", "owner_path", "id", postgresql_where="state = 'OPEN'"),
        Index("problem_item_student", "student_id"),
        Index("problem_item_case", "case_id", postgresql_where="case_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("problem_group.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    state: Mapped[ItemState] = mapped_column(default=ItemState.OPEN, server_default="OPEN")
    auto: Mapped[bool] = mapped_column(default=False, server_default="false")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("problem_case.case_id"))
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]

    group: Mapped[ProblemGroup] = relationship(back_populates="items")
    student: Mapped[Student] = relationship()


class EvidencedPair(Owned, Model):
    """佐证过的一对: two records proven to be different; the same pair is not raised again."""

    __tablename__ = "evidenced_pair"
    __table_args__ = (
        CheckConstraint("first_id <= second_id", name="evidenced_pair_order"),
        UniqueConstraint("kind", "key_digest", "first_id", "second_id"),
        Index("evidenced_pair_owner", "owner_path", "first_id"),
        Index("evidenced_pair_second", "second_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProblemKind]
    key_digest: Mapped[bytes]
    first_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("student.id"))


class CheckWaiting(Model):
    """待查重: a record whose identity is new or changed; the database writes it by itself."""

    __tablename__ = "check_waiting"

    student_id: Mapped[int] = mapped_column(
        ForeignKey("student.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    asked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ProblemCase(Case):
    """问题学籍处理 (P05): evidence, or another identity, or that the record is to go."""

    __tablename__ = "problem_case"
    __table_args__: tuple[Any, ...] = ()
    __mapper_args__ = {"polymorphic_identity": CaseKind.PROBLEM}

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    action: Mapped[ProblemAction]
    explanation: Mapped[str] = mapped_column(String(500))

    lines: Mapped[list[KeyChangeLine]] = relationship(
        order_by="KeyChangeLine.id",
        cascade="all, delete-orphan",
        overlaps="lines,change",
        primaryjoin="foreign(KeyChangeLine.case_id) == ProblemCase.case_id",
    )
