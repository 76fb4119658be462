"""Law, process table and drawing say the same, for every workflow and every kind of movement."""

import re
from types import SimpleNamespace

import pytest

from app.models.change import MovementType
from app.models.school import Stage
from app.workflows.desk import Trigger
from app.workflows.engine import Workflow
from app.workflows.movement import MOVES
from app.workflows.processes import PROCESSES
from tests.house.workflows_page import FOLDER, PAGES, arrows, at_home, holding, page, route
from tests.workflows.law import (
    COUNTY,
    FINAL,
    GOES,
    LAW,
    MOVEMENTS,
    OTHERWISE,
    PROVINCE,
    PULLS,
    SAME,
    STAYS,
)

BESIDE = (Trigger.CLEAN, Trigger.ESCALATE)  # laid down once for every process, in the model
WHEN = {
    "transfer-same-county": {SAME},
    "transfer-other-county": {COUNTY},
    "transfer-other-province": {COUNTY, PROVINCE, PULLS},
    "problem": {STAYS},
    "problem-deletion": {GOES},
}
ARROW = re.compile(r"^    (\w+) --> (\w+): (\w+)$", re.MULTILINE)
BY_FILE = {one.file: one for one in PAGES}
every_page = pytest.mark.parametrize("one", PAGES, ids=BY_FILE)


def lawful(one):
    """The arrows of the law for the cases of a page."""
    held = {"", *WHEN.get(one.file, ())}
    stops = [desk.state for desk in route(one)]
    rows = [row for row in LAW[one.process.kind] if row.when in held]
    special = {(row.source, row.trigger) for row in rows if row.when in (PROVINCE, PULLS)}
    return {
        (row.source, row.dest, row.trigger)
        for row in rows
        if row.source in (*stops, "RETURNED")
        and ((row.source, row.trigger) not in special or row.when in (PROVINCE, PULLS))
        and (row.trigger != "withdraw" or row.source in (*stops[:2], "RETURNED"))
    }


def test_every_process_has_its_law_and_its_pages():
    assert set(LAW) == {kind.value for kind in PROCESSES}
    assert {one.process for one in PAGES} == set(PROCESSES.values())
    assert {kind.value: flow.final for kind, flow in PROCESSES.items()} == FINAL
    assert all(OTHERWISE.values())


@every_page
def test_the_table_follows_the_law(one):
    drawn = {(at, to, str(trigger)) for at, to, trigger in arrows(one) if trigger not in BESIDE}
    assert drawn == lawful(one)


@every_page
def test_the_page_is_what_the_table_says(one):
    text = (FOLDER / f"{one.file}.md").read_text("utf-8")
    assert text == page(one), "run `make workflows`"
    assert set(ARROW.findall(text)) == {(a, b, str(t)) for a, b, t in arrows(one)}


@every_page
def test_each_desk_offers_what_is_drawn(one):
    offered = {}
    for at, _to, trigger in arrows(one):
        offered.setdefault(at, set()).add(trigger)
    with holding(one):
        for state, drawn in offered.items():
            desk = one.process.desk(state)
            waits = desk is not one.process.desks[0] and not at_home(desk)
            case = SimpleNamespace(
                state=state, is_open=True, awaiting_id=1 if waits else 2, initiator_org_id=2
            )
            above_all = {Trigger.ESCALATE} if state == "MINISTRY_RELAY" else set()
            assert set(Workflow.triggers(one.process, case)) - above_all == drawn, state


@every_page
def test_every_guard_of_a_page_has_its_words(one):
    text = page(one)
    for desk in route(one):
        for name in (*one.process.standing, *desk.guards):
            assert f"| `{name}` |" in text, name


@pytest.mark.parametrize("kind", MovementType)
def test_every_movement_is_as_the_law_has_it(kind):
    move, law = MOVES[kind], MOVEMENTS[kind.value]
    assert {state.value for state in move.come_from} == set(law.sources)
    assert move.to.value == law.to
    assert (move.stages == (Stage.SENIOR,)) == law.senior_only
    assert law.period == ("ends" if move.end else "begins" if move.start else "goes on")
    seats = {None: "", -1: "below", 1: "above"}
    anywhere = "any of the stage" if move.same_stage else "any"
    assert law.seat == (anywhere if move.anywhere else seats[move.seat])
    told = move.needs_evidence, move.needs_words, move.needs_term, move.by_receiver
    assert told == (law.papers, law.words, law.term, law.elsewhere)
