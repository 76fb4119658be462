"""应注册名单 as a file: workbook or text, every error with row and column, nothing half read."""

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.errors import BadFile
from app.imports import expected_book
from app.imports.expected import read
from app.workflows.reconciling import Outcome, Pair, Side
from tests.make import an_id_number

TODAY = date(2026, 9, 1)
HOME, OTHER = "2141000101", "2141000102"
SCHOOLS = {HOME: 7, OTHER: 8}
HEADINGS = ["学校标识码", "姓名", "性别", "出生日期", "身份证件号"]
NUMBER = an_id_number(date(2020, 5, 1), "2", serial=2)
GOOD = ["", "李小满", "女", "2020-05-01", NUMBER]


def a_text(*rows, coding="utf-8-sig"):
    return "\r\n".join(",".join(row) for row in (HEADINGS, *rows)).encode(coding)


def a_book(*rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("名单")
        for at, row in enumerate((HEADINGS, *rows)):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def told(data, home=HOME, schools=None):
    found = read(data, schools or SCHOOLS, home, TODAY)
    return [(one.row, one.heading, one.code) for one in found.problems]


@pytest.mark.parametrize("make", [a_text, a_book, lambda *rows: a_text(*rows, coding="gb18030")])
def test_a_good_file_of_either_kind(make):
    entries, problems = read(make(GOOD, [HOME, "王小河", "", "20200502", ""]), SCHOOLS, HOME, TODAY)
    assert problems == []
    assert [tuple(one) for one in entries] == [
        (2, 7, "李小满", "2", date(2020, 5, 1), NUMBER),
        (3, 7, "王小河", None, date(2020, 5, 2), None),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({1: ""}, ("姓名", "E-REQ")),
        ({2: "不详"}, ("性别", "E-CODE")),
        ({2: "男"}, ("性别", "E-ID-SEX")),
        ({3: "去年"}, ("出生日期", "E-FMT")),
        ({3: "20200502"}, ("出生日期", "E-ID-DATE")),
        ({3: "20270101", 4: ""}, ("出生日期", "E-FMT")),
        ({3: "", 4: ""}, ("身份证件号", "E-EXP-KNOWN")),
        ({0: OTHER}, ("学校标识码", "E-EXP-HOME")),
        ({0: "12"}, ("学校标识码", "E-FMT")),
    ],
)
def test_an_error_names_row_and_column(row, problem):
    bent = [row.get(at, cell) for at, cell in enumerate(GOOD)]
    assert told(a_text(bent)) == [(2, *problem)]


def test_a_number_that_is_there_twice():
    assert told(a_text(GOOD, GOOD)) == [(3, "身份证件号", "E-DUP")]


def test_an_authority_names_the_school_of_each_row():
    rows = (GOOD, [OTHER, *GOOD[1:]], ["2141009999", "王小河", "", "20200502", ""])
    assert told(a_text(*rows), home="") == [
        (2, "学校标识码", "E-REQ"),
        (4, "学校标识码", "E-EXP-SCHOOL"),
    ]
    assert read(a_text(rows[1]), SCHOOLS, "", TODAY).entries[0].school_id == 8


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E-FILE-TYPE"),
        (b"\x89PNG\0\0", "E-FILE-TYPE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "E-FILE-DAMAGED"),
        (b"PK\x03\x04rest", "E-FILE-DAMAGED"),
        ("姓名,性别\n李小满,女".encode(), "E-TPL"),
        (a_text(), "E-FILE-EMPTY"),
        (b"\xff\xff\xff", "E-CSV"),
        ('"姓名'.encode(), "E-CSV"),
    ],
)
def test_a_file_that_is_none(data, code):
    with pytest.raises(BadFile) as bad:
        read(data, SCHOOLS, HOME, TODAY)
    assert bad.value.refusals[0].code == code


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=7)))
def test_no_text_breaks_the_reader(rows):
    try:
        found = read(a_text(*rows), SCHOOLS, HOME, TODAY)
    except BadFile:
        return
    assert not (found.entries and found.problems)


def test_the_differences_as_a_workbook():
    line = Side(2, "=李小满", "2", date(2020, 5, 1), b"1")
    pupil = Side(9, "李大满", "1", date(2020, 5, 1), b"1", "小学2026级(01)班")
    pairs = [
        Pair(Outcome.MISSING, line, None),
        Pair(Outcome.SAME, line, pupil),
        Pair(Outcome.DIFFERING, line, pupil, ("name", "gender")),
    ]
    out = io.BytesIO()
    assert expected_book.write(pairs, {"name": "姓名", "gender": "性别"}, "zh", out) == 2
    sheet = load_workbook(out).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:4] == ("未注册", "2", "=李小满", "女")
    assert rows[2][0] == "不一致"
    assert rows[2][8:] == ("小学2026级(01)班", "姓名、性别")
