"""代理: who sits at a desk while its holder is away, from which day to which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.organisation import Organisation


class Substitution(Owned, Model):
    """A dated leave cover inside one organisation; it ends early by `ended_at`, it is never erased.

    Whoever acts for somebody still is the person they are: nobody reviews what they submitted.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("absent_id <> substitute_id", name="substitution_two"),
        CheckConstraint("valid_to >= valid_from", name="substitution_period"),
        Index("substitution_owner", "owner_path", "id"),
        Index("substitution_substitute", "substitute_id", "valid_to"),
        Index("substitution_absent", "absent_id", "valid_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    absent_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(200))
    made_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.user_id"))
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    absent: Mapped[Account] = relationship(foreign_keys=[absent_id])
    substitute: Mapped[Account] = relationship(foreign_keys=[substitute_id])

    def holds_on(self, day: date) -> bool:
        """Tell whether the cover is in force on a day; its first and its last day count."""
        return self.ended_at is None and self.valid_from <= day <= self.valid_to
