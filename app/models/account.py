"""账号: what a Flask-AppBuilder user is in the house: one person, one organisation, one role."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Owned, Stamped, Versioned
from app.models.organisation import Organisation
from app.models.sealed import Sealed


class Closed(StrEnum):
    """停用原因: why an account cannot be used."""

    BY_HAND = "BY_HAND"
    UNUSED = "UNUSED"  # sealed after ninety days without a sign-in
    UNCONFIRMED = "UNCONFIRMED"  # opened by the system administrator, not yet by a second person


class Source(StrEnum):
    """来源: who opened an account."""

    MANUAL = "MANUAL"
    WORKBOOK = "WORKBOOK"


class Account(Owned, Stamped, Versioned, Model):
    """Everybody's name and desk are known to everybody; only those above an account change it.

    A school has at most one enabled registrar (P32), which a partial unique index holds.
    ``session_epoch`` ends every session that began before it was raised.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "account_one_registrar",
            "organisation_id",
            unique=True,
            postgresql_where="role = 'SR' AND enabled",
        ),
        Index("account_owner", "owner_path", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(Sealed("account.phone"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(4))  # app.policies.roles.Role
    enabled: Mapped[bool] = mapped_column(default=True, server_default="true")
    closed_why: Mapped[Closed | None]
    source: Mapped[Source] = mapped_column(default=Source.MANUAL, server_default="MANUAL")
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    last_login_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(4), default="zh", server_default="zh")

    organisation: Mapped[Organisation] = relationship()

    def __repr__(self) -> str:
        return self.name


class AccountClass(Owned, Model):
    """班级权限: which classes a teacher looks after (data dictionary 9, ``user_class``)."""

    __tablename__ = "account_class"
    __table_args__ = (UniqueConstraint("user_id", "class_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), index=True)


class Credential(Owned, Model):
    """登录凭据: what proves who somebody is, beside the password that Flask-AppBuilder keeps.

    ``temporary_until`` is the end of a one-time password; ``past`` are the hashes of the last ones.
    ``totp_step`` is the last 30-second step whose code was used, so that none is used twice.
    ``recovery`` are keyed digests of the codes that were not used yet.
    """

    __tablename__ = "credential"

    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"), primary_key=True)
    password_set_at: Mapped[datetime | None]
    temporary_until: Mapped[datetime | None]
    past: Mapped[list[str]] = mapped_column(ARRAY(String(256)), default=list, server_default="{}")
    totp_secret: Mapped[str | None] = mapped_column(Sealed("credential.totp_secret"))
    totp_confirmed_at: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    recovery: Mapped[list[str]] = mapped_column(
        ARRAY(String(64)), default=list, server_default="{}"
    )


class UserGroup(Owned, Stamped, Versioned, Model):
    """用户组: people of one school and what all of them may do; a synchronised one is read-only."""

    __tablename__ = "user_group"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        Index(
            "user_group_one_synchronised",
            "organisation_id",
            unique=True,
            postgresql_where="is_synchronised",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(40))
    is_synchronised: Mapped[bool] = mapped_column(default=False, server_default="false")

    organisation: Mapped[Organisation] = relationship()

    def __repr__(self) -> str:
        return self.name


class GroupMember(Owned, Model):
    """Somebody is in a group."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("user_group.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"), index=True)


class GroupRight(Owned, Model):
    """公共权限: what every member of a group may do; ``given`` is one of `matrix.GIVEN`."""

    __tablename__ = "group_right"
    __table_args__ = (UniqueConstraint("group_id", "given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("user_group.id", ondelete="CASCADE"))
    given: Mapped[str] = mapped_column(String(40))


class AccountRight(Owned, Model):
    """功能权限: what one person may do beyond the groups; ``given`` as in `GroupRight`."""

    __tablename__ = "account_right"
    __table_args__ = (UniqueConstraint("user_id", "given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.user_id"))
    given: Mapped[str] = mapped_column(String(40))
