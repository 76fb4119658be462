"""The duplicate check of many who come against a registry of millions, whole and one by one.

The whole is the very job. One by one is the same check for a single record, each in a transaction
of its own, as an entry that compares at once does it; and, cheaper, nothing but the two questions
whether anybody has the number, or name, gender and birth date.
"""

from __future__ import annotations

from psycopg import Connection

from app.bench import crowd
from app.bench.figures import Figures, superuser, timed
from app.bench.jobs import done
from app.jobs import comparing
from app.jobs.queue import ask
from app.jobs.sessions import connected, transaction
from app.models.sealed import KEYS
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows import duplicates
from config import Config

PROMISE = 20  # times as fast as one by one
SAME_NUMBER = """
SELECT o.id FROM student s JOIN student o ON o.id_digest = s.id_digest AND o.id <> s.id
  AND o.status <> 'DELETED' WHERE s.id = %s
"""
SAME_PERSON = """
SELECT o.id FROM student s JOIN student o ON (o.name_key, o.gender, o.birth_date)
  = (s.name_key, s.gender, s.birth_date) AND o.id <> s.id
  AND o.status NOT IN ('DELETED', 'GRADUATED', 'COMPLETED', 'DECEASED') WHERE s.id = %s
"""
KINDS = """
SELECT g.kind, count(DISTINCT g.id), count(i.id) FROM problem_group g
JOIN problem_item i ON i.group_id = g.id JOIN student s ON s.id = i.student_id
WHERE s.remark IN ('registry', 'staged') GROUP BY g.kind ORDER BY g.kind
"""


def measure(config: Config, root_url: str, pupils: int, staged: int, sample: int) -> Figures:
    """Compare a crowd; return the figures."""
    KEYS.unlock(config.key_file)
    with superuser(root_url) as root:
        crowd.go(root)
        held = crowd.stand(root, pupils)
        crowd.come(root, staged)
        try:
            return compared(root, held, staged, sample)
        finally:
            crowd.go(root)


def compared(root: Connection[tuple[int]], held: int, staged: int, sample: int) -> Figures:
    """Compare a sample one by one, then all who still wait with the job."""
    figures = Figures(f"duplicate check of {staged:,} who come against {held:,}")
    _, alone = timed(lambda: one_by_one(sample))
    _, asked = timed(lambda: asked_of(root, sample))
    result, whole = timed(lambda: done(asked_for()))
    each, single, question = whole / result["compared"], alone / sample, asked / sample
    figures.add("compared by the job", f"{result['compared']:,}")
    figures.add("the job", f"{whole:.1f} s")
    figures.add("the job, a record", f"{each * 1e6:,.0f} µs")
    figures.add(f"the same check, record by record ({sample})", f"{single * 1e6:,.0f} µs")
    figures.add("record by record ÷ job", f"{single / each:.0f}", f"≥ {PROMISE}")
    figures.add("the two questions alone, a record", f"{question * 1e6:,.0f} µs")
    figures.add("questions alone ÷ job", f"{question / each:.1f}")
    for told in root.execute(KINDS).fetchall():
        figures.add("kind, groups, records in them", " ".join(map(str, told)))
    return figures


def one_by_one(sample: int) -> None:
    """Compare the first who wait, each in a transaction of its own, over one connection."""
    with connected() as connection:
        with transaction(connection) as session, elevated(session, comparing.KIND):
            lines = duplicates.waiting(session, sample)
        for line in lines:
            with transaction(connection) as session, elevated(session, comparing.KIND):
                moved = duplicates.check(session, [line[0]])
                duplicates.checked(session, [line])
                if moved:
                    record(session, comparing.KIND, compared=1, moved=len(moved))


def asked_of(root: Connection[tuple[int]], sample: int) -> None:
    """Ask the two questions of the next who wait, and do nothing with the answers."""
    waiting = root.execute(
        "SELECT student_id FROM check_waiting ORDER BY student_id LIMIT %s", (sample,)
    ).fetchall()
    for one in waiting:
        for question in (SAME_NUMBER, SAME_PERSON):
            root.execute(question, one).fetchall()


def asked_for() -> int | None:
    """Ask for the job as the clock does."""
    with transaction() as session:
        return ask(session, comparing.KIND)
