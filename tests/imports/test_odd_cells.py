"""X8 to X10: numbers, digits and days as people write them; what is not certain is an error."""

import pytest

from tests.imports.books import a_row, found

HEADING, BIRTH, NAME = "身份证件号", "出生日期", "姓名"


def bent(number, way):
    return {
        "full width": "".join(chr(ord(mark) + 0xFEE0) for mark in number),
        "blanks": f"{number[:6]} {number[6:14]} {number[14:]}",
        "a hard blank": f"{number[:6]}\u00a0{number[6:]}",
        "no width": f"\u200b{number}\ufeff",
        "a small x": number.lower(),
    }[way]


@pytest.mark.parametrize("way", ["full width", "blanks", "a hard blank", "no width", "a small x"])
def test_an_id_number_is_understood_however_it_is_typed(way):
    row = a_row()
    assert found({**row, HEADING: bent(row[HEADING], way)}) == []


@pytest.mark.parametrize(
    "number",
    [
        411302202005010024,
        4.11e17,
        "4.11302E+17",
        "٤١١٣٠٢٢٠٢٠٠٥٠١٠٠٢٤",
        "'411302202005010024",
    ],
)
def test_an_id_number_is_never_guessed(number):
    assert HEADING in {
        heading for heading, code in found(a_row(身份证件号=number)) if code[0] == "E"
    }


@pytest.mark.parametrize(
    "day", ["2010/13/01", "2020-02-30", "٢٠٢٠0501", "01/05/2020", "43952.5", 43952]
)
def test_a_day_is_one_day_or_an_error(day):
    assert (BIRTH, "E-FMT") in found(a_row(出生日期=day))


def test_a_birth_date_that_is_not_the_numbers_is_told():
    row = a_row()
    assert found({**row, BIRTH: "2019年1月1日"}) != []
    written = f"{row[BIRTH][:4]}年{row[BIRTH][4:6]}月{row[BIRTH][6:]}日"
    assert found({**row, BIRTH: written}) == []


@pytest.mark.parametrize("heading", ["备注", "家庭地址", NAME, "主页地址", "电子信箱"])
def test_half_a_character_stands_in_no_cell(heading):
    for half in ("\ufffd", "\0"):
        assert (heading, "E-FMT") in found({**a_row(), heading: f"人民路{half}号"})
