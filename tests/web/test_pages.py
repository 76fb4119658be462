"""Every page in both languages, light and dark, at a desk and on a phone: whole, named, legible."""

import re
from pathlib import Path

import pytest

from tests.web.conftest import DESK, PHONE, faults, gate, sign_in

WORKBOOK = Path(__file__).parents[1] / "imports" / "data" / "national-messy-84.xlsx"
SCHOOL = "2141000101"
SENDING, RECEIVING = "2145000501", "2145000401"
PATIENCE = 60_000  # milliseconds a job may take on a busy machine
LOOKS = {  # who, in which language, at what size, in which theme: pages
    (f"registrar@{SCHOOL}", "zh", DESK, "light"): """
        /desk/ /students/list/ /students/show/1 /students/edit/1 /students/add /find /registration
        /transfer /transfer/open /import/ {preview} /jobs/list/ /classes/list/ /schools/edit/12
        /national /students/access/1 /movement /movement/terms /movement/open/1?type=SUSPEND
        /movement/return /key-changes /key-changes/open/1 /class-change /pending /overdue
        /inbox?tab=sent /inbox?tab=involved /notices /covers /fields/opened {back}""",
    (f"registrar@{SCHOOL}", "en", DESK, "dark"): """
        /desk/ /students/list/ /students/show/1 /students/show/1?tab=guardians /students/add
        /registration /transfer/open /import/ {preview} {preview}?show=new
        /grades/list/ /schools/show/12
        /national /students/access/1 /movement /movement/open/1?type=ABROAD /movement/return
        /key-changes/open/1 /class-change /pending /notices /covers {back}""",
    (f"registrar@{SCHOOL}", "zh", PHONE, "dark"): """
        /desk/ /students/list/ /students/show/1 /students/edit/1 /registration /import/
        {preview} /national /students/access/1 /movement /movement/terms
        /movement/open/1?type=SUSPEND /key-changes/open/1 /class-change /pending /notices
        {back}""",
    (f"teacher@{SCHOOL}", "en", PHONE, "light"): """
        /desk/ /students/list/ /students/show/1 /classes/show/1""",
    (f"leader@{RECEIVING}", "zh", DESK, "light"): "/desk/ /inbox {case}",
    (f"leader@{RECEIVING}", "en", PHONE, "dark"): "/desk/ /inbox {case} /transfer",
    ("registrar@411302", "en", DESK, "light"): """
        /desk/ /inbox /students/list/ /schools/list/ /import/ {late} /overdue /pending
        /movement /key-changes /notices /covers /fields""",
    ("registrar@411302", "zh", PHONE, "light"): """
        /desk/ /inbox {late} /overdue /overdue?where=own /pending /movement /notices""",
    ("leader@411302", "zh", DESK, "dark"): "/desk/ /overdue /fields /pending /covers {late}",
    ("registrar@41", "zh", DESK, "dark"): "/desk/ /promotion/ {run} /codes/list/",
    ("registrar@41", "en", PHONE, "light"): "/desk/ /promotion/ {run}",
    ("operator@000000", "zh", PHONE, "light"): """
        /desk/ /inbox /promotion/ /organisations/list/""",
    ("admin", "en", DESK, "dark"): """
        /desk/ /organisations/list/ /organisations/add /schools/add /divisions/list/ /jobs/list/""",
    ("auditor", "zh", DESK, "light"): "/desk/ /audit/list/ {event}",
}


@pytest.fixture(scope="module")
def lived_in(console, browser):
    """A console in which something has happened; gives the address of each kind of thing."""
    with gate(browser, console, []) as page:
        yield {
            "preview": signed_in(page, f"registrar@{SCHOOL}", an_import),
            "case": signed_in(page, f"registrar@{RECEIVING}", a_transfer, a_pupil(page)),
            "run": signed_in(page, "registrar@41", a_rehearsal),
            "event": signed_in(page, "auditor", an_event),
            "late": signed_in(page, "registrar@411302", a_case),
            "back": signed_in(page, f"registrar@{SCHOOL}", a_case),
        }


def signed_in(page, login, act, *what):
    """Do something as somebody, then sign out; gives the address it led to."""
    page.goto("/login/")
    sign_in(page, login)
    done = act(page, *what)
    page.context.clear_cookies()
    return done


def path(page, pattern):
    """Wait until the page is where an act leads to."""
    page.wait_for_url(re.compile(pattern))
    return re.search(pattern, page.url)[0]


def an_import(page):
    """A registrar uploads a workbook with mistakes in it."""
    page.goto("/import/")
    page.set_input_files("#file", WORKBOOK)
    page.click("[data-drop-send]")
    page.wait_for_selector(".buckets", timeout=PATIENCE)
    return path(page, r"/import/\d+")


def a_pupil(page):
    """Name and number of somebody in school."""

    def read(page):
        page.goto("/students/list/?_flt_0_status=IN_SCHOOL")
        with page.expect_navigation():
            page.click("tbody[data-rows] tr:first-child td.name a")
        page.click("[data-reveal] >> nth=0")
        page.click("[data-reason] >> nth=0")
        shown = page.locator(".seal .mono").first
        shown.filter(has_not_text="*").wait_for()
        return page.inner_text("h1").split()[0], shown.inner_text().strip()

    return signed_in(page, f"registrar@{SENDING}", read)


def a_transfer(page, pupil):
    """A registrar asks for a pupil of another school."""
    name, number = pupil
    page.goto("/transfer/open")
    page.fill("#name", name)
    page.fill("#number", number)
    page.select_option("#to_class", index=1)
    page.select_option("#reason", index=2)
    page.click('button[value="look"]')
    page.click('button[value="submit"]')
    return path(page, r"/case/\d+")


def a_rehearsal(page):
    """A province counts what the turn of the year would do."""
    page.goto("/promotion/")
    page.select_option("#year", "2027")
    page.click('form[action$="/rehearse"] .btn-primary')
    return path(page, r"/promotion/\d+")


def a_case(page):
    """Somebody opens what stands first in the inbox: the latest, or what was sent back."""
    page.goto("/inbox")
    return page.locator("tbody[data-rows] td.name a").first.get_attribute("href").split("?")[0]


def an_event(page):
    """The auditor opens what happened last."""
    page.goto("/audit/list/")
    page.click("tbody tr:first-child a[href*='/audit/show/']")
    return path(page, r"/audit/show/\d+")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2][0]}")
def test_pages_are_whole_named_and_legible(visit, lived_in, look):
    page, seen = visit(*look), []
    assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[look[1]]
    for address in LOOKS[look].format(**lived_in).split():
        assert page.goto(address).status == 200, address
        seen += faults(page)
    assert seen == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_door_is_too(console, browser, troubles, lang, size):
    with gate(browser, console, troubles, lang, size) as page:
        assert faults(page) == []
        page.fill("#username", "nobody")
        page.fill("#password", "nothing")
        page.click("form[name=login] button[type=submit]")
        page.locator(".alert").wait_for()
        assert faults(page) == []
    assert [trouble for trouble in troubles if "422" not in trouble] == []  # the refusal itself


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refusal_is_too(visit, troubles, lang):
    page = visit(f"registrar@{SCHOOL}", lang)
    assert page.goto("/students/show/999999999").status == 404
    assert faults(page) == []
    troubles.clear()  # the browser tells of the 404
