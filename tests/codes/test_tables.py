"""The code tables are whole, and answer to codes and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes import divisions, masking, tables
from app.errors import BadCell


def test_all_tables_are_there_with_both_names():
    assert len(tables.names()) == 42
    for name in tables.names():
        if name == "system_enums":
            continue
        for entry in tables.table(name):
            assert entry.code
            assert entry.name_zh
            assert name == "admin_division" or entry.name_en


def test_there_are_3351_divisions_with_parents():
    codes = tables.table("admin_division").entries
    assert len(codes) == 3351
    for entry in codes.values():
        assert divisions.is_division(entry.code)
        assert entry.extras["parent"] in codes or entry.extras["level"] == "province"
    assert divisions.full_name("411302000000") == "河南省南阳市宛城区"
    assert divisions.full_name("411302108201") == "河南省南阳市宛城区"
    assert divisions.full_name("999999000000") == ""


@pytest.mark.parametrize(
    ("table", "raw", "code"),
    [
        ("gender", "男", "1"),
        ("gender", "2", "2"),
        ("gender", "Female", "2"),
        ("ethnic_group", " 汉 族", "01"),
        ("country", "中国", "CHN"),
        ("yes_no", "是", "1"),
        ("mainstreaming", "非随班就读", "00"),
        ("id_document_type", "a", "A"),
        ("problem_kind", "DUP_ID", "DUP_ID"),
    ],
)
def test_a_table_answers_to_codes_and_words(table, raw, code):
    assert tables.read(table, raw) == code


def test_an_unknown_word_is_refused():
    with pytest.raises(BadCell, match="E-CODE"):
        tables.read("ethnic_group", "火星族")
    with pytest.raises(KeyError):
        tables.table("no_such_table")


def test_a_part_of_a_table_forgets_the_rest():
    allowed = tables.table("id_document_type").only("student_allowed")
    assert "2" not in allowed
    assert allowed.find("军官证") is None
    assert allowed["1"].name("en") == "Resident identity card"
    assert len(allowed) == 7


def test_masks_keep_what_the_rules_say():
    assert masking.id_number("110101201001011235") == "1101**********1235"
    assert masking.phone("13812340000") == "138****0000"
    assert masking.address("河南省南阳市宛城区光武路263号") == "河南省南阳市宛城区****"
    assert masking.name("王·买买提") == "王****"
    assert masking.national_number("G110101201001011235") == "G1101**********1235"


@given(st.text(max_size=40))
def test_a_mask_never_shows_more_than_it_says(text):
    for mask in (masking.id_number, masking.phone, masking.name, masking.everything):
        shown = mask(text)
        assert len(shown) == len(text)
        assert sum(mark != "*" for mark in shown) <= 8 or "*" in text
    assert len(masking.address(text)) <= len(text) + 4
