"""Resident numbers by the hundred thousand: right ones accepted, slips refused, none changed."""

from contextlib import suppress
from datetime import date, timedelta
from random import Random

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from stdnum.cn import ric

from app.codes import id_number
from app.codes.divisions import counties_ever, known_counties
from app.errors import BadCell
from app.imports import readers
from app.workflows.likely import neighbours
from tests.imports.books import a_row, found

TODAY = date(2026, 9, 1)
FIRST = date(1985, 1, 1)
SOME, ALL = 300, 100_000
AREAS = sorted(code for code in counties_ever() if not code.endswith("00"))
SIGNS = "0123456789"
TEXTS = st.text() | st.text("0123456789Xx ", min_size=15, max_size=20)


def right_numbers(many):
    rng = Random(18)  # noqa: S311  the same numbers each time
    days = (TODAY - FIRST).days
    for _ in range(many):
        born = FIRST + timedelta(days=rng.randrange(days))
        body = f"{rng.choice(AREAS)}{born:%Y%m%d}{rng.randint(1, 999):03d}"
        yield body + id_number.check_character(body)


def slips(number):
    """Every number with one other character, or two neighbours the other way round."""
    for at, sign in enumerate(number):
        others = SIGNS + ("X" if at == id_number.BODY else "")
        yield from (number[:at] + o + number[at + 1 :] for o in others if o != sign)
        pair = number[at : at + 2]
        if pair != pair[::-1]:
            yield number[:at] + pair[::-1] + number[at + 2 :]


def accepted(number):
    return not id_number.problems(number, TODAY)


def test_a_hundred_thousand_right_numbers_are_accepted(tally):
    assert all(map(accepted, right_numbers(ALL)))
    tally["right ID numbers accepted"] += ALL


def refused_slips(many):
    count = 0
    for number in right_numbers(many):
        for slip in slips(number):
            assert not accepted(slip), (number, slip)
            count += 1
    return count


def test_every_slip_of_some_is_refused(tally):
    tally["slips of ID numbers refused"] += refused_slips(SOME)


@pytest.mark.soak
def test_every_slip_of_a_hundred_thousand_is_refused(tally):
    tally["slips of ID numbers refused"] += refused_slips(ALL)


def test_the_judgement_is_that_of_the_standard():
    for number in right_numbers(SOME):
        for slip in list(slips(number))[:20]:
            is_right = slip[-1] == ric.calc_check_digit(slip)
            assert is_right is ("checksum" not in id_number.problems(slip, TODAY))


@pytest.mark.parametrize(
    ("area", "is_current"),
    [
        ("330113", True),  # 临平区, made in 2021
        ("330114", True),  # 钱塘区
        ("330103", False),  # 下城区, gone in 2021
        ("330104", False),  # 江干区
        ("110103", False),  # 崇文区, gone in 2010
        ("341400", False),  # 巢湖市, gone in 2011
        ("411302", True),
    ],
)
def test_a_number_keeps_the_county_it_was_given_in(area, is_current):
    number = f"{area}20050501002"
    assert accepted(number + id_number.check_character(number))
    assert (area in known_counties()) is is_current


@pytest.mark.parametrize("area", ["999999", "000000", "411399", "710000", "123456"])
def test_a_county_that_never_was_is_told(area):
    number = f"{area}20050501002"
    told = id_number.problems(number + id_number.check_character(number), TODAY)
    assert told == (("division",) if area not in counties_ever() else ())


# ── Excel ────────────────────────────────────────────────────────────────────────────────────


def through_excel(numbers, folder):
    """Give numbers as they come back from a workbook that was written, saved again and read."""
    path, again = folder / "ids.xlsx", folder / "again.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_column(0, 0, numbers, book.add_format({"num_format": "@"}))
    load_workbook(path).save(again)
    for kept in (path, again):
        rows = CalamineWorkbook.from_path(kept).get_sheet_by_index(0).iter_rows()
        yield [readers.ID_NUMBER.read(readers.plain(row[0])) for row in rows]


def test_some_come_back_from_excel_unchanged(tmp_path):
    numbers = list(right_numbers(SOME))
    assert list(through_excel(numbers, tmp_path)) == [numbers, numbers]


@pytest.mark.soak
def test_a_hundred_thousand_come_back_from_excel_unchanged(tmp_path, tally):
    numbers = list(right_numbers(ALL))
    assert list(through_excel(numbers, tmp_path)) == [numbers, numbers]
    tally["ID numbers there and back through Excel"] += ALL


def test_what_excel_made_a_number_of_is_refused_and_never_kept_changed():
    for number in right_numbers(SOME):
        if number.isdigit():
            for cell in (int(number), float(number)):
                with pytest.raises(BadCell):
                    readers.plain(cell)


# ── any text ─────────────────────────────────────────────────────────────────────────────────


def asked(text):
    compact = id_number.compact(text)
    assert id_number.compact(compact) == compact
    told = id_number.problems(compact, TODAY)
    assert isinstance(told, tuple)
    id_number.birth_date(compact)
    id_number.gender(compact)
    assert compact not in neighbours(compact)
    with suppress(BadCell):
        readers.ID_NUMBER.read(text)


@given(TEXTS)
@example("A´")  # the blank between letter and accent goes, and they become one
@example("ŉ ̈")
def test_no_text_raises(text):
    asked(text)


@given(TEXTS)
@settings(max_examples=20, deadline=None)
def test_no_text_breaks_a_row_of_an_import(text):
    assert all(code[:2] in ("E-", "W-") for _heading, code in found(a_row(身份证件号=text)))


@pytest.mark.soak
@given(TEXTS)
@settings(max_examples=ALL, deadline=None)
def test_none_of_a_hundred_thousand_texts_raises(text):
    asked(text)
