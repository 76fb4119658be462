"""疑似重复 in a school: staged rows without a record that look like a pupil, or like another row.

The same reasons as of a single pupil (`app.workflows.likely`), asked of all rows at once and of
one's own school alone; nothing is widened, so nothing is told of anybody else's pupils.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    extract,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy import MetaData as Tables
from sqlalchemy.orm import Session

from app.codes import id_number
from app.imports.matching import STAGED_MATCH
from app.imports.pouring import pour
from app.imports.spec import ImportSpec, Problem
from app.imports.staging import STAGED_ROW, make
from app.models.import_batch import ImportBatch, Verdict
from app.models.school import SchoolClass
from app.models.student import NAME_KEY, Status, Student
from app.workflows.identity import among

SLIPS = 2  # parts of a date, of three, that are the same when one was mistyped
WORDS = {  # the strongest first
    "nsb": "hint.likely_nsb",
    "one_off": "hint.likely_one_off",
    "swapped": "hint.likely_swapped",
    "sound": "hint.likely_sound",
}
ORDER = tuple(WORDS)


def _table(name: str) -> Table:
    return Table(
        name, Tables(), Column("number", Integer), Column("version", Integer),
        Column("room", String), Column("name_key", Text(collation="C")), Column("gender", String),
        Column("birth_date", Date), Column("sound", Text),
        prefixes=["TEMPORARY"], postgresql_on_commit="DROP",
    )  # fmt: skip


STAGED_LOOK, STAGED_HERE = _table("staged_look"), _table("staged_here")  # of rows, of pupils


class Found(NamedTuple):
    """A row, and the pupil or the earlier row it looks like."""

    why: str
    row: int
    record: int | None
    version: int | None
    params: dict[str, object]


def alike(
    session: Session, spec: ImportSpec, batch: ImportBatch, but: Collection[int]
) -> Iterator[Problem]:
    """Note the rows that look like another record of the school; yield why, once for each row.

    The rows ``but``, and those with a record of their own, are not asked about.
    """
    _describe(session, batch)
    found: dict[int, Found] = {}
    for one in sorted(_pupils(session), key=lambda one: ORDER.index(one.why)):
        found.setdefault(one.row, one)
    for one in _rows(session):
        found.setdefault(one.row, one)
    known = {*but, *session.scalars(select(STAGED_MATCH.c.row_no))}
    fresh = [one for row, one in sorted(found.items()) if row not in known]
    pour(
        session,
        STAGED_MATCH,
        [(one.row, Verdict.LIKELY.name, one.record, one.version) for one in fresh],
    )
    heading = spec.by_field["name"].heading
    for one in fresh:
        yield Problem(one.row, heading, "W-LIKELY", one.params, None)


def _describe(session: Session, batch: ImportBatch) -> None:
    """Write down by what rows and pupils are compared."""
    make(session, STAGED_LOOK, STAGED_HERE)
    names = [column.name for column in STAGED_LOOK.c]
    rows = select(
        STAGED_ROW.c.row_no, literal(None), STAGED_ROW.c.class_number, literal_column(NAME_KEY),
        STAGED_ROW.c.gender, STAGED_ROW.c.birth_date, _sound(STAGED_ROW.c.name_pinyin),
    )  # fmt: skip
    session.execute(insert(STAGED_LOOK).from_select(names, rows))
    here = (
        select(
            Student.id, Student.row_version, SchoolClass.number, Student.name_key, Student.gender,
            Student.birth_date, _sound(Student.name_pinyin),
        )
        .outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
        .where(
            Student.owner_path == batch.owner_path, Student.school_id == batch.school_id,
            Student.status != Status.DELETED,
        )
    )  # fmt: skip
    session.execute(insert(STAGED_HERE).from_select(names, here))
    pour(session, STAGED_LOOK, ())
    pour(session, STAGED_HERE, ())


def _sound(pinyin: Any) -> ColumnElement[str]:
    letters = func.regexp_replace(func.translate(pinyin, "üÜ", "vv"), r"\W", "", "g")
    return func.lower(letters)


def _pupils(session: Session) -> Iterator[Found]:
    """Yield the rows that look like a pupil of the school."""
    row, here = STAGED_LOOK.c, STAGED_HERE.c
    named = session.execute(_by_name()).all()
    slips = [one.record for one in named if one.why == "one_off"]
    held = select(Student.id, Student.id_number).where(among(Student.id, slips))
    numbers = dict(session.execute(held).all()) if slips else {}
    for why, number, record, version, room, said in named:
        if why != "one_off" or _one_off(said, numbers.get(record)):
            yield Found(why, number, record, version, _told(why, room))
    same_sound = and_(
        here.birth_date == row.birth_date, here.sound == row.sound, here.name_key != row.name_key
    )
    asked = select(row.number, here.number, here.version, here.room).select_from(
        STAGED_LOOK.join(STAGED_HERE, same_sound)
    )
    for number, record, version, room in session.execute(asked):
        yield Found("sound", number, record, version, _told("sound", room))


def _by_name() -> Select[Any]:
    """Return the query of rows that share name and gender with a pupil, and nearly the birth."""
    row, here = STAGED_LOOK.c, STAGED_HERE.c
    year, month, day = ((extract(p, row.birth_date), extract(p, here.birth_date))
                        for p in ("year", "month", "day"))  # fmt: skip
    turned = and_(year[0] == year[1], month[0] == day[1], day[0] == month[1])
    parts: Any = sum(case((mine == theirs, 1), else_=0) for mine, theirs in (year, month, day))
    same = row.birth_date == here.birth_date
    why = case((same, "nsb"), (turned, "swapped"), else_="one_off")
    return (
        select(
            why.label("why"), row.number, here.number.label("record"), here.version, here.room,
            STAGED_ROW.c.id_number,
        )
        .select_from(STAGED_LOOK)
        .join(STAGED_HERE, and_(here.name_key == row.name_key, here.gender == row.gender))
        .join(STAGED_ROW, STAGED_ROW.c.row_no == row.number)
        .where(or_(same, turned, parts >= SLIPS))
    )  # fmt: skip


def _rows(session: Session) -> Iterator[Found]:
    """Yield the rows that share name, gender and birth date with an earlier one."""
    row = STAGED_LOOK.c
    first = func.min(row.number).over(partition_by=(row.name_key, row.gender, row.birth_date))
    pairs = select(row.number, first.label("other")).subquery()
    asked = select(pairs).where(pairs.c.number != pairs.c.other)
    for number, other in session.execute(asked):
        params: dict[str, object] = {"where": "hint.likely_row", "other": other}
        yield Found("row", number, None, None, params)


def _told(why: str, room: str | None) -> dict[str, object]:
    return {"where": WORDS[why], "room": room or "-"}


def _one_off(one: str | None, other: str | None) -> bool:
    """Tell ID numbers of which one character was mistyped, or two neighbours exchanged.

    The check character of a resident number may have been mended to fit.
    """
    if not one or not other or len(one) != len(other):
        return False
    if id_number.is_shaped(one) and id_number.is_shaped(other):
        one, other = one[: id_number.BODY], other[: id_number.BODY]
    apart = [at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(apart) != SLIPS:
        return len(apart) == 1
    first, second = apart
    swapped = one[first] + one[second] == other[second] + other[first]
    return second == first + 1 and swapped
