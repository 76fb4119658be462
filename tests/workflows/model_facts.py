"""What must hold in the database after every step, asked in two statements."""

from __future__ import annotations

from sqlalchemy import text

from app.policies import scope
from tests import make

PRESENT = ("IN_SCHOOL", "MISSING", "SUSPECTED_DROPOUT")  # who has a period that goes on
PUPILS = """
SELECT s.id, s.status, s.school_id, s.class_id, s.name, o.owned,
  (SELECT count(*) FROM case_file c WHERE c.student_id = s.id AND c.closed_at IS NULL) AS open,
  (SELECT array_agg(e.school_id) FROM enrolment e
   WHERE e.student_id = s.id AND e.ended_on IS NULL) AS here,
  (SELECT count(*) FROM enrolment e WHERE e.student_id = s.id) AS periods
FROM student s, LATERAL (SELECT s.owner_path = p.path AS owned FROM organisation p
                         WHERE p.id = s.school_id) o
WHERE s.id = ANY(:pupils)
"""
CASES = """
SELECT c.id, c.state, c.awaiting_id, c.awaiting_office, c.silent_id, c.version, c.initiator_id,
  c.closed_at IS NULL AS open, due_on IS NOT NULL AS is_due,
  (SELECT count(*) FROM audit_event a WHERE a.object_type = 'case' AND a.object_id = c.id
   AND a.action LIKE 'case.%') AS deeds,
  (SELECT array_agg(e.decision || ' ' || e.from_state || ' ' || e.to_state || ' ' || e.user_id
                    ORDER BY e.id) FROM case_event e WHERE e.case_id = c.id) AS story,
  (SELECT array_agg(e.case_version) FROM case_event e WHERE e.case_id = c.id) AS versions,
  (SELECT array_agg(e.user_id) FROM case_event e WHERE e.case_id = c.id
   AND e.decision IN ('AGREE', 'INTERVENE')) AS agreed
FROM case_file c WHERE c.id = ANY(:cases)
"""
HEADS = """
SELECT count(*) FROM (
  SELECT class_id, gender, status, n FROM headcount
  WHERE school_id = ANY(:schools) AND n <> 0
  EXCEPT ALL
  SELECT class_id, gender, status, count(*)::int FROM student
  WHERE school_id = ANY(:schools) GROUP BY 1, 2, 3) lost
"""


def hold(world, pupils, cases):
    """Compare pupils and cases with the model, and with each other."""
    session = world.session
    scope.enter(make.WHOLE, session)
    schools = [world.orgs[name] for name in "ABCD"]
    wrong = session.scalar(text(HEADS), {"schools": schools})
    assert wrong == 0, "headcounts differ from the pupils counted"
    found = session.execute(text(PUPILS), {"pupils": [pupil.id for pupil in pupils]})
    rows = {row.id: row for row in found}
    for pupil in pupils:
        pupil_holds(world, pupil, rows[pupil.id])
    found = session.execute(text(CASES), {"cases": [case.id for case in cases]})
    rows = {row.id: row for row in found}
    for case in cases:
        case_holds(world, case, rows[case.id])


def pupil_holds(world, pupil, row):
    here = row.here or []
    assert row.open <= 1, "two open cases"
    assert len(here) <= 1, "two periods at once"
    assert (row.status in PRESENT) == bool(here), "the status tells another story than the periods"
    assert not here or here == [row.school_id], "the period is at another school"
    assert row.owned, "the record lies elsewhere"
    assert (row.status, row.name) == (pupil.status, pupil.text)
    assert row.school_id == world.orgs[pupil.school]
    assert row.class_id == world.rooms[pupil.school, pupil.stage, pupil.level]
    assert bool(here) == pupil.present


def case_holds(world, case, row):
    agreed = row.agreed or []
    assert len(set(row.versions)) == len(row.versions), "two steps from one version"
    assert len(set(agreed)) == len(agreed), "somebody agreed twice"
    assert row.initiator_id not in agreed, "somebody agreed to their own"
    assert row.deeds == len(row.story), "a step without its one event"
    assert row.story == [" ".join(map(str, line)) for line in case.story]
    assert (row.state, row.awaiting_office) == (case.state, case.office)
    assert row.awaiting_id == (world.orgs[case.awaiting] if case.awaiting else None)
    assert row.silent_id == (world.orgs[case.silent] if case.silent else None)
    assert row.open == case.is_open
    assert row.is_due == (case.is_open and case.state != "RETURNED")
    assert row.version >= case.version, "a step that counts for none"
    case.version = row.version  # an effect that writes into the case counts as well
