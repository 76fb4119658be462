"""Each bench runs on a small world and says what it measured; the figures are nobody's here."""

import pytest

from app.bench import approving, beside, crowd, duplicates, importing, inbox, pages, promote
from app.bench.cases import fill_desks
from app.bench.figures import Cost, Figures, costs, spread
from app.bench.importing import REGISTRAR
from app.cli.bench import scale_of
from app.demo import world
from config import Config

SOME = 40
COUNT = "SELECT count(*) FROM {}"


@pytest.fixture(scope="module")
def root_url(root, house):
    world.make(Config.read())
    assert fill_desks(root, REGISTRAR) > 60
    parts = root.info
    return f"postgresql://{parts.user}@/{parts.dbname}?host={parts.host}"


def counted(root, table):
    return root.execute(COUNT.format(table)).fetchone()[0]


def figures_of(table):
    return {row[0]: row[1:] for row in table.rows}


def test_promote_turns_the_year_and_takes_it_back(root, root_url):
    levels = "SELECT id, level, state FROM grade ORDER BY id"
    before = root.execute(levels).fetchall()
    told = figures_of(promote.measure(root_url))
    assert root.execute(levels).fetchall() == before
    assert counted(root, "promotion_result") == 0
    assert told["WAL ÷ UPDATE"][1] == "≤ 0.01"


def test_import_brings_pupils_in_and_takes_them_out(root, root_url):
    before = counted(root, "student"), counted(root, "guardian"), counted(root, "import_batch")
    heads = root.execute("SELECT sum(n) FROM headcount").fetchone()
    told = figures_of(importing.measure(Config.read(), root_url, importing.Plan(SOME)))
    after = counted(root, "student"), counted(root, "guardian"), counted(root, "import_batch")
    assert after == before
    assert root.execute("SELECT sum(n) FROM headcount").fetchone() == heads
    assert "B1 import ÷ COPY" in told
    assert "B3 product reader ÷ calamine" in told


def test_pages_are_opened_beside_an_import(root, root_url, monkeypatch):
    monkeypatch.setattr(beside, "ROUNDS", 2)
    before = counted(root, "student"), counted(root, "import_batch")
    plan = importing.Plan(SOME, beside=True)
    told = figures_of(importing.measure(Config.read(), root_url, plan))
    assert (counted(root, "student"), counted(root, "import_batch")) == before
    assert told["p95 beside ÷ p95 at rest"][1] == "≤ 1.5"


def test_pages_opens_every_list_as_a_tier_and_bare(root_url):
    tiers = (pages.WIDEST, pages.HIGHEST)
    table = pages.measure(Config.read(), root_url, 1, tiers)
    told = figures_of(table)
    cells = dict(zip(table.head[1:], told[pages.PUPILS], strict=True))
    assert "/" in cells[pages.WIDEST]
    assert "/" in cells[pages.BARE]
    assert cells[pages.HIGHEST] == "–"
    assert "archive of a pupil" in told
    assert "/case/…" in told
    assert told["slowest p95"][1] == "≤ 150"


def test_the_inbox_is_asked_for_every_list_at_every_tier(root, root_url):
    cases = counted(root, "case_file") + SOME
    table = inbox.measure(root_url, cases, 1)
    assert counted(root, "case_file") >= cases
    assert table.head[1:] == tuple(inbox.PEOPLE)
    told = figures_of(table)
    assert all("/" in cell for cell in told["involved: first page"])
    assert told["slowest p95"][1] == "≤ 100"


def test_approve_carries_each_case_out_once(root, root_url):
    before = counted(root, "student"), counted(root, "case_file")
    told = figures_of(approving.measure(Config.read(), root_url, 50, 8))
    assert (counted(root, "student"), counted(root, "case_file")) == before
    assert told["anything else"][0] == "0"
    for line in ("carried out", "pupils registered", "periods at a school begun"):
        assert told[line][0] == "50"
    assert told["lines in timelines"][0] == told["events in the ledger"][0] == "50"
    assert told["told that somebody was first"][0] == "150"


def test_duplicates_are_found_together_and_one_by_one_and_taken_out_again(root, root_url):
    told = figures_of(duplicates.measure(Config.read(), root_url, 400, 200, 10))
    assert told["compared by the job"][0] == "190"
    assert told["record by record ÷ job"][1] == "≥ 20"
    assert crowd.standing(root) == 400
    found = "SELECT count(*) FROM problem_item JOIN student s ON s.id = student_id"
    assert root.execute(f"{found} WHERE s.remark = 'registry'").fetchone() == (0,)
    assert root.execute("SELECT count(*) FROM student WHERE remark = 'staged'").fetchone() == (0,)
    root.execute("DELETE FROM student WHERE remark = 'registry'")


def test_a_table_lines_up():
    figures = Figures("title")
    figures.add("a long name", 1, "≤ 2")
    figures.add("b", "3")
    assert str(figures).splitlines()[2:] == ["a long name  1       ≤ 2", "b            3"]


def test_the_clock_runs_without_a_database():
    with costs() as cost:
        pass
    assert isinstance(cost, Cost)
    assert cost.wal == 0
    assert spread([0.1]) == (0.1, 0.1)
    assert spread([0.1, 0.3]) == pytest.approx((0.2, 0.29))


def test_a_million_pupils_are_so_many_copies_of_the_world():
    assert scale_of(1) == 1
    assert scale_of(1_000_000) in range(300, 320)
