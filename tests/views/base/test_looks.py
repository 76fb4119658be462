"""The pages in a real browser, answered by the test's own client: no server, one transaction."""

from html import escape
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from app.policies import scope
from tests import make

pytestmark = pytest.mark.browser

HOME = "http://localhost"  # an origin the browser trusts
WIDE, NARROW, PHONE = (1440, 900), (1366, 768), (390, 844)
LOOK = """() => {
  const seen = e => e.offsetParent !== null;
  const name = e => e.getAttribute('aria-label') || e.title || e.textContent.trim() || e.placeholder
    || (e.labels && e.labels.length && e.labels[0].textContent.trim()) || '';
  const controls = [...document.querySelectorAll('a.btn, button, input, select, textarea')]
    .filter(e => seen(e) && !e.classList.contains('select2-hidden-accessible'));
  const texts = [...document.querySelectorAll('main *, .side *, .bar *')]
    .filter(e => seen(e) && e.children.length === 0 && e.textContent.trim());
  return {
    sideways: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    unnamed: controls.filter(e => !name(e)).map(e => e.outerHTML.slice(0, 90)),
    tiny: texts.filter(e => parseFloat(getComputedStyle(e).fontSize) < 11.9)
      .map(e => e.outerHTML.slice(0, 90)),
    small: controls.filter(e => (e.closest('label') || e).getBoundingClientRect().height < 18)
      .map(e => e.outerHTML.slice(0, 90)),
    headings: document.querySelectorAll('h1').length,
  };
}"""
FINE = {"sideways": 0, "unnamed": [], "tiny": [], "small": [], "headings": 1}


@pytest.fixture
def tab(browser, desk):
    """A tab whose every request the registrar's test client answers; what went wrong is kept."""
    context = browser.new_context()
    page = context.new_page()
    page.trouble = []
    page.on("console", lambda said: said.type == "error" and page.trouble.append(said.text))
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.route("**/*", lambda route: answer(route, desk))
    yield page
    context.close()


def answer(route, client):
    request, at = route.request, urlsplit(route.request.url)
    assert at.netloc == "localhost", f"a foreign host was asked: {request.url}"
    kept = {
        k: v for k, v in request.headers.items() if k in ("content-type", "accept", "hx-request")
    }
    got = client.open(
        at.path,
        method=request.method,
        query_string=at.query,
        headers=kept,
        data=request.post_data,
        buffered=True,
    )
    headers = {k: v for k, v in got.headers.items() if k.lower() != "set-cookie"}
    if 300 <= got.status_code < 400:  # a redirect of a route would leave the test's client
        body = f'<meta http-equiv="refresh" content="0;url={escape(got.location)}">'
        route.fulfill(status=200, content_type="text/html", body=body)
    else:
        route.fulfill(status=got.status_code, headers=headers, body=got.data)


def visit(tab, path, size=WIDE):
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.goto(HOME + path)
    return tab


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["1366", "390"])
@pytest.mark.parametrize(
    "path",
    ["/pupils/list/", "/pupils/list/?_flt_0_status=SUSPENDED", "/pupils/show/{pupil}",
     "/pupils/edit/{pupil}", "/classes/add", "/pupils/list/?_flt_0_status=DELETED"],
)  # fmt: skip
def test_a_page_is_whole_at_every_width(tab, schools, path, size):
    visit(tab, path.format(pupil=schools.pupils[0].id), size)
    assert tab.evaluate(LOOK) == FINE
    assert tab.trouble == []


@pytest.mark.parametrize("path", ["/nothing", "/desk/refused"])
def test_a_stop_page_is_whole_too(tab, path):
    assert visit(tab, path, PHONE).evaluate(LOOK) == FINE


def test_keys_move_and_pick_and_the_bar_counts(tab):
    visit(tab, "/pupils/list/")
    bar = tab.locator("[data-batch]")
    assert bar.is_hidden()
    for key in "jxjX":
        tab.keyboard.press(f"Shift+{key}" if key.isupper() else key)
    assert tab.locator("tr.here").get_attribute("data-id")
    assert tab.locator("[data-pick]:checked").count() == 2
    assert bar.locator("[data-picked]").first.text_content() == "2"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/pupils/show/*")


def test_letters_are_dead_while_somebody_types(tab):
    visit(tab, "/pupils/list/")
    tab.locator("details.chip-box summary").first.click()
    expect(tab.locator("#f_flt_0_name")).to_be_focused()
    tab.keyboard.type("jx?")
    assert tab.locator("tr.here").count() == 0
    assert tab.locator("dialog[open]").count() == 0
    assert tab.locator("#f_flt_0_name").input_value() == "jx?"


def test_letters_can_be_switched_off(tab):
    visit(tab, "/pupils/list/")
    tab.keyboard.press("?")
    tab.locator("[data-keys-off]").check()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    assert tab.locator("tr.here").count() == 0


def test_an_act_asks_first_and_escape_does_nothing(tab, schools, session):
    visit(tab, "/pupils/list/")
    tab.locator("[data-pick]").first.check()
    tab.locator("button[name=action]").click()
    tab.keyboard.press("Escape")
    assert tab.url.endswith("/pupils/list/")
    tab.locator("button[name=action]").click()
    with tab.expect_navigation():
        tab.locator("#ask-yes").click()
    scope.enter(make.WHOLE, session)  # the browser answers in another context than the test's
    session.expire_all()
    assert 7 in {pupil.seat_no for pupil in schools.pupils}


def test_a_name_typed_into_a_filter_never_enters_the_address(tab):
    visit(tab, "/pupils/list/")
    tab.locator("details.chip-box summary").first.click()
    expect(tab.locator("#f_flt_0_name")).to_be_focused()
    tab.keyboard.type("陈")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**_q=*")
    assert tab.locator("tbody tr").count() == 1
    assert "%E9%99%88" not in tab.url
    assert tab.locator(".chip.on").text_content().endswith("陈")


def test_a_form_counts_changes_and_saves_by_key(tab, schools, session):
    visit(tab, f"/pupils/edit/{schools.pupils[0].id}")
    tab.fill("#address_now", "新址1号")
    assert tab.locator("[data-changed]").text_content().endswith("1")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector(".alert-success")
    scope.enter(make.WHOLE, session)
    session.refresh(schools.pupils[0])
    assert schools.pupils[0].address_now == "新址1号"


def test_the_theme_turns_without_a_reload(tab):
    visit(tab, "/desk/")
    tab.locator("[data-theme-toggle]").click()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_lookup_searches_as_one_types(tab, schools):
    name, key = schools.mine.organisation.name, schools.mine.id
    visit(tab, "/classes/add")
    tab.locator("#school + .select2-container").click()
    tab.keyboard.type(name[:2])
    tab.locator(".select2-results__option", has_text=name).click()
    assert tab.locator("#school").input_value() == str(key)


def test_what_was_typed_outlives_an_answer_that_could_not_take_it(tab, schools):
    address = f"/pupils/edit/{schools.pupils[0].id}"
    visit(tab, address)
    sealed = tab.locator("#address_now").input_value()
    tab.fill("#seat_no", "12")
    tab.fill("#address_now", "新址2号")
    tab.evaluate("document.querySelector('#model_form').action = '/nothing'")
    tab.locator(".form-bar .btn-primary").click()
    tab.wait_for_selector(".stop")
    assert "新址" not in tab.evaluate("JSON.stringify(sessionStorage)")
    visit(tab, address)
    tab.get_by_text("带回来").click()
    assert tab.locator("#seat_no").input_value() == "12"
    assert tab.locator("#address_now").input_value() == sealed
