"""A written import is taken back as a whole: what goes, what stays, and why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.errors import Forbidden, NotFound, Refused, Stale
from app.imports import batch as batches
from app.imports import undoing
from app.imports.commit import because, commit
from app.imports.preview import look
from app.imports.target import Fate
from app.imports.values import text_of
from app.jobs.importing import everywhere
from app.models.audit import AuditEvent, RowHistory
from app.models.import_batch import (
    BatchState,
    ImportCell,
    ImportLine,
    ImportProblem,
    ImportRow,
    Outcome,
    Verdict,
)
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from app.policies.roles import Actor, Role
from tests import make
from tests.imports.books import SCHOOL, a_book, a_row
from tests.workflows.cases import a_registration

TODAY = date(2026, 9, 1)


def written(session, account, rows):
    """Import rows; gives the batch."""
    received = batches.receive(session, account.user_id, "pupils.xlsx", a_book(rows))
    batch = look(session, received.batch.id, TODAY, everywhere)
    batches.begin_commit(session, batch.id, seen=batch.revision)
    return commit(session, batch.id)


def actor_of(session, account):
    return Actor(account.user_id, Role(account.role), account.organisation_id, "/")


def undone(session, account, batch):
    """Undo a batch in one go; gives its fates by row."""
    foreseen = undoing.undo_preview(session, batch.id, TODAY)
    undoing.begin_undo(session, batch.id, actor_of(session, account), foreseen.seen, TODAY)
    while not undoing.turn(session, batch.id, TODAY).is_over:
        pass
    lines = session.scalars(select(ImportLine).order_by(ImportLine.row_no))
    session.expire_all()
    return {line.row_no: (line.outcome, line.why, line.by) for line in lines}


def at(session, batch, row):
    """The pupil a row became."""
    line = session.scalars(select(ImportLine).filter_by(batch_id=batch.id, row_no=row)).one()
    return session.get_one(Student, line.target_id)


def test_a_fresh_import_goes_as_it_came(session, registrar):
    batch = written(session, registrar, [a_row(), a_row()])
    foreseen = undoing.undo_preview(session, batch.id, TODAY)
    assert (foreseen.counts, foreseen.seen) == ({Outcome.REVERSED: 2}, "2-0-0")
    assert [fate.row for fate in foreseen.page(Outcome.REVERSED, 9).items] == [2, 3]
    ends = undone(session, registrar, batch)
    assert ends == {2: (Outcome.REVERSED, None, None), 3: (Outcome.REVERSED, None, None)}
    assert batch.state is BatchState.UNDONE
    assert (batch.written, batch.reversed, batch.kept, batch.stuck) == (2, 2, 0, 0)
    assert batch.undone_by == registrar.user_id
    assert set(session.scalars(select(Student.status))) == {Status.DELETED}
    reasons = session.scalars(select(RowHistory.reason).distinct()).all()
    assert reasons == [f"import.undo:{batch.id}"]
    scope.enter(make.WHOLE, session)
    deeds = session.scalars(
        select(AuditEvent.action).filter_by(object_id=batch.id).order_by(AuditEvent.id)
    ).all()
    assert deeds == ["import.upload", "import.commit", "import.undo", "import.reverse"]


def test_the_same_file_may_come_again_after_the_undo(session, registrar):
    rows = [a_row()]
    first = written(session, registrar, rows)
    undone(session, registrar, first)
    second = written(session, registrar, rows)
    assert second.id != first.id
    assert second.written == 1


def test_what_became_of_a_pupil_since_keeps_the_row(session, registrar):
    rows = [a_row() for _ in range(7)]
    batch = written(session, registrar, rows)
    held = scope.current()
    scope.enter(make.WHOLE, session)
    other = make.an_account(session, "SL", SCHOOL)
    scope.enter(scope.scope_of(session, other.user_id), session)
    at(session, batch, 2).remark = "会游泳"
    session.flush()
    at(session, batch, 3).guardians[0].employer = "某厂"
    session.flush()
    scope.enter(make.WHOLE, session)
    enrolled = at(session, batch, 4)
    enrolled.take_number(f"G{enrolled.id_number}")
    enrolled.status = Status.IN_SCHOOL
    at(session, batch, 5).status = Status.DELETED
    at(session, batch, 6).problem_flag = ProblemFlag.OPEN  # noted by the house itself
    at(session, batch, 7).problem_flag = ProblemFlag.IN_PROCESS
    session.flush()
    scope.enter(held, session)
    ends = undone(session, registrar, batch)
    assert ends == {
        2: (Outcome.KEPT, "U-EDITED", other.user_id),
        3: (Outcome.KEPT, "U-EDITED", other.user_id),
        4: (Outcome.STUCK, "U-REGISTERED", None),
        5: (Outcome.STUCK, "U-GONE", None),
        6: (Outcome.REVERSED, None, None),
        7: (Outcome.STUCK, "U-PROBLEM", None),
        8: (Outcome.REVERSED, None, None),
    }
    assert (batch.reversed, batch.kept, batch.stuck) == (2, 2, 3)
    assert at(session, batch, 2).status is Status.PENDING_REGISTRATION


def test_an_undo_of_yesterday_is_not_todays(session, registrar):
    batch = written(session, registrar, [a_row(), a_row()])
    foreseen = undoing.undo_preview(session, batch.id, TODAY)
    at(session, batch, 2).remark = "会游泳"
    session.flush()
    with pytest.raises(Stale, match="E-BATCH-STALE"):
        undoing.begin_undo(session, batch.id, actor_of(session, registrar), foreseen.seen, TODAY)


def test_an_import_is_undone_within_thirty_days_by_its_own_registrar(session, registrar):
    batch = written(session, registrar, [a_row()])
    actor = actor_of(session, registrar)
    leader = Actor(actor.user_id, Role.SL, actor.organisation_id, "/")
    with pytest.raises(Forbidden):
        undoing.begin_undo(session, batch.id, leader, None, TODAY)
    stranger = Actor(actor.user_id, Role.SR, actor.organisation_id + 1, "/")
    with pytest.raises(NotFound):
        undoing.begin_undo(session, batch.id, stranger, None, TODAY)
    session.execute(
        text("UPDATE import_batch SET committed_at = now() - :ago WHERE id = :id"),
        {"ago": timedelta(days=31), "id": batch.id},
    )
    with pytest.raises(Refused, match="E-UNDO-LATE"):
        undoing.begin_undo(session, batch.id, actor, None, TODAY)


def test_an_undo_that_was_called_off_goes_on_later(session, registrar, monkeypatch):
    monkeypatch.setattr(undoing, "CHUNK", 2)
    batch = written(session, registrar, [a_row() for _ in range(5)])
    actor = actor_of(session, registrar)
    undoing.begin_undo(session, batch.id, actor, "5-0-0", TODAY)
    assert undoing.turn(session, batch.id, TODAY) == (2, 5, False)
    batch.state = BatchState.COMMITTED  # as the database leaves it
    session.flush()
    assert undoing.undo_preview(session, batch.id, TODAY).seen == "3-0-0"
    undoing.begin_undo(session, batch.id, actor, "3-0-0", TODAY)
    assert undoing.turn(session, batch.id, TODAY) == (4, 5, False)
    assert undoing.turn(session, batch.id, TODAY) == (5, 5, True)
    assert undoing.turn(session, batch.id, TODAY) == (5, 5, True)
    assert batch.reversed == 5


# ── changed cells ────────────────────────────────────────────────────────────────────────


def a_change(session, registrar, pupil, cells):
    """A preview that would change cells of one pupil: field → after."""
    received = batches.receive(session, registrar.user_id, "more.xlsx", a_book([a_row()]))
    batch = look(session, received.batch.id, TODAY, everywhere)
    row = session.scalars(select(ImportRow).filter_by(batch_id=batch.id)).one()
    row.verdict, row.target_id, row.target_version = Verdict.CHANGED, pupil.id, pupil.row_version
    room = pupil.school_class.number
    for field, after in cells.items():
        before = room if field == "class_number" else text_of(getattr(pupil, field))
        session.add(
            ImportCell(batch_id=batch.id, row_no=2, field=field, before=before, after=after)
        )
    session.flush()
    return batch


@pytest.fixture
def pupil(session, registrar):
    """A pupil of the school who waits for registration, imported before."""
    batch = written(session, registrar, [a_row()])
    return at(session, batch, 2)


CELLS = {
    "name": "王新名", "phone": "17100000001", "birth_date": "2019-05-06", "needs_bus": "t",
    "commute_km": "2.5", "former_name": None, "class_number": "2026102", "aux_number": "AB\\1",
}  # fmt: skip


def test_changed_cells_are_written_and_put_back(session, registrar, pupil):
    pupil.former_name, pupil.name_pinyin = "王旧名", "Fu Dsi-ying"  # as the family spells it
    session.flush()
    names = [*(CELLS.keys() - {"class_number"}), "class_id", "grade_id", "name_pinyin"]
    before = {name: getattr(pupil, name) for name in names}
    batch = a_change(session, registrar, pupil, CELLS)
    batches.begin_commit(session, batch.id, seen=batch.revision)
    commit(session, batch.id)
    session.expire_all()
    assert (batch.state, batch.written) == (BatchState.COMMITTED, 1)
    assert (pupil.name, pupil.name_pinyin, pupil.phone) == ("王新名", "Wang Xinming", "17100000001")
    assert (pupil.birth_date, pupil.needs_bus, pupil.commute_km) == (date(2019, 5, 6), True, 2.5)
    assert (pupil.former_name, pupil.aux_number) == (None, "AB\\1")
    assert pupil.school_class.number == "2026102"
    (line,) = session.scalars(select(ImportLine).filter_by(batch_id=batch.id))
    assert (line.target_id, line.target_version) == (pupil.id, pupil.row_version)
    assert set(past(session, pupil)) == {None, f"import:{batch.id}"}
    assert undone(session, registrar, batch) == {2: (Outcome.REVERSED, None, None)}
    session.expire_all()
    assert {name: getattr(pupil, name) for name in names} == before


def past(session, pupil):
    return session.scalars(select(RowHistory.reason).filter_by(student_id=pupil.id)).all()


def test_a_cell_somebody_wrote_since_keeps_its_row(session, registrar, pupil):
    batch = a_change(session, registrar, pupil, {"phone": "17100000001", "remark": "甲"})
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    session.execute(
        text("UPDATE import_batch SET committed_at = now() - interval '1 hour' WHERE id = :id"),
        {"id": batch.id},
    )
    pupil.talent = "书法"  # another field is nobody's business here
    session.flush()
    assert undoing.undo_preview(session, batch.id, TODAY).seen == "1-0-0"
    pupil.remark = "乙"
    session.flush()
    foreseen = undoing.undo_preview(session, batch.id, TODAY)
    assert foreseen.fates == [Fate(2, Outcome.KEPT, "U-EDITED", registrar.user_id)]
    with pytest.raises(Refused, match="E-UNDO-NOTHING"):
        undoing.begin_undo(session, batch.id, actor_of(session, registrar), None, TODAY)


def test_a_number_somebody_has_by_now_does_not_come_back(session, registrar, pupil):
    pupil.aux_number = "A1"
    session.flush()
    batch = a_change(session, registrar, pupil, {"aux_number": "A2"})
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, pupil.school_class, aux_number="A1")
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    foreseen = undoing.undo_preview(session, batch.id, TODAY)
    assert foreseen.fates == [Fate(2, Outcome.STUCK, "U-TAKEN")]


def test_a_pupil_who_changed_since_the_look_is_looked_at_again(session, registrar, pupil):
    batch = a_change(session, registrar, pupil, {"remark": "甲"})
    seen = batch.revision
    pupil.remark = "乙"
    session.flush()
    batches.begin_commit(session, batch.id, seen=seen)
    commit(session, batch.id)
    assert (batch.state, batch.refused, batch.revision) == (BatchState.PREVIEW, 1, seen + 1)
    with pytest.raises(Stale, match="E-BATCH-STALE"):
        batches.begin_commit(session, batch.id, seen=seen)
    assert pupil.remark == "乙"


def test_a_pupil_with_business_in_progress_is_not_changed(session, registrar, pupil):
    batch = a_change(session, registrar, pupil, {"remark": "甲"})
    held = scope.current()
    scope.enter(make.WHOLE, session)
    a_registration(session, pupil, registrar)
    scope.enter(held, session)
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    (found,) = session.scalars(select(ImportProblem).filter_by(batch_id=batch.id))
    assert (batch.state, found.code) == (BatchState.PREVIEW, "E-LOCK")
    pupil.remark = "甲"
    with pytest.raises(DBAPIError, match="business in progress"):
        because(session, "import:1").__enter__()  # which writes what waits
