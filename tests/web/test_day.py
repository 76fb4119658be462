"""A whole working day in a browser: import, two offices, a transfer between counties, the year.

Each person in their own browser, on real PostgreSQL and Valkey with a real worker.
"""

import re
from pathlib import Path

import openpyxl
import pytest

from tests.web.conftest import DESK, PHONE, faults

WORKBOOK = Path(__file__).parents[1] / "imports" / "data" / "national-clean-84.xlsx"
SCHOOL, COUNTY = "2141000101", "411302"
NEW_SCHOOL, NEW_COUNTY = "2141000301", "410102"
PATIENCE = 60_000  # milliseconds a job may take on a busy machine


def pupils():
    """Name and ID number of every pupil of the workbook, in order."""
    sheet = openpyxl.load_workbook(WORKBOOK, read_only=True).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [(row[head.index("姓名")], row[head.index("身份证件号")]) for row in rows]


def sure(page):
    """Say yes in the dialog that asks."""
    page.click("#ask-yes")


def figures(page):
    """The figures of a row of buckets, in order."""
    return [int(text.replace(",", "")) for text in page.locator(".buckets b").all_inner_texts()]


def ended(page):
    """Wait until the work behind a result page is over; return how many lines say done."""
    page.wait_for_selector("[data-ended]", timeout=PATIENCE)
    return page.locator("table .mark.is-ok").count()


@pytest.fixture
def day(visit, shot):
    """People who come in one after the other, and the camera."""

    class Day:
        def __init__(self):
            self.n = 0

        def comes(self, login):
            self.page = visit(login)
            return self.page

        def photo(self, name):
            self.n += 1
            shot(self.page, f"day-{self.n:02}-{name}")
            for width, height in (PHONE, DESK):
                self.page.set_viewport_size({"width": width, "height": height})
                assert faults(self.page) == []

    return Day()


def imports(day):
    """The school's registrar drops in a workbook, reads the preview and writes it."""
    page = day.comes(f"registrar@{SCHOOL}")
    day.photo("school-desk")
    page.goto("/import/")
    page.set_input_files("#file", WORKBOOK)
    page.click("[data-drop-send]")
    page.wait_for_selector('form[action$="/commit"]', timeout=PATIENCE)
    assert figures(page)[:2] == [84, 0]
    day.photo("preview")
    batch = int(re.search(r"/import/(\d+)", page.url)[1])
    page.click('form[action$="/commit"] .btn-primary')
    page.wait_for_selector('a[href*="/registration"].btn-primary', timeout=PATIENCE)
    day.photo("imported")
    return batch


def submits(day, batch):
    """The registrar submits the whole import to the leader."""
    page = day.page
    page.goto("/registration")
    page.click(f'form[action$="/batch/{batch}"] button')
    sure(page)
    assert ended(page) == 84
    day.photo("submitted")


def agrees_to_all(day, login, batch):
    """A reviewer agrees to everything of the import that waits for them."""
    page = day.comes(login)
    page.goto(f"/inbox?batch={batch}")
    day.photo(f"inbox-{login.replace('@', '-')}")
    page.click("[data-whole] summary")
    page.click('[data-whole] button[value="agree"]')
    sure(page)
    assert ended(page) == 84


def decides(day, login, name):
    """Somebody agrees to the one case of a pupil, beside the list."""
    page = day.comes(login)
    page.goto("/inbox")
    page.locator("tbody[data-rows] tr", has_text=name).first.click()
    page.locator("#pane h2", has_text=name).wait_for()
    day.photo(f"case-{login.replace('@', '-')}")
    page.click('#pane button[value="agree"]')
    page.locator("tbody[data-rows] tr", has_text=name).wait_for(state="detached")


def asks_for(day, name, number, troubles):
    """A school of another county asks for the pupil by name and number."""
    page = day.comes(f"registrar@{NEW_SCHOOL}")
    page.goto("/transfer/open")
    page.fill("#name", "别的名字")
    page.fill("#number", number)
    page.select_option("#to_class", index=1)
    page.select_option("#reason", index=2)
    page.click('button[value="look"]')
    wrong_name = page.inner_text(".alert-danger")
    page.fill("#name", name)
    page.fill("#number", "411302202001010018")
    page.click('button[value="look"]')
    assert page.inner_text(".alert-danger") == wrong_name  # nobody learns which of them was wrong
    answered(troubles, 409)
    page.fill("#number", number)
    page.click('button[value="look"]')
    page.wait_for_selector("#found")
    day.photo("transfer-route")
    page.click('button[value="submit"]')
    page.wait_for_url(re.compile(r"/case/\d+"))
    day.photo("transfer-case")
    return re.search(r"/case/(\d+)", page.url)[1]


def finds(page, number):
    """Look a pupil up by number; return the address of the archive, or None."""
    page.goto("/desk/")
    page.fill(".find input.form-control", number)
    with page.expect_navigation():
        page.press(".find input.form-control", "Enter")
    assert number not in page.url
    if re.search(r"/students/show/\d+", page.url):
        return page.url
    link = page.locator('main a[href*="/students/show/"]')
    return link.first.get_attribute("href") if link.count() else None


def answered(troubles, status):
    """Take out what Chromium says of a refusal that this test asked for."""
    troubles[:] = [trouble for trouble in troubles if f"status of {status}" not in trouble]


def is_there(page, path, troubles):
    """Tell whether a page answers 200; a 404 is an answer here, not a trouble."""
    status = page.goto(path).status
    answered(troubles, 404)
    return status == 200


def turns_the_year(day):
    """A province rehearses and asks; a second person confirms; every school turns."""
    page = day.comes("registrar@45")
    page.goto("/promotion/")
    page.select_option("#year", "2027")
    page.click('form[action$="/rehearse"] .btn-primary')
    page.wait_for_url(re.compile(r"/promotion/\d+"))
    day.photo("rehearsed")
    run = page.url
    say_it(page)
    second = day.comes("leader@45")
    second.goto(run)
    day.photo("confirm")
    say_it(second)
    second.wait_for_selector('form[action$="/undo"]', timeout=PATIENCE)
    day.photo("turned")


def say_it(page):
    """Type the phrase in full and press the button it opens."""
    phrase = page.get_attribute("#sure", "data-type-to-enable")
    page.fill("#sure", phrase)
    with page.expect_navigation():
        page.click("#go")


def test_a_whole_working_day(day, visit, troubles):
    batch = imports(day)
    submits(day, batch)
    agrees_to_all(day, f"leader@{SCHOOL}", batch)
    agrees_to_all(day, f"registrar@{COUNTY}", batch)

    (name, number), *_ = pupils()
    old = visit(f"registrar@{SCHOOL}")
    archive = finds(old, number)
    assert archive
    old.goto(archive)
    assert "L4113***" in old.content()  # in school, with a temporary number

    case = asks_for(day, name, number, troubles)
    stranger = visit("registrar@2145000401")
    assert not is_there(stranger, f"/case/{case}", troubles)
    assert finds(stranger, number) is None
    for desk in (
        f"leader@{NEW_SCHOOL}",
        f"registrar@{NEW_COUNTY}",
        f"leader@{SCHOOL}",
        f"registrar@{COUNTY}",
    ):
        decides(day, desk, name)

    new = visit(f"registrar@{NEW_SCHOOL}")
    assert finds(new, number)
    day.page = new
    new.goto(finds(new, number))
    day.photo("archive-at-the-new-school")
    assert not is_there(old, archive, troubles)
    assert is_there(old, f"/case/{case}", troubles)

    turns_the_year(day)
