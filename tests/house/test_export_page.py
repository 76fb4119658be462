"""The drawn page of export requests is what the tables say, and the tables say all of it."""

from app.models.export import RequestState
from app.models.notice import NoticeKind
from app.views.export_request_words import DONE, KINDS, SAID
from app.views.labels import WORDS
from app.views.notice_words import OTHER_SAID
from app.workflows.export_guards import GUARDS
from app.workflows.export_minimal import Kind
from app.workflows.export_request import TOLD
from app.workflows.export_steps import MACHINE, STEPS, Press, Who
from tests.house.export_page import ENDS, FILE, REFUSALS, arrows, page


def test_the_page_is_what_the_table_says():
    assert FILE.read_text("utf-8") == page(), "run `make workflows`"


def test_every_guard_is_asked_somewhere_and_has_its_words():
    asked = {name for step in STEPS for name in step.guards}
    assert asked == set(GUARDS) == set(REFUSALS)
    assert all(guard.__doc__ for guard in GUARDS.values())


def test_the_machine_has_the_arrows_of_the_page_and_no_other():
    found = {
        (source, moves[0].dest, name)
        for name, event in MACHINE.events.items()
        for source, moves in event.transitions.items()
    }
    assert found == set(arrows())


def test_every_state_leads_to_an_end():
    ahead = {(at, to) for at, to, _press in arrows()}
    reached = set(ENDS)
    while more := {at for at, to in ahead if to in reached} - reached:
        reached |= more
    assert reached == {state.name for state in RequestState}


def test_every_state_press_and_kind_has_words():
    assert set(WORDS["RequestState"]) == {state.name for state in RequestState}
    assert set(DONE) == set(Press)
    assert set(SAID) == {step.press for step in STEPS if step.who is not Who.HOUSE}
    assert set(KINDS) == set(Kind)
    assert {(NoticeKind.REQUEST, state.name) for state in TOLD} <= set(OTHER_SAID)
