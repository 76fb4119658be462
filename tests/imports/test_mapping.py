"""Headings that are not the template's: read by name, guessed, or asked for."""

from datetime import date

import pytest

from app.errors import Refused, Stale
from app.imports import batch as batches
from app.imports import mapping
from app.imports.mapping import How, guess, propose, settle
from app.imports.preview import look
from app.imports.students import SPEC
from app.jobs.importing import everywhere
from app.models.import_batch import BatchState, ImportMapping
from tests.imports.books import HEADINGS, a_book, a_row

TODAY = date(2026, 9, 1)
STRANGE = {"身份证件号": "身份证号", "性别": "学生性别（男/女）", "成员1姓名": "家长姓名"}


def looked_at(session, account, data):
    received = batches.receive(session, account.user_id, "pupils.xlsx", data)
    return look(session, received.batch.id, TODAY, everywhere)


def a_strange_book(rows):
    """Write rows under headings nobody knows for sure."""
    return a_book(rows, headings=[STRANGE.get(heading, heading) for heading in HEADINGS])


def test_columns_in_any_order_are_read_without_a_question(session, registrar, monkeypatch):
    turned = HEADINGS[::-1]
    monkeypatch.setattr("tests.imports.books.HEADINGS", [*turned, "老师的话"])
    rows = [a_row(老师的话="好孩子"), a_row(老师的话="")]
    batch = looked_at(session, registrar, a_book(rows, headings=[*turned, "老师的话"]))
    assert (batch.state, batch.new, batch.refused) == (BatchState.PREVIEW, 2, 0)
    assert batch.headings[-1] == "老师的话"
    assert batch.mapping[-1] is None
    assert batch.mapping[:-1] == [c.field for c in reversed(SPEC.columns)]


def test_strange_headings_are_asked_for_with_a_guess(session, registrar):
    batch = looked_at(session, registrar, a_strange_book([a_row()]))
    assert (batch.state, batch.total) == (BatchState.MAPPING, 0)
    guesses = {one.heading: (one.field, one.how) for one in propose(session, batch)}
    assert guesses["身份证号"] == ("id_number", How.ALIKE)
    assert guesses["学生性别（男/女）"] == ("gender", How.ALIKE)
    assert guesses["家长姓名"] == ("member1_name", How.ALIKE)
    assert guesses["民族"] == ("ethnic", How.NAME)
    batches.discard(session, batch.id)
    assert batch.state is BatchState.DISCARDED


def test_what_was_said_is_read_with_and_remembered(session, registrar):
    batch = looked_at(session, registrar, a_strange_book([a_row(), a_row()]))
    chosen = [one.field for one in propose(session, batch)]
    settle(session, batch.id, chosen, batch.revision)
    assert batch.state is BatchState.PENDING
    look(session, batch.id, TODAY, everywhere)
    assert (batch.state, batch.new, batch.refused) == (BatchState.PREVIEW, 2, 0)
    again = looked_at(session, registrar, a_strange_book([a_row()]))
    assert again.state is BatchState.MAPPING
    assert {one.how for one in propose(session, again)} == {How.NAME, How.LAST}
    settle(session, again.id, chosen, again.revision)
    assert session.query(ImportMapping).count() == 1


def test_a_choice_lacks_nothing_and_says_nothing_twice(session, registrar):
    batch = looked_at(session, registrar, a_strange_book([a_row()]))
    chosen = [one.field for one in propose(session, batch)]
    name, gender = chosen.index("name"), chosen.index("gender")
    chosen[gender] = chosen[name]
    with pytest.raises(Refused) as told:
        settle(session, batch.id, chosen, batch.revision)
    said = {(r.code, r.params["headings"]) for r in told.value.refusals}
    assert said == {("E-MAP-TWICE", "姓名"), ("E-MAP-LACKS", "性别")}
    for wrong in (chosen[:-1], [*chosen[:-1], "no_such"]):
        with pytest.raises(Refused, match="E-MAP-FORM"):
            settle(session, batch.id, wrong, batch.revision)
    with pytest.raises(Stale):
        settle(session, batch.id, chosen, batch.revision - 1)
    assert batch.state is BatchState.MAPPING


def test_a_heading_that_is_there_twice_is_asked_about(session, registrar):
    headings = ["姓名" if heading == "曾用名" else heading for heading in HEADINGS]
    batch = looked_at(session, registrar, a_book([a_row()], headings=headings))
    assert batch.state is BatchState.MAPPING
    assert [one.field for one in propose(session, batch)].count("name") == 1


def test_a_file_of_something_else_is_refused_at_its_first_heading(session, registrar):
    batch = looked_at(session, registrar, a_book([a_row()], headings=["甲"] * len(HEADINGS)))
    assert batch.state is BatchState.FAILED
    assert batch.failure["code"] == "E-TPL"
    assert batch.failure["params"]["version"] == SPEC.version


def test_an_altered_workbook_of_ours_is_refused(session, registrar):
    def ours(book, _page):
        book.add_worksheet("_xueji").write(0, 0, f"{SPEC.name} {SPEC.version}")

    data = a_book([a_row()], headings=HEADINGS[::-1], write=ours)
    batch = looked_at(session, registrar, data)
    assert (batch.state, batch.failure["code"]) == (BatchState.FAILED, "E-TPL")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("*姓 名", "name"),
        ("Name", "name"),
        ("身份证号码", "id_number"),
        ("班级", "class_number"),
        ("学号", "seat_no"),
        ("监护人电话", "member1_phone"),
        ("母亲", "member2_name"),
        ("家庭住址（详细到门牌）", "address_home"),
        ("备注1", None),
    ],
)
def test_common_words_are_guessed(text, field):
    assert guess(SPEC, [text]) == [field]


def test_the_same_headings_have_one_digest():
    assert mapping.digest(["姓名 ", "*性别"]) == mapping.digest(["姓名", "性 别"])
