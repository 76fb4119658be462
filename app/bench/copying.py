"""COPY of what an import has written, and taking it out again."""

from __future__ import annotations

from pathlib import Path

from psycopg import Connection, sql

from app.bench.figures import timed

TABLES = ("student", "guardian")
OUT = """
CREATE TEMP TABLE gone ON COMMIT DROP AS
  SELECT id, grade_id, class_id, gender, status FROM student WHERE import_batch_id = %(batch)s;
DELETE FROM guardian WHERE student_id IN (SELECT id FROM gone);
DELETE FROM check_waiting WHERE student_id IN (SELECT id FROM gone);
DELETE FROM student WHERE id IN (SELECT id FROM gone);
UPDATE headcount h SET n = h.n - g.n FROM (
  SELECT grade_id, class_id, gender, status, count(*)::int AS n FROM gone GROUP BY 1, 2, 3, 4) g
  WHERE (h.grade_id, h.class_id, h.gender, h.status)
    = (g.grade_id, g.class_id, g.gender, g.status);
DELETE FROM import_row WHERE batch_id = %(batch)s;
DELETE FROM import_guardian WHERE batch_id = %(batch)s;
DELETE FROM import_line WHERE batch_id = %(batch)s;
DELETE FROM import_problem WHERE batch_id = %(batch)s;
DELETE FROM import_raw WHERE batch_id = %(batch)s;
DELETE FROM import_batch WHERE id = %(batch)s
"""


def copied(root: Connection[tuple[int]], batch_id: int, folder: Path) -> float:
    """Return the seconds PostgreSQL needs to COPY the batch's rows into bare tables."""
    seconds = 0.0
    for table in TABLES:
        data = folder / f"{table}.copy"
        write_out(root, table, batch_id, data)
        root.execute(sql.SQL("CREATE TABLE raw (LIKE {})").format(sql.Identifier(table)))
        seconds += timed(lambda data=data: read_in(root, data))[1]  # type: ignore[misc]
        root.execute("DROP TABLE raw")
    return seconds


def write_out(root: Connection[tuple[int]], table: str, batch_id: int, data: Path) -> None:
    """Write a table's rows of the batch to a file."""
    query = {
        "student": "SELECT * FROM student WHERE import_batch_id = {}",
        "guardian": "SELECT g.* FROM guardian g JOIN student s ON s.id = g.student_id"
        " WHERE s.import_batch_id = {}",
    }[table]
    copy = sql.SQL("COPY (" + query + ") TO STDOUT").format(sql.Literal(batch_id))
    with data.open("wb") as out, root.cursor().copy(copy) as stream:
        for part in stream:
            out.write(part)


def read_in(root: Connection[tuple[int]], data: Path) -> None:
    """COPY a file in."""
    with data.open("rb") as source, root.cursor().copy("COPY raw FROM STDIN") as stream:
        while part := source.read(1 << 16):
            stream.write(part)


def take_out(root: Connection[tuple[int]], batch_id: int) -> None:
    """Remove a batch and its pupils, past every trigger; the bench can be repeated."""
    with root.transaction():
        root.execute("SET LOCAL session_replication_role = replica")
        for statement in OUT.split(";"):
            root.execute(statement, {"batch": batch_id})
