"""From a workbook to pupils: what is seen before, what is there afterwards."""

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.errors import Refused
from app.imports import batch as batches
from app.imports import report
from app.imports.commit import commit
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.models.audit import AuditEvent
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportGuardian,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.school import ClassState, SchoolClass
from app.models.student import Guardian, Status, Student
from app.policies import scope
from app.workflows import duplicates
from tests import make
from tests.imports.books import CLEAN, EXPECTED, MESSY, SCHOOL, a_book, a_row
from tests.imports.conftest import a_registrar

TODAY = date(2026, 9, 1)


def looked_at(session, account, data, name="pupils.xlsx"):
    received = batches.receive(session, account.user_id, name, data)
    return look(session, received.batch.id, TODAY, everywhere)


def size(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_the_clean_sample_becomes_84_pupils_with_168_guardians(session, registrar):
    batch = looked_at(session, registrar, CLEAN.read_bytes())
    counts = (batch.state, batch.total, batch.new, batch.refused, batch.warned)
    assert counts == (BatchState.PREVIEW, 84, 84, 0, 0)
    assert size(session, ImportRow) == 84
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    assert batch.state is BatchState.COMMITTED
    pupils = session.scalars(select(Student).order_by(Student.id)).all()
    assert len(pupils) == 84
    first = pupils[0]
    assert (first.name, first.gender, first.id_number) == ("付梓英", "2", "450103202004254643")
    assert (first.school_class.number, first.status) == ("2026101", Status.PENDING_REGISTRATION)
    assert first.import_batch_id == batch.id
    assert first.number is None
    assert first.enrolments == []
    assert [(g.name, g.relation, g.phone) for g in first.guardians] == [
        ("付丽可", "51", "17143603128"),
        ("雷平芳", "52", "13271291275"),
    ]
    assert size(session, Guardian) == 168
    assert first.created_by == registrar.user_id
    assert size(session, ImportRow) == size(session, ImportGuardian) == 0
    scope.enter(make.WHOLE, session)
    (event,) = session.scalars(select(AuditEvent).filter_by(action="import.commit"))
    assert (event.object_id, event.details) == (batch.id, {"pupils": 84})


def test_the_messy_sample_reports_what_was_planted_and_commits_nothing(session, registrar):
    batch = looked_at(session, registrar, MESSY.read_bytes())
    told = report.summary(session, batch)
    with EXPECTED.open(encoding="utf-8") as lines:
        expected = sorted(
            (int(r["excel_row"]), r["heading"], r["code"]) for r in csv.DictReader(lines)
        )
    assert sorted((e["row"], e["heading"], e["code"]) for e in told["errors"]) == expected
    assert (told["rows"], told["new"], told["refused"]) == (84, 67, 17)
    with pytest.raises(Refused, match="E-BATCH-REFUSED"):
        batches.begin_commit(session, batch.id)
    with pytest.raises(Refused, match="E-BATCH-REFUSED"):
        commit(session, batch.id)
    assert size(session, Student) == 0


def test_looking_twice_gives_the_same(session, registrar):
    batch = looked_at(session, registrar, MESSY.read_bytes())
    before = size(session, ImportRow), size(session, ImportProblem), batch.refused
    look(session, batch.id, TODAY, everywhere)
    assert (size(session, ImportRow), size(session, ImportProblem), batch.refused) == before


def test_a_corrected_error_workbook_can_be_uploaded(session, registrar):
    batch = looked_at(session, registrar, MESSY.read_bytes())
    out = io.BytesIO()
    assert report.error_workbook(session, batch, out) == 17
    book = load_workbook(out)
    page = book.worksheets[0]
    assert page.cell(2, 73).value.startswith("原第 2 行：")
    assert page.cell(2, 55).fill.start_color.rgb == "FFFFC7CE"
    again = looked_at(session, registrar, out.getvalue())
    assert (again.total, again.refused) == (17, 16)  # a formula comes back as what it showed


def test_the_same_file_twice_is_the_old_batch(session, registrar):
    first = batches.receive(session, registrar.user_id, "a.xlsx", CLEAN.read_bytes())
    second = batches.receive(session, registrar.user_id, r"C:\x\b.xlsx", CLEAN.read_bytes())
    assert (second.batch.id, second.is_new) == (first.batch.id, False)
    batches.discard(session, first.batch.id)
    third = batches.receive(session, registrar.user_id, r"C:\x\b.xlsx", CLEAN.read_bytes())
    assert third.is_new
    assert third.batch.file_name == "b.xlsx"


def test_only_a_school_imports(session, registrar):
    scope.enter(make.WHOLE, session)
    county = make.an_account(session, "CR", "411302")
    with pytest.raises(Refused, match="E-BATCH-HOME"):
        batches.receive(session, county.user_id, "a.xlsx", CLEAN.read_bytes())


def test_a_number_twice_in_the_file_names_the_other_row(session, registrar):
    row = a_row()
    twin = a_row(**{k: row[k] for k in ("身份证件号", "出生日期")}, 姓名="王小雨")
    batch = looked_at(session, registrar, a_book([row, a_row(), twin]))
    told = report.summary(session, batch)
    assert [(e["row"], e["code"]) for e in told["errors"]] == [(2, "E-DUP"), (4, "E-DUP")]
    assert "第 4 行" in told["errors"][0]["message"]
    assert "第 2 行" in told["errors"][1]["message"]


def test_another_child_under_a_number_of_the_own_school_is_refused_one_of_elsewhere_is_told(
    session, registrar
):
    own, foreign, gone = a_row(), a_row(), a_row()
    scope.enter(make.WHOLE, session)
    home = session.scalars(select(SchoolClass).filter_by(number="2026101")).one()
    make.a_pupil(session, home, id_number=own["身份证件号"])
    elsewhere = make.a_class(session, make.a_school(session, "450102"))
    make.a_pupil(session, elsewhere, id_number=foreign["身份证件号"])
    make.a_pupil(session, elsewhere, id_number=gone["身份证件号"], status=Status.DELETED)
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    batch = looked_at(session, registrar, a_book([own, foreign, gone]))
    told = report.summary(session, batch)
    assert {(e["row"], e["code"]) for e in told["errors"]} == {(2, "E-REG-FIELD")}
    warned = report.problems(session, batch.id, Severity.WARNING)
    assert [(p.row_no, p.code) for p in warned] == [(3, "W-DUP")]
    rows = session.scalars(select(ImportRow).order_by(ImportRow.row_no))
    assert [row.verdict for row in rows] == [Verdict.REFUSED, Verdict.ELSEWHERE, Verdict.NEW]


def test_a_child_of_another_school_comes_in_and_both_records_are_problems(session, registrar):
    child, alone = a_row(), a_row(姓名="吕小满", 姓名拼音="")
    scope.enter(make.WHOLE, session)
    elsewhere = make.a_class(session, make.a_school(session, "450102"))
    there = make.a_pupil(session, elsewhere, id_number=child["身份证件号"])
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    batch = looked_at(session, registrar, a_book([child, alone]))
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    scope.enter(make.WHOLE, session)
    mine = {p.name_pinyin: p.id for p in session.scalars(select(Student)) if p.import_batch_id}
    assert len(mine) == 2
    assert duplicates.not_compared(session, mine.values()) == set(mine.values())
    moved = duplicates.check(session, mine.values())
    assert moved == {there.id, *mine.values()} - {mine["Lü Xiaoman"]}


def test_what_changed_since_the_preview_goes_back_to_be_reviewed(session, registrar):
    taken, moved, good = a_row(), a_row(班号="2026102"), a_row()
    batch = looked_at(session, registrar, a_book([taken, moved, good]))
    assert batch.refused == 0
    scope.enter(make.WHOLE, session)
    home = session.scalars(select(SchoolClass).filter_by(number="2026101")).one()
    make.a_pupil(session, home, id_number=taken["身份证件号"])
    closed = session.scalars(select(SchoolClass).filter_by(number="2026102")).one()
    closed.state = ClassState.CLOSED
    session.flush()
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    assert (batch.state, batch.new, batch.refused) == (BatchState.PREVIEW, 1, 2)
    found = report.problems(session, batch.id, Severity.ERROR)
    assert [(p.row_no, p.code) for p in found] == [(2, "E-DUP"), (3, "E-REF")]
    assert size(session, Student) == 1


def test_committing_twice_imports_once(session, registrar):
    batch = looked_at(session, registrar, a_book([a_row()]))
    commit(session, batch.id)
    commit(session, batch.id)
    assert size(session, Student) == 1
    with pytest.raises(Refused, match="E-BATCH-STATE"):
        batches.begin_commit(session, batch.id)
    with pytest.raises(Refused, match="E-BATCH-STATE"):
        batches.discard(session, batch.id)


def test_a_discarded_batch_keeps_its_figures_and_no_row(session, registrar):
    batch = looked_at(session, registrar, a_book([a_row()]))
    batches.discard(session, batch.id)
    assert (batch.state, batch.total) == (BatchState.DISCARDED, 1)
    assert size(session, ImportRow) == 0
    with pytest.raises(Refused, match="E-BATCH-STATE"):
        commit(session, batch.id)


def test_a_file_that_cannot_be_read_fails_its_batch_with_one_sentence(session, registrar):
    batch = looked_at(session, registrar, b"not a workbook at all")
    assert batch.state is BatchState.FAILED
    assert "xlsx" in report.failure(batch, "en")
    assert report.summary(session, batch)["failure"]["code"] == "E-FILE-TYPE"


def test_another_school_sees_nothing_of_it(session, registrar):
    batch = looked_at(session, registrar, MESSY.read_bytes())
    other = a_registrar(session, "2141000102")
    scope.enter(scope.scope_of(session, other.user_id), session)
    for model in (ImportBatch, ImportRow, ImportGuardian, ImportProblem):
        assert size(session, model) == 0
    fresh = batches.receive(session, other.user_id, "same.xlsx", MESSY.read_bytes())
    assert fresh.is_new
    assert fresh.batch.id != batch.id


def test_personal_values_are_masked_in_the_report(session, registrar):
    batch = looked_at(session, registrar, a_book([a_row(身份证件号="41010220200825393")]))
    (problem,) = report.problems(session, batch.id, Severity.ERROR)
    assert problem.value == "4101*********5393"


def test_rare_characters_arrive_as_they_were_typed(session, registrar):
    names = ["王·买买提", "李\U00020bb7", "张䶮", "陈\ue000"]
    batch = looked_at(session, registrar, a_book([a_row(姓名=name) for name in names]))
    commit(session, batch.id)
    assert session.scalars(select(Student.name).order_by(Student.id)).all() == names


def test_the_stored_file_is_unreadable_at_rest(session, registrar, tmp_path):
    batch = looked_at(session, registrar, CLEAN.read_bytes())
    (stored,) = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert stored.name == batch.sha256
    assert b"PK" not in stored.read_bytes()[:64]
    assert SCHOOL.encode() not in stored.read_bytes()
