"""导入批次: an uploaded workbook, its typed preview and every problem found in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned, Stamped
from app.models.organisation import Organisation
from app.models.pupil import GuardianFields, PupilFields


class BatchState(StrEnum):
    """批次状态: PREVIEW waits for a person; FAILED is a file that could not be read at all."""

    PENDING = "PENDING"
    CHECKING = "CHECKING"
    PREVIEW = "PREVIEW"
    COMMITTING = "COMMITTING"
    COMMITTED = "COMMITTED"
    DISCARDED = "DISCARDED"
    FAILED = "FAILED"


class Verdict(StrEnum):
    """What an import would do with a row."""

    NEW = "NEW"
    REFUSED = "REFUSED"


class Severity(StrEnum):
    """Whether a problem blocks its row."""

    ERROR = "ERROR"
    WARNING = "WARNING"


class ImportBatch(Owned, Stamped, Model):
    """One uploaded file; counts are rows, times UTC."""

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("import_batch_owner", "owner_path", "id"),
        Index("import_batch_digest", "school_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(String(40))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    state: Mapped[BatchState] = mapped_column(default=BatchState.PENDING, server_default="PENDING")
    failure: Mapped[dict[str, object] | None] = mapped_column(JSONB)  # code and params, no values
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    new: Mapped[int] = mapped_column(default=0, server_default="0")
    refused: Mapped[int] = mapped_column(default=0, server_default="0")
    warned: Mapped[int] = mapped_column(default=0, server_default="0")
    checked_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(ImportBatch.school_id)", viewonly=True
    )
    uploader: Mapped[Account] = relationship()

    def __repr__(self) -> str:
        return self.file_name


class ImportRow(Owned, PupilFields, Model):
    """A row of the workbook that could be read, typed and sealed as it would be stored."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("import_row_owner", "owner_path", "batch_id"),
        Index("import_row_digest", "batch_id", "id_digest"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]  # as Excel counts
    verdict: Mapped[Verdict]
    class_number: Mapped[str] = mapped_column(String(7))
    class_id: Mapped[int | None]
    grade_id: Mapped[int | None]
    student_id: Mapped[int | None]  # once committed


class ImportGuardian(Owned, GuardianFields, Model):
    """A family member of a readable row."""

    __tablename__ = "import_guardian"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no", "ordinal"),
        Index("import_guardian_owner", "owner_path", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    ordinal: Mapped[int]  # 1 or 2


class ImportProblem(Owned, Model):
    """One thing wrong (or odd) in one cell; a personal value is masked before it comes here."""

    __tablename__ = "import_problem"
    __table_args__ = (Index("import_problem_owner", "owner_path", "batch_id", "row_no"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    heading: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(24))
    severity: Mapped[Severity]
    value: Mapped[str | None] = mapped_column(String(120))
    params: Mapped[dict[str, object]] = mapped_column(JSONB, default=dict)
