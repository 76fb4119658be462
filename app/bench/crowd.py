"""Millions of pupils for a comparison, laid by SQL past every trigger, and taken out again.

All are copies of one pupil with another name, gender, birth date and ID number. Those who stand in
the registry already carry the digest of a word nobody has; those who come, real numbers, sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from psycopg import Connection, sql

from app.codes.id_number import check_character
from app.models.sealed import KEYS
from app.models.student import Guardian, Student

Root = Connection[tuple[int]]
FAMILIES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏"
GIVEN = "浩宇子轩俊泽明博文一家嘉睿晨阳天志鹏辰佳梓豪旭航恒凯奕思远锐霖翔卓毅川乐洋欣怡涵雨诗"
AREAS = ("411302", "411303", "411321")
FIRST, DAYS = date(2012, 1, 1), 3650
SAME_NUMBER, WRONG_DATE = 100, 200  # one of so many who come
STANDING, COMING = "registry", "staged"  # what `remark` says of those we laid
OWN = ("id", "name_key", "number", "number_digest", "number_kind", "import_batch_id")
DRAWN = {
    "name": (
        "substr(%(families)s, 1 + (random() * 41)::int, 1)"
        " || substr(%(given)s, 1 + (random() * 41)::int, 1)"
        " || substr(%(given)s, 1 + (random() * 41)::int, 1)"
    ),
    "gender": "(1 + (random() < 0.5)::int)::text",
    "birth_date": "%(first)s::date + (random() * %(days)s)::int",
    "id_digest": "sha256(convert_to(%(standing)s || n, 'UTF8'))",
    "remark": "%(standing)s",
}
DRAFT = """
CREATE TEMP TABLE staged (n int, name text, gender text, birth_date date, id_number bytea,
                          id_digest bytea)
"""
# Of a hundred who come, one has the number of somebody, and one name, gender and birth date.
SAME = """
UPDATE staged s SET name = b.name, gender = b.gender, birth_date = b.birth_date FROM (
  SELECT row_number() OVER (ORDER BY id) * 100 + 1 AS n, * FROM student
  WHERE remark = %(standing)s AND id %% 11 = 0 LIMIT %(most)s) b WHERE b.n = s.n
"""
OUT = """
CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT id FROM student WHERE remark = %(coming)s;
CREATE TEMP TABLE held ON COMMIT DROP AS SELECT DISTINCT group_id AS id FROM problem_item
  WHERE student_id IN (SELECT id FROM gone);
UPDATE student SET problem_flag = 'NONE' WHERE id IN (SELECT student_id FROM problem_item
  WHERE group_id IN (SELECT id FROM held));
DELETE FROM problem_item WHERE group_id IN (SELECT id FROM held);
DELETE FROM problem_group WHERE id IN (SELECT id FROM held);
DELETE FROM check_waiting;
DELETE FROM student WHERE id IN (SELECT id FROM gone)
"""
WORDS = {
    "families": FAMILIES, "given": GIVEN, "first": FIRST, "days": DAYS,
    "standing": STANDING, "coming": COMING,
}  # fmt: skip
FAMILIES_OF_ALL = """
INSERT INTO guardian (student_id, {names}) SELECT s.id, {values}
FROM student s, (SELECT * FROM guardian ORDER BY id LIMIT 2) g
WHERE s.remark = %s AND NOT EXISTS (SELECT FROM guardian held WHERE held.student_id = s.id)
"""
COUNT = "SELECT count(*)::int FROM student WHERE remark = %s"


def stand(root: Root, pupils: int) -> int:
    """Let so many pupils stand in the registry, none of whom waits; return how many there are."""
    missing = pupils - standing(root)
    if missing > 0:
        source = sql.SQL("generate_series(%(from)s::int, %(to)s) n").format()
        span = {"from": pupils - missing + 1, "to": pupils}
        with root.transaction():
            root.execute("SET LOCAL session_replication_role = replica")
            root.execute(_copies(DRAWN, source), {**WORDS, **span})
        root.execute("VACUUM ANALYZE student")
    root.execute("DELETE FROM check_waiting")
    return standing(root)


def families(root: Root) -> None:
    """Let those who stand in the registry have two family members each, all copies of one pair."""
    names = [c.name for c in Guardian.__table__.c if c.name not in ("id", "student_id")]
    laid = sql.SQL(FAMILIES_OF_ALL).format(
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(sql.SQL("g.{}").format(sql.Identifier(n)) for n in names),
    )
    with root.transaction():
        root.execute("SET LOCAL session_replication_role = replica")
        missing = root.execute(laid, (STANDING,)).rowcount
    if missing:
        root.execute("VACUUM ANALYZE guardian")


def come(root: Root, staged: int) -> None:
    """Let so many pupils come who are to be compared."""
    with root.transaction():
        root.execute("SET LOCAL session_replication_role = replica")
        root.execute(DRAFT)
        with root.cursor().copy("COPY staged FROM STDIN") as copy:
            for row in _newcomers(staged):
                copy.write_row(row)
        root.execute(SAME, {**WORDS, "most": staged // 100})
        held = {name: f"s.{name}" for name in DRAWN if name != "remark"}
        held |= {"id_number": "s.id_number", "remark": "%(coming)s"}
        root.execute(_copies(held, sql.SQL("staged s")), WORDS)
        root.execute("DROP TABLE staged")
        root.execute(
            "INSERT INTO check_waiting (student_id) SELECT id FROM student WHERE remark = %s",
            (COMING,),
        )
    root.execute("ANALYZE student")


def go(root: Root) -> None:
    """Take out whoever came, and what was found of them; the bench can be repeated."""
    with root.transaction():
        root.execute("SET LOCAL session_replication_role = replica")
        for statement in OUT.split(";"):
            root.execute(statement, WORDS)
    root.execute("VACUUM student, problem_item, problem_group, check_waiting")


def standing(root: Root) -> int:
    """Return how many of those who stand in the registry were laid here."""
    row = root.execute(COUNT, (STANDING,)).fetchone()
    return row[0] if row else 0


def _copies(drawn: dict[str, str], source: sql.Composable) -> sql.Composed:
    """Return the statement that lays copies of the first pupil, as one row of a source says."""
    names = [c.name for c in Student.__table__.c if c.name not in OWN]
    fixed = {"status": "'PENDING_REGISTRATION'", "problem_flag": "'NONE'"}
    said = {**fixed, **drawn}
    values = [
        sql.SQL(said[name]) if name in said else sql.SQL("t.{}").format(sql.Identifier(name))
        for name in names
    ]
    return sql.SQL(
        "INSERT INTO student ({names}) SELECT {values}"
        " FROM {source}, (SELECT * FROM student ORDER BY id LIMIT 1) t"
    ).format(
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(values),
        source=source,
    )


def _newcomers(staged: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the draft: of 200, two have somebody's number and one a wrong birth date."""
    rng = Random(5)  # noqa: S311  invented people
    for n in range(staged):
        born, gender = FIRST + timedelta(days=rng.randrange(DAYS)), rng.randint(1, 2)
        name = rng.choice(FAMILIES) + rng.choice(GIVEN) + rng.choice(GIVEN)
        number = _number(born, gender, n)
        digest = KEYS.digest(number)
        if n % SAME_NUMBER == 0:
            digest = hashlib.sha256(f"{STANDING}{n + 1}".encode()).digest()
        if n % WRONG_DATE == WRONG_DATE - 1:
            born += timedelta(days=1)
        yield n, name, str(gender), born, KEYS.seal(number, "id_number"), digest


def _number(born: date, gender: int, n: int) -> str:
    body = f"{AREAS[n // 400 % 3]}{born:%Y%m%d}{n % 400 * 2 + 2 - gender % 2:03d}"
    return body + check_character(body)
