"""The comparison as a job: asked for while somebody waits, once; all who wait are compared."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.bench.jobs import done
from app.jobs import comparing
from app.jobs.comparing import ask_compare
from app.jobs.run import JOB
from app.jobs.sessions import engine, transaction
from app.models.job import JobState
from app.models.problem import CheckWaiting
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from tests import make

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def entered(session, many=1):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session)
    bends = {"name": "陆小雨", "id_type": "Z", "id_number": None, "birth_date": NOW.date()}
    return [
        make.a_pupil(session, room, status=Status.PENDING_REGISTRATION, guardians=0, **bends)
        for _ in range(many)
    ]


def asked(session, now):
    """Let the clock ask; give how many jobs there are of the kind."""
    scope.enter(scope.SYSTEM, session)
    ask_compare(session, now)
    return session.scalar(select(func.count()).where(JOB.c.kind == comparing.KIND))


def test_the_clock_asks_while_somebody_waits_and_nobody_is_at_it(session):
    scope.enter(make.WHOLE, session)
    session.query(CheckWaiting).delete()
    assert asked(session, NOW) == 0
    entered(session)
    assert asked(session, NOW) == 1
    assert asked(session, NOW + MINUTE) == 1  # it waits
    running = {"state": JobState.RUNNING, "lease_until": func.now(), "ended_at": None}
    failed = {"state": JobState.FAILED, "lease_until": None, "ended_at": func.now()}
    for later, (how, jobs) in enumerate(((running, 1), (failed, 2), (running, 2)), start=2):
        session.execute(update(JOB).values(**how))
        assert asked(session, NOW + later * MINUTE) == jobs


@pytest.mark.parametrize("window", [1, 3, 7])
def test_whatever_the_window_all_who_wait_are_compared(root, monkeypatch, window):
    monkeypatch.setattr(comparing, "WINDOW", window)
    with Session(engine()) as session:
        ids = [pupil.id for pupil in entered(session, 7)]
        make.unwitnessed(session)
        session.commit()
    with transaction() as session:
        job_id = comparing.ask(session, comparing.KIND)
    assert done(job_id)["compared"] == 7
    with Session(engine()) as session:
        scope.enter(make.WHOLE, session)
        flags = session.scalars(select(Student.problem_flag).where(Student.id.in_(ids)))
        assert set(flags) == {ProblemFlag.OPEN}
        assert session.scalar(select(func.count(CheckWaiting.student_id))) == 0
    scope.leave()
