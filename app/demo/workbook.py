"""Invented pupils as the workbook a school would upload: the national layout, words for codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from app.demo.people import people
from app.demo.plan import RoomPlan
from app.imports.spec import Column
from app.imports.students import SPEC

YES, NO = "是", "否"


def rows(room: RoomPlan) -> Iterator[dict[str, Any]]:
    """Yield the pupils of a class as rows of the template: field to value, family included."""
    drawn = people(room)
    families = drawn.guardians
    for nth in range(room.size):
        row = {name: column[nth] for name, column in drawn.pupils.items()}
        row |= {"school_code": room.school.code, "class_number": str(room.number)}
        for ordinal in (1, 2):  # the generator gives every pupil two, one after the other
            at = 2 * nth + ordinal - 1
            row |= {f"member{ordinal}_{name}": column[at] for name, column in families.items()}
        yield row


def write(path: Path, room: RoomPlan) -> None:
    """Write a class as a workbook."""
    write_rows(path, rows(room))


def write_rows(path: Path, pupils: Iterable[dict[str, Any]]) -> None:
    """Write pupils, field to value, as a workbook."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SPEC.sheet)
        sheet.write_row(0, 0, [column.heading for column in SPEC.columns])
        for number, row in enumerate(pupils, 1):
            sheet.write_row(number, 0, [written(c, row.get(c.field)) for c in SPEC.columns])


def written(column: Column, value: Any) -> str:
    """Return a value as people write it into a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    choices = column.kind.choices
    return choices[value].name_zh if choices and value in choices else str(value)
