"""学生信息批量修改: verdicts, cells, whose pupils, what is controlled, writing and taking back."""

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from app.errors import Refused
from app.imports.amending import Asked, amend
from app.imports.commit import compare_anew
from app.jobs.importing import everywhere
from app.models.audit import AuditEvent, RowHistory
from app.models.field_choice import FieldChoice, FieldUse
from app.models.import_batch import BatchState, ImportCell
from app.models.school import SchoolClass
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Status
from app.policies import scope
from tests import make
from tests.house import under_way
from tests.imports.typed import (
    TODAY,
    cells,
    looked_at,
    outcomes,
    problems,
    undone,
    verdicts,
    written,
)

SEEN = "corrections"


@pytest.fixture
def pupils(session, registrar):
    """Three pupils of the school: two registered, one who waits; and one of another school."""
    scope.enter(make.WHOLE, session)
    room = session.scalars(select(SchoolClass).filter_by(number="2026101")).one()
    first, second = (make.a_pupil(session, room, talent="围棋") for _ in range(2))
    waits = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
    there = make.a_pupil(session, make.a_class(session, make.a_school(session, "450102")))
    enter(session, registrar)
    return first, second, waits, there


def enter(session, account):
    scope.enter(scope.scope_of(session, account.user_id), session)


def a_row(pupil, **cells):
    return {"学籍号": pupil.number or "", "姓名": pupil.name, **cells}


def test_each_row_gets_its_verdict_and_its_cells(session, registrar, pupils):
    first, second, waits, _ = pupils
    batch = looked_at(
        session, registrar, SEEN,
        a_row(first, 联系电话="13800000001", 特长="书法", 班内学号="7"),
        a_row(second, 联系电话=second.phone, 特长=""),
        a_row(waits, 身份证件号=waits.id_number, 上下学距离="2.5"),
    )  # fmt: skip
    assert batch.state is BatchState.PREVIEW, batch.failure
    assert verdicts(session, batch) == {2: "CHANGED", 3: "SAME", 4: "CHANGED"}
    assert (batch.changed, batch.same, batch.refused) == (2, 1, 0)
    assert cells(session, batch) == [
        (2, "phone", "0377-60000000", "13800000001"),
        (2, "seat_no", None, "7"),
        (2, "talent", "围棋", "书法"),
        (4, "commute_km", "1.5", "2.5"),
    ]


def test_the_word_empties_what_may_be_empty_and_nothing_else(session, registrar, pupils):
    first, second, *_ = pupils
    batch = looked_at(
        session, registrar, SEEN,
        a_row(first, 特长="〈清空〉", 邮政编码=""), a_row(second, 特长="", 邮政编码="清空"),
    )  # fmt: skip
    assert cells(session, batch) == [(2, "talent", "围棋", None)]
    assert problems(session, batch) == [(3, "邮政编码", "E-ROW-KEEP")]


def test_a_pupil_of_another_school_is_refused_in_the_words_for_nobody(session, registrar, pupils):
    *_, there = pupils
    nobody = {"学籍号": f"G{make.an_id_number()}", "姓名": "王小河", "特长": "书法"}
    batch = looked_at(session, registrar, SEEN, a_row(there, 特长="书法"), nobody)
    assert problems(session, batch) == [(2, "学籍号", "E-ROW-WHO"), (3, "学籍号", "E-ROW-WHO")]
    assert cells(session, batch) == []


def test_who_a_row_is_about_has_to_be_certain(session, registrar, pupils):
    first, second, waits, _ = pupils
    batch = looked_at(
        session, registrar, SEEN,
        {"学籍号": first.number, "身份证件号": "", "姓名": "王小河", "特长": "书法"},
        a_row(second, 身份证件号=first.id_number, 特长="书法"),
        a_row(waits, 特长="书法"),
        a_row(first, 特长="书法"), a_row(first, 特长="游泳"),
    )  # fmt: skip
    assert problems(session, batch) == [
        (2, "姓名", "E-ROW-NAME"), (3, "身份证件号", "E-ROW-KEYS"), (4, "学籍号", "E-ROW-NOKEY"),
        (5, "学籍号", "E-DUP"), (6, "学籍号", "E-DUP"),
    ]  # fmt: skip


def test_a_former_number_finds_its_pupil(session, registrar, pupils):
    first, *_ = pupils
    old = "L411302202005010001"
    session.add(
        NumberHistory(student_id=first.id, number=old, number_digest=KEYS.digest(old), kind="L")
    )
    session.flush()
    row = {"学籍号": old, "姓名": first.name, "特长": "书法"}
    assert verdicts(session, looked_at(session, registrar, SEEN, row)) == {2: "CHANGED"}


def test_a_controlled_field_that_differs_refuses_its_row(session, registrar, pupils):
    first, second, waits, _ = pupils
    batch = looked_at(
        session, registrar, SEEN,
        a_row(first, 民族="回族", 特长="书法"), a_row(second, 民族="汉族"),
        a_row(waits, 身份证件号=waits.id_number, 民族="回族"),
    )  # fmt: skip
    assert problems(session, batch) == [(2, "民族", "E-REG-FIELD")]
    assert verdicts(session, batch) == {2: "REFUSED", 3: "SAME", 4: "CHANGED"}


def test_a_pupil_with_business_in_progress_stays_as_it_is(session, registrar, pupils):
    first, *_ = pupils
    scope.enter(make.WHOLE, session)
    under_way.a_movement(session, first, registrar)
    enter(session, registrar)
    batch = looked_at(session, registrar, SEEN, a_row(first, 特长="书法"))
    assert problems(session, batch) == [(2, "姓名", "E-LOCK")]
    batch = looked_at(session, registrar, SEEN, a_row(first, 特长="围棋"))
    assert verdicts(session, batch) == {2: "SAME"}


def test_good_rows_may_go_alone_and_a_refused_one_is_mended(session, registrar, pupils):
    first, second, waits, _ = pupils
    batch = looked_at(
        session, registrar, SEEN, a_row(first, 特长="书法"), a_row(second, 邮政编码="47300")
    )
    with pytest.raises(Refused, match="E-BATCH-REFUSED"):
        written(session, batch)
    asked = Asked(batch.revision, TODAY, everywhere)
    amend(session, batch.id, {3: {"postcode": "473001"}}, asked)
    assert verdicts(session, batch) == {2: "CHANGED", 3: "CHANGED"}
    rows = a_row(first, 特长="游泳"), a_row(waits, 特长="书法")
    other = looked_at(session, registrar, SEEN, *rows)
    written(session, other, keep_good=True)
    session.expire_all()
    assert (other.written, first.talent) == (1, "游泳")
    written(session, batch)
    assert batch.state is BatchState.PREVIEW  # the first pupil is not what it was
    compare_anew(session, batch.id, TODAY, everywhere)
    assert ("talent", "游泳", "书法") in [cell[1:] for cell in cells(session, batch)]
    assert problems(session, batch) == [(2, "姓名", "W-MOVED")]


def test_the_rules_of_a_pupil_hold(session, registrar, pupils):
    first, *_ = pupils
    batch = looked_at(session, registrar, SEEN, a_row(first, 班内学号="第三"))
    assert {code for _, _, code in problems(session, batch)} == {"E-FMT"}
    batch = looked_at(session, registrar, SEEN, a_row(first, 是否留守儿童="〈清空〉"))
    assert problems(session, batch) == [(2, "是否留守儿童", "E-REQ")]


def test_a_writing_changes_the_cells_once_and_an_undo_gives_them_back(session, registrar, pupils):
    first, second, *_ = pupils
    batch = looked_at(
        session, registrar, SEEN,
        a_row(first, 联系电话="13800000001", 特长="〈清空〉"), a_row(second, 上下学距离="2.5"),
    )  # fmt: skip
    written(session, batch)
    assert (batch.state, batch.written) == (BatchState.COMMITTED, 2)
    session.expire_all()
    assert (first.phone, first.talent, second.commute_km) == ("13800000001", None, 2.5)
    past = session.scalars(select(RowHistory).filter_by(table_name="student", row_id=first.id))
    assert [(one.reason, set(one.after)) for one in past] == [
        (f"import:{batch.id}", {"phone", "talent"})
    ]
    undone(session, batch, registrar)
    session.expire_all()
    assert (first.phone, first.talent, second.commute_km) == ("0377-60000000", "围棋", 1.5)
    assert (batch.state, batch.reversed) == (BatchState.UNDONE, 2)
    scope.enter(make.WHOLE, session)
    deeds = session.scalars(select(AuditEvent.action).filter_by(object_type="import_batch"))
    assert sorted(deeds) == ["import.commit", "import.reverse", "import.undo", "import.upload"]


def test_what_somebody_changed_since_stays(session, registrar, pupils):
    first, second, *_ = pupils
    batch = looked_at(
        session, registrar, SEEN, a_row(first, 特长="书法"), a_row(second, 特长="书法")
    )
    written(session, batch)
    session.expire_all()
    second.talent = "游泳"
    session.flush()
    undone(session, batch, registrar)
    session.expire_all()
    assert (first.talent, second.talent) == ("围棋", "游泳")
    assert outcomes(session, batch) == {2: ("REVERSED", None), 3: ("KEPT", "U-EDITED")}


@pytest.mark.parametrize("moved", ["record", "field"])
def test_what_moved_since_the_look_goes_back_to_be_reviewed(session, registrar, pupils, moved):
    first, second, *_ = pupils
    batch = looked_at(
        session, registrar, SEEN, a_row(first, 特长="书法"), a_row(second, 邮政编码="473001")
    )
    if moved == "record":
        first.homepage = "http://example.com"
    else:
        scope.enter(make.WHOLE, session)
        county = make.an_account(session, "CL", "411302")
        session.add(
            FieldChoice(
                organisation_id=county.organisation_id, use=FieldUse.CONTROLLED,
                fields=["talent"], set_by=county.user_id,
            )
        )  # fmt: skip
    session.flush()
    enter(session, registrar)
    written(session, batch)
    assert batch.state is BatchState.PREVIEW
    session.expire_all()
    assert (first.talent, second.postcode) == ("围棋", "473000")


def test_auxiliary_numbers_may_change_hands_and_are_given_once(session, registrar, pupils):
    first, second, waits, _ = pupils
    scope.enter(make.WHOLE, session)
    cousin = make.a_pupil(session, make.a_class(session, make.a_school(session)))
    for pupil, number in ((first, "A1"), (second, "A2"), (waits, "A3"), (cousin, "A9")):
        pupil.aux_number = number
    session.flush()
    enter(session, registrar)
    batch = looked_at(
        session, registrar, SEEN, a_row(first, 学籍辅号="A2"), a_row(second, 学籍辅号="A1")
    )
    written(session, batch)
    session.expire_all()
    assert (first.aux_number, second.aux_number) == ("A2", "A1")
    for number in ("A3", "A9"):
        batch = looked_at(session, registrar, SEEN, a_row(first, 学籍辅号=number))
        assert problems(session, batch) == [(2, "学籍辅号", "E-DUP")]


def test_cells_are_sealed_at_rest(session, registrar, pupils):
    looked_at(session, registrar, SEEN, a_row(pupils[0], 联系电话="13800000001"))
    stored = session.scalar(select(type_coerce(ImportCell.after, LargeBinary)))
    assert stored
    assert b"13800000001" not in bytes(stored)
