"""Desks full of cases: what a registry of a million pupils has under way on a busy day.

Written as the rows that the workflow would have left, because forty thousand decisions taken one
by one are a bench of their own. Every fiftieth pupil waits for registration, every two hundredth
for a transfer to the next school of the stage; the cases are only to be looked at.
"""

from __future__ import annotations

import psycopg

REGISTRATIONS = """
INSERT INTO case_file (kind, student_id, owner_id, awaiting_id, awaiting_office, state,
                       initiator_id, initiator_org_id, due_on, snapshot)
SELECT 'REGISTRATION', s.id, s.school_id, CASE WHEN at_school THEN o.id ELSE o.parent_id END,
       CASE WHEN at_school THEN 'LEADER' ELSE 'REGISTRAR' END,
       CASE WHEN at_school THEN 'SCHOOL_REVIEW' ELSE 'AUTHORITY_REVIEW' END,
       who.user_id, who.organisation_id, current_date + s.id %% 10,
       jsonb_build_object('name', s.name, 'gender', s.gender, 'number', NULL, 'school', o.name,
                          'grade', translate(left(g.stage, 1), 'PJS', '123') || g.level,
                          'class_number', c.number, 'class_name', c.name)
FROM student s
JOIN organisation o ON o.id = s.school_id
JOIN grade g ON g.id = s.grade_id
JOIN school_class c ON c.id = s.class_id
CROSS JOIN LATERAL (SELECT s.id %% 3 = 0 AS at_school) desk
CROSS JOIN (SELECT user_id, organisation_id FROM account WHERE login = %(who)s) who
WHERE s.id %% 50 = 0
ON CONFLICT DO NOTHING
"""
TRANSFERS = """
WITH chosen AS (
    SELECT s.*, o.name AS school, g.stage, g.level, to_room.id AS to_class,
           to_room.grade_id AS to_grade, to_room.school_id AS to_school, to_room.name AS to_name,
           to_room.number AS to_number
    FROM student s
    JOIN organisation o ON o.id = s.school_id
    JOIN grade g ON g.id = s.grade_id
    CROSS JOIN LATERAL (
        SELECT c.* FROM school_class c JOIN grade there ON there.id = c.grade_id
        WHERE c.id > s.class_id AND c.school_id <> s.school_id AND there.stage = g.stage
          AND there.entry_year = g.entry_year
        ORDER BY c.id LIMIT 1) to_room
    WHERE s.id %% 200 = 1
), opened AS (
    INSERT INTO case_file (kind, student_id, owner_id, receiving_id, awaiting_id, awaiting_office,
                           state, initiator_id, initiator_org_id, due_on, snapshot)
    SELECT 'TRANSFER', chosen.id, school_id, to_school,
           CASE chosen.id %% 3 WHEN 0 THEN nation.id ELSE o.parent_id END,
           CASE chosen.id %% 3 WHEN 0 THEN 'OPERATOR' ELSE 'REGISTRAR' END,
           CASE chosen.id %% 3 WHEN 0 THEN 'MINISTRY_RELAY' ELSE 'OUT_AUTHORITY' END,
           who.user_id, who.organisation_id, current_date + chosen.id %% 10,
           jsonb_build_object('name', chosen.name, 'gender', gender, 'number', NULL,
               'school', school, 'grade', translate(left(stage, 1), 'PJS', '123') || level,
               'to', jsonb_build_object('class_number', to_number, 'class_name', to_name,
                   'grade', translate(left(stage, 1), 'PJS', '123') || level))
    FROM chosen
    JOIN organisation o ON o.id = school_id
    CROSS JOIN (SELECT id FROM organisation WHERE parent_id IS NULL) nation
    CROSS JOIN (SELECT user_id, organisation_id FROM account WHERE login = %(who)s) who
    ON CONFLICT DO NOTHING
    RETURNING case_file.id, student_id
)
INSERT INTO transfer (case_id, to_grade_id, to_class_id, reason)
SELECT opened.id, to_grade, to_class, '1' FROM opened JOIN chosen ON chosen.id = student_id
"""
SUBMITTED = """
INSERT INTO case_event (case_id, case_version, decision, from_state, to_state, organisation_id,
                        user_id, role)
SELECT id, 0, 'SUBMIT', 'DRAFT', state, initiator_org_id, initiator_id, 'SR' FROM case_file
"""


def fill_desks(root: psycopg.Connection[tuple[int]], registrar: str) -> int:
    """Put cases on the desks as if this account had submitted them; return how many."""
    with root.transaction():
        for statement in (REGISTRATIONS, TRANSFERS):
            root.execute(statement, {"who": registrar})
        return root.execute(SUBMITTED).rowcount
