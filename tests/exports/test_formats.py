"""tablib writes by the fast writers, and still reads."""

from decimal import Decimal
from io import BytesIO

import pytest
import tablib
from python_calamine import CalamineWorkbook

from app.exports import formats


@pytest.fixture
def book():
    formats.register()
    formats.register()  # a second time changes nothing
    made = tablib.Dataset(headers=["甲", "乙"], title="名单[1]/2")
    made.append(["=1+1", "两  格"])
    made.append([Decimal("1.5"), None])
    made.append([True, 3])
    return made


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_data_set_becomes_text_and_numbers(book, kind):
    data = book.export(kind)
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows == [["甲", "乙"], ["=1+1", "两  格"], [1.5, ""], ["True", 3.0]]


def test_reading_stays_what_it_was(book):
    assert tablib.Dataset().load(book.export("xlsx"), format="xlsx")[0] == ("=1+1", "两  格")
