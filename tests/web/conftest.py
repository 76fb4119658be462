"""The console as people meet it: `xueji up` with the demo world, and a real Chromium before it.

standing  a console of our own, started once a session
console   its address
browser   Chromium, run once a session
visit     visit(login, lang="zh", size=DESK, theme="light"): sign in through the form, give the page
troubles  what pages complained of; `visit` asks at the end that it is empty
shot      shot(page, name): a picture of the whole page in artefacts/

`faults(page)` says what is wrong with the page before it: `look.js`.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.cli.places import sockets_of
from config import ROOT
from tests.cli.conftest import Standing

LOOK = Path(__file__).with_name("look.js").read_text("utf-8")
PASSWORD = "Kite-and-plum-1"
DESK, PHONE = (1366, 768), (390, 844)


def pytest_collection_modifyitems(items):
    """Whatever uses the browser is marked so."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def standing(browser):
    """A console with the demo world, given once it answers."""
    folder = Path(tempfile.mkdtemp(prefix="xueji-web-"))
    house = Standing(folder / "学籍 var")
    house.settings |= {"XUEJI_DEMO": 1, "XUEJI_DEMO_PASSWORD": PASSWORD}
    try:
        house.start()
        yield house
    finally:
        if house.process.poll() is None:
            house.stop()
        house.process.stdout.close()
        shutil.rmtree((house.var / "pg").resolve().parent, ignore_errors=True)
        shutil.rmtree(sockets_of(house.var), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def console(standing):
    """The address of the console."""
    return f"http://127.0.0.1:{standing.port}"


@pytest.fixture
def troubles():
    """What pages complained of: script errors, refused contents, requests to other hosts.

    A test that provokes a complaint takes it out.
    """
    return []


@pytest.fixture
def visit(console, browser, troubles):
    """Sign in through the form, in a fresh browser profile; gives the page one lands on."""
    with contextlib.ExitStack() as opened:

        def enter(login, lang="zh", size=DESK, theme="light"):
            page = opened.enter_context(gate(browser, console, troubles, lang, size, theme))
            sign_in(page, login)
            return page

        yield enter
        assert troubles == []


@contextlib.contextmanager
def gate(browser, console, troubles, lang="zh", size=DESK, theme="light"):
    """Give the sign-in page in a fresh browser profile."""
    context = browser.new_context(
        base_url=console,
        viewport=dict(zip(("width", "height"), size, strict=True)),
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.add_cookies([{"name": "theme", "value": theme, "url": console}])
    page = context.new_page()
    watch(page, console, troubles)
    page.goto("/login/")
    if lang != "zh":
        with page.expect_navigation():
            page.click(f"button[name=locale][value={lang}]")
    yield page
    context.close()


def sign_in(page, login):
    """Sign in through the form."""
    page.fill("#username", login)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("form[name=login] button[type=submit]")
    assert "/login" not in page.url, f"{login} could not sign in"


def watch(page, console, troubles):
    """Note what a page complains of, and whom it asks."""

    def note_console(message):
        if message.type == "error":
            troubles.append(f"{page.url}: {message.text}")

    def note_request(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and not request.url.startswith(f"{console}/"):
            troubles.append(f"{page.url}: asks {address.netloc}")

    page.on("console", note_console)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("request", note_request)


@pytest.fixture
def shot():
    """Keep a picture of the whole page, for people to look at."""
    folder = ROOT / "artefacts"

    def take(page, name):
        folder.mkdir(exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


def faults(page):
    """What a page shows that it should not, as `look.js` sees it."""
    lang = page.evaluate("document.documentElement.lang")[:2]
    return [f"{page.url}: {line}" for line in page.evaluate(LOOK, lang)]
