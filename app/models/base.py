"""The one place where our tables meet Flask-AppBuilder's metadata, and what many tables share."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from flask_appbuilder import Model
from flask_appbuilder.security.sqla import models as fab_models
from sqlalchemy import Enum, Integer, String, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

__all__ = [
    "PATH",
    "Model",
    "Named",
    "Owned",
    "PathText",
    "Stamped",
    "Versioned",
    "fab_models",
]

# Bytewise order, so that a subtree is a range and `^@` reaches an index under row-level security.
PATH = String(80, collation="C")
PathText = Annotated[str, mapped_column(PATH)]
Named = String(80, collation="C")

# A StrEnum is a VARCHAR holding the member's NAME. Not its value: FAB 5.3's EnumField looks
# choices up by name, so ``values_callable`` breaks every form. A new member needs no DDL.
Model.registry.update_type_annotation_map(
    {
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=False, length=32),
        datetime: TIMESTAMP(timezone=True),
    }
)

ACTOR = text("nullif(current_setting('app.actor', true), '')::int")


class Owned:
    """A row of somebody: `owner_path` is derived by the database and never by a form."""

    owner_path: Mapped[PathText] = mapped_column(default="", server_default="")


class Versioned:
    """A row people edit: a stale save is refused; a trigger raises the version of bulk changes."""

    row_version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805  SQLAlchemy's own convention
        """Let SQLAlchemy compare the version at every update."""
        return {"version_id_col": cls.row_version}


class Stamped:
    """Who made a row and who last changed it (account ids), and when (UTC); triggers write it."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(server_default=ACTOR)
    updated_at: Mapped[datetime | None]
    updated_by: Mapped[int | None]
