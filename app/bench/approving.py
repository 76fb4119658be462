"""Contested approvals: sixteen people press Agree on the same cases at the same time.

Every case waits for the registrars of one authority and is agreed to by four of them, each in a
process, a connection and a transaction of their own, from the version they all have seen. Whoever
comes first registers the pupil; the others must be told. What was done is then counted in the
registry itself: as many effects as cases, never one more.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bench.figures import Figures, spread, superuser
from app.codes.workdays import BEIJING
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.base import fab_models
from app.models.every import MODULES
from app.models.organisation import Organisation
from app.models.sealed import KEYS
from app.policies import scope
from app.policies.audit import record
from app.policies.roles import Actor, Role
from app.workflows.deciding import decide
from app.workflows.desk import Act, Trigger
from config import Config

assert MODULES  # noqa: S101  each person is a process of its own, and needs them all

RIVALS = 4  # people who agree to the same case
PROMISE = 300  # approvals a second, carried out or told no
MARK = "bench approve"
PATIENCE = 600  # seconds until everybody has begun

COUNTY = """
SELECT o.parent_id FROM headcount h JOIN organisation o ON o.id = h.school_id
JOIN organisation up ON up.id = o.parent_id AND up.tier = 'COUNTY'
GROUP BY o.parent_id ORDER BY sum(h.n) DESC, o.parent_id LIMIT 1
"""
COLUMNS = """
SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_name = 'student' AND is_generated = 'NEVER' AND column_name NOT IN
  ('id', 'status', 'remark', 'number', 'number_digest', 'number_kind', 'problem_flag')
"""
NEWCOMERS = """
INSERT INTO student ({columns}, status, remark)
SELECT {columns}, 'PENDING_REGISTRATION', %(mark)s FROM (
  SELECT s.* FROM student s JOIN organisation o ON o.id = s.school_id
  CROSS JOIN generate_series(1, 100) again
  WHERE o.parent_id = %(county)s AND s.class_id IS NOT NULL AND s.status = 'IN_SCHOOL'
  ORDER BY again, s.seat_no, s.id LIMIT %(cases)s) chosen
"""
CASES = """
INSERT INTO case_file (kind, student_id, owner_id, awaiting_id, awaiting_office, state,
                       initiator_id, initiator_org_id, due_on, snapshot)
SELECT 'REGISTRATION', s.id, s.school_id, o.parent_id, 'REGISTRAR', 'AUTHORITY_REVIEW',
       who.user_id, s.school_id, current_date, '{}'
FROM student s JOIN organisation o ON o.id = s.school_id
CROSS JOIN LATERAL (SELECT user_id FROM account WHERE organisation_id = s.school_id
                    UNION ALL SELECT min(user_id) FROM account WHERE role = 'SR' LIMIT 1) who
WHERE s.remark = %(mark)s
"""
WAITING = """
SELECT c.id, c.version FROM case_file c JOIN student s ON s.id = c.student_id
WHERE s.remark = %s ORDER BY c.id
"""
EFFECTS = """
SELECT count(*) FILTER (WHERE s.status = 'IN_SCHOOL' AND c.state = 'REGISTERED'),
       coalesce(sum((SELECT count(*) FROM enrolment e WHERE e.start_case_id = c.id)), 0)::int,
       coalesce(sum((SELECT count(*) FROM case_event e WHERE e.case_id = c.id)), 0)::int,
       coalesce(sum((SELECT count(*) FROM audit_event a WHERE a.object_type = 'case'
                     AND a.object_id = c.id AND a.action = 'case.agree')), 0)::int
FROM case_file c JOIN student s ON s.id = c.student_id WHERE s.remark = %s
"""
MINE = "SELECT id FROM student WHERE remark = %(mark)s"
THEIRS = f"SELECT id FROM case_file WHERE student_id IN ({MINE})"  # noqa: S608  words of ours
AWAY = (
    f"DELETE FROM enrolment WHERE student_id IN ({MINE})",  # noqa: S608  words of ours
    f"DELETE FROM number_history WHERE student_id IN ({MINE})",  # noqa: S608  words of ours
    f"DELETE FROM notice WHERE case_id IN ({THEIRS})",  # noqa: S608  words of ours
    f"DELETE FROM case_event WHERE case_id IN ({THEIRS})",  # noqa: S608  words of ours
    f"DELETE FROM case_file WHERE student_id IN ({MINE})",  # noqa: S608  words of ours
    "DELETE FROM student WHERE remark = %(mark)s",
)


def measure(config: Config, root_url: str, cases: int, people: int) -> Figures:
    """Lay cases on a desk, let everybody agree at once, count, and take it all away again."""
    KEYS.unlock(config.key_file)
    with superuser(root_url) as root:
        clear(root)
        county = lay_out(root, cases)
        crowd = registrars(county, people)
        waiting = root.execute(WAITING, (MARK,)).fetchall()
        try:
            told, seconds, each = contend(config.key_file, crowd, waiting)
            found: Any = root.execute(EFFECTS, (MARK,)).fetchone()
        finally:
            clear(root)
    done, periods, lines, events = found
    tries = sum(told.values())
    middle, slow = spread(each)
    figures = Figures(f"{tries:,} approvals of {cases:,} cases by {people} processes")
    figures.add("approvals a second", f"{tries / seconds:,.0f}", f"≥ {PROMISE}")
    figures.add("carried out", f"{told['done']:,}", f"= {cases:,}")
    figures.add("told that somebody was first", f"{told['told']:,}", f"= {tries - cases:,}")
    figures.add("anything else", f"{tries - told['done'] - told['told']:,}", "= 0")
    figures.add("pupils registered", f"{done:,}", f"= {cases:,}")
    figures.add("periods at a school begun", f"{periods:,}", f"= {cases:,}")
    figures.add("lines in timelines", f"{lines:,}", f"= {cases:,}")
    figures.add("events in the ledger", f"{events:,}", f"= {cases:,}")
    figures.add("one approval, p50 / p95", f"{middle * 1000:.0f} / {slow * 1000:.0f} ms")
    return figures


# ── the people and their work ────────────────────────────────────────────────────────────


def contend(
    key_file: Path, crowd: list[int], waiting: list[Any]
) -> tuple[Counter[str], float, list[float]]:
    """Let each person agree to every fourth case; return what they were told, and how long."""
    context = get_context("spawn")
    shares = max(1, len(crowd) // RIVALS)
    gate, told = context.Barrier(len(crowd) + 1), context.SimpleQueue()
    staff = [
        context.Process(
            target=agree, args=(str(key_file), user, waiting[at % shares :: shares], gate, told)
        )
        for at, user in enumerate(crowd)
    ]
    for person in staff:
        person.start()
    gate.wait(PATIENCE)
    began = time.perf_counter()
    answers = [told.get() for _ in staff]
    seconds = time.perf_counter() - began
    for person in staff:
        person.join()
    heard = Counter(word for words, _times in answers for word in words)
    return heard, seconds, [took for _words, times in answers for took in times]


def agree(key_file: str, user: int, waiting: list[Any], gate: Barrier, told: Any) -> None:
    """Agree to cases one by one, each in a transaction of its own; tell what came of each."""
    words, times = [], []
    try:
        KEYS.unlock(Path(key_file))
        with engine().connect() as connection:  # the person's own, as a web process keeps one
            sight, actor = at_work(connection, user)
            act = Act(Trigger.AGREE, actor, datetime.now(BEIJING).date())
            pressed(connection, sight, waiting[0], act, for_good=False)
            gate.wait(PATIENCE)
            for case in waiting:
                began = time.perf_counter()
                words.append(pressed(connection, sight, case, act))
                times.append(time.perf_counter() - began)
    finally:
        told.put((words, times))


def at_work(connection: Any, user: int) -> tuple[scope.Scope, Actor]:
    """Return what a person sees and who they are."""
    with scope.within(scope.SYSTEM), Session(connection) as session, session.begin():
        account = session.get_one(Account, user)
        home = account.organisation
        actor = Actor(user, Role(account.role), account.organisation_id, home.path)
        return scope.scope_of(session, user), actor


def pressed(
    connection: Any, sight: scope.Scope, case: tuple[int, int], act: Act, *, for_good: bool = True
) -> str:
    """Press Agree once: ``done``, ``told`` (somebody was first), or what else came of it.

    ``case`` is its id and the version seen. Not ``for_good``: take it back, which leaves a process
    as warm as one that has been at work.
    """
    with scope.within(sight), Session(connection) as session, session.begin() as work:
        outcome = decide(session, [case[0]], act, dict([case]))[0]
        if not for_good:
            work.rollback()
    codes = {refusal.code for refusal in outcome.refusals}
    return "done" if outcome.done else "told" if codes == {"app.stale"} else ",".join(codes)


# ── the desks ────────────────────────────────────────────────────────────────────────────


def lay_out(root: psycopg.Connection[tuple[int]], cases: int) -> int:
    """Copy pupils of the fullest county as newcomers and lay their cases on its desk."""
    county = _one(root.execute(COUNTY))
    columns = _one(root.execute(COLUMNS))
    with root.transaction():
        sql = NEWCOMERS.format(columns=columns)
        root.execute(sql, {"mark": MARK, "county": county, "cases": cases})
        root.execute(CASES, {"mark": MARK})
    for table in ("student", "case_file", "enrolment", "case_event", "headcount"):
        root.execute(f"VACUUM ANALYZE {table}")
    return int(county)


def clear(root: psycopg.Connection[tuple[int]]) -> None:
    """Take the newcomers and their cases away; the ledger keeps what was done."""
    with root.transaction():
        for statement in AWAY:
            root.execute(statement, {"mark": MARK})


def registrars(county: int, people: int) -> list[int]:
    """Find or make so many registrars of the county; return their ids."""
    whole = scope.Scope(scope.EVERYTHING, scope.EVERYTHING, reason="bench")
    with scope.within(whole), Session(engine()) as session, session.begin():
        home = session.get_one(Organisation, county)
        role = session.scalars(select(fab_models.Role).filter_by(name=Role.CR.value)).one()
        return [_registrar(session, home, role, number) for number in range(people)]


def _registrar(session: Session, home: Organisation, role: Any, number: int) -> int:
    login = f"bench{number}@{home.code}"
    found = session.scalar(select(Account.user_id).where(Account.login == login))
    if found is not None:
        return found
    user = fab_models.User(
        first_name=str(number), last_name="bench", username=login, email=f"{login}.invalid",
        active=False, roles=[role],
    )  # fmt: skip
    session.add(user)
    session.flush()
    session.add(
        Account(user_id=user.id, login=login, name=login, organisation_id=home.id, role="CR")
    )
    session.flush()
    record(session, "demo.made", object_type="account", object_id=user.id)
    return int(user.id)


def _one(found: Any) -> Any:
    row = found.fetchone()
    if row is None or row[0] is None:
        raise RuntimeError("the registry has no pupils: run `xueji demo` first")
    return row[0]
