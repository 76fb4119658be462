"""导入批次: an uploaded file, its preview row by row and cell by cell, and what became of it.

Before the writing a pupil to be registered lies typed in `import_row`; rows of every other
template are lines with cells. After the writing all that is left are lines: which row became
which record, and on an undo what happened to it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.codes.workdays import BEIJING
from app.models.account import Account
from app.models.base import Model, Named, Owned, Stamped
from app.models.organisation import Organisation
from app.models.pupil import GuardianFields, PupilFields
from app.models.sealed import Sealed


class BatchState(StrEnum):
    """批次状态: MAPPING and PREVIEW wait for a person; FAILED is a file that cannot be read."""

    PENDING = "PENDING"
    MAPPING = "MAPPING"  # its headings are not the template's: a person says which is which
    CHECKING = "CHECKING"
    PREVIEW = "PREVIEW"
    COMMITTING = "COMMITTING"
    COMMITTED = "COMMITTED"
    DISCARDED = "DISCARDED"
    FAILED = "FAILED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


class Verdict(StrEnum):
    """What an import would do with a row.

    NEW, CHANGED and ELSEWHERE are written, SAME has nothing to write, REFUSED cannot be;
    LIKELY is written only when a person says so (``taken``).
    """

    NEW = "NEW"
    CHANGED = "CHANGED"  # the registry has the record, some cells differ
    SAME = "SAME"
    LIKELY = "LIKELY"  # perhaps the same child as another of the school
    ELSEWHERE = "ELSEWHERE"  # another school has the number: both records become a problem
    REFUSED = "REFUSED"


class Outcome(StrEnum):
    """What became of a written row when the import was undone."""

    REVERSED = "REVERSED"
    KEPT = "KEPT"  # somebody changed the record since
    STUCK = "STUCK"  # it cannot be taken back any more


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
    headings: Mapped[list[str] | None] = mapped_column(JSONB)  # as the file has them
    mapping: Mapped[list[str | None] | None] = mapped_column(JSONB)  # a field for each heading
    revision: Mapped[int] = mapped_column(default=0, server_default="0")  # of the preview
    keep_good: Mapped[bool] = mapped_column(default=False, server_default="false")
    alarm: Mapped[dict[str, object] | None] = mapped_column(JSONB)  # why to ask a second time
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    new: Mapped[int] = mapped_column(default=0, server_default="0")
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    same: Mapped[int] = mapped_column(default=0, server_default="0")
    likely: Mapped[int] = mapped_column(default=0, server_default="0")
    elsewhere: Mapped[int] = mapped_column(default=0, server_default="0")
    refused: Mapped[int] = mapped_column(default=0, server_default="0")
    warned: Mapped[int] = mapped_column(default=0, server_default="0")
    missing: Mapped[int] = mapped_column(default=0, server_default="0")  # in its classes, not in it
    written: Mapped[int] = mapped_column(default=0, server_default="0")
    reversed: Mapped[int] = mapped_column(default=0, server_default="0")
    kept: Mapped[int] = mapped_column(default=0, server_default="0")
    stuck: Mapped[int] = mapped_column(default=0, server_default="0")
    checked_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(ImportBatch.school_id)", viewonly=True
    )
    uploader: Mapped[Account] = relationship(foreign_keys=uploaded_by)

    @property
    def number(self) -> str:
        """The printed number of the batch: DR, the year, six digits."""
        return f"DR{self.created_at.astimezone(BEIJING):%Y}-{self.id:06d}"

    def __repr__(self) -> str:
        return self.file_name


class Judged:
    """What an import would do with one row of the file, and to which record."""

    row_no: Mapped[int]  # as Excel counts
    verdict: Mapped[Verdict]
    target_id: Mapped[int | None]  # the record it changes or became
    target_version: Mapped[int | None]  # as it was reviewed, then as it was written
    taken: Mapped[bool] = mapped_column(default=True, server_default="true")


class ImportRow(Owned, PupilFields, Judged, Model):
    """A pupil's row that could be read, typed and sealed as it would be stored."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("import_row_owner", "owner_path", "batch_id"),
        Index("import_row_digest", "batch_id", "id_digest"),
        Index("import_row_verdict", "batch_id", "verdict", "row_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int]  # a batch that is there: `policies.path_triggers.MANY`
    class_number: Mapped[str] = mapped_column(String(7))
    class_id: Mapped[int | None]
    grade_id: Mapped[int | None]


class ImportGuardian(Owned, GuardianFields, Model):
    """A family member of a readable row."""

    __tablename__ = "import_guardian"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no", "ordinal"),
        Index("import_guardian_owner", "owner_path", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int]  # a batch that is there: `policies.path_triggers.MANY`
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


class ImportLine(Owned, Judged, Model):
    """A row of any other template before the writing; after it, of every template.

    ``parent_id`` is the record that a new one is to hang on: the pupil of a family member.
    ``told`` names the record for a reader, as a page may show it; ``why`` and ``by`` tell why an
    undo left it, and who had changed it.
    """

    __tablename__ = "import_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("import_line_owner", "owner_path", "batch_id"),
        Index("import_line_verdict", "batch_id", "verdict", "row_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int]  # a batch that is there: `policies.path_triggers.MANY`
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    told: Mapped[str | None] = mapped_column(Named)
    outcome: Mapped[Outcome | None]
    why: Mapped[str | None] = mapped_column(String(24))
    by: Mapped[int | None]


class ImportCell(Owned, Model):
    """A cell that would be written, beside what the registry has: texts as PostgreSQL reads them.

    ``record_id`` is the family member it belongs to; a member who is not there yet has none.
    """

    __tablename__ = "import_cell"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no", "field"),
        Index("import_cell_owner", "owner_path", "batch_id"),
        Index("import_cell_field", "batch_id", "field", "row_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(Sealed("import_cell"))
    after: Mapped[str | None] = mapped_column(Sealed("import_cell"))
    record_id: Mapped[int | None] = mapped_column(BigInteger)


class ImportRaw(Owned, Model):
    """A refused or mended row as it was typed, so that cells can be mended: sealed JSON by field.

    ``id_digest`` is of its ID number, where that could be read. A row that was ``mended`` stands
    for the file's own, also when the batch is looked at once more.
    """

    __tablename__ = "import_raw"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("import_raw_owner", "owner_path", "batch_id"),
        Index("import_raw_digest", "batch_id", "id_digest"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    cells: Mapped[str] = mapped_column(Sealed("import_raw"))
    id_digest: Mapped[bytes | None]
    mended: Mapped[bool] = mapped_column(default=False, server_default="false")


class ImportMapping(Owned, Model):
    """栏目对应: how an organisation last matched a file's headings to a template's columns."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        UniqueConstraint("organisation_id", "template", "headings"),
        Index("import_mapping_owner", "owner_path", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    template: Mapped[str] = mapped_column(String(40))
    headings: Mapped[str] = mapped_column(String(64))  # digest of the file's headings
    mapping: Mapped[list[str | None]] = mapped_column(JSONB)
    used_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
