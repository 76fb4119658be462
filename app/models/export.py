"""导出: a file somebody took out of the registry, its downloads, and whose pupils were in it.

Rows outlive the file: what was exported, by whom, for what and how often it was fetched stays when
the file is long destroyed (003). What a filter asked for is sealed, because it may name a child.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.codes.workdays import BEIJING
from app.models.account import Account
from app.models.base import Model, Named, Owned, Stamped, Versioned
from app.models.organisation import Organisation
from app.models.sealed import Sealed


class ExportState(StrEnum):
    """导出状态: READY waits to be fetched; DESTROYED has no file any more, only its row."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    READY = "READY"
    EXPIRED = "EXPIRED"
    DESTROYED = "DESTROYED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class RequestState(StrEnum):
    """导出申请状态 (P30)."""

    DRAFT = "DRAFT"
    DEPT_REVIEW = "DEPT_REVIEW"
    HEAD_APPROVAL = "HEAD_APPROVAL"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    GENERATED = "GENERATED"
    DOWNLOADED = "DOWNLOADED"
    EXPIRED = "EXPIRED"
    DESTROYED = "DESTROYED"


class ExportRequest(Owned, Stamped, Versioned, Model):
    """依申请导出: the nine items, the security plan inside them, and where the request stands.

    Items: using unit, purpose, scope, manner, fields, period, responsible person, handler, plan.
    ``columns`` are the fields as they stand, ``struck`` those a reviewer took out of them.
    """

    __tablename__ = "export_request"
    __table_args__ = (
        Index("export_request_owner", "owner_path", "id"),
        Index("export_request_state", "organisation_id", "state"),
        Index(
            "export_request_waiting",
            "awaiting_id",
            "awaiting_office",
            postgresql_where="awaiting_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    state: Mapped[RequestState] = mapped_column(default=RequestState.DRAFT, server_default="DRAFT")
    unit: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(24))  # a code of `app.codes` / policies
    purpose_words: Mapped[str] = mapped_column(String(500))
    scope_words: Mapped[str] = mapped_column(String(500))
    manner_words: Mapped[str] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(24))
    columns: Mapped[list[str]] = mapped_column(JSONB)
    struck: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    filters: Mapped[str | None] = mapped_column(Sealed("export.filters"))  # JSON
    rows: Mapped[int | None]  # how many it was about when it was submitted
    used_from: Mapped[date]
    used_until: Mapped[date]
    officer: Mapped[str] = mapped_column(Named)  # data-security responsible person
    handler: Mapped[str] = mapped_column(Named)
    plan: Mapped[str] = mapped_column(String(2000))
    awaiting_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    awaiting_office: Mapped[str | None] = mapped_column(String(16))  # app.policies.roles.Office

    organisation: Mapped[Organisation] = relationship(foreign_keys=organisation_id)
    awaiting: Mapped[Organisation | None] = relationship(foreign_keys=awaiting_id)
    applicant: Mapped[Account] = relationship(foreign_keys=asked_by)
    events: Mapped[list[ExportEvent]] = relationship(order_by="ExportEvent.id")

    @property
    def number(self) -> str:
        """The printed number of the request: SQ, the year, six digits."""
        return f"SQ{self.created_at.astimezone(BEIJING):%Y}-{self.id:06d}"

    def __repr__(self) -> str:
        return self.number


class ExportEvent(Model):
    """What somebody did with a request, and in which words; INSERT-only.

    Nobody (``actor`` None) is the clock, or the job that carried an approved request out.
    """

    __tablename__ = "export_event"
    __table_args__ = (Index("export_event_request", "request_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("export_request.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    for_user_id: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    step: Mapped[str] = mapped_column(String(24))
    struck: Mapped[list[str] | None] = mapped_column(JSONB)  # fields taken out with this step
    words: Mapped[str | None] = mapped_column(String(500))

    person: Mapped[Account | None] = relationship(foreign_keys=actor)
    for_user: Mapped[Account | None] = relationship(foreign_keys=for_user_id)


class Export(Owned, Stamped, Versioned, Model):
    """One export: what of which list, for what, and the file while there is one; times UTC.

    ``masked`` holds for every routine export; whole values need a ``request``. ``password`` opens
    the archive and is shown to the asker alone.
    """

    __tablename__ = "export"
    __table_args__ = (
        Index("export_owner", "owner_path", "id"),
        Index("export_asker", "asked_by", "id"),
        Index("export_due", "expires_at", postgresql_where="state = 'READY'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("export_request.id"))
    source: Mapped[str] = mapped_column(String(24))
    columns: Mapped[list[str]] = mapped_column(JSONB)
    filters: Mapped[str | None] = mapped_column(Sealed("export.filters"))  # JSON
    format: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2))
    purpose: Mapped[str] = mapped_column(String(24))
    purpose_words: Mapped[str | None] = mapped_column(String(500))
    masked: Mapped[bool] = mapped_column(default=True, server_default="true")
    password: Mapped[str | None] = mapped_column(Sealed("export.password"))
    state: Mapped[ExportState] = mapped_column(default=ExportState.QUEUED, server_default="QUEUED")
    failure: Mapped[dict[str, object] | None] = mapped_column(JSONB)  # code and params, no values
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(default=0, server_default="0")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
    destroyed_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))  # None: expiry

    organisation: Mapped[Organisation] = relationship()
    asker: Mapped[Account] = relationship(foreign_keys=asked_by)
    request: Mapped[ExportRequest | None] = relationship()
    parts: Mapped[list[ExportPart]] = relationship(order_by="ExportPart.part")
    downloads: Mapped[list[ExportDownload]] = relationship(order_by="ExportDownload.id")

    @property
    def number(self) -> str:
        """The printed number of the export: DC, the year, six digits."""
        return f"DC{self.created_at.astimezone(BEIJING):%Y}-{self.id:06d}"

    def __repr__(self) -> str:
        return self.number


class ExportPart(Model):
    """One file of an export: a sheet holds 1,048,576 rows and no more."""

    __tablename__ = "export_part"
    __table_args__ = (UniqueConstraint("export_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"))
    part: Mapped[int]
    rows: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))  # of the file as it is fetched; its name


class ExportDownload(Model):
    """One time somebody fetched an export; INSERT-only."""

    __tablename__ = "export_download"
    __table_args__ = (Index("export_download_export", "export_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))

    person: Mapped[Account] = relationship()


class ExportShare(Owned, Model):
    """导出台账: how many pupils of a school an export held; the school reads it, whoever asked."""

    __tablename__ = "export_share"
    __table_args__ = (
        UniqueConstraint("export_id", "school_id"),
        Index("export_share_owner", "owner_path", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    exporter_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    rows: Mapped[int]
    source: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[str] = mapped_column(String(24))
    purpose_words: Mapped[str | None] = mapped_column(String(500))
    columns: Mapped[list[str]] = mapped_column(JSONB)
    masked: Mapped[bool]
    request_number: Mapped[str | None] = mapped_column(String(20))

    exporter: Mapped[Organisation] = relationship(foreign_keys=[exporter_id])
    school: Mapped[Organisation] = relationship(
        primaryjoin=lambda: Organisation.id == foreign(ExportShare.school_id), viewonly=True
    )

    @property
    def number(self) -> str:
        """The printed number of the export, which the school itself may not see."""
        return f"DC{self.at.astimezone(BEIJING):%Y}-{self.export_id:06d}"
