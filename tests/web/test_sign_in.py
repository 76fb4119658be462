"""Signing in as people meet it: the notice before the end, the own pages, a device set up."""

import re

import pyotp
import pytest

from tests.web.conftest import PHONE, faults

TWENTY_EIGHT = 28 * 60 * 1000 + 500  # milliseconds, when two minutes are left


@pytest.fixture
def clocked(visit):
    """The form for a new pupil, the page's clock in our hand, something typed into it."""
    page = visit("registrar@2141000101")
    page.clock.install()
    page.goto("/students/add")
    page.fill("[name=name]", "李小满")
    return page


def says(page, left):
    page.route("**/session/left", lambda route: route.fulfill(json={"left": left}))


def test_the_notice_comes_before_the_end_and_staying_loses_nothing(clocked):
    notice = clocked.locator("#idle")
    assert not notice.is_visible()
    says(clocked, 119)
    clocked.clock.run_for(TWENTY_EIGHT)
    notice.wait_for(state="visible")
    assert re.search(r"1:5\d", notice.inner_text())
    with clocked.expect_response("**/session/stay") as answer:
        notice.locator("button").click()
    assert answer.value.json()["left"] > 1700
    notice.wait_for(state="hidden")
    assert clocked.input_value("[name=name]") == "李小满"


def test_work_in_another_tab_is_work(clocked):
    with clocked.expect_response("**/session/left"):
        clocked.clock.run_for(TWENTY_EIGHT)
    assert not clocked.locator("#idle").is_visible()


def test_after_the_end_what_was_typed_is_still_there(clocked):
    says(clocked, 0)
    clocked.clock.run_for(TWENTY_EIGHT)
    way = clocked.locator("#idle a")
    way.wait_for(state="visible")
    assert not clocked.locator("#idle button").is_visible()
    assert clocked.input_value("[name=name]") == "李小满"


@pytest.mark.parametrize(
    ("login", "lang"), [("leader@3141000202", "zh"), ("leader@3145000502", "en")]
)
def test_the_own_pages_are_whole_on_a_phone(visit, login, lang):
    page = visit(login, lang, PHONE)
    for path in ("/own/password/", "/own/factor/", "/own/factor/device"):
        page.goto(path)
        assert faults(page) == []
    key = page.locator(".key").text_content().replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(key).now())
    with page.expect_navigation():
        page.click("form[name=device] button[type=submit]")
    assert page.locator(".codes li").count() == 10
    assert faults(page) == []
