"""账号: what a Flask-AppBuilder user is in the house: one person, one organisation, one role."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model
from app.models.organisation import Organisation


class Account(Model):
    """Read before the scope is known; holds no pupil's data.

    A school has at most one enabled registrar (P32), which a partial unique index holds.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "account_one_registrar",
            "organisation_id",
            unique=True,
            postgresql_where="role = 'SR' AND enabled",
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(4))  # app.policies.roles.Role
    enabled: Mapped[bool] = mapped_column(default=True, server_default="true")
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    language: Mapped[str] = mapped_column(String(4), default="zh", server_default="zh")

    organisation: Mapped[Organisation] = relationship()

    def __repr__(self) -> str:
        return self.name


class AccountClass(Model):
    """班级权限: which classes a class teacher looks after (data dictionary 9, ``user_class``)."""

    __tablename__ = "account_class"
    __table_args__ = (UniqueConstraint("user_id", "class_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), index=True)
