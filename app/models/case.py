"""业务: one row per application of any kind, its timeline, its comments, what a transfer adds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned, PathText
from app.models.organisation import Organisation
from app.models.school import Grade, SchoolClass

PREFIXES = {
    "REGISTRATION": "ZC",
    "TRANSFER": "ZX",
    "MOVEMENT": "YD",
    "KEY_CHANGE": "BG",
    "PROBLEM": "WT",
}


class CaseKind(StrEnum):
    """业务种类; the two letters begin the printed number."""

    REGISTRATION = "REGISTRATION"
    TRANSFER = "TRANSFER"
    MOVEMENT = "MOVEMENT"
    KEY_CHANGE = "KEY_CHANGE"
    PROBLEM = "PROBLEM"

    @property
    def prefix(self) -> str:
        """The letters a case number of this kind begins with."""
        return PREFIXES[self.value]


class Decision(StrEnum):
    """What somebody did at a desk; the codes of ``system_enums``, and the ways to begin."""

    SUBMIT = "SUBMIT"
    AGREE = "AGREE"
    DISAGREE = "DISAGREE"
    RETURN = "RETURN"
    WITHDRAW = "WITHDRAW"
    CLEAN = "CLEAN"
    ESCALATE = "ESCALATE"  # the waiting side asks the next tier to sit at a silent desk
    INTERVENE = "INTERVENE"
    REPORT = "REPORT"
    PULL = "PULL"


class Case(Owned, Model):
    """One application: whose pupil, who asks, whose desk it lies on, since when, until when.

    The database derives all paths from the organisations' keys: `owner_path` (the school that
    holds the pupil), `receiving_path`, `awaiting_path` and `common_path` (lowest common superior).
    Only the workflow engine writes a case. ``silent_id`` is the organisation in whose place the
    awaiting one sits, after the waiting side asked for an intervention.
    """

    __tablename__ = "case_file"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("(closed_at IS NULL) = (awaiting_id IS NOT NULL)", name="case_file_open"),
        Index("case_owner", "owner_path", "id"),
        Index("case_receiving", "receiving_path", "id"),
        Index("case_common", "common_path", "id"),
        Index(
            "case_inbox",
            "awaiting_path",
            "awaiting_office",
            text("due_on NULLS FIRST"),
            "id",
            postgresql_where="closed_at IS NULL",
        ),
        Index(
            "case_lying",
            "awaiting_path",
            "due_on",
            "kind",
            postgresql_include=["owner_path", "receiving_path", "common_path"],
            postgresql_where="closed_at IS NULL",
        ),
        Index("case_one_open", "student_id", unique=True, postgresql_where="closed_at IS NULL"),
        Index("case_student", "student_id"),
        Index("case_batch", "batch_id", postgresql_where="batch_id IS NOT NULL"),
        Index("case_initiator", "initiator_id", "id"),
        Index("case_keeper", "keeper_id", "id", postgresql_where="keeper_id IS NOT NULL"),
        Index(
            "case_silent",
            "step_since",
            postgresql_where="silent_id IS NOT NULL AND closed_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    receiving_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    awaiting_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    awaiting_office: Mapped[str | None] = mapped_column(String(16))
    silent_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", name="case_file_silent")
    )
    receiving_path: Mapped[PathText | None]
    awaiting_path: Mapped[PathText | None]
    common_path: Mapped[PathText] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(String(32))
    variant: Mapped[str | None] = mapped_column(String(32))  # type, tab or action: for lists
    initiator_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    keeper_id: Mapped[int | None] = mapped_column(  # who took over when the initiator left
        ForeignKey("account.user_id", name="case_file_keeper")
    )
    initiator_org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    step_since: Mapped[datetime] = mapped_column(server_default=func.now())
    due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    owner: Mapped[Organisation] = relationship(foreign_keys=[owner_id])
    receiving: Mapped[Organisation | None] = relationship(foreign_keys=[receiving_id])
    awaiting: Mapped[Organisation | None] = relationship(foreign_keys=[awaiting_id])
    silent: Mapped[Organisation | None] = relationship(foreign_keys=[silent_id])
    initiator: Mapped[Account] = relationship(foreign_keys=[initiator_id])
    keeper: Mapped[Account | None] = relationship(foreign_keys=[keeper_id])
    initiator_org: Mapped[Organisation] = relationship(foreign_keys=[initiator_org_id])
    events: Mapped[list[CaseEvent]] = relationship(
        back_populates="case", order_by="CaseEvent.id", passive_deletes=True
    )

    __mapper_args__ = {
        "version_id_col": version,
        "polymorphic_on": "kind",
    }

    @property
    def no(self) -> str:
        """The printed number, such as ``ZX261121-000123``."""
        return f"{self.kind.prefix}{self.opened_at:%y%m%d}-{self.id:06}"

    @property
    def is_open(self) -> bool:
        """Tell whether the case still lies on a desk (and locks its pupil)."""
        return self.closed_at is None

    def __repr__(self) -> str:
        return self.no


class CaseParty(Model):
    """涉及单位: whom a case concerns: the schools, who runs them, and every desk it came to.

    Ids alone, kept by the database with every step of a case; lists find their cases here in order
    and read them from `Case`, which says who may.
    """

    __tablename__ = "case_party"
    __table_args__ = (
        Index(
            "case_party_open",
            "organisation_id",
            text("due_on NULLS FIRST"),
            "case_id",
            postgresql_where="closed_at IS NULL",
        ),
        Index(
            "case_party_closed",
            "organisation_id",
            "closed_at",
            "case_id",
            postgresql_where="closed_at IS NOT NULL",
        ),
    )

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]


class CaseEvent(Model):
    """办理记录: one line of a case's timeline; seen by whoever sees the case, never changed.

    ``for_user_id`` is the absent person for whom a substitute acted; ``silent_id`` the organisation
    in whose place an intervening one did.
    """

    __tablename__ = "case_event"
    __table_args__ = (
        UniqueConstraint("case_id", "case_version"),
        Index("case_event_user", "user_id", "id"),
        Index("case_event_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    case_version: Mapped[int]  # the version the case had before: two effects of one step cannot be
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    decision: Mapped[Decision]
    from_state: Mapped[str] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    role: Mapped[str] = mapped_column(String(4))
    for_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.user_id", name="case_event_for_user")
    )
    silent_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", name="case_event_silent")
    )
    remark: Mapped[str | None] = mapped_column(String(500))

    case: Mapped[Case] = relationship(back_populates="events")
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    user: Mapped[Account] = relationship(foreign_keys=[user_id])
    for_user: Mapped[Account | None] = relationship(foreign_keys=[for_user_id])
    silent: Mapped[Organisation | None] = relationship(foreign_keys=[silent_id])


class CaseComment(Model):
    """留言: what people of the offices tell each other about a case; it moves nothing."""

    __tablename__ = "case_comment"
    __table_args__ = (Index("case_comment_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    words: Mapped[str] = mapped_column(String(500))

    organisation: Mapped[Organisation] = relationship()
    user: Mapped[Account] = relationship()


class Registration(Case):
    """学籍注册 (P02, P03): a pupil of an import or of a form, on the way to being in school."""

    __mapper_args__ = {"polymorphic_identity": CaseKind.REGISTRATION}


class Transfer(Case):
    """转学 (P09): started by the receiving school; says where the pupil goes and why.

    ``pulls`` is laid down at submission: whether the receiving school pulls the archive itself.
    The paper archive is handed over after the end; both schools note their day.
    """

    __tablename__ = "transfer"
    __table_args__: tuple[Any, ...] = ()
    __mapper_args__ = {"polymorphic_identity": CaseKind.TRANSFER}

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    to_grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"))
    to_class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    reason: Mapped[str] = mapped_column(String(4))  # code table transfer_reason
    reason_text: Mapped[str | None] = mapped_column(String(500))
    reported_on: Mapped[date | None]
    pulled_at: Mapped[datetime | None]
    pulls: Mapped[bool] = mapped_column(default=False, server_default="false")
    paper_sent_on: Mapped[date | None]
    paper_received_on: Mapped[date | None]

    to_grade: Mapped[Grade | None] = relationship(
        primaryjoin=lambda: Grade.id == foreign(Transfer.to_grade_id)
    )
    to_class: Mapped[SchoolClass | None] = relationship(
        primaryjoin=lambda: SchoolClass.id == foreign(Transfer.to_class_id)
    )
