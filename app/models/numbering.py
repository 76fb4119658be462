"""学籍号: every number ever given out; and who was verified, in which round, with what result."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.organisation import Organisation
from app.models.standing import Verification


class IssuedNumber(Model):
    """A number (its keyed digest) that is or was somebody's: it is never anybody else's again.

    Only the database's own `claim_number` reads and writes here.
    """

    __tablename__ = "issued_number"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    student_id: Mapped[int]  # no foreign key: a number outlives whatever becomes of its record
    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoundState(StrEnum):
    """How far a round is."""

    WRITING = "WRITING"  # a job writes the file
    OUT = "OUT"  # the file is there; what the police says is awaited
    READING = "READING"  # a job reads what came back
    LOOK = "LOOK"  # what it would do is shown; nothing is done yet
    APPLYING = "APPLYING"
    DONE = "DONE"
    ENDED = "ENDED"  # given up


class Told(StrEnum):
    """What a row that came back would do to its pupil."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    CHANGED = "CHANGED"  # the record is not any more the one that was sent: nothing
    OTHER = "OTHER"  # the row names somebody else than was sent: nothing


class VerificationRound(Owned, Model):
    """身份核验批次: pupils whose identity is put to the police in a file, and what came back.

    One pupil confirmed by hand is a round too, with its reason and the digest of its paper.
    """

    __tablename__ = "verification_round"
    __table_args__ = (Index("verification_round_owner", "owner_path", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[RoundState] = mapped_column(default=RoundState.WRITING, server_default="WRITING")
    job_id: Mapped[int | None]
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    everybody: Mapped[bool] = mapped_column(default=False, server_default="false")
    rows: Mapped[int] = mapped_column(default=0, server_default="0")
    digest: Mapped[str | None] = mapped_column(String(64))  # of the sealed file, while it is kept
    answer: Mapped[str | None] = mapped_column(String(64))  # of the sealed file that came back
    answer_name: Mapped[str | None] = mapped_column(String(120))
    odd: Mapped[list[list[object]]] = mapped_column(  # rows not understood: number, code
        JSONB, default=list, server_default="[]"
    )
    reason: Mapped[str | None] = mapped_column(String(200))  # of a pupil confirmed by hand
    paper: Mapped[str | None] = mapped_column(String(64))
    paper_name: Mapped[str | None] = mapped_column(String(120))
    told_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.user_id", name="verification_round_told_by")
    )
    told_at: Mapped[datetime | None]
    passed: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")

    organisation: Mapped[Organisation] = relationship()
    asker: Mapped[Account] = relationship(foreign_keys=[asked_by])
    teller: Mapped[Account | None] = relationship(foreign_keys=[told_by])


class VerificationLine(Owned, Model):
    """A pupil of a round; the identity asked about is the one the record had (``identity``)."""

    __tablename__ = "verification_line"
    __table_args__ = (
        UniqueConstraint("round_id", "student_id"),
        UniqueConstraint("round_id", "row_no"),
        Index("verification_line_owner", "owner_path", "id"),
        Index("verification_line_student", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("verification_round.id"))
    row_no: Mapped[int]  # the running number in the file, from 1
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    identity: Mapped[bytes]  # keyed digest of name and ID number as they were sent
    told: Mapped[Told | None]  # what the row that came back would do
    result: Mapped[Verification | None]  # what was done


class AuxRule(Owned, Model):
    """学籍辅号规则: a province's (or city's) pattern, such as ``{year}{class}{seat:2}``.

    The last one set counts; an empty pattern ends it.
    """

    __tablename__ = "aux_rule"
    __table_args__ = (
        Index("aux_rule_owner", "owner_path", "id"),
        Index("aux_rule_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    pattern: Mapped[str] = mapped_column(String(120))
    set_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())

    organisation: Mapped[Organisation] = relationship()
    setter: Mapped[Account] = relationship()
