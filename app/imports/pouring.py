"""Pouring rows into a temporary table one by one, where values come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.orm import Session

from app.imports.staging import cursor, into, look_over


def like(table: Any, name: str, columns: Sequence[str]) -> Table:
    """Return a temporary table with some columns of another, for one transaction."""
    kinds = (Column(column, table.c[column].type) for column in columns)
    return Table(name, MetaData(), *kinds, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def pour(session: Session, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Copy rows into a temporary table; personal values come sealed, psycopg quotes the rest."""
    with cursor(session).copy(into(table)) as copy:
        for row in rows:
            copy.write_row(row)
    look_over(session, table)
