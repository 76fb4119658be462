"""docs/templates says what the templates say; a workbook of each can be filled in and read."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from app.imports import check, template
from app.imports.desk import TEMPLATES
from app.imports.spec import Facts, Room
from app.messages.catalogue import CATALOGUE
from tests.house.template_pages import FOLDER, NAMES, file_of, page

FACTS = Facts(date(2026, 9, 1), "2141000101", {"2026101": Room(), "2026102": Room()}, "", "111")


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_what_the_template_says(name):
    assert file_of(name).read_text("utf-8") == page(name), "run `make templates`"


def test_there_is_no_other_page():
    assert {path.name for path in FOLDER.iterdir()} == {file_of(name).name for name in NAMES}


@pytest.mark.parametrize("spec", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_has_a_title_and_columns_that_can_be_told_apart(spec):
    assert {f"template.{spec.name}", f"template.{spec.name}.about"} <= CATALOGUE.keys()
    for which in range(3):
        names = [column.names[which] for column in spec.columns]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("spec", TEMPLATES.values(), ids=TEMPLATES)
def test_the_example_is_a_right_row(spec):
    checker = check.Checker(spec, FACTS, frozenset())
    block = checker.check(2, [[column.example] for column in spec.columns])
    assert [p for p in block.problems if p.is_error] == []
    assert block.numbers == [2]


@pytest.mark.parametrize("spec", TEMPLATES.values(), ids=TEMPLATES)
def test_a_workbook_is_drawn_with_hidden_lists_and_a_sheet_of_its_own_for_the_example(spec):
    out = io.BytesIO()
    template.write(spec, out)
    book = load_workbook(out)
    data, codes, guide, example, version = book.worksheets
    assert (data.title, data.max_row) == (spec.sheet, 1)
    assert [sheet.sheet_state for sheet in book.worksheets] == [
        "visible", "hidden", "visible", "visible", "veryHidden",
    ]  # fmt: skip
    red = [cell.value for cell in data[1] if cell.font.color and cell.font.color.rgb == "FFC00000"]
    assert red == [column.heading for column in spec.columns if column.required]
    assert example["A4"].value == CATALOGUE[f"template.{spec.name}.about"].zh
    assert (guide.max_row, version["A1"].value) == (
        len(spec.columns) + 1, f"{spec.name} {spec.version}",
    )  # fmt: skip
    assert data["A2"].number_format == "@" or data.column_dimensions["A"].width
    lists = data.data_validations.dataValidation
    assert len(lists) == sum(column.kind.choices is not None for column in spec.columns)
    assert all(one.formula1.startswith(codes.title) for one in lists)
