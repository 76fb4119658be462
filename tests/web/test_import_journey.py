"""A whole import in the browser: upload, preview, three cells mended, written, undone.

Two thousand rows in the suite, twenty thousand in the soak; and N, J, K over changed cells.
"""

import time
from datetime import timedelta

import pytest
import xlsxwriter

from app.demo import plan, workbook
from app.imports.students import SPEC
from tests.make import an_id_number
from tests.web import walking
from tests.web.test_day import figures

SCHOOL, CHANGES = "3141000103", "3141000104"
FEW, ALL = 2_000, 20_000
MANY = 30  # changed pupils: more than a page
LONG = 300_000  # milliseconds a job with 20,000 rows may take on a busy machine
CHARACTERS = "安柏晨迪恩帆歌涵嘉可岚沐南佩琪然书棠唯夕雅钰泽昭芷舟卓彤"


def room_of(school):
    """A class of the demo with pupils in it."""
    return next(r for r in plan.rooms(12) if r.school.code == school and r.size)


def book(path, rows):
    """Write rows as the school would."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as made:
        sheet = made.add_worksheet(SPEC.sheet)
        sheet.write_row(0, 0, [column.heading for column in SPEC.columns])
        for number, row in enumerate(rows, 1):
            cells = [workbook.written(column, row.get(column.field)) for column in SPEC.columns]
            sheet.write_row(number, 0, cells)
    return path


def newcomers(count):
    """Rows of pupils nobody knows; three of them with a cell that is wrong."""
    base = next(iter(workbook.rows(room_of(SCHOOL)))) | {"seat_no": None, "aux_number": None}
    size = len(CHARACTERS)
    for nth in range(count):
        born = base["birth_date"] + timedelta(days=nth % 200)
        given = CHARACTERS[nth // size**2 % size] + CHARACTERS[nth // size % size]
        row = base | {
            "name": "邢" + given + CHARACTERS[nth % size],
            "name_pinyin": None,
            "gender": "2",
            "birth_date": born,
            "id_number": an_id_number(born, "2", serial=100 + nth // 200),
        }
        yield row | {10: {"id_number": "123"}, 20: {"class_number": "19"}, 30: {"gender": "1"}}.get(
            nth, {}
        )


def uploads(page, path):
    """Drop in a workbook and wait for its preview; return the seconds it took."""
    page.goto("/import/")
    page.set_input_files("#file", path)
    begun = time.monotonic()
    page.click("[data-drop-send]")
    page.wait_for_selector("[data-preview]", timeout=LONG)
    return time.monotonic() - begun


def mends(page):
    """Type what is right into the three wrong cells, and have their rows checked again."""
    first = next(newcomers(1))
    number = an_id_number(first["birth_date"] + timedelta(days=10), "2", serial=100)
    page.locator('[name^="c-"][name$="-id_number"]').first.fill(number)
    page.locator('[name^="c-"][name$="-class_number"]').first.fill(str(first["class_number"]))
    page.locator('[name^="c-"][name$="-gender"]').first.select_option(label="女")
    assert page.inner_text("[data-mend-send]").strip().endswith("3")
    with page.expect_navigation(timeout=LONG):
        page.click("[data-mend-send]")


@pytest.mark.parametrize("count", [FEW, pytest.param(ALL, marks=pytest.mark.soak)])
def test_a_file_is_previewed_mended_written_and_undone(visit, tmp_path, shot, count):
    path = book(tmp_path / f"新生{count}.xlsx", newcomers(count))
    page = visit(f"registrar@{SCHOOL}")
    took = uploads(page, path)
    print(f"{count:,} rows: preview after {took:.1f} s")  # noqa: T201  a figure to report
    assert figures(page)[0] == count - 3
    assert figures(page)[5] == 3
    assert page.locator("#write").is_disabled()
    walking.whole(page)

    mends(page)
    assert figures(page)[:6] == [count, 0, 0, 0, 0, 0]
    shot(page, f"import-{count}-mended")

    page.click("#write")
    page.wait_for_selector('a[href$="/undo"]', timeout=LONG)
    walking.whole(page)
    page.click('a[href$="/undo"]')
    page.wait_for_selector("form[action$='/undo']", timeout=LONG)
    assert figures(page) == [count, 0, 0]
    walking.whole(page)
    page.click("form[action$='/undo'] .btn-bad")
    walking.sure(page)
    page.wait_for_selector(".figures", timeout=LONG)
    told = [n.replace(",", "") for n in page.locator(".figures b").all_inner_texts()]
    assert told == [str(count), "0", "0"]
    shot(page, f"import-{count}-undone")


def test_the_keys_lead_from_change_to_change_over_the_end_of_a_page(visit, tmp_path):
    school = [r for r in plan.rooms(12) if r.school.code == CHANGES and r.size]
    known = [row for room in school[:2] for row in workbook.rows(room)][:MANY]
    rows = [row | {"talent": "口琴"} for row in known]
    page = visit(f"registrar@{CHANGES}")
    uploads(page, book(tmp_path / "特长.xlsx", rows))
    changed = figures(page)[1]
    assert changed > 25
    page.goto(f"{page.url.split('?')[0]}?show=new")
    here = page.locator("[data-changes] tr.here td.r")
    page.keyboard.press("n")
    here.wait_for()
    assert here.inner_text() == "2"
    page.keyboard.press("j")
    second = here.inner_text()
    page.keyboard.press("k")
    assert here.inner_text() == "2" != second
    for _ in range(25):
        page.keyboard.press("n")
    page.locator(".pagination .active", has_text="2 /").wait_for()
    here.wait_for()
    page.fill("#since", "")
    page.focus("#since")
    page.keyboard.press("n")  # a letter that is typed moves nothing
    assert page.input_value("#since") == "n"
