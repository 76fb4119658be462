"""业务控制开关: what an authority has opened, closed or set, for itself and everybody below it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import Account
from app.models.base import Model, Owned
from app.models.organisation import Organisation


class SwitchValue(Owned, Model):
    """One decision about one switch; a later one of the same organisation takes its place.

    INSERT-only, so the table is its own history. ``value`` None takes the organisation's own word
    back: what stands above holds again. ``is_binding`` leaves nothing to decide below.
    """

    __tablename__ = "switch_value"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="switch_value_period"),
        Index("switch_value_organisation", "organisation_id", "key", "id"),
        Index("switch_value_owner", "owner_path", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[str] = mapped_column(String(40))  # app.policies.switches.SWITCHES
    value: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    is_binding: Mapped[bool] = mapped_column(default=False, server_default="false")
    note: Mapped[str | None] = mapped_column(String(200))  # the document it rests on
    set_by: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Account] = relationship()

    def holds_on(self, day: date) -> bool:
        """Tell whether the decision is in force on a day; both its first and last day count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
