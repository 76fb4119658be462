"""班级: new ones get a number, the others change; written and taken back."""

import pytest
from sqlalchemy import select

from app.models.import_batch import BatchState
from app.models.school import Campus, SchoolClass
from app.policies import scope
from tests import make
from tests.imports.typed import cells, looked_at, outcomes, problems, undone, verdicts, written

ROOMS = "classes"
FRESH = {"入学年份": "2026", "学段": "小学", "班级类型": "普通小学班"}


def enter(session, account):
    scope.enter(scope.scope_of(session, account.user_id), session)


def a_row(number="", **cells):
    return {"班号": number, "班级类型": "10"} | cells


def room(session, number):
    session.expire_all()
    return session.scalars(select(SchoolClass).filter_by(number=number)).one_or_none()


def test_classes_are_new_changed_or_the_same(session, registrar):
    assert room(session, "2026101").type == "10"
    batch = looked_at(
        session, registrar, ROOMS,
        a_row("2026101", 班主任="王小河", 班额上限="45"),
        a_row("2026102", 班级名称=""),
        a_row(**FRESH, 班级名称="启明班"), a_row(**FRESH),
        a_row(**FRESH, 班级名称="小学2025级(01)班"),
    )  # fmt: skip
    assert batch.state is BatchState.PREVIEW, batch.failure
    assert problems(session, batch) == []
    assert verdicts(session, batch) == {
        2: "CHANGED", 3: "SAME", 4: "NEW", 5: "NEW", 6: "NEW",
    }  # fmt: skip
    assert cells(session, batch)[:2] == [
        (2, "head_teacher", None, "王小河"),
        (2, "size_limit", None, "45"),
    ]


def test_a_class_without_a_number_is_found_by_cohort_and_name(session, registrar):
    row = FRESH | {"班级名称": "小学2026级(01)班", "班主任": "王小河"}
    batch = looked_at(session, registrar, ROOMS, row)
    assert cells(session, batch) == [(2, "head_teacher", None, "王小河")]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (a_row("2026199"), ("班号", "E-REF")),
        (a_row("2026101", 入学年份="2025"), ("入学年份", "E-ROW-GRADE")),
        (a_row("2026101", 学段="初中"), ("学段", "E-ROW-GRADE")),
        (FRESH | {"入学年份": ""}, ("入学年份", "E-REQ")),
        (FRESH | {"入学年份": "1999"}, ("入学年份", "E-REF")),
        (FRESH | {"班级类型": "20"}, ("班级类型", "E-CLASS-TYPE")),
        (FRESH | {"校区": "北校区"}, ("校区", "E-REF")),
        (FRESH | {"班额上限": "0"}, ("班额上限", "E-FMT")),
        (a_row("2026101", 班级名称="〈清空〉"), ("班级名称", "E-ROW-KEEP")),
    ],
)
def test_a_row_is_refused_where_it_is_wrong(session, registrar, row, problem):
    batch = looked_at(session, registrar, ROOMS, row)
    assert [told[1:] for told in problems(session, batch)] == [problem]


def test_a_class_of_another_school_is_nobodys(session, registrar):
    scope.enter(make.WHOLE, session)
    there = make.a_class(session, make.a_school(session), serial=77)
    enter(session, registrar)
    batch = looked_at(session, registrar, ROOMS, a_row(there.number), a_row("2026188"))
    assert problems(session, batch) == [(2, "班号", "E-REF"), (3, "班号", "E-REF")]


def test_numbers_are_given_out_and_an_undo_takes_unused_classes_away(session, registrar):
    batch = looked_at(
        session, registrar, ROOMS,
        a_row("2026101", 班主任="王小河", 校区="〈清空〉"),
        a_row(**FRESH, 班级名称="启明班", 校区="主校区"), a_row(**FRESH),
    )  # fmt: skip
    written(session, batch)
    assert (batch.state, batch.written) == (BatchState.COMMITTED, 3)
    assert (room(session, "2026103").name, room(session, "2026103").campus.name) == (
        "启明班", "主校区",
    )  # fmt: skip
    assert room(session, "2026104").name == "小学2026级(04)班"
    assert (room(session, "2026101").head_teacher, room(session, "2026101").campus) == (
        "王小河", None,
    )  # fmt: skip
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, room(session, "2026104"))
    enter(session, registrar)
    undone(session, batch, registrar)
    assert outcomes(session, batch) == {
        2: ("REVERSED", None), 3: ("REVERSED", None), 4: ("STUCK", "U-USED"),
    }  # fmt: skip
    assert room(session, "2026103") is None
    assert room(session, "2026101").head_teacher is None
    assert room(session, "2026101").campus.name == "主校区"


def test_no_more_classes_than_numbers(session, registrar):
    campus = session.scalars(select(Campus)).one()
    campus.serial_to = 3
    session.flush()
    rows = (FRESH | {"班级名称": f"第{at}班", "校区": "主校区"} for at in range(2))
    batch = looked_at(session, registrar, ROOMS, *rows)
    assert problems(session, batch) == [(3, "校区", "E-CLASS-FULL")]


def test_what_moved_since_the_look_goes_back_to_be_reviewed(session, registrar):
    batch = looked_at(
        session, registrar, ROOMS, a_row("2026101", 班主任="王小河"), FRESH | {"班级名称": "启明班"}
    )
    room(session, "2026101").name = "红星班"
    session.flush()
    make.a_class(session, grade=room(session, "2026101").grade, name="启明班")
    session.flush()
    written(session, batch)
    assert batch.state is BatchState.PREVIEW
    assert [code for *_, code in problems(session, batch)] == ["E-MOVED", "E-ROW-STILL"]
