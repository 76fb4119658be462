"""代码表: national and school code tables, and the administrative divisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, Named


class CodeValue(Model):
    """One code of one table; never deleted, only disabled from a day on."""

    __tablename__ = "code_value"
    __table_args__ = (UniqueConstraint("table_name", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(String(40, collation="C"))
    code: Mapped[str] = mapped_column(String(20, collation="C"))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(300))
    extras: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    position: Mapped[int]
    disabled_on: Mapped[date | None]

    def __repr__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Division(Model):
    """行政区划: twelve digits, from province to county (NBS 2023)."""

    __tablename__ = "division"
    __table_args__ = (Index("division_name", "name_zh"), Index("division_parent", "parent"))

    code: Mapped[str] = mapped_column(String(12, collation="C"), primary_key=True)
    name_zh: Mapped[str] = mapped_column(Named)
    full_name: Mapped[str] = mapped_column(String(160))  # 河南省南阳市宛城区
    level: Mapped[str] = mapped_column(String(24))
    parent: Mapped[str | None] = mapped_column(String(12, collation="C"))
    statistical_zone: Mapped[bool] = mapped_column(default=False, server_default="false")
    disabled_on: Mapped[date | None]

    def __repr__(self) -> str:
        return self.full_name
