"""How names are spelt, and that no text raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes.pinyin import MOST, sound, spelt
from app.demo.names import SOUTHERN_SURNAMES, SURNAMES

POOLS = (SURNAMES, SOUTHERN_SURNAMES)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("张晓明", "Zhang Xiaoming"),
        ("欧阳娜娜", "Ouyang Nana"),
        ("单雄信", "Shan Xiongxin"),
        ("曾子", "Zeng Zi"),
        ("吕布", "Lü Bu"),
        ("阿依古丽·买买提", "Ayiguli Maimaiti"),
        ("John Smith", "John Smith"),
        ("李", "Li"),
        ("", ""),
    ],
)
def test_a_name_is_spelt_surname_first_and_the_given_name_in_one(name, spelling):
    assert spelt(name) == spelling


@pytest.mark.parametrize("pair", [("张晓明", "张小明"), ("张 晓明", "张晓·明"), ("吕布", "吕步")])
def test_names_that_are_read_alike_sound_alike(pair):
    assert sound(spelt(pair[0])) == sound(spelt(pair[1]))


def test_the_way_of_writing_a_spelling_does_not_matter():
    ways = (
        "Lü Xiaoming",
        "lvxiaoming",
        "LÜ XIAO MING",
        "Lv Xiao-ming",
        "lü xiǎoming"[:3] + "xiaoming",
    )
    assert {sound(way) for way in ways} == {"lvxiaoming"}


@pytest.mark.parametrize("pool", POOLS, ids=("common", "southern"))
def test_surnames_are_read_as_families_read_them(pool):
    for surname, spelling in pool.values:
        assert spelt(surname + "明") == f"{spelling} Ming"


@given(st.text())
def test_no_text_raises_and_what_is_said_fits_its_field(text):
    assert len(spelt(text)) <= MOST
    sound(spelt(text))
