"""The workbook people fill in: drawn from the columns, never kept as a file.

Required headings are red, cells are text, drop-downs come from the code tables on a hidden sheet.
A guide tells how each column is filled in, a sheet of its own shows a row that is (the reader
never looks there), and a hidden one carries the version.
"""

from __future__ import annotations

from typing import IO, Any, Self

import xlsxwriter

from app.imports.check import MOST_ROWS
from app.imports.form import VERSION_SHEET
from app.imports.spec import Column, ImportSpec
from app.messages.catalogue import CATALOGUE, MARKS, fill

CODES_SHEET, GUIDE_SHEET, EXAMPLE_SHEET = "代码表", "填写说明", "填写示例"
REQUIRED, SOMETIMES, OPTIONAL = ("必填", "required"), ("视情况", "sometimes"), ("选填", "optional")
GUIDE_HEADINGS = (
    ("列", "Column"), ("栏目", "Heading"), ("英文栏目", "English heading"), ("要求", "Required"),
    ("填写方法", "How to fill it in"), ("示例", "Example"),
)  # fmt: skip
HOW = {
    "text": ("文字", "text"),
    "name": ("姓名，中间不留空格", "a name without blanks"),
    "code": ("从下拉列表选择，或填代码", "choose from the drop-down, or type the code"),
    "yes_no": ("是 或 否", "是 (yes) or 否 (no)"),
    "id": ("居民身份证号 18 位，末位 X 大写", "resident numbers have 18 characters"),
    "division": ("行政区划代码 12 位", "division code of 12 digits"),
}
DIGITS = {"学校标识码": 10, "邮政编码": 6}
WIDTHS = {"text": 24, "id": 22, "division": 16}
PLAIN_WIDTH = 14
FEW = 8  # choices that the guide names one by one
GREY = "#808080"


class Book:
    """A workbook in the layout of a template, open for writing; closed by ``with``."""

    def __init__(self, spec: ImportSpec, out: IO[bytes]) -> None:
        self.spec = spec
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book: Any = xlsxwriter.Workbook(out, options)
        self.text = self.book.add_format({"num_format": "@"})
        self.strong = self.book.add_format({"bold": True, "num_format": "@"})
        self.red = self.book.add_format({"bold": True, "font_color": "#C00000", "num_format": "@"})
        self.data: Any = self.book.add_worksheet(spec.sheet)
        self.codes: Any = self.book.add_worksheet(CODES_SHEET)
        self.codes.hide()

    def __enter__(self) -> Self:
        self._headings(self.data)
        self._lists()
        return self

    def __exit__(self, *_: object) -> None:
        self._guide()
        self._example()
        version = self.book.add_worksheet(VERSION_SHEET)
        version.write_string(0, 0, f"{self.spec.name} {self.spec.version}")
        version.very_hidden()
        self.data.activate()
        self.book.close()

    def _headings(self, sheet: Any) -> None:
        for at, column in enumerate(self.spec.columns):
            look = self.red if column.required else self.strong
            sheet.write_string(0, at, column.heading, look)
            width = WIDTHS.get(column.kind.name, PLAIN_WIDTH)
            sheet.set_column(at, at, max(width, 2 * len(column.heading) + 2), self.text)
        sheet.freeze_panes(1, 2)

    def _lists(self) -> None:
        """Write each code table once and hang it on its columns as a drop-down."""
        ranges: dict[int, str] = {}
        for at, column in enumerate(self.spec.columns):
            codes = column.kind.choices
            if codes is None:
                continue
            if id(codes) not in ranges:
                ranges[id(codes)] = self._list(2 * len(ranges), column)
            self.data.data_validation(
                1, at, MOST_ROWS, at,
                {"validate": "list", "source": ranges[id(codes)], "error_type": "warning",
                 "error_title": column.heading, "error_message": "请从下拉列表中选择，或填写代码"},
            )  # fmt: skip

    def _list(self, at: int, column: Column) -> str:
        self.codes.write_string(0, at, column.heading, self.strong)
        self.codes.set_column(at, at, PLAIN_WIDTH, self.text)
        entries = tuple(column.kind.choices or ())
        for row, entry in enumerate(entries, start=1):
            self.codes.write_string(row, at, entry.name_zh, self.text)
            self.codes.write_string(row, at + 1, entry.code, self.text)
        letters = xlsxwriter.utility.xl_col_to_name(at)
        return f"={CODES_SHEET}!${letters}$2:${letters}${len(entries) + 1}"

    def _guide(self) -> None:
        sheet = self.book.add_worksheet(GUIDE_SHEET)
        sheet.set_column(1, 2, 26)
        sheet.set_column(4, 5, 48)
        for at, (chinese, english) in enumerate(GUIDE_HEADINGS):
            sheet.write_string(0, at, f"{chinese} {english}", self.strong)
        for row, column in enumerate(self.spec.columns, start=1):
            for at, value in enumerate(guide_row(row, column)):
                look = self.red if at == 1 and column.required else self.text
                sheet.write_string(row, at, value, look)
        sheet.freeze_panes(1, 0)

    def _example(self) -> None:
        """Show a filled row where nobody imports it by mistake, and what the template is for."""
        sheet = self.book.add_worksheet(EXAMPLE_SHEET)
        self._headings(sheet)
        grey = self.book.add_format({"font_color": GREY, "italic": True, "num_format": "@"})
        for at, column in enumerate(self.spec.columns):
            if column.example:
                sheet.write_string(1, at, column.example, grey)
        about = CATALOGUE.get(f"template.{self.spec.name}.about")
        for row, told in enumerate((about.zh, about.en) if about else (), start=3):
            sheet.write_string(row, 0, told)


def guide_row(number: int, column: Column) -> tuple[str, ...]:
    """Return what the guide says of a column, Chinese and English."""
    asked = REQUIRED if column.required else SOMETIMES if column.conditional else OPTIONAL
    how = _choices(column) or HOW.get(column.kind.name)
    if how is None and column.kind.expects:
        count = {"count": DIGITS.get(column.heading, "")}
        expects = column.kind.expects
        how = fill(expects, count, "zh"), fill(expects, count, "en")
    zh, en = how or HOW["text"]
    return (
        str(number), column.heading, column.label, " ".join(asked), f"{zh} / {en}", column.example,
    )  # fmt: skip


def _choices(column: Column) -> tuple[str, str] | None:
    """Return the words a cell may hold where they are few."""
    entries = tuple(column.kind.choices or ())
    if not 0 < len(entries) <= FEW or column.kind.name != "code":
        return None
    zh = MARKS[True].join(entry.name_zh for entry in entries)
    en = MARKS[False].join(entry.name("en") for entry in entries)
    return f"从下拉列表选择：{zh}", f"choose from the drop-down: {en}"


def write(spec: ImportSpec, out: IO[bytes]) -> None:
    """Write the empty template."""
    with Book(spec, out):
        pass
