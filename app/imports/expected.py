"""应注册名单: who the admission system says begins at a school; a workbook or a text with commas.

One pupil a row. An authority's file names the school of each row, a school's may leave it out.
Nothing is kept of a file with an error.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from app.codes import id_number, masking
from app.errors import Refusal, refuse_unless
from app.imports import readers as r
from app.imports import sandbox
from app.imports.check import Block, checked, problem
from app.imports.form import OLE, ZIP
from app.imports.pupil_rules import is_born
from app.imports.sandbox import Sheet
from app.imports.spec import Column, Facts, ImportSpec, Problem, Rule
from app.imports.zipscan import refuse
from app.workflows.expecting import Entry

MOST = 50_000  # pupils of one file
LARGEST = 8_000_000  # bytes: fifty thousand rows of five columns are half of it
CODINGS = ("utf-8-sig", "gb18030")
BLOCK_ROWS = 2_000


def is_home(facts: Facts, code: str | None) -> Refusal | None:
    """A school's list has pupils of the school alone; an authority may name any of its own."""
    is_strange = bool(facts.school_code) and code is not None and code != facts.school_code
    return refuse_unless(not is_strange, "E-EXP-HOME")


def is_known(_facts: Facts, number: str | None, birth: date | None) -> Refusal | None:
    """A name alone finds nobody: ID number or birth date stands beside it."""
    return refuse_unless(number is not None or birth is not None, "E-EXP-KNOWN")


def birth_agrees(_facts: Facts, birth: date | None, number: str | None) -> Refusal | None:
    """The birth date is the one of the resident number."""
    told = id_number.birth_date(number or "")
    return refuse_unless(None in (told, birth) or told == birth, "E-ID-DATE")


def gender_agrees(_facts: Facts, gender: str | None, number: str | None) -> Refusal | None:
    """The gender is the one of the resident number."""
    told = id_number.gender(number or "")
    return refuse_unless(None in (told, gender) or told == gender, "E-ID-SEX")


def has_come(facts: Facts, birth: date | None) -> Refusal | None:
    """The birth date is not in the future."""
    return None if birth is None else is_born(facts, birth)


SPEC = ImportSpec(
    name="expected",
    sheet="应注册名单",
    version="2026.1",
    columns=(
        Column("school_code", "学校标识码", r.digits(10), "School code", "xxbsm",
               required=False, conditional=True, example="2141000101"),
        Column("name", "姓名", r.NAME, "Name", "xm", mask=masking.name, example="李小满"),
        Column("gender", "性别", r.code("gender", "student_allowed"), "Gender", "xbm",
               required=False, example="女"),
        Column("birth_date", "出生日期", r.DATE, "Birth date", "csrq", required=False,
               mask=masking.everything, example="20200501"),
        Column("id_number", "身份证件号", r.ID_NUMBER, "ID number", "sfzjh", required=False,
               conditional=True, mask=masking.id_number, example="411302202005010024"),
    ),
    rules=(
        Rule("school_code", ("school_code",), is_home),
        Rule("id_number", ("id_number", "birth_date"), is_known),
        Rule("birth_date", ("birth_date", "id_number"), birth_agrees),
        Rule("birth_date", ("birth_date",), has_come),
        Rule("gender", ("gender", "id_number"), gender_agrees),
    ),
)  # fmt: skip
OF_MANY = replace(
    SPEC, columns=(replace(SPEC.columns[0], required=True), *SPEC.columns[1:])
)  # for an authority


class Read(NamedTuple):
    """What a file holds: the entries, or what is wrong with it, never both."""

    entries: list[Entry]
    problems: list[Problem]


def read(data: bytes, schools: Mapping[str, int], home: str, today: date) -> Read:
    """Read and judge a file, or raise `BadFile`.

    ``schools`` are those it may name, by code; ``home`` is the code of a school that reads its
    own list, empty for an authority.
    """
    spec = SPEC if home else OF_MANY
    facts = Facts(today, home, {})
    entries: list[Entry] = []
    problems: list[Problem] = []
    with _opened(data) as sheet:
        if sheet.rows - 1 > MOST:
            raise refuse("E-FILE-ROWS", limit=f"{MOST:,}")
        for block in checked(spec, sheet, facts):
            problems += block.problems
            problems += [] if home else _strangers(block, schools)
            entries += _entries(block, schools, home)
    problems += _twice(entries)
    problems.sort(key=lambda one: one.row)
    return Read([], problems) if problems else Read(entries, [])


@contextmanager
def _opened(data: bytes) -> Iterator[Sheet]:
    if not data.startswith((ZIP, OLE)):
        yield text_sheet(data)
        return
    with tempfile.TemporaryDirectory(prefix="xueji-expected-") as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(data)
        with sandbox.opened(copy, SPEC.sheet) as sheet:
            yield sheet


def text_sheet(data: bytes) -> Sheet:
    """Return a text whose cells are separated by commas as a sheet, or raise `BadFile`."""
    if not data.strip() or b"\0" in data:
        raise refuse("E-FILE-TYPE")
    try:
        rows = list(csv.reader(io.StringIO(_decoded(data)), strict=True))
    except csv.Error:
        raise refuse("E-CSV") from None
    return Sheet(SPEC.sheet, len(rows), None, 0, frozenset(), _blocks(rows))


def _decoded(data: bytes) -> str:
    for coding in CODINGS:
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise refuse("E-CSV")


def _blocks(rows: Sequence[list[str]]) -> Iterator[tuple[int, list[list[Any]]]]:
    width = max((len(row) for row in rows), default=0)
    for first in range(0, len(rows), BLOCK_ROWS):
        part = [[*row, *[""] * (width - len(row))] for row in rows[first : first + BLOCK_ROWS]]
        yield first + 1, [list(column) for column in zip(*part, strict=True)]


def _strangers(block: Block, schools: Mapping[str, int]) -> Iterable[Problem]:
    """Yield the rows that name a school one may not name."""
    column = SPEC.by_field["school_code"]
    for at, code in enumerate(block.values["school_code"]):
        if isinstance(code, str) and code not in schools:
            told = Refusal("E-EXP-SCHOOL")
            yield problem(block.numbers[at], column, told, code)


def _entries(block: Block, schools: Mapping[str, int], home: str) -> Iterable[Entry]:
    values = block.values
    for at in block.good():
        school = schools.get(values["school_code"][at] or home)
        if school is not None:
            facts = (values[name][at] for name in ("name", "gender", "birth_date", "id_number"))
            yield Entry(block.numbers[at], school, *facts)


def _twice(entries: Iterable[Entry]) -> Iterable[Problem]:
    """Yield the rows whose ID number stands in an earlier row."""
    first: dict[str, int] = {}
    column = SPEC.by_field["id_number"]
    for entry in entries:
        if entry.id_number is None:
            continue
        other = first.setdefault(entry.id_number, entry.row_no)
        if other != entry.row_no:
            told = Refusal("E-DUP", {"where": "hint.same_row", "other": other})
            yield problem(entry.row_no, column, told, entry.id_number)
