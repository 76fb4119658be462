"""Workbooks for tests: the clean sample, bent by one cell at a time; every person is invented."""

import io
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from app.imports import check, sandbox
from app.imports.spec import Facts, Room
from app.imports.students import SPEC
from tests.make import an_id_number

DATA = Path(__file__).parent / "data"
CLEAN, MESSY = DATA / "national-clean-84.xlsx", DATA / "national-messy-84.xlsx"
EXPECTED = DATA / "national-messy-84.expected.csv"
SCHOOL = "2141000101"
CLASSES = {f"{year}1{serial:02d}": Room() for year in range(2021, 2027) for serial in (1, 2)}
FACTS = Facts(date(2026, 9, 1), SCHOOL, CLASSES, "411302000000", "111")
HEADINGS = [column.heading for column in SPEC.columns]

_serial = count(1)


@cache
def first_row():
    rows = CalamineWorkbook.from_path(CLEAN).get_sheet_by_index(0).iter_rows()
    return dict(zip(next(rows), next(rows), strict=True))


def a_row(**bends):
    """Return the first row of the clean sample as heading → cell, with an ID number of its own."""
    row = dict(first_row())
    serial = next(_serial)
    born = date(2020, 1 + serial % 8, 1 + serial % 28)
    row["出生日期"], row["性别"] = f"{born:%Y%m%d}", "女"
    row["身份证件号"] = an_id_number(born, "2", serial=serial)
    return row | bends


def a_book(rows, path=None, headings=HEADINGS, sheet=SPEC.sheet, write=None):
    """Write rows as a workbook; gives its bytes, or its path when one is given."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for at, heading in enumerate(headings):
            page.write(0, at, heading)
        for number, row in enumerate(rows, start=1):
            for at, heading in enumerate(HEADINGS):
                cell = row.get(heading, "")
                if cell != "":
                    page.write(number, at, cell)
        if write:
            write(book, page)
    if path is None:
        return out.getvalue()
    path.write_bytes(out.getvalue())
    return path


def problems(path, facts=FACTS, spec=SPEC):
    """Return everything found in a workbook."""
    with sandbox.opened(path, spec.sheet) as sheet:
        return [p for block in check.checked(spec, sheet, facts) for p in block.problems]


def found(row, facts=FACTS):
    """Return (heading, code) of everything found in one row, without a file."""
    checker = check.Checker(SPEC, facts, frozenset())
    block = checker.check(2, [[row.get(heading, "")] for heading in HEADINGS])
    return [(p.heading, p.code) for p in block.problems]
