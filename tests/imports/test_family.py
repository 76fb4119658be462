"""家庭成员: who is new, who changes, who stays the guardian; written and taken back."""

import pytest
from sqlalchemy import select

from app.models.audit import RowHistory
from app.models.import_batch import BatchState
from app.models.school import SchoolClass
from app.models.student import Guardian
from app.policies import scope
from tests import make
from tests.imports.typed import cells, looked_at, outcomes, problems, undone, verdicts, written

KIN = "guardians"
GIVEN = {
    "成员现住址": "河南省南阳市宛城区光武路2号",
    "成员户口所在地行政区划": "411302000000",
    "成员联系电话": "13800000001",
    "成员是否监护人": "否",
}


@pytest.fixture
def pupils(session, registrar):
    """Two pupils of the school with a father each, and one of another school."""
    scope.enter(make.WHOLE, session)
    room = session.scalars(select(SchoolClass).filter_by(number="2026101")).one()
    first, second = (make.a_pupil(session, room) for _ in range(2))
    there = make.a_pupil(session, make.a_class(session, make.a_school(session, "450102")))
    enter(session, registrar)
    return first, second, there


def enter(session, account):
    scope.enter(scope.scope_of(session, account.user_id), session)


def a_row(pupil, name="李大江", relation="父亲", **cells):
    who = {"学籍号": pupil.number, "学生姓名": pupil.name, "成员姓名": name, "成员关系": relation}
    return who | cells


def family(session, pupil):
    asked = select(Guardian.name, Guardian.phone, Guardian.is_guardian)
    found = session.execute(asked.where(Guardian.student_id == pupil.id).order_by(Guardian.id))
    return [tuple(row) for row in found]


def test_members_are_new_changed_or_the_same(session, registrar, pupils):
    first, second, _ = pupils
    batch = looked_at(
        session, registrar, KIN,
        a_row(first, 成员联系电话="13800000002", 成员工作单位="南阳市第一医院"),
        a_row(second, 成员联系电话="0377-60000000"),
        a_row(first, "王小河", "母亲", **GIVEN),
    )  # fmt: skip
    assert batch.state is BatchState.PREVIEW, batch.failure
    assert verdicts(session, batch) == {2: "CHANGED", 3: "SAME", 4: "NEW"}
    assert cells(session, batch)[:2] == [
        (2, "employer", None, "南阳市第一医院"),
        (2, "phone", "0377-60000000", "13800000002"),
    ]
    assert {(f, b, a) for row, f, b, a in cells(session, batch) if row == 4} == {
        ("name", None, "王小河"), ("relation", None, "52"), ("is_guardian", None, "f"),
        ("address", None, "河南省南阳市宛城区光武路2号"),
        ("hukou_division", None, "411302000000"), ("phone", None, "13800000001"),
    }  # fmt: skip


def test_rows_are_judged_by_the_rules_of_a_family(session, registrar, pupils):
    first, second, there = pupils
    batch = looked_at(
        session, registrar, KIN,
        a_row(first, "王小河", "母亲", **(GIVEN | {"成员联系电话": ""})),
        a_row(second, "王小江", "其他", **GIVEN),
        a_row(there, 成员联系电话="13800000002"),
        a_row(first, 成员身份证件号="E12345678"),
        a_row(second, 成员联系电话="〈清空〉"),
        a_row(first, "王小海", "母亲", **GIVEN), a_row(first, "王小海", "母亲", **GIVEN),
    )  # fmt: skip
    assert problems(session, batch) == [
        (2, "成员联系电话", "E-REQ"), (3, "成员关系说明", "E-REQ"), (4, "学籍号", "E-ROW-WHO"),
        (5, "成员身份证件类型", "E-REQ"), (6, "成员联系电话", "E-ROW-KEEP"),
        (7, "成员姓名", "E-DUP"), (8, "成员姓名", "E-DUP"),
    ]  # fmt: skip


def test_a_pupil_keeps_a_guardian(session, registrar, pupils):
    first, second, _ = pupils
    guardian = GIVEN | {"成员是否监护人": "是"}
    batch = looked_at(
        session, registrar, KIN,
        a_row(first, 成员是否监护人="否"),
        a_row(second, 成员是否监护人="否"), a_row(second, "王小河", "母亲", **guardian),
    )  # fmt: skip
    assert problems(session, batch) == [(2, "成员是否监护人", "E-GUARDIAN-LAST")]
    assert verdicts(session, batch) == {2: "REFUSED", 3: "CHANGED", 4: "NEW"}


def test_a_writing_adds_and_changes_and_an_undo_takes_back(session, registrar, pupils):
    first, second, _ = pupils
    batch = looked_at(
        session, registrar, KIN,
        a_row(first, 成员联系电话="13800000002", 成员是否监护人="否"),
        a_row(first, "王小河", "母亲", **(GIVEN | {"成员是否监护人": "是"})),
        a_row(second, "王小海", "母亲", **GIVEN),
    )  # fmt: skip
    written(session, batch)
    assert (batch.state, batch.written) == (BatchState.COMMITTED, 3)
    assert family(session, first) == [
        ("李大江", "13800000002", False), ("王小河", "13800000001", True),
    ]  # fmt: skip
    assert len(family(session, second)) == 2
    added = session.scalars(select(Guardian).filter_by(name="王小河")).one()
    assert added.created_by == registrar.user_id
    past = session.scalars(select(RowHistory).filter_by(table_name="guardian")).all()
    assert {one.reason for one in past} == {f"import:{batch.id}"}
    undone(session, batch, registrar)
    assert outcomes(session, batch) == dict.fromkeys((2, 3, 4), ("REVERSED", None))
    assert family(session, first) == [("李大江", "0377-60000000", True)]
    assert len(family(session, second)) == 1


def test_the_last_guardian_and_what_was_edited_stay(session, registrar, pupils):
    first, second, _ = pupils
    guardian = GIVEN | {"成员是否监护人": "是"}
    batch = looked_at(
        session, registrar, KIN, a_row(first, "王小河", "母亲", **guardian),
        a_row(second, "王小海", "母亲", **guardian),
        a_row(second, 成员联系电话="13800000002"),
    )  # fmt: skip
    written(session, batch)
    session.expire_all()
    session.delete(first.guardians[0])
    second.guardians[1].employer = "南阳市第一医院"
    session.flush()
    undone(session, batch, registrar)
    assert outcomes(session, batch) == {
        2: ("STUCK", "U-GUARDIAN"), 3: ("KEPT", "U-EDITED"), 4: ("REVERSED", None),
    }  # fmt: skip


def test_what_moved_since_the_look_goes_back_to_be_reviewed(session, registrar, pupils):
    first, second, _ = pupils
    batch = looked_at(
        session, registrar, KIN, a_row(first, 成员联系电话="13800000002"),
        a_row(second, "王小海", "母亲", **GIVEN),
    )  # fmt: skip
    first.guardians[0].employer = "南阳市第一医院"
    make.a_guardian(session, second, name="王小海", relation="52")
    session.flush()
    written(session, batch)
    assert batch.state is BatchState.PREVIEW
    assert {code for _, _, code in problems(session, batch)} == {"E-MOVED"}
    assert family(session, first) == [("李大江", "0377-60000000", True)]
