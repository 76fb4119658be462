"""A masked value in a browser: by keyboard, for a reason, for thirty seconds; forms stay masked."""

import re

from playwright.sync_api import expect

REGISTRAR = "registrar@2141000101"
SHOWN = ".seal .mono >> nth=0"
EYE = "[data-reveal] >> nth=0"
WHOLE = re.compile(r"^G\d{17}[\dX]$")


def at_a_pupil(visit):
    page = visit(REGISTRAR)
    page.goto("/students/list/?_flt_0_status=IN_SCHOOL")
    with page.expect_navigation():
        page.click("tbody[data-rows] tr:first-child td.name a")
    return page


def focused(page):
    return page.evaluate("document.activeElement.dataset.reason || ''")


def test_a_value_is_shown_by_keyboard_and_masked_again_after_thirty_seconds(visit):
    page = at_a_pupil(visit)
    page.clock.install()
    masked, height = page.inner_text(SHOWN), page.evaluate("document.body.scrollHeight")
    page.focus(EYE)
    page.keyboard.press("Enter")
    assert focused(page) == "family"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(SHOWN).filter(has_text=WHOLE).wait_for()
    assert page.evaluate("document.body.scrollHeight") == height  # nothing jumps
    page.clock.fast_forward(29_000)
    assert WHOLE.match(page.inner_text(SHOWN))
    page.clock.fast_forward(2_000)
    assert page.inner_text(SHOWN) == masked
    page.click("[data-reveal] >> nth=1")
    assert focused(page) == "correct"  # the last reason of this page
    page.keyboard.press("Escape")
    assert page.locator("#reasons").is_hidden()
    assert page.evaluate("document.activeElement.hasAttribute('data-reveal')")


def test_a_form_opens_masked_keeps_what_is_left_alone_and_stores_what_is_retyped(visit):
    page = at_a_pupil(visit)
    page.click('a[href*="/students/edit/"]')
    phone, address = page.locator("#phone"), page.locator("#address_now")
    assert phone.is_disabled()
    stood = address.input_value()
    assert stood.endswith("****")
    page.click("#phone ~ [data-reveal]")
    page.keyboard.press("2")
    expect(phone).not_to_have_value(re.compile(r"\*"))
    page.click("#phone ~ [data-retype]")
    whole = phone.input_value()
    phone.fill(f"{whole[:-1]}{(int(whole[-1]) + 1) % 10}")
    page.click("#address_now ~ [data-retype]")
    assert address.input_value() == ""
    page.click("#address_now ~ [data-retype]")
    assert address.input_value() == stood
    with page.expect_navigation():
        page.click(".form-bar button[type=submit]")
    assert "/students/show/" in page.url
    page.goto(page.url.replace("show", "edit"))
    assert address.input_value() == stood
    assert phone.input_value().endswith(str((int(whole[-1]) + 1) % 10))
