"""The keyboard map: letters move, pick and decide; they are dead while one types or composes."""

import re

import pytest

AUTHORITY = "registrar@411302"
KEY = """key => document.body.dispatchEvent(new KeyboardEvent("keydown",
  {key, bubbles: true, cancelable: true, isComposing: true}))"""


@pytest.fixture
def inbox(visit):
    """The queue of a county's registrar, the first case open beside it."""
    page = visit(AUTHORITY)
    page.goto("/inbox")
    page.wait_for_selector("#pane [data-case]")
    return page


def here(page):
    """Which row is under the cursor, counted from 0."""
    rows = page.locator("[data-rows] > [data-id]")
    marks = [rows.nth(n).get_attribute("aria-current") for n in range(rows.count())]
    return marks.index("true")


def picked(page):
    return page.locator("[data-pick]:checked").count()


def test_letters_move_pick_and_open(inbox):
    page = inbox
    assert here(page) == 0
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert here(page) == 2
    page.keyboard.press("k")
    assert here(page) == 1
    row = page.locator("[data-rows] > [data-id]").nth(1).get_attribute("data-id")
    page.wait_for_selector(f'#pane [data-case="{row}"]')
    page.keyboard.press("x")
    assert picked(page) == 1
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert picked(page) == 3
    assert page.locator("[data-batch]").is_visible()
    with page.expect_navigation(url=re.compile(r"/case/\d+")):
        page.keyboard.press("Enter")
    first = page.url
    with page.expect_navigation(url=re.compile(r"/case/\d+")):
        page.keyboard.press("k")
    assert page.url != first


def test_what_ends_a_case_asks_and_typing_decides_nothing(inbox):
    page = inbox
    before = page.locator("[data-rows] > [data-id]").count()
    for key in ("r", "d"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == "remark", key
        page.keyboard.type("ajkx")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == ""
    assert page.input_value("#remark") == "ajkxajkx"
    assert (here(page), picked(page)) == (0, 0)
    assert page.locator("[data-rows] > [data-id]").count() == before


def test_letters_are_dead_while_composing_and_when_switched_off(inbox):
    page = inbox
    for key in ("j", "x", "a", "?"):
        page.evaluate(KEY, key)
    assert (here(page), picked(page)) == (0, 0)
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("j")  # a dialog is open
    page.check("[data-keys-off]")
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert (here(page), picked(page)) == (0, 0)
    page.click("[data-keys]")
    page.uncheck("[data-keys-off]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert here(page) == 1


def test_two_letters_lead_to_desk_inbox_and_pupils(inbox):
    page = inbox
    for letter, path in (("h", "/desk/"), ("i", "/inbox"), ("p", "/students/list/")):
        with page.expect_navigation(url=re.compile(path)):
            page.keyboard.press("g")
            page.keyboard.press(letter)
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.hasAttribute('data-find')")
    page.keyboard.type("gi")
    assert page.url.endswith("/students/list/")


def test_agreeing_by_key_opens_the_next_case(inbox):
    page = inbox
    rows = page.locator("[data-rows] > [data-id]")
    total = rows.count()
    for n in range(total):
        rows.nth(n).locator("td.state").click()
        page.wait_for_selector(f'#pane [data-case="{rows.nth(n).get_attribute("data-id")}"]')
        button = page.locator('[data-verb="A"]')
        if button.count() and button.is_enabled():
            break
    page.keyboard.press("a")
    page.wait_for_selector("#pane [role=status]")
    assert rows.count() == total - 1
