"""Two hundred thousand open cases as the rows the workflow would have left, one a pupil.

Of a hundred: 40 registrations, 25 transfers (every fifth between provinces), 25 movements, 10 key
data changes; a third lies with the school's leader, one of twenty was sent back, the rest lies
with the authority, transfers between provinces with the ministry. Two of five are late.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OPENED = """
WITH places AS (
    SELECT id, parent_id, name, lead(id) OVER by_path AS near,
           row_number() OVER by_path AS n, count(*) OVER () AS all_of_them
    FROM organisation WHERE tier = 'SCHOOL' WINDOW by_path AS (ORDER BY path)
), people AS (
    SELECT DISTINCT ON (organisation_id) organisation_id, user_id FROM account
    WHERE role = 'SR' AND enabled ORDER BY organisation_id, user_id
), chosen AS (
    SELECT s.*, o.name AS school, o.parent_id, coalesce(g.stage, 'PRIMARY') AS stage, g.level,
           c.number AS room_number, c.name AS room_name, s.id %% 100 AS lot, s.id %% 20 AS desk,
           CASE WHEN s.id %% 100 BETWEEN 40 AND 44 THEN far.id
                WHEN s.id %% 100 BETWEEN 45 AND 64 THEN coalesce(o.near, far.id) END AS goes_to
    FROM student s
    JOIN places o ON o.id = s.school_id
    JOIN places far ON far.n = (o.n + o.all_of_them / 2) %% o.all_of_them + 1
    LEFT JOIN grade g ON g.id = s.grade_id
    LEFT JOIN school_class c ON c.id = s.class_id
    WHERE s.class_id IS NOT NULL
    ORDER BY s.id LIMIT %(cases)s
)
INSERT INTO case_file (kind, student_id, owner_id, receiving_id, awaiting_id, awaiting_office,
                       state, initiator_id, initiator_org_id, opened_at, step_since, due_on,
                       variant, snapshot)
SELECT CASE WHEN lot < 40 THEN 'REGISTRATION' WHEN lot < 65 THEN 'TRANSFER'
            WHEN lot < 90 THEN 'MOVEMENT' ELSE 'KEY_CHANGE' END,
       chosen.id, school_id, goes_to,
       CASE WHEN desk = 0 THEN coalesce(goes_to, school_id)
            WHEN lot BETWEEN 40 AND 44 THEN nation.id
            WHEN desk < 8 THEN school_id ELSE chosen.parent_id END,
       CASE WHEN desk = 0 THEN 'REGISTRAR' WHEN lot BETWEEN 40 AND 44 THEN 'OPERATOR'
            WHEN desk < 8 THEN 'LEADER' ELSE 'REGISTRAR' END,
       CASE WHEN desk = 0 THEN 'RETURNED' WHEN lot BETWEEN 40 AND 44 THEN 'MINISTRY_RELAY'
            WHEN lot < 65 AND lot >= 40 THEN CASE WHEN desk < 8 THEN 'OUT_SCHOOL'
                                                  ELSE 'OUT_AUTHORITY' END
            WHEN desk < 8 THEN 'SCHOOL_REVIEW' ELSE 'AUTHORITY_REVIEW' END,
       coalesce(people.user_id, spare.user_id), coalesce(goes_to, school_id),
       now() - chosen.id %% 60 * interval '1 day', now() - chosen.id %% 40 * interval '1 day',
       CASE WHEN desk > 0 THEN current_date + (chosen.id %% 25)::int - 10 END,
       CASE WHEN lot BETWEEN 65 AND 89 THEN
            (ARRAY['SUSPEND', 'RESUME', 'MISSING', 'ABROAD', 'OTHER_LEAVE', 'REPEAT',
                   'SKIP', 'RESTORE'])[1 + chosen.id %% 8] END,
       jsonb_build_object('name', chosen.name, 'gender', gender, 'number', NULL, 'status', status,
           'school', school, 'grade', translate(left(stage, 1), 'PJS', '123') || level,
           'class_number', room_number, 'class_name', room_name,
           'to', jsonb_build_object('class_number', room_number, 'class_name', room_name,
               'grade', translate(left(stage, 1), 'PJS', '123') || level))
FROM chosen
LEFT JOIN people ON people.organisation_id = coalesce(goes_to, school_id)
CROSS JOIN (SELECT id FROM organisation WHERE parent_id IS NULL) nation
CROSS JOIN (SELECT max(user_id) AS user_id FROM account WHERE role = 'SR') spare
ON CONFLICT DO NOTHING
"""
TRANSFERS = """
INSERT INTO transfer (case_id, to_grade_id, to_class_id, reason)
SELECT c.id, room.grade_id, room.id, '1' FROM case_file c
CROSS JOIN LATERAL (SELECT id, grade_id FROM school_class
                    WHERE school_id = c.receiving_id ORDER BY id LIMIT 1) room
WHERE c.kind = 'TRANSFER' ON CONFLICT DO NOTHING
"""
MOVEMENTS = """
INSERT INTO movement (case_id, type, reason, happened_on)
SELECT id, variant, '99', current_date - 30
FROM case_file WHERE kind = 'MOVEMENT' ON CONFLICT DO NOTHING
"""
KEY_CHANGES = """
INSERT INTO key_change (case_id, reason_text)
SELECT id, '' FROM case_file WHERE kind = 'KEY_CHANGE' ON CONFLICT DO NOTHING
"""
EVENTS = """
INSERT INTO case_event (case_id, case_version, decision, from_state, to_state, organisation_id,
                        user_id, role)
SELECT id, 0, 'SUBMIT', 'DRAFT', state, initiator_org_id, initiator_id, 'SR' FROM case_file
ON CONFLICT DO NOTHING
"""
TABLES = ("case_file", "case_party", "transfer", "movement", "key_change", "case_event")
OPEN = "SELECT count(*) FROM case_file WHERE closed_at IS NULL"


def lay(root: psycopg.Connection[tuple[int]], cases: int) -> int:
    """Lay cases on the desks until there are so many; return how many lie there."""
    if opened(root) < cases:
        with root.transaction():
            root.execute(OPENED, {"cases": cases})
            for statement in (TRANSFERS, MOVEMENTS, KEY_CHANGES, EVENTS):
                root.execute(statement, {})
        for table in TABLES:
            root.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    return opened(root)


def opened(root: psycopg.Connection[tuple[int]]) -> int:
    """Return how many cases are open."""
    row = root.execute(OPEN).fetchone()
    return row[0] if row else 0
