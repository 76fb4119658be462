"""Rows about pupils the school has: what would change, what must not, who only looks alike."""

from datetime import date

import pytest
from sqlalchemy import select

from app.imports import batch as batches
from app.imports import report
from app.imports.missing import missing
from app.imports.preview import look
from app.imports.reviewing import choose
from app.jobs.importing import everywhere
from app.models.case import Registration
from app.models.import_batch import ImportCell, ImportRow, Severity, Verdict
from app.models.student import Guardian, Status, Student
from app.policies import scope
from tests import make
from tests.imports.books import a_book, a_row

TODAY = date(2026, 9, 1)


def looked_at(session, account, rows):
    received = batches.receive(session, account.user_id, "pupils.xlsx", a_book(rows))
    return look(session, received.batch.id, TODAY, everywhere)


def entered(session, account, *rows):
    """Have pupils of these rows written, and return them in order."""
    from app.imports.commit import commit

    batch = looked_at(session, account, rows)
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    return session.scalars(select(Student).order_by(Student.id)).all()[-len(rows) :]


def registered(session, account, pupil):
    """Let a pupil be in school."""
    scope.enter(make.WHOLE, session)
    pupil.take_number(f"G{pupil.id_number}")
    pupil.status = Status.IN_SCHOOL
    session.flush()
    scope.enter(scope.scope_of(session, account.user_id), session)
    return pupil


def cells(session, batch):
    rows = session.scalars(
        select(ImportCell).where(ImportCell.batch_id == batch.id).order_by(ImportCell.id)
    )
    return [(cell.row_no, cell.field, cell.before, cell.after) for cell in rows]


def figures(batch):
    return (
        batch.new, batch.changed, batch.same, batch.likely, batch.elsewhere, batch.refused,
    )  # fmt: skip


def errors(session, batch):
    found = report.problems(session, batch.id, Severity.ERROR)
    return {(p.row_no, p.heading, p.code) for p in found}


def test_the_same_file_in_another_wrapping_changes_nothing(session, registrar):
    rows = [a_row(), a_row()]
    pupils = entered(session, registrar, *rows)
    batch = looked_at(session, registrar, [*rows, a_row(姓名="吕小满", 姓名拼音="")])
    assert figures(batch) == (1, 0, 2, 0, 0, 0)
    assert cells(session, batch) == []
    same = session.scalars(select(ImportRow).where(ImportRow.verdict == Verdict.SAME))
    assert {(row.target_id, row.target_version) for row in same} == {
        (pupil.id, pupil.row_version) for pupil in pupils
    }


def test_who_waits_for_registration_is_corrected_cell_by_cell(session, registrar):
    row = a_row()
    (pupil,) = entered(session, registrar, row)
    bent = {
        "姓名": "王小满", "班号": "2026102", "联系电话": "0377-61111111", "上下学距离": "2.5",
        "特长": "围棋", "是否孤儿": "是", "电子信箱": "", "成员1工作单位": "第一小学",
    }  # fmt: skip
    batch = looked_at(session, registrar, [{**row, **bent}])
    assert figures(batch) == (0, 1, 0, 0, 0, 0)
    told = {field: (before, after) for _row, field, before, after in cells(session, batch)}
    assert told.pop("name_pinyin")[1] == "Wang Xiaoman"
    father = pupil.guardians[0]
    assert told == {
        "name": (row["姓名"], "王小满"),
        "class_number": ("2026101", "2026102"),
        "phone": (pupil.phone, "0377-61111111"),
        "commute_km": (str(pupil.commute_km), "2.5"),
        "talent": (pupil.talent, "围棋"),
        "orphan": ("f", "t"),
        "member1_employer": (father.employer, "第一小学"),
    }
    of_father = session.scalars(select(ImportCell).filter_by(field="member1_employer")).one()
    assert of_father.record_id == father.id
    line = session.scalars(select(ImportRow)).one()
    assert (line.target_id, line.target_version) == (pupil.id, pupil.row_version)


def test_a_registered_pupil_changes_in_what_is_not_controlled(session, registrar):
    free, bound, moved = a_row(), a_row(), a_row()
    for pupil in entered(session, registrar, free, bound, moved):
        registered(session, registrar, pupil)
    rows = [
        {**free, "特长": "围棋", "现住址": "河南省南阳市宛城区明山路2号"},
        {**bound, "姓名": "王小满", "姓名拼音": ""},
        {**moved, "班号": "2026102"},
    ]
    batch = looked_at(session, registrar, rows)
    assert figures(batch) == (0, 1, 0, 0, 0, 2)
    assert [cell[1] for cell in cells(session, batch)] == ["talent", "address_now"]
    assert errors(session, batch) == {
        (3, "姓名", "E-REG-FIELD"),
        (4, "班号", "E-REG-CLASS"),
    }


def test_a_record_with_business_in_progress_stays_as_it_is(session, registrar):
    busy, still = a_row(), a_row()
    pupils = entered(session, registrar, busy, still)
    scope.enter(make.WHOLE, session)
    session.add_all(
        Registration(
            student_id=pupil.id, owner_id=pupil.school_id, awaiting_id=pupil.school_id,
            awaiting_office="LEADER", state="SCHOOL_REVIEW", initiator_id=registrar.user_id,
            initiator_org_id=pupil.school_id,
        )
        for pupil in pupils
    )  # fmt: skip
    session.flush()
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    batch = looked_at(session, registrar, [{**busy, "特长": "围棋"}, still])
    assert figures(batch) == (0, 0, 1, 0, 0, 1)
    assert errors(session, batch) == {(2, "姓名", "E-LOCK")}


def test_members_are_known_by_name_and_relation_else_by_their_place(session, registrar):
    row = a_row()
    (pupil,) = entered(session, registrar, row)
    first, second = pupil.guardians
    turned = {
        heading.replace("成员1", "成员0").replace("成员2", "成员1").replace("成员0", "成员2"): cell
        for heading, cell in row.items()
    }
    batch = looked_at(session, registrar, [turned])
    assert figures(batch) == (0, 0, 1, 0, 0, 0)
    batch = looked_at(session, registrar, [{**row, "成员2姓名": "王新月"}])
    found = session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id)).all()
    assert [(cell.field, cell.record_id) for cell in found] == [("member2_name", second.id)]
    session.delete(first)
    session.flush()
    session.refresh(pupil)
    batch = looked_at(session, registrar, [{**row, "特长": "围棋"}])
    found = session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id)).all()
    fresh = {cell.field: cell.after for cell in found if cell.record_id is None}
    assert fresh["member1_name"] == row["成员1姓名"]
    assert all(cell.before is None for cell in found if cell.field.startswith("member"))
    assert session.query(Guardian).count() == 1


def test_a_record_of_who_left_for_good_is_no_newcomer(session, registrar):
    row = a_row()
    (pupil,) = entered(session, registrar, row)
    registered(session, registrar, pupil).status = Status.GRADUATED
    session.flush()
    batch = looked_at(session, registrar, [{**row, "特长": "围棋"}])
    assert errors(session, batch) == {(2, "身份证件号", "E-DUP")}


@pytest.mark.parametrize("name", ["王小满", "王 小满"])
def test_who_looks_like_a_pupil_waits_to_be_taken(session, registrar, name):
    row = a_row(姓名="王小满", 姓名拼音="")
    entered(session, registrar, row)
    number = a_row()["身份证件号"]
    born = {"出生日期": row["出生日期"], "身份证件号": f"{number[:6]}{row['出生日期']}"}
    other = {**row, **born, "姓名": name}
    body = f"{other['身份证件号']}772"
    from app.codes.id_number import check_character

    batch = looked_at(session, registrar, [{**other, "身份证件号": body + check_character(body)}])
    assert figures(batch) == (0, 0, 0, 1, 0, 0)
    (warning,) = report.problems(session, batch.id, Severity.WARNING)
    assert (warning.code, warning.params) == (
        "W-LIKELY", {"where": "hint.likely_nsb", "room": "2026101"},
    )  # fmt: skip
    assert "本校2026101已有" in report.sentence(warning)
    line = session.scalars(select(ImportRow)).one()
    assert not line.taken
    choose(session, batch.id, {2}, taken=True, seen=batch.revision)
    session.refresh(line)
    assert line.taken
    choose(session, batch.id, Verdict.LIKELY, taken=False, seen=batch.revision)
    session.refresh(line)
    assert not line.taken


def test_children_alike_in_one_file_are_told_at_the_second(session, registrar):
    row = a_row(姓名="王小满", 姓名拼音="", 身份证件类型="其他", 身份证件号="AB12345")
    twin = {**row, "身份证件号": "AB99999"}
    batch = looked_at(session, registrar, [row, twin])
    assert figures(batch) == (1, 0, 0, 1, 0, 0)
    (warning,) = [
        p for p in report.problems(session, batch.id, Severity.WARNING) if p.code == "W-LIKELY"
    ]
    assert (warning.row_no, warning.params["other"]) == (3, 2)


@pytest.mark.parametrize(
    ("bends", "why"),
    [
        ({"出生日期": "20200807", "身份证件号": "AB7654321"}, "swapped"),
        ({"姓名": "王晓满", "身份证件号": "AB7654321"}, "sound"),
        ({"出生日期": "20200808", "身份证件号": "AB1234576"}, "one_off"),
    ],
)
def test_slips_of_the_pen_are_told(session, registrar, bends, why):
    paper = {"身份证件类型": "其他", "姓名拼音": ""}
    row = a_row(姓名="王小满", 出生日期="20200708", 身份证件号="AB1234567", **paper)
    entered(session, registrar, row)
    batch = looked_at(session, registrar, [{**row, **bends}])
    told = [p.params["where"] for p in report.problems(session, batch.id) if p.code == "W-LIKELY"]
    assert told == [f"hint.likely_{why}"]


def test_nothing_is_said_of_another_school(session, registrar):
    row = a_row(姓名="王小满", 姓名拼音="")
    scope.enter(make.WHOLE, session)
    there = make.a_class(session, make.a_school(session, "450102"))
    born = date(int(row["出生日期"][:4]), int(row["出生日期"][4:6]), int(row["出生日期"][6:]))
    make.a_pupil(session, there, name="王小满", gender="2", birth_date=born)
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    batch = looked_at(session, registrar, [row])
    assert figures(batch) == (1, 0, 0, 0, 0, 0)


def test_pupils_of_the_classes_of_the_file_who_are_not_in_it_are_listed(session, registrar):
    here, refused, away, other = a_row(), a_row(), a_row(), a_row(班号="2026102")
    pupils = entered(session, registrar, here, refused, away, other)
    batch = looked_at(session, registrar, [here, {**refused, "姓名": "", "特长": "围棋"}])
    assert (batch.missing, batch.refused) == (1, 1)
    assert [pupil.id for pupil in missing(session, batch, 1).items] == [pupils[2].id]


def test_an_auxiliary_number_one_has_is_not_somebody_elses(session, registrar):
    one, two = a_row(学籍辅号="A-1"), a_row(学籍辅号="A-2")
    entered(session, registrar, one, two)
    batch = looked_at(session, registrar, [two, one])
    assert figures(batch) == (0, 0, 2, 0, 0, 0)
    swapped = [{**one, "学籍辅号": "A-2"}, {**two, "学籍辅号": "A-1"}]
    batch = looked_at(session, registrar, swapped)
    assert figures(batch) == (0, 2, 0, 0, 0, 0)
