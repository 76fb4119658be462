"""A registry with pupils comes over a migration with all that the new tables say of them."""

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bench.jobs import done
from app.cli.database import alembic
from app.jobs import comparing
from app.jobs.queue import ask
from app.jobs.sessions import engine, transaction
from app.models.sealed import KEYS
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from tests import make

FORMER = "L4113022020050100011"


@pytest.fixture(scope="module")
def pupils(root):
    """Pupils of every standing in a registry that goes back to 0003 and comes again; their ids."""
    with Session(engine()) as session:
        scope.enter(make.WHOLE, session)
        rooms = [make.a_class(session, make.a_school(session, c)) for c in ("411302", "411303")]
        held = {"in school": make.a_pupil(session, rooms[0])}
        held["with a former number"] = former = make.a_pupil(session, rooms[0])
        former.take_number(FORMER)
        number = held["in school"].id_number
        held["pending, the same child"] = make.a_pupil(
            session, rooms[1], status=Status.PENDING_REGISTRATION, id_number=number
        )
        held["deleted"] = make.a_pupil(session, rooms[1], status=Status.DELETED)
        make.unwitnessed(session)
        session.commit()
        ids = {name: pupil.id for name, pupil in held.items()}
    scope.leave()
    command.downgrade(alembic(), "0003")
    command.upgrade(alembic(), "head")
    return ids


def test_every_number_is_claimed_for_whoever_has_or_had_it(root, pupils):
    claimed = dict(root.execute("SELECT digest, student_id FROM issued_number").fetchall())
    held = root.execute("SELECT number_digest, id FROM student WHERE number_digest IS NOT NULL")
    assert dict(held.fetchall()).items() <= claimed.items()
    assert claimed[KEYS.digest(FORMER)] == pupils["with a former number"]
    assert len(claimed) == 4  # three numbers of now, one of before


def test_nobody_else_can_take_one(root, pupils):
    digest = KEYS.digest(FORMER)
    assert root.execute("SELECT claim_number(%s, 1)", (digest,)).fetchone() == (False,)
    mine = pupils["with a former number"]
    assert root.execute("SELECT claim_number(%s, %s)", (digest, mine)).fetchone() == (True,)


def test_whoever_is_not_deleted_waits_and_is_compared(root, pupils):
    waiting = {one.student_id for one in root.execute("SELECT student_id FROM check_waiting")}
    assert waiting == set(pupils.values()) - {pupils["deleted"]}
    with transaction() as session:
        job_id = ask(session, comparing.KIND)
    done(job_id)
    assert root.execute("SELECT count(*) FROM check_waiting").fetchone() == (0,)
    with Session(engine()) as session:
        scope.enter(make.WHOLE, session)
        open_ = select(Student.id).where(Student.problem_flag == ProblemFlag.OPEN)
        found = set(session.scalars(open_))
    scope.leave()
    assert found == {pupils["in school"], pupils["pending, the same child"]}
