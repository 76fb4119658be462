"""The morning's job: idempotent, goes on after a kill, writes one event a step."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.jobs import reminding
from app.jobs.clock import SCHEDULE
from app.jobs.queue import KINDS, ask
from app.jobs.registry import load
from app.jobs.run import claim
from app.jobs.sessions import connected, transaction
from app.models.audit import AuditEvent
from app.policies import scope
from config import ENGINE, Config
from tests import make
from tests.views.approvals import Town


@pytest.fixture(scope="module")
def late(root):
    """Three registrations whose day has passed, on the module's own database; the day after."""
    engine = create_engine(Config.read().database_url, **ENGINE)
    scope.guard(engine)
    scope.leave()
    with Session(engine) as session:
        town = Town(session)
        days = [town.case(town.registration().id).due_on for _ in range(3)]
        make.unwitnessed(session)
        session.commit()
    scope.leave()
    engine.dispose()
    return max(days) + timedelta(1)


@pytest.fixture
def claimed(late, monkeypatch):
    """Ask for the job and claim it, on the day the cases are late; one case id a step."""
    monkeypatch.setattr(reminding, "today", lambda: late)
    monkeypatch.setattr(reminding, "CHUNK", 1)

    with connected() as connection:

        def begin():
            with transaction() as session:
                job_id = ask(session, "case.remind")
            return claim(connection, job_id, "here")

        yield begin


def notices(root):
    return root.execute("SELECT count(*) FROM notice WHERE kind = 'OVERDUE'").fetchone()[0]


def test_it_goes_on_where_it_was_killed_and_tells_nothing_twice(root, claimed, monkeypatch):
    steps = []

    def dies(session, day, ids):
        steps.append(ids)
        if len(steps) == 3:
            raise SystemExit
        return whole(session, day, ids)

    whole = reminding.remind
    run = claimed()
    with monkeypatch.context() as patch:
        patch.setattr(reminding, "remind", dies)
        with pytest.raises(SystemExit):
            reminding.remind_all(run)
    assert notices(root) < 3
    done = run.checkpoint["at"]
    assert reminding.remind_all(run)["overdue"] == 3  # the same attempt, from its checkpoint
    run.finish(None)
    assert done > 0
    assert notices(root) == 3
    run = claimed()
    assert sum(reminding.remind_all(run).values()) == 0
    run.finish(None)
    assert notices(root) == 3
    with transaction() as session:
        asked = select(AuditEvent.details).where(AuditEvent.action == "cases.reminded")
        told = session.scalars(asked).all()
    assert sum(one["told"]["overdue"] for one in told) == 3


def test_the_clock_knows_the_morning_and_the_hook():
    load()
    kinds = {tick.kind for tick in SCHEDULE}
    assert {"case.remind", "hook.send"} <= kinds <= set(KINDS)
