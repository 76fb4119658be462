"""Journeys of months: a transfer that is sent back and then forgotten, a suspension of a year."""

import socket
import subprocess
import sys
import time

import pytest

from config import ROOT
from tests.cli.conftest import environment, free_port
from tests.web import walking
from tests.web.conftest import gate, sign_in
from tests.web.test_day import is_there

SENDING, SILENT, ABOVE = "2141000301", "410102", "4101"
ASKING, ASKED = "2145000501", "450103"
SCHOOL, COUNTY = "2141000201", "411303"


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    """The file that says by how many days the web is ahead."""
    file = tmp_path_factory.mktemp("clock") / "days"
    file.write_text("0")
    return file


@pytest.fixture(scope="module")
def ahead(standing, shift):
    """A web process of the same console whose day can be moved; gives its address."""
    port = free_port()
    words = [sys.executable, "-m", "tests.web.another_day", str(port), str(shift)]
    web = subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment(**standing.settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(port):
            assert web.poll() is None
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        web.terminate()
        web.wait(20)


def answers(port):
    """Tell whether somebody answers at a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def at_work(browser, ahead, troubles, shift):
    """at_work(login, days=0): a page of somebody so many days from now."""
    opened = []

    def enter(login, days=0):
        shift.write_text(str(days))
        held = gate(browser, ahead, troubles)
        page = held.__enter__()
        opened.append(held)
        sign_in(page, login)
        return page

    yield enter
    for held in opened:
        held.__exit__(None, None, None)
    shift.write_text("0")
    assert troubles == []


def asks_for(page, name, number):
    """Ask for a pupil of another school; return the address of the case."""
    page.goto("/transfer/open")
    page.fill("#name", name)
    page.fill("#number", number)
    page.select_option("#to_class", index=1)
    page.select_option("#reason", index=2)
    page.click('button[value="look"]')
    page.wait_for_selector("#found")
    return walking.submitted(page)


def test_a_transfer_between_provinces_with_a_return_and_an_intervention(at_work, troubles):
    name, archive, number = walking.somebody(at_work(f"registrar@{SENDING}"), nth=9)
    asking = at_work(f"registrar@{ASKING}")
    case = asks_for(asking, name, number)
    walking.sends_back(at_work(f"leader@{ASKING}"), name, "缺居住证明")

    asking.goto(case)
    assert "缺居住证明" in asking.inner_text("main")
    walking.whole(asking)
    walking.presses(asking, "submit")
    for login in (f"leader@{ASKING}", f"registrar@{ASKED}", "operator@000000", f"leader@{SENDING}"):
        walking.agrees(at_work(login), name)

    asking.goto(case)  # nobody may be passed over before the time is up
    assert asking.locator('button[value="escalate"]:enabled').count() == 0
    asking = at_work(f"registrar@{ASKING}", 21)
    asking.goto(case)
    walking.whole(asking)
    asking.click("details.aside summary:has(i)")
    asking.fill("#remark-escalate", "转出地教育局三周未办理，电话无人接听")
    walking.presses(asking, "escalate")
    above = at_work(f"registrar@{ABOVE}", 21)
    walking.agrees(above, name, "材料齐全，代为核办")

    asking.goto(case)
    walking.presses(asking, "report")
    walking.presses(asking, "pull")
    asking.goto(case)
    assert "代中原区教育局办理" in asking.inner_text("main")
    walking.whole(asking)
    there = at_work(f"registrar@{SENDING}", 21)
    assert not is_there(there, archive, troubles)


def test_a_suspension_and_a_resumption_a_year_later(at_work):
    registrar = at_work(f"registrar@{SCHOOL}")
    name, archive, _number = walking.somebody(registrar, nth=5)
    pupil = archive.rpartition("/")[2]
    today, until = in_days(registrar, 0), in_days(registrar, 360)

    registrar.goto(f"/movement/open/{pupil}?type=SUSPEND")
    registrar.fill("#happened_on", today)
    registrar.fill("#until_on", until)
    registrar.select_option("#reason", "10")
    registrar.click('button[value="look"]')  # without the papers: nothing begins, nothing is lost
    registrar.locator("#found").wait_for()
    assert registrar.locator('button[value="submit"]:disabled').count() == 1
    assert registrar.input_value("#until_on") == until
    walking.attaches(registrar, "诊断证明.png")
    registrar.click('button[value="look"]')
    registrar.locator('button[value="submit"]:enabled').wait_for()
    walking.whole(registrar)
    case = walking.submitted(registrar)
    for login in (f"leader@{SCHOOL}", f"registrar@{COUNTY}"):
        walking.agrees(at_work(login), name)
    registrar.goto(case)
    walking.whole(registrar)
    registrar.goto(archive)
    assert "休学" in registrar.inner_text("main")

    a_year_on = at_work(f"registrar@{SCHOOL}", 365)
    a_year_on.goto("/desk/")
    assert name in a_year_on.inner_text('section[aria-labelledby="p-ending"]')
    a_year_on.goto("/movement/terms")
    assert name in a_year_on.inner_text("main")
    walking.whole(a_year_on)
    a_year_on.goto(f"/movement/open/{pupil}?type=RESUME")
    a_year_on.fill("#happened_on", in_days(a_year_on, 365))
    a_year_on.select_option("#to_class", index=1)
    a_year_on.fill("#reason_text", "已康复，医院复查同意复学")
    a_year_on.click('button[value="look"]')
    a_year_on.locator('button[value="submit"]:enabled').wait_for()
    walking.submitted(a_year_on)
    for login in (f"leader@{SCHOOL}", f"registrar@{COUNTY}"):
        walking.agrees(at_work(login, 365), name)
    a_year_on.goto(archive)
    assert "在校" in a_year_on.inner_text("main")
    a_year_on.goto(f"{archive}?tab=history")
    walking.whole(a_year_on)


def in_days(page, days):
    """A day of the wall's calendar, as a date field holds it."""
    return page.evaluate(
        "days => new Date(Date.now() + days * 864e5).toLocaleDateString('sv')", days
    )
