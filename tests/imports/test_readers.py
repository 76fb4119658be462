"""Readers read, or raise `BadCell`: never anything else, whatever Excel hands over."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadCell
from app.imports import readers
from app.imports.students import SPEC

CELLS = (
    st.text()
    | st.floats()
    | st.integers(-(10**20), 10**20)
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
)
KINDS = {id(column.kind): column.kind for column in SPEC.columns}


@given(CELLS)
def test_no_cell_breaks_a_reader(cell):
    with suppress(BadCell):
        text = readers.plain(cell)
        for kind in KINDS.values():
            with suppress(BadCell):
                value = kind.read(text) if text else None
                if isinstance(value, str):
                    assert not {"\t", "\n", "\r", "\0"} & set(value), kind.name
                if value not in (None, "") and kind.doubt:
                    kind.doubt(value)


@given(CELLS)
def test_reading_what_was_read_changes_nothing(cell):
    for kind in KINDS.values():
        with suppress(BadCell):
            value = kind.read(readers.plain(cell))
            if isinstance(value, str) and value:
                assert kind.read(value) == value


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" x ", "x"),
        (2026101.0, "2026101"),
        (3.6, "3.6"),
        (True, "1"),
        (date(2020, 5, 1), "20200501"),
        (datetime(2020, 5, 1), "20200501"),  # noqa: DTZ001  Excel knows no zones
        (datetime(2020, 5, 1, 3), "2020-05-01T03:00:00"),  # noqa: DTZ001
        (time(3), "03:00:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_a_cell_as_text(cell, text):
    assert readers.plain(cell) == text


@pytest.mark.parametrize("cell", [410102202008253939.0, 4.1e17, -1e15, float("nan"), float("inf")])
def test_a_number_too_long_for_excel_is_never_guessed(cell):
    with pytest.raises(BadCell) as bad:
        readers.plain(cell)
    assert bad.value.refusals[0].params["hint"] == "hint.number"


@pytest.mark.parametrize("name", ["王·买买提", "李\U00020bb7", "张䶮", "陈\ue000", "e\u0301"])
def test_rare_names_stay_as_they_are(name):
    assert readers.NAME.read(name) == name


def test_dots_that_look_alike_become_the_one_dot():
    assert readers.NAME.read("王•买买提") == "王·买买提"


@pytest.mark.parametrize("raw", ["٢٠٢٠", "२०२६१०१"])
def test_digits_of_other_scripts_are_no_digits(raw):
    with pytest.raises(BadCell):
        readers.CLASS.read(raw)
    with pytest.raises(BadCell):
        readers.DATE.read(raw)
