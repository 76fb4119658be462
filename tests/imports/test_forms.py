"""The same table is read alike whatever it is written in, by its bytes and never by its name."""

import csv
import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from app.errors import BadFile
from app.imports import check, sandbox
from app.imports.form import Form, form_of
from app.imports.parsing import rows
from app.imports.parsing.cells import styles_of
from app.imports.students import SPEC
from app.imports.zipscan import check_outside
from tests.imports.books import (
    CLEAN,
    FACTS,
    HEADINGS,
    MESSY,
    a_book,
    a_row,
    first_row,
    problems,
)  # fmt: skip
from tests.imports.hostile_xlsx import as_large, book, line, packed, parts, typed
from tests.imports.old_books import a_stream, an_old_book, boxed


def table(*lines):
    return [HEADINGS, *[[line.get(heading, "") for heading in HEADINGS] for line in lines]]


def a_text(lines, coding="utf-8", separator=",", mark=b""):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(lines)
    return mark + out.getvalue().encode(coding)


def values(path):
    with sandbox.opened(path, SPEC.sheet) as sheet:
        blocks = list(check.checked(SPEC, sheet, FACTS))
    assert [p for block in blocks for p in block.problems] == []
    return [block.values for block in blocks]


def kept(path, data):
    path.write_bytes(data)
    return path


def refused(path):
    with pytest.raises(BadFile) as bad:
        problems(path)
    (refusal,) = bad.value.refusals
    return refusal.code, dict(refusal.params)


ROW = {**first_row(), "姓名": "𠮷小䶮", "家庭住址": "", "备注": ""}
WAYS = {
    "UTF-8": a_text,
    "UTF-8 with a mark": lambda lines: a_text(lines, "utf-8-sig"),
    "GB18030": lambda lines: a_text(lines, "gb18030"),
    "UTF-16 with a mark": lambda lines: a_text(lines, "utf-16", "\t"),
    "UTF-16 from a Mac": lambda lines: a_text(lines, "utf-16-be", "\t", b"\xfe\xff"),
    "semicolons": lambda lines: a_text(lines, separator=";"),
    "tabs": lambda lines: a_text(lines, "gb18030", "\t"),
    "xls": an_old_book,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_table_is_read_alike_in_every_form(tmp_path, way):
    lines = [ROW, a_row(姓名="王·买买提")]
    expected = values(a_book(lines, tmp_path / "a.xlsx"))
    assert values(kept(tmp_path / "b.xlsx", WAYS[way](table(*lines)))) == expected


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "a"])
@pytest.mark.parametrize("write", [a_book, lambda rows: an_old_book(table(*rows))])
def test_the_name_says_nothing(tmp_path, name, write):
    assert problems(kept(tmp_path / name, write([a_row()]))) == []


def test_a_formula_of_an_old_book_is_an_error_of_its_row(tmp_path):
    data = an_old_book(table(a_row(), a_row(), a_row()), formulas={(1, 1), (2, 71)})
    assert [(p.row, p.heading, p.code) for p in problems(kept(tmp_path / "a", data))] == [
        (2, "姓名", "E-FMT"),
        (3, "成员2职务", "E-FMT"),
    ]


EXTERNAL = (0x1AE, b"\x01\x00\x05\x00\x00book1")


@pytest.mark.parametrize(
    ("bends", "code"),
    [
        ({"more": [(0x2F, bytes(6))]}, "E-FILE-LOCKED"),
        ({"storages": ["_VBA_PROJECT_CUR"]}, "E-FILE-UNSAFE"),
        ({"storages": ["MBD0012"]}, "E-FILE-UNSAFE"),
        ({"more": [EXTERNAL]}, "E-FILE-UNSAFE"),
        ({"kind": 1}, "E-FILE-UNSAFE"),
        ({"version": 0x500}, "E-FILE-OLD"),
        ({"stream": "Book"}, "E-FILE-OLD"),
        ({"stream": "WordDocument"}, "E-FILE-TYPE"),
        ({"state": 2}, "E-FILE-EMPTY"),
        ({"within": [(0xE5, b"\x01\x00\x04\x00\x05\x00\x00\x00\x01\x00")]}, "E-FILE-MERGED"),
    ],
)
def test_an_old_book_that_is_locked_live_or_older(tmp_path, bends, code):
    data = an_old_book(table(a_row()), **bends)
    assert refused(kept(tmp_path / "a.xls", data))[0] == code


def test_a_locked_xlsx_lies_in_the_box_of_an_xls(tmp_path):
    data = boxed({"EncryptedPackage": b"x" * 9, "EncryptionInfo": b"y"})
    assert refused(kept(tmp_path / "a.xlsx", data)) == ("E-FILE-LOCKED", {})


def test_an_old_book_within_a_zip_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as out:
        out.writestr("a.xls", an_old_book(table(a_row())))
    assert refused(tmp_path / "a.xlsx")[0] == "E-FILE-TYPE"


# ── text ────────────────────────────────────────────────────────────────────────────────────


def test_a_line_break_within_quotes_is_one_cell(tmp_path):
    lines = table(a_row(家庭地址="人民路1号\n3楼"), a_row(姓名=""))
    found = problems(kept(tmp_path / "a.csv", a_text(lines)))
    assert [(p.row, p.heading) for p in found] == [(3, "姓名")]


def test_two_codings_in_one_file_are_never_mixed_up(tmp_path):
    good = a_text(table(a_row()), "gb18030")
    mixed = good + a_text([table(a_row())[1]], "utf-8")
    assert refused(kept(tmp_path / "a.csv", mixed)) == ("E-FILE-TEXT", {})
    mixed = a_text(table(a_row())) + a_text([table(a_row())[1]], "gb18030")
    assert refused(kept(tmp_path / "b.csv", mixed)) == ("E-FILE-TEXT", {})


@pytest.mark.parametrize(
    ("data", "code", "params"),
    [
        (a_text(table(a_row(姓名="李\0小"))), "E-FILE-TEXT", {}),
        (a_text(table(a_row())).replace("女".encode(), b"\xff\xfe\xfd"), "E-FILE-TEXT", {}),
        (a_text(table(a_row())).replace(b",", b',"'), "E-FILE-QUOTES", {"row": 1}),
        (a_text(table(a_row())).strip() + b",more\n", "E-FILE-WIDE", {"row": 2}),
        (a_text(table(a_row())).decode().encode("utf-16-le"), "E-FILE-TYPE", {}),
        (b"<html><table><tr><td>1</td></tr></table></html>", "E-FILE-TYPE", {}),
        (b"%PDF-1.7,", "E-FILE-TYPE", {}),
        (b"just a letter", "E-FILE-TYPE", {}),
        (b"\xef\xbb\xbf", "E-FILE-TYPE", {}),
    ],
)
def test_a_text_nobody_can_be_sure_of_is_refused(tmp_path, data, code, params):
    assert refused(kept(tmp_path / "a.csv", data)) == (code, params)


def test_what_a_spreadsheet_would_run_is_text_or_refused(tmp_path):
    """X1, X2: a leading = never passes; a number Excel cut short is told as one."""
    lines = table(a_row(户口所在地="x"), a_row(备注="=1+1"), a_row(身份证件号="4.10102E+17"))
    lines[1][HEADINGS.index("备注")] = "-"
    found = {
        (p.row, p.heading): dict(p.params) for p in problems(kept(tmp_path / "a", a_text(lines)))
    }
    assert found.get((3, "备注")) == {"hint": "hint.formula"}
    assert found.get((4, "身份证件号")) == {"hint": "hint.number"}
    assert (2, "备注") not in found


def test_rows_of_any_number_and_width_keep_their_places(tmp_path):
    data = "\n".join(["a,b,c", *(f"{n}" + ",x" * (n % 3) for n in range(2, 5002))])
    with sandbox.opened(kept(tmp_path / "a.csv", data.encode()), "") as sheet:
        blocks = [(first, columns) for first, columns in sheet.blocks]
    assert [first for first, _ in blocks] == [1, 2001, 4001]
    numbers = [cell for _, columns in blocks for cell in columns[0]]
    assert numbers == ["a", *map(str, range(2, 5002))]


# ── row by row ──────────────────────────────────────────────────────────────────────────────


def by_rows(path, sheet=0):
    with zipfile.ZipFile(path) as book:
        part = rows.sheets_of(book)[sheet].part
        strings, styles = rows.strings_of(book), styles_of(book, rows.tree)
        found = list(rows.rows_of(book, part, strings, styles))
    width = max(map(len, found))
    return [[*row, *[""] * (width - len(row))] for row in found]


@pytest.mark.parametrize("path", [CLEAN, MESSY])
def test_a_sheet_is_read_alike_whole_and_row_by_row(path):
    whole = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    assert by_rows(path) == whole


def test_the_way_of_a_sheet_is_chosen_by_what_it_says_of_its_rows(tmp_path):
    data = a_book([a_row(), a_row(姓名="")])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as out:
        for member in source.infolist():
            text = source.read(member)
            if "worksheets/" in member.filename:
                assert b'<dimension ref="A1:BT3"/>' in text
                text = text.replace(b'ref="A1:BT3"', b'ref="A1:BT120000"')
            out.writestr(member, text)
    assert [(p.row, p.heading) for p in problems(path)] == [(3, "姓名")]


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"PK\x03\x04", Form.XLSX), (b"PK\x05\x06", None), (a_stream([["a"]]), None),
        (b"\xff\xfea\0,\0", Form.TEXT), (b"a,b", Form.TEXT), (b"", None), (b"\x89PNG\r\n", None),
    ],
)  # fmt: skip
def test_the_first_bytes_tell_the_form(head, form):
    assert form_of(head) is form


def test_a_list_of_members_that_would_cost_a_worker_is_not_read(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as out:
        for number in range(60_000):
            out.writestr(zipfile.ZipInfo(f"xl/{number}.xml"), b"")
    with pytest.raises(BadFile, match="E-FILE-BOMB"):
        check_outside(path)


def test_an_end_of_64_bits_is_not_followed(tmp_path):
    sound = a_book([a_row()])
    data = sound[:-22] + b"PK\x06\x07" + bytes(16) + sound[-22:]
    assert refused(kept(tmp_path / "a.xlsx", data))[0] == "E-FILE-DAMAGED"


def test_a_child_that_dies_costs_a_sentence(tmp_path):
    corner = '<row r="1"><c r="A1"><v>1</v></c><c r="ZZ399999"><v>1</v></c></row>'
    assert refused(kept(tmp_path / "a.xlsx", book(corner)))[0] in ("E-FILE-BOMB", "E-FILE-DAMAGED")


@pytest.mark.parametrize("way", [packed, as_large])
def test_days_count_from_1904_where_the_book_says_so(tmp_path, way):
    later = parts(line(1, HEADINGS) + line(2, typed(出生日期="")))
    later["xl/workbook.xml"] = later["xl/workbook.xml"].replace(
        "<workbookPr/>", '<workbookPr date1904="1"/>'
    )
    sheet = "xl/worksheets/sheet1.xml"
    day = '<c r="D2" s="1"><v>42490</v></c><c r="E2"'
    later[sheet] = later[sheet].replace('<c r="E2"', day)
    with sandbox.opened(kept(tmp_path / "a.xlsx", way(later)), SPEC.sheet) as found:
        ((_, columns),) = found.blocks
    assert columns[3] == ["出生日期", date(2020, 5, 1)]


def test_a_long_list_of_few_members_is_not_read_either(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as out:
        for name, text in parts().items():
            out.writestr(name, text)
        for number in range(20):
            info = zipfile.ZipInfo(f"xl/x{number}.txt")
            info.comment = b"x" * 60_000
            out.writestr(info, b"")
    assert refused(path) == ("E-FILE-BOMB", {})
