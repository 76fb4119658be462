"""What a column of an export is: its words, where its value stands, how it is shown and hidden.

The words are those of the import templates, so that a file that leaves is named as one that came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.codes import masking
from app.imports.spec import Column, Mask
from app.messages.text import Text


class Shape(StrEnum):
    """How a value becomes a cell."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DAY = "DAY"
    YES_NO = "YES_NO"
    CODE = "CODE"  # of a table of `app.codes`
    WORD = "WORD"  # of the words the field brings along


class Group(StrEnum):
    """Which fields stand together in the chooser; the purposes of a request name them."""

    IDENTITY = "IDENTITY"
    SCHOOLING = "SCHOOLING"
    CONTACT = "CONTACT"
    BACKGROUND = "BACKGROUND"
    CARE = "CARE"
    FAMILY = "FAMILY"
    HOUSE = "HOUSE"


GROUPS: Mapping[Group, Text] = {
    Group.IDENTITY: Text("身份信息", "Identity"),
    Group.SCHOOLING: Text("学籍信息", "Schooling"),
    Group.CONTACT: Text("联系方式", "Contact"),
    Group.BACKGROUND: Text("个人背景", "Background"),
    Group.CARE: Text("扶助与健康", "Care and health"),
    Group.FAMILY: Text("家庭成员", "Family"),
    Group.HOUSE: Text("学校与班级", "School and class"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column somebody may choose.

    ``value`` is a SQL expression over the source's query. ``mask`` hides it in every routine
    export; a personal field without one stands there as the lists of the console show it.
    """

    name: str
    zh: str
    en: str
    value: Any
    group: Group
    shape: Shape = Shape.TEXT
    table: str = ""
    words: Mapping[str, Text] | None = None
    mask: Mask | None = None
    personal: bool = False
    default: bool = False

    def heading(self, language: str) -> str:
        """Return the heading of the column in a language (zh, en)."""
        return self.zh if language == "zh" else self.en


SHAPES = {
    "yes_no": Shape.YES_NO,
    "code": Shape.CODE,
    "date": Shape.DAY,
    "whole": Shape.NUMBER,
    "distance": Shape.NUMBER,
}
SHOWN = {"name"}  # personal, and whole in every list of the console: a roster without it is none


def of_template(  # noqa: PLR0913  what the template does not say
    column: Column,
    value: Any,
    group: Group,
    *,
    name: str = "",
    cut: tuple[str, str] = ("", ""),
    default: bool = False,
) -> Field:
    """Return the field of a template's column, without the beginnings ``cut`` of its two words."""
    label = column.label.removeprefix(cut[1])
    known = name or column.field
    shape = SHAPES.get(column.kind.name, Shape.TEXT)
    table = column.kind.choices.name if column.kind.choices and shape is Shape.CODE else ""
    mask = masking.year_of if shape is Shape.DAY and column.mask else column.mask
    return Field(
        known,
        column.heading.removeprefix(cut[0]),
        label[:1].upper() + label[1:],
        value,
        group,
        shape,
        table,
        mask=None if known in SHOWN else mask,
        personal=column.mask is not None,
        default=default,
    )
