"""附件: evidence that belongs to a case; the bytes lie sealed in the file store by their digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.case import Case
from app.models.organisation import Organisation


class Attachment(Owned, Model):
    """One file: first on the tray of whoever uploaded it, then bound to a case for good.

    A file of a case is never replaced or taken away; its digest stands in the audit log.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size > 0", name="attachment_size"),
        Index("attachment_owner", "owner_path", "id"),
        Index("attachment_case", "case_id", "id"),
        Index("attachment_tray", "uploaded_by", "id", postgresql_where="case_id IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    name: Mapped[str] = mapped_column(String(120))  # as uploaded, without folders
    kind: Mapped[str] = mapped_column(String(8))  # jpg, png, pdf, doc, docx, zip, rar
    size: Mapped[int]  # bytes, as stored
    digest: Mapped[str] = mapped_column(String(64, collation="C"))  # SHA-256 of what is stored
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    case: Mapped[Case | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Account] = relationship()
