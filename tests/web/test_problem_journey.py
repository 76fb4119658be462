"""A journey of one child at two schools: both see the problem, one proves, one deletes, a number.

The first school's number is temporary until the county's leader has confirmed who the child is.
"""

import re

import pytest
import xlsxwriter

from app.demo import plan, workbook
from app.imports.students import SPEC
from tests.web import walking
from tests.web.test_day import figures

FIRST, COUNTY = "2141000102", "411302"
SECOND = "2141000301"  # of another city
NAME = "澹台明镜"


@pytest.fixture
def child(tmp_path):
    """Workbooks of the two schools with the same child in them."""
    room = next(
        r for r in plan.rooms(12)
        if r.school.code[4:7] != "000" and r.stage.value == "PRIMARY" and r.level == 1
        and r.school.managing == COUNTY
    )  # fmt: skip
    row = next(iter(workbook.rows(room))) | {"name": NAME, "class_number": "2026101"}
    paths = []
    for code in (FIRST, SECOND):
        path = tmp_path / f"{code}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet(SPEC.sheet)
            sheet.write_row(0, 0, [column.heading for column in SPEC.columns])
            told = row | {"school_code": code}
            cells = [workbook.written(column, told.get(column.field)) for column in SPEC.columns]
            sheet.write_row(1, 0, cells)
        paths.append(path)
    return paths


def imports(page, path, told):
    """Drop in a workbook, read the preview and write it; return the number of the import.

    ``told`` are the new rows and those whose number another school has.
    """
    page.goto("/import/")
    page.set_input_files("#file", path)
    page.click("[data-drop-send]")
    page.wait_for_selector('form[action$="/commit"]', timeout=walking.PATIENCE)
    assert [figures(page)[0], figures(page)[4]] == told
    batch = int(re.search(r"/import/(\d+)", page.url)[1])
    page.locator('form[action$="/commit"] .btn-primary').press("Enter")
    page.wait_for_selector('a[href*="/registration"].btn-primary', timeout=walking.PATIENCE)
    return batch


def finds(page):
    """Wait until the comparison has found the child, and open the record; return its address."""
    link = page.locator("tbody[data-rows] td.name a", has_text=NAME)
    for _ in range(30):
        page.goto("/problems")
        if link.count():
            break
        page.wait_for_timeout(2000)
    with page.expect_navigation():
        link.first.click()
    walking.whole(page)
    return page.url


def answers(page, address, action, words):
    """Say what the record is, look at what would happen, and submit it."""
    page.goto(f"{address}/answer?action={action}")
    page.fill("#reason", words)
    if action == "evidence":
        walking.attaches(page, "户口簿.png")
    with page.expect_navigation():
        page.click('button[name=step][value="look"]')
    walking.whole(page)
    with page.expect_navigation():
        page.click('button[name=step][value="submit"]:enabled')


def submits(page, batch):
    """Submit the pupils of an import for registration."""
    page.goto("/registration")
    page.click(f'form[action$="/batch/{batch}"] button')
    walking.sure(page)
    page.wait_for_selector("#outcome", timeout=walking.PATIENCE)
    assert page.locator("#outcome .mark.is-ok").count() == 1


def number(page, archive, kind):
    """Wait until the archive shows a number of a kind."""
    for _ in range(60):
        page.goto(archive)
        if re.search(rf"\b{kind}\d", page.inner_text("main")):
            return
        page.wait_for_timeout(2000)
    raise AssertionError(f"no {kind} number at {archive}")


def test_one_child_at_two_schools_ends_as_one_record_with_a_number(visit, child):
    first, second = visit(f"registrar@{FIRST}"), visit(f"registrar@{SECOND}")
    batch = imports(first, child[0], [1, 0])
    imports(second, child[1], [0, 1])
    mine, theirs = finds(first), finds(second)
    names = {school.code: school.name for school in plan.base_schools()}
    assert names[SECOND] in first.inner_text("table.sides")
    assert names[FIRST] in second.inner_text("table.sides")

    answers(first, mine, "evidence", "该生在本校报到，户口簿原件已核。")
    answers(second, theirs, "delete", "该生未来报到，本校误建。")
    second.goto("/deleted")
    assert NAME in second.inner_text("main")
    walking.whole(second)
    walking.agrees(visit(f"leader@{FIRST}"), NAME)
    county = visit(f"registrar@{COUNTY}")
    walking.agrees(county, NAME)

    submits(first, batch)
    walking.agrees(visit(f"leader@{FIRST}"), NAME)
    walking.agrees(county, NAME)
    key = mine.rpartition("/")[2]
    archive = f"/students/show/{key}"
    number(first, archive, "L")

    leader = visit(f"leader@{COUNTY}")
    leader.goto(f"/verification/{key}")
    walking.whole(leader)
    leader.check("#result-ok")
    leader.fill("#reason", "派出所核对户口簿无误")
    paper = {"name": "证明.png", "mimeType": "image/png", "buffer": walking.picture()}
    leader.set_input_files("#paper", [paper])
    leader.click("form.form .btn-primary")
    walking.sure(leader)
    leader.wait_for_url(re.compile(r"/verification$"))
    number(first, archive, "G")
