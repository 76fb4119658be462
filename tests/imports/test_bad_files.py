"""A hostile or broken file gets one sentence, quickly; it costs us a child, never a worker."""

import time
import zipfile

import pytest
import xlsxwriter

from app.errors import BadFile
from app.imports.students import SPEC
from app.messages.catalogue import say
from tests.imports.books import CLEAN, HEADINGS, a_book, a_row, problems

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/{{}}"'
    ' Target="{}"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    f'<sheet name="{SPEC.sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FAR_UNADDRESSED = "<row>" + "<c><v>1</v></c>" * 800 + "</row>"


def raw(path, cells="", head='<?xml version="1.0"?>', book=BOOK, more=()):
    """Write the smallest workbook with these rows, and whatever parts besides."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("_rels/.rels", RELATION.format("officeDocument", "xl/workbook.xml"))
        out.writestr("xl/_rels/workbook.xml.rels", RELATION.format("worksheet", "worksheets/s.xml"))
        out.writestr("xl/workbook.xml", book)
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
        out.writestr("xl/worksheets/s.xml", head + sheet)
        for name, data in more:
            out.writestr(name, data)
    return path


def written(data):
    def write(path):
        path.write_bytes(data)
        return path

    return write


def blank_rows(path):
    return raw(path, "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(1, 1_048_577)))


def many_rows(path):
    return raw(
        path, "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 300_003))
    )


def many_parts(path):
    return raw(path, more=[(f"xl/{n}.bin", b"") for n in range(300)])


def merged(path):
    def merge(_book, page):
        page.merge_range(4, 1, 5, 1, "x")

    return a_book([a_row() for _ in range(2)], path, write=merge)


def hidden_only(path):
    hidden = BOOK.replace("sheetId=", 'state="hidden" sheetId=')
    return raw(path, book=hidden)


def lost_middle(path):
    data = CLEAN.read_bytes()
    return written(data[: len(data) // 2])(path)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)  # an .xls, or an encrypted .xlsx


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (written(b""), "E-FILE-TYPE"),
        (written("姓名,性别\n李小满,女\n".encode("gb18030")), "E-TPL"),
        (written(b"<html><table><tr><td>1</td></tr></table></html>"), "E-FILE-TYPE"),
        (written(b"PK\x03\x04nothing more"), "E-FILE-DAMAGED"),
        (lost_middle, "E-FILE-DAMAGED"),
        (written(OLE), "E-FILE-DAMAGED"),
        (lambda path: raw(path, FAR), "E-FILE-FAR"),
        (lambda path: raw(path, FAR_UNADDRESSED), "E-TPL"),
        (lambda path: raw(path, "<row/>" * 3_000_000), "E-FILE-BOMB"),
        (many_parts, "E-FILE-BOMB"),
        (blank_rows, "E-FILE-FAR"),
        (many_rows, "E-FILE-ROWS"),
        (lambda path: raw(path, head='<!DOCTYPE a [<!ENTITY b "c">]>'), "E-FILE-UNSAFE"),
        (lambda path: raw(path, book=f"<!DOCTYPE a>{BOOK}"), "E-FILE-UNSAFE"),
        (lambda path: raw(path, more=[("xl/vbaProject.bin", b"x")]), "E-FILE-UNSAFE"),
        (lambda path: raw(path, more=[("xl/externalLinks/a.xml", b"<a/>")]), "E-FILE-UNSAFE"),
        (lambda path: raw(path, "<row r='1'><c r='A1'><v>1</v>"), "E-FILE-DAMAGED"),
        (lambda path: raw(path, "<row><c><f>1</f></c></row>"), "E-FILE-DAMAGED"),
        (lambda path: raw(path, book="<workbook/>"), "E-FILE-EMPTY"),
        (raw, "E-FILE-EMPTY"),
        (hidden_only, "E-FILE-EMPTY"),
        (merged, "E-FILE-MERGED"),
        (lambda path: a_book([], path), "E-FILE-EMPTY"),
        (lambda path: a_book([{"姓名": "  "}], path), "E-FILE-EMPTY"),
    ],
)
def test_one_sentence_and_quickly(tmp_path, make, code):
    path = make(tmp_path / "学生 名单.xlsx")
    began = time.process_time()
    with pytest.raises(BadFile) as bad:
        problems(path)
    assert time.process_time() - began < 5
    (refusal,) = bad.value.refusals
    assert refusal.code == code
    for lang in ("zh", "en"):
        assert "{" not in say(refusal, lang)


@pytest.mark.parametrize(
    ("headings", "column", "expected", "got"),
    [
        ([*HEADINGS[:2], "性别?", *HEADINGS[3:]], 3, "性别", "性别?"),
        (HEADINGS[:2] + HEADINGS[3:], 3, "性别", "出生日期"),
        ([HEADINGS[1], HEADINGS[0], *HEADINGS[2:]], 1, "学校标识码", "姓名"),
        ([*HEADINGS, "班主任"], 73, "-", "班主任"),
        (HEADINGS[:-1], 72, "成员2职务", "-"),
    ],
)
def test_an_altered_template_names_the_column(tmp_path, headings, column, expected, got):
    with pytest.raises(BadFile) as bad:
        problems(a_book([a_row()], tmp_path / "a.xlsx", headings=headings))
    (refusal,) = bad.value.refusals
    assert refusal.code == "E-TPL"
    place = {"column": column, "expected": expected, "got": got}
    assert refusal.params == {**place, "version": SPEC.version}
    assert f"col {column}: expected {expected}, got {got}" in say(refusal, "en")


def test_a_formula_is_an_error_of_its_row_wherever_it_stands(tmp_path):
    def formulas(_book, page):
        page.write_formula(1, 1, "=A1", None, "李小满")
        page.write_formula(2, 71, '=HYPERLINK("http://x")', None, 0)

    path = a_book([a_row(), a_row(), a_row()], tmp_path / "a.xlsx", write=formulas)
    assert [(p.row, p.heading, p.code) for p in problems(path)] == [
        (2, "姓名", "E-FMT"),
        (3, "成员2职务", "E-FMT"),
    ]


def test_blank_rows_between_pupils_keep_the_numbers_of_excel(tmp_path):
    path = a_book([a_row(), {}, {"备注": " "}, a_row(姓名="")], tmp_path / "a.xlsx")
    assert [(p.row, p.heading) for p in problems(path)] == [(5, "姓名")]


def test_the_named_sheet_is_read_wherever_it_stands(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("目录").write(0, 0, "=1")
        page = book.add_worksheet(SPEC.sheet)
        row = a_row(姓名="")
        for at, heading in enumerate(HEADINGS):
            page.write(0, at, heading)
            page.write(1, at, row[heading])
    assert [(p.row, p.heading) for p in problems(path)] == [(2, "姓名")]
