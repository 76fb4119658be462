"""应注册名单: whom the admission system says a school's new grade consists of (P02.1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Named, Owned
from app.models.organisation import Organisation
from app.models.school import Stage
from app.models.sealed import Sealed


class ExpectedList(Owned, Model):
    """A list for one school, stage and year of entry; a later one takes its place."""

    __tablename__ = "expected_list"
    __table_args__ = (
        Index("expected_list_owner", "owner_path", "id"),
        UniqueConstraint("school_id", "stage", "entry_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    stage: Mapped[Stage]
    entry_year: Mapped[int]
    rows: Mapped[int]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    school: Mapped[Organisation] = relationship()
    uploader: Mapped[Account] = relationship()


class ExpectedPupil(Owned, Model):
    """A line of the list, as the workbook has it (``row_no`` as in Excel)."""

    __tablename__ = "expected_pupil"
    __table_args__ = (
        UniqueConstraint("list_id", "row_no"),
        Index("expected_pupil_owner", "owner_path", "list_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("expected_list.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    name: Mapped[str] = mapped_column(Named)
    gender: Mapped[str | None] = mapped_column(String(1, collation="C"))
    birth_date: Mapped[date | None]
    id_number: Mapped[str | None] = mapped_column(Sealed("id_number"))
    id_digest: Mapped[bytes | None]
