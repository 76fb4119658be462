"""Whoever approves in a process of their own, and what a case looks like from outside.

A yard holds cases of four kinds on a database of its own. `work` is the program of a process that
is killed; `picture` is all the registry knows of a case, read by the superuser, so that a killed
case can be laid beside one that nobody disturbed.
"""

import os
import time
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy.orm import Session, configure_mappers

from app.bench.approving import at_work, pressed
from app.jobs.sessions import engine
from app.models.change import MovementType
from app.models.every import MODULES
from app.models.sealed import KEYS
from app.models.student import Status
from app.policies import scope
from app.workflows.controlled import control
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Correction, Plan, open_key_change, open_movement
from tests import make
from tests.workflows.cases import TODAY, a_registration, a_transfer, become, staff
from tests.workflows.test_movement import a_paper

assert MODULES
configure_mappers()  # before the fork, so that each process is soon at work
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.workflows.killed"])
KINDS = ("REGISTRATION", "TRANSFER", "MOVEMENT", "KEY_CHANGE")
PATIENCE = 60  # seconds until a process has begun, or its connection has ended

PICTURE = {
    "case": "SELECT state, version, closed_at IS NULL AS is_open, awaiting_id, awaiting_office,"
    " due_on FROM case_file WHERE id = %(case)s",
    "timeline": "SELECT case_version, decision, from_state, to_state, organisation_id, role"
    " FROM case_event WHERE case_id = %(case)s ORDER BY id",
    "parties": "SELECT organisation_id, closed_at IS NULL AS is_open, due_on FROM case_party"
    " WHERE case_id = %(case)s ORDER BY 1",
    "notices": "SELECT organisation_id, case_version, kind FROM notice WHERE case_id = %(case)s"
    " ORDER BY 2, 1",
    "audit": "SELECT action, owner_path, details FROM audit_event WHERE object_type = 'case'"
    " AND object_id = %(case)s ORDER BY id",
    "pupil": "SELECT status, school_id, class_id, number_kind, problem_flag, verification,"
    " row_version, number_digest IS NULL AS no_number FROM student WHERE id = %(pupil)s",
    "periods": "SELECT school_id, grade_id, started_on, start_kind, ended_on, end_kind,"
    " start_case_id = %(case)s AS begun, end_case_id = %(case)s AS ended FROM enrolment"
    " WHERE student_id = %(pupil)s ORDER BY id",
    "numbers": "SELECT (SELECT count(*) FROM number_history WHERE student_id = %(pupil)s) former,"
    " (SELECT count(*) FROM issued_number WHERE student_id = %(pupil)s) issued",
    "history": "SELECT table_name, ARRAY(SELECT jsonb_object_keys(before) ORDER BY 1)::text[]"
    " FROM row_history WHERE student_id = %(pupil)s ORDER BY id",
}
MISCOUNTED = """
SELECT class_id, status, sum(n) FROM (
  SELECT class_id, status, n FROM headcount UNION ALL
  SELECT class_id, status, -1 FROM student WHERE status <> 'DELETED') both_sides
WHERE class_id IS NOT NULL GROUP BY 1, 2 HAVING sum(n) <> 0
"""


def picture(root, case_id, pupil_id):
    """All that is known of a case and its pupil; of two equal ones the same."""
    of = {"case": case_id, "pupil": pupil_id}
    return {part: [tuple(row) for row in root.execute(sql, of)] for part, sql in PICTURE.items()}


class Yard:
    """Two schools of two counties whose cases are agreed to, desk by desk."""

    def __init__(self, made):
        self.engine = made
        with Session(made) as session:
            scope.enter(make.WHOLE, session)
            old, new = make.a_school(session, "629901"), make.a_school(session, "629902")
            self.home, self.room = (make.a_class(session, school).id for school in (old, new))
            self.people = {f"old {who}": a.user_id for who, a in staff(session, old).items()}
            self.people |= {f"new {who}": a.user_id for who, a in staff(session, new).items()}
            leader = make.an_account(session, "PL", make.an_authority(session, "62"))
            control(session, become(session, leader), ["id_number"])
            session.commit()
        scope.leave()

    def lay(self, kind):
        """Commit a case of a kind; gives its id, its pupil's, and who agrees in turn."""
        with Session(self.engine) as session:
            scope.enter(make.WHOLE, session)
            status = Status.PENDING_REGISTRATION if kind == "REGISTRATION" else Status.IN_SCHOOL
            home = session.get_one(make.SchoolClass, self.home)
            pupil = make.a_pupil(session, home, status=status, guardians=0)
            pupil_id = pupil.id
            case_id = self.opened(session, kind, pupil).id
            session.commit()
        scope.leave()
        sides = ("new", "old") if kind == "TRANSFER" else ("old",)
        hands = [self.people[f"{side} {who}"] for side in sides for who in ("leader", "authority")]
        return case_id, pupil_id, hands

    def opened(self, session, kind, pupil):
        side = "new" if kind == "TRANSFER" else "old"
        registrar = session.get_one(make.Account, self.people[f"{side} registrar"])
        if kind == "REGISTRATION":
            return a_registration(session, pupil, registrar)
        if kind == "TRANSFER":
            room = session.get_one(make.SchoolClass, self.room)
            return a_transfer(session, pupil, registrar, room)
        wanted = {"id_number": make.an_id_number(pupil.birth_date)}
        paper = a_paper(session, registrar)
        act = Act(Trigger.SUBMIT, become(session, registrar), TODAY)
        if kind == "KEY_CHANGE":
            return open_key_change(session, pupil.id, Correction(wanted, "更正"), act, [paper])
        plan = Plan(MovementType.ABROAD, TODAY, reason_text="随父母出国")
        return open_movement(session, pupil.id, plan, act, [paper])


# ── the process that is killed ───────────────────────────────────────────────────────────────


def work(url, key_file, presses, told, is_warm):
    """Agree to one case after the other, each (case id, version, user); tell before each.

    ``is_warm``: press once in everybody's name and take it back, so that the rest is as quick as in
    a process that has been at work.
    """
    os.environ["XUEJI_DATABASE_URL"] = url
    KEYS.unlock(Path(key_file))
    with engine().connect() as connection:
        told.send(connection.connection.driver_connection.info.backend_pid)
        for case_id, version, user in presses if is_warm else ():
            agree(connection, (case_id, version), user, for_good=False)
        for case_id, version, user in presses:
            told.send(case_id)
            assert agree(connection, (case_id, version), user) == "done"
        told.send(None)


def agree(connection, case, user, *, for_good=True):
    sight, actor = at_work(connection, user)
    return pressed(connection, sight, case, Act(Trigger.AGREE, actor, TODAY), for_good=for_good)


class Clerk:
    """A process at work; `begun` waits until it begins the next step, `kill` ends it."""

    def __init__(self, root, key_file, presses, *, is_warm=False):
        self.root = root
        self.ear, mouth = CONTEXT.Pipe(duplex=False)
        args = (os.environ["XUEJI_DATABASE_URL"], str(key_file), presses, mouth, is_warm)
        self.process = CONTEXT.Process(target=work, args=args)
        self.process.start()
        mouth.close()
        self.backend = self.begun()

    def begun(self):
        """What the clerk tells next: whose case is begun; None when all is done."""
        assert self.ear.poll(PATIENCE), "the process does not speak"
        return self.ear.recv()

    def kill(self):
        """Kill the process and wait until the database has noticed."""
        self.process.kill()
        self.process.join(PATIENCE)
        self.ear.close()

    def is_gone(self):
        """Wait until the server has taken back, or finished, what the process had in hand."""
        until = time.monotonic() + PATIENCE
        there = "SELECT FROM pg_stat_activity WHERE pid = %s"
        while self.root.execute(there, (self.backend,)).fetchone():
            assert time.monotonic() < until, "its connection does not end"
            time.sleep(0.005)
