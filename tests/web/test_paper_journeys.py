"""Journeys of a day: a name put right with its papers, and a hundred approvals by the keys."""

import re

import pytest
import xlsxwriter

from app.demo import plan, workbook
from app.imports.students import SPEC
from tests.web import walking
from tests.web.test_day import ended, figures

SCHOOL, COUNTY = "3141000302", "410102"
JUNIOR, JUNIOR_COUNTY = "3145000402", "450102"
MANY, PAGE = 100, 50


def test_a_key_data_change_with_evidence(visit):
    page = visit(f"registrar@{SCHOOL}")
    old, archive, _number = walking.somebody(page, nth=4)
    new = f"{old[:1]}若水"
    page.goto(f"/key-changes/open/{archive.rpartition('/')[2]}")
    page.fill("#name", new)
    page.fill("#reason", "户口簿已更名")
    walking.attaches(page, "户口簿.png")
    page.click('button[value="look"]')
    page.locator('button[value="submit"]:enabled').wait_for()
    walking.whole(page)
    case = walking.submitted(page)
    assert page.goto(archive).status == 200
    assert old in page.inner_text("h1")  # until everybody has agreed nothing changes

    leader = visit(f"leader@{SCHOOL}")
    leader.goto(case)
    leader.click(".files summary")
    picture = leader.locator(".files img")
    picture.wait_for()
    leader.wait_for_function("() => document.querySelector('.files img').naturalWidth === 320")
    assert leader.inner_text("main").count(new) >= 1
    walking.whole(leader)
    walking.agrees(leader, old)
    walking.agrees(visit(f"registrar@{COUNTY}"), old)
    page.goto(archive)
    assert new in page.inner_text("h1")
    page.goto(f"{archive}?tab=changes")
    walking.whole(page)


@pytest.fixture
def hundred(tmp_path):
    """A workbook of a hundred newcomers of one school."""
    rooms = [r for r in plan.rooms(12) if r.school.code[4:7] != "000" and r.level == 1]
    rooms = [r for r in rooms if r.school.years[0][0].value == "JUNIOR" == r.stage.value]
    rooms = [r for r in rooms if r.school.managing == JUNIOR_COUNTY]
    rows = [row for room in rooms for row in workbook.rows(room)]
    rows = [row for row in rows if row["id_type"] == "1"][-MANY:]  # others need a scan first
    assert len(rows) == MANY
    path = tmp_path / "newcomers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SPEC.sheet)
        sheet.write_row(0, 0, [column.heading for column in SPEC.columns])
        for n, row in enumerate(rows, 1):
            row |= {"school_code": JUNIOR, "class_number": f"202620{n % 2 + 1}"}
            cells = [workbook.written(c, row.get(c.field)) for c in SPEC.columns]
            sheet.write_row(n, 0, cells)
    return path


def test_a_hundred_approvals_by_the_batch_bar(visit, hundred):
    page = visit(f"registrar@{JUNIOR}")
    batch = imports(page, hundred)
    page.goto("/registration")
    page.click(f'form[action$="/batch/{batch}"] button')
    walking.sure(page)
    assert ended(page) == MANY

    leader = visit(f"leader@{JUNIOR}")  # all that the filter finds, by a job
    leader.goto(f"/inbox?batch={batch}")
    leader.click("[data-whole] summary")
    walking.whole(leader)
    leader.click('[data-whole] button[value="agree"]')
    walking.sure(leader)
    assert ended(leader) == MANY
    walking.whole(leader)

    county = visit(f"registrar@{JUNIOR_COUNTY}")  # page by page, with the keys
    for left in (MANY, MANY - PAGE):
        county.goto(f"/inbox?batch={batch}")
        picks(county, PAGE)
        assert county.inner_text("[data-batch] button[value=agree] [data-picked]") == str(PAGE)
        with county.expect_navigation():
            county.click('[data-batch] button[value="agree"]')
        assert county.locator("table .mark.is-ok").count() == PAGE, left
    walking.whole(county)
    county.goto(f"/inbox?batch={batch}")
    assert county.locator("tbody[data-rows] tr").count() == 0


def imports(page, path):
    """Drop in a workbook, read the preview and write it; return the number of the import."""
    page.goto("/import/")
    page.set_input_files("#file", path)
    page.click("[data-drop-send]")
    page.wait_for_selector('form[action$="/commit"]', timeout=walking.PATIENCE)
    assert figures(page)[:2] == [MANY, 0]
    batch = int(re.search(r"/import/(\d+)", page.url)[1])
    page.click('form[action$="/commit"] .btn-primary')
    page.wait_for_selector('a[href*="/registration"].btn-primary', timeout=walking.PATIENCE)
    return batch


def picks(page, n):
    """Pick the first and, with Shift, everything down to the n-th row by the keys."""
    page.keyboard.press("x")
    for _ in range(n - 1):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
