"""One typed pupil is judged as a row of a workbook would be."""

from datetime import date

import pytest

from app.imports.one_pupil import completed, judge
from app.imports.spec import Facts, Room
from app.imports.students import SPEC

FACTS = Facts(
    today=date(2026, 11, 21),
    school_code="2141000101",
    classes={"2026101": Room(1, 1)},
    division="411302000000",
    urban_rural="111",
)
TYPED = {column.field: column.example for column in SPEC.columns}


def test_the_example_of_the_template_has_nothing_wrong():
    judged = judge(FACTS, TYPED)
    assert judged.errors == {}
    assert judged.pupil["birth_date"] == date(2020, 5, 1)
    assert [member["relation"] for member in judged.family] == ["51", "52"]
    assert "school_code" not in judged.pupil


def test_what_the_resident_number_tells_need_not_be_typed():
    typed = {**TYPED, "birth_date": "", "gender": ""}
    assert judge(FACTS, typed).errors == {}
    kept = completed({**TYPED, "birth_date": "20190101"})
    assert kept["birth_date"] == "20190101"
    other = completed({**TYPED, "id_type": "Z", "birth_date": ""})
    assert other["birth_date"] == ""


@pytest.mark.parametrize(
    ("bend", "field", "code"),
    [
        ({"name": ""}, "name", "E-REQ"),
        ({"gender": "男"}, "gender", "E-ID-SEX"),
        ({"birth_date": "20190101"}, "birth_date", "E-ID-DATE"),
        ({"class_number": "2026102"}, "class_number", "E-REF"),
        ({"ethnic": "火星族"}, "ethnic", "E-CODE"),
        ({"phone": "1"}, "phone", "E-FMT"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(bend, field, code):
    errors = judge(FACTS, {**TYPED, **bend}).errors
    assert [one.code for one in errors[field]] == [code]


def test_a_doubt_does_not_block():
    judged = judge(FACTS, {**TYPED, "birthplace": "999999000000"})
    assert judged.errors == {}
    assert [one.code for one in judged.warnings["birthplace"]] == ["W-DIV"]
