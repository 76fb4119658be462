"""What people do in the console, page by page, for the journeys."""

import re
from io import BytesIO

from PIL import Image

from tests.web.conftest import DESK, PHONE, faults

PATIENCE = 60_000  # milliseconds a job may take on a busy machine


def whole(page):
    """The page before us is whole, named and legible, at a desk and on a phone."""
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        found = faults(page)
        assert not found, found


def sure(page):
    """Say yes in the dialog that asks."""
    page.click("#ask-yes")


def row_of(page, name):
    """The row of the inbox in which a pupil stands."""
    return page.locator("tbody[data-rows] tr", has_text=name)


def opens(page, name):
    """Open a pupil's case beside the inbox by the keys, and wait until it is there."""
    page.goto("/inbox")
    row_of(page, name).first.locator("td.state").click()
    page.locator("#pane h2", has_text=name).wait_for()


def agrees(page, name, remark=""):
    """Agree to a pupil's case in the inbox by the key."""
    opens(page, name)
    if remark:
        page.fill("#pane #remark", remark)
        page.locator("#pane h2").first.click()
    page.keyboard.press("a")
    row_of(page, name).wait_for(state="detached")


def sends_back(page, name, remark):
    """Send a pupil's case back by the keys: R, the reason, Ctrl Enter."""
    opens(page, name)
    page.keyboard.press("r")
    page.keyboard.insert_text(remark)
    page.keyboard.press("Control+Enter")
    row_of(page, name).wait_for(state="detached")


def presses(page, verb):
    """Press a verb of the case page and wait for what comes."""
    with page.expect_navigation():
        page.click(f'main button[name=trigger][value="{verb}"]')


def submitted(page):
    """Submit the form that has shown what would happen; return the address of the case."""
    page.click('button[value="submit"]:enabled')
    page.wait_for_url(re.compile(r"/case/\d+"))
    return re.search(r"/case/\d+", page.url)[0]


def attaches(page, name):
    """Upload a picture to the form's tray."""
    file = {"name": name, "mimeType": "image/png", "buffer": picture()}
    page.set_input_files("#tray-file", [file])
    page.locator("#tray .file-name", has_text=name).wait_for()


def picture():
    """A small picture, another one at each call."""
    drawn = BytesIO()
    Image.effect_noise((320, 240), 60).save(drawn, "PNG")
    return drawn.getvalue()


def somebody(page, school_class=None, nth=0):
    """Name, archive and student number of somebody in school, as the school itself reads them."""
    narrowed = f"&_flt_0_school_class={school_class}" if school_class else ""
    page.goto(f"/students/list/?_flt_0_status=IN_SCHOOL{narrowed}")
    with page.expect_navigation():
        page.locator("tbody[data-rows] td.name a").nth(nth).click()
    page.click("[data-reveal] >> nth=0")
    page.click("[data-reason] >> nth=0")
    shown = page.locator(".seal .mono").first
    shown.filter(has_not_text="*").wait_for()
    return page.inner_text("h1").split()[0], page.url, shown.inner_text().strip()
