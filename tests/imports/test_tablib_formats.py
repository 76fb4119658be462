"""tablib of the house reads with calamine behind the limits, and still writes."""

import io

import pytest
import tablib

from app.errors import BadFile
from app.imports import tablib_formats
from tests.imports.books import CLEAN, HEADINGS, a_book, a_row
from tests.imports.hostile_xlsx import doctypes, typed
from tests.imports.old_books import an_old_book


@pytest.fixture(autouse=True)
def registered():
    tablib_formats.register()
    tablib_formats.register()  # twice is once


def test_a_workbook_is_read_with_its_headings():
    read = tablib.Dataset().load(io.BytesIO(a_book([a_row(姓名="王小河")])), format="xlsx")
    assert read.headers == HEADINGS
    assert (read.height, read.dict[0]["姓名"]) == (1, "王小河")
    bare = tablib.Dataset().load(io.BytesIO(CLEAN.read_bytes()), format="xlsx", headers=False)
    assert (bare.height, bare[0][:2]) == (85, tuple(HEADINGS[:2]))


def test_an_old_workbook_is_read_and_each_is_told_by_its_bytes():
    row = typed(姓名="王小河")
    data = an_old_book([HEADINGS, row])
    assert tablib.Dataset().load(io.BytesIO(data), format="xls").dict[0]["姓名"] == "王小河"
    assert tablib.detect_format(io.BytesIO(data)) == "xls"
    assert tablib.detect_format(io.BytesIO(a_book([a_row()]))) == "xlsx"


def test_a_hostile_workbook_is_refused_with_a_sentence():
    name, make = next(doctypes())
    with pytest.raises(BadFile, match="E-FILE-UNSAFE"):
        tablib.Dataset().load(io.BytesIO(make()), format="xlsx")
    assert name


def test_whoever_writes_stays_who_it_was():
    data = tablib.Dataset(["李小满"], headers=["姓名"]).export("xlsx")
    assert tablib.Dataset().load(io.BytesIO(data), format="xlsx")["姓名"] == ["李小满"]
