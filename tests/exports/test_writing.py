"""The file of an export: whose rows, in which words, what is hidden; nothing calculates."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.codes import masking
from app.exports.sources import SOURCES
from app.models.student import Student
from app.policies import scope
from tests import make
from tests.exports.conftest import asked, written

RARE = ["䶮", "𠮷野", "阿卜杜·热合曼", "\ue5e5", "e\u0301cole", " 两端空白 ", 'a&b<c>"d', "x\ny"]
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1+1", "=cmd|' /C calc'!A0"]


def read_back(data, kind):
    if kind == "csv":
        return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_the_rows_are_those_of_the_list_in_every_format(session, at_work, county, kind):
    _, actor = at_work("SR")
    (data,), mark = written(session, asked(session, actor, format=kind))
    head, *rows = read_back(data, kind)
    assert head == ["姓名", "学籍号", "身份证件号", "班号", "班内学号", "性别", "水印"]
    assert [row[0] for row in rows] == [p.name for p in county["own"]["pupils"]]
    assert mark.rows == 5
    assert mark.shares == {str(county["own"]["school"].id): 5}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_a_routine_export_hides_what_is_personal(session, at_work, county, kind):
    _, actor = at_work("SR")
    columns = ["name", "number", "id_number", "phone", "address_now", "birth_date", "gender"]
    (data,), _ = written(session, asked(session, actor, format=kind, columns=columns))
    row = read_back(data, kind)[1]
    pupil = county["own"]["pupils"][0]
    assert row[:6] == [
        pupil.name,
        masking.national_number(pupil.number),
        masking.id_number(pupil.id_number),
        masking.phone(pupil.phone),
        masking.address(pupil.address_now),
        f"{pupil.birth_date.year}-**-**",
    ]
    for whole in (pupil.number, pupil.id_number, pupil.phone, pupil.address_now):
        assert whole.encode() not in data


def test_every_personal_field_has_a_mask_but_the_name(session):
    for source in SOURCES.values():
        bare = {each.name for each in source.fields if each.personal and each.mask is None}
        assert bare <= {"name", "pupil_name", "head_teacher", "head_name"}, source.name


@pytest.mark.parametrize("name", [*RARE, *EVIL])
def test_text_stays_text_and_comes_back_as_it_was(session, at_work, county, name):
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, county["own"]["room"], name=name)
    _, actor = at_work("SR")
    (data,), _ = written(session, asked(session, actor, columns=["name"]))
    cells = list(openpyxl.load_workbook(BytesIO(data))["学生"].rows)
    assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "inlineStr"}
    assert name in {row[0].value for row in cells}
    assert name in {row[0] for row in read_back(data, "xlsx")}
    assert b"<f" not in BytesIO(data).read()


@pytest.mark.parametrize("name", EVIL)
def test_csv_says_no_formula(session, at_work, county, name):
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, county["own"]["room"], name=name)
    _, actor = at_work("SR")
    (data,), _ = written(session, asked(session, actor, columns=["name"], format="csv"))
    assert data.startswith("\ufeff".encode())
    assert f"'{name}" in {row[0] for row in read_back(data, "csv")}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_a_long_export_is_split_and_nothing_is_lost(session, at_work, county, kind):
    _, actor = at_work("SR")
    parts, mark = written(session, asked(session, actor, format=kind), most=2)
    rows = [row for data in parts for row in read_back(data, kind)[1:]]
    assert [len(read_back(data, kind)) - 1 for data in parts] == [2, 2, 1]
    assert [row[0] for row in rows] == [p.name for p in county["own"]["pupils"]]
    assert (mark.rows, mark.shares) == (5, {str(county["own"]["school"].id): 5})


def test_the_same_rows_are_the_same_bytes(session, at_work):
    _, actor = at_work("SR")
    export = asked(session, actor)
    first, _ = written(session, export)
    for part in export.parts:
        session.delete(part)
    session.flush()
    assert written(session, export)[0] == first


def test_an_empty_export_is_a_file_with_headings(session, at_work):
    _, actor = at_work("SR")
    (data,), mark = written(session, asked(session, actor, filters={"name": ["没有"]}))
    assert len(read_back(data, "xlsx")) == 1
    assert mark.rows == 0


def test_a_file_says_whose_it_is(session, at_work):
    account, actor = at_work("SR")
    export = asked(session, actor)
    (data,), _ = written(session, export)
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book["学生"]
    mark = f"{export.number} {account.login}"
    assert {row[-1].value for row in list(sheet.rows)[1:]} == {mark}
    assert mark in sheet.oddFooter.left.text
    assert book.properties.creator == account.login
    assert export.number in book.properties.title


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_of_every_list_can_be_written(session, at_work, source, language):
    _, actor = at_work("CR")
    every = [each.name for each in SOURCES[source].fields]
    export = asked(session, actor, source, columns=every, language=language)
    (data,), mark = written(session, export)
    rows = read_back(data, "xlsx")
    assert len(rows) == mark.rows + 1
    assert len(rows[0]) == len(every) + 1
    if source in {"pupils", "guardians", "classes", "schools", "roster"}:
        assert mark.rows > 0
    session.scalar(select(Student.id).limit(1))
