"""班级: classes of the own school, found by number, or by cohort and name; new ones get a number.

The number is given by the house (P01) and carries the cohort, so a class never changes it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.class_number import parse
from app.errors import Refusal
from app.imports import lines
from app.imports import readers as r
from app.imports.cellwise import Side, cells_of
from app.imports.check import Block, problem
from app.imports.clearing import correctable
from app.imports.lines import Line
from app.imports.own_classes import School, beyond, school_of
from app.imports.spec import Column, Facts, ImportSpec, Kind, Mark, Problem
from app.imports.staging import load_problems
from app.imports.taking_back import undo_of, used_classes
from app.imports.target import Target, Widen
from app.imports.values import text_of, value_of
from app.models.import_batch import ImportBatch, ImportLine, Verdict
from app.models.organisation import Organisation
from app.models.school import Grade, SchoolClass
from app.workflows.identity import among
from app.workflows.school_structure import TYPE_DIGIT, set_up_class

SIZES = range(1, 201)


def _size(raw: str) -> int:
    value = r.narrow(raw)
    if not (value.isascii() and value.isdigit() and int(value) in SIZES):
        raise r.misread("hint.size")
    return int(value)


YEAR = r.matching("year", re.compile(r"(?:19|20)\d\d", re.ASCII), "hint.year")
SIZE = Kind("size", _size, expects="hint.size")
GIVEN = tuple(
    correctable(column, column.example)
    for column in (
        Column("name", "班级名称", r.text(40), "Name", "bjmc"),  # never without one
        Column("campus", "校区", r.text(60), "Campus", "xq", required=False),
        Column(
            "head_teacher",
            "班主任",
            r.name(40),
            "Class teacher",
            "bzr",
            required=False,
            example="王小河",
        ),
        Column("size_limit", "班额上限", SIZE, "Size limit", "besx", required=False, example="45"),
        Column("multigrade", "是否复式班", r.YES_NO, "Multigrade class", "sffsb"),
        Column("bilingual", "是否双语教学班", r.YES_NO, "Bilingual teaching", "sfsyjxb"),
    )
)
SPEC = ImportSpec(
    name="classes",
    sheet="班级",
    version="2026.1",
    columns=(
        Column("class_number", "班号", r.CLASS, "Class number", "bh", required=False,
               conditional=True),
        Column("entry_year", "入学年份", YEAR, "Entry year", "rxnf", required=False,
               conditional=True, example="2026"),
        Column("stage", "学段", r.code("stage"), "Stage", "xd", required=False, conditional=True,
               example="小学"),
        Column("type", "班级类型", r.code("class_type"), "Class type", "bjlx",
               example="普通小学班"),
        *GIVEN,
    ),
    rules=(),
)  # fmt: skip
FIELDS = ("type", *(column.field for column in GIVEN))
OWN = tuple(field for field in FIELDS if field != "campus")  # columns of the class itself


# ── the look ─────────────────────────────────────────────────────────────────────────────


def load(session: Session, block: Block, facts: Facts) -> None:
    """Compare a block's rows with the classes of the school."""
    school = school_of(session, Organisation.code == facts.school_code)
    problems: list[Problem] = []
    kept = []
    for at in block.good():
        values = {field: cells[at] for field, cells in block.values.items()}
        found = _meant(school, values) or _fitting(school, values)
        if isinstance(found, tuple):
            column = SPEC.by_field[found[0]]
            cell = block.typed[SPEC.columns.index(column)][at]
            problems.append(problem(block.numbers[at], column, found[1], cell))
        else:
            kept.append(_line(school, block.numbers[at], values))
    lines.load(session, kept)
    load_problems(session, [*block.problems, *problems])


def _meant(school: School, values: Mapping[str, Any]) -> tuple[str, Refusal] | None:
    """Return the column and the reason why a row means no class and no cohort of the school."""
    number, year, stage = (values[f] for f in ("class_number", "entry_year", "stage"))
    if number is not None:
        if number not in school.classes:
            return "class_number", Refusal("E-REF")
        told = parse(number)
        if told and year not in (None, str(told.entry_year)):
            return "entry_year", Refusal("E-ROW-GRADE")
        if told and stage not in (None, told.stage):
            return "stage", Refusal("E-ROW-GRADE")
        return None
    lacks = next((f for f in ("entry_year", "stage") if values[f] is None), None)
    if lacks:
        return lacks, Refusal("E-REQ")
    return None if (year, stage) in school.grades else ("entry_year", Refusal("E-REF"))


def _fitting(school: School, values: Mapping[str, Any]) -> tuple[str, Refusal] | None:
    """Return the column and the reason why what a row gives does not fit its cohort."""
    campus = values["campus"]
    if isinstance(campus, str) and campus not in school.campuses:
        return "campus", Refusal("E-REF")
    if TYPE_DIGIT.get(values["type"][:1]) is not _grade(school, values).stage:
        return "type", Refusal("E-CLASS-TYPE")
    return None


def _grade(school: School, values: Mapping[str, Any]) -> Grade:
    if values["class_number"] is not None:
        return school.classes[values["class_number"]].grade
    return school.grades[values["entry_year"], values["stage"]]


def _line(school: School, row: int, values: Mapping[str, Any]) -> Line:
    grade = _grade(school, values)
    room = school.classes.get(values["class_number"] or "")
    room = room or school.named(grade, values["name"] or "")
    given = {field: values[field] for field in FIELDS if values[field] is not None}
    if room is None:
        kept = {field: value for field, value in given.items() if value is not Mark.CLEARED}
        key = f"{grade.id}|{values['name']}" if values["name"] else f"row {row}"
        cells, told = lines.cells_of(None, kept), values["name"] or str(grade)
        return Line(row, Verdict.NEW, lines.secret(key), None, None, grade.id, told, cells)
    campus = given.pop("campus", None)
    changed = lines.differing(room, given)
    cells = dict(lines.cells_of(room, changed))
    was = text_of(room.campus)
    wanted = None if campus is Mark.CLEARED else campus
    if campus is not None and wanted != was:
        cells["campus"] = (was, wanted)
    verdict = Verdict.CHANGED if cells else Verdict.SAME
    key = lines.secret(f"{room.id}")
    return Line(row, verdict, key, room.id, room.row_version, grade.id, room.name, cells)


def judge(session: Session, batch: ImportBatch, _facts: Facts, _widen: Widen) -> Iterator[Problem]:
    """Yield the rows about one class, and those for which no number is left."""
    yield from lines.twice(session, SPEC.by_field["name"].heading)
    yield from _overfull(session, batch, lines.staged_cells(session, Verdict.NEW, "campus"))


def _overfull(
    session: Session, batch: ImportBatch, new: Collection[tuple[int, int, str | None]]
) -> Iterator[Problem]:
    school = school_of(session, Organisation.id == batch.school_id)
    heading = SPEC.by_field["campus"].heading
    for row, first, last in beyond(session, school, new):
        yield Problem(row, heading, "E-CLASS-FULL", {"first": first, "last": last}, None)


# ── the writing ──────────────────────────────────────────────────────────────────────────


def changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield the classes that are not as they were reviewed, and what no number is left for."""
    yield from lines.moved(session, batch, SchoolClass, SPEC.by_field["name"].heading)
    school = school_of(session, Organisation.id == batch.school_id)
    known = {grade.id: grade for grade in school.grades.values()}
    cells = lines.written_cells(session, batch.id, Verdict.NEW)
    new = []
    for row, grade in lines.parents(session, batch.id).items():
        told = cells.get(row, {})
        if grade not in known or school.named(known[grade], told.get("name") or ""):
            yield Problem(row, SPEC.by_field["name"].heading, "E-ROW-STILL", {}, None)
        else:
            new.append((row, grade, told.get("campus")))
    yield from _overfull(session, batch, new)


def write(session: Session, batch: ImportBatch) -> None:
    """Change the classes that are there; set up the others, in the order of the file."""
    put(session, SchoolClass, batch, "after")
    school = school_of(session, Organisation.id == batch.school_id)
    grades = {grade.id: grade for grade in school.grades.values()}
    parents = lines.parents(session, batch.id)
    cells = lines.written_cells(session, batch.id, Verdict.NEW)
    ids = {}
    for row in sorted(parents):
        told = cells.get(row, {})
        room = SchoolClass(**{f: value_of(SchoolClass, f, told[f]) for f in OWN if f in told})
        campus = school.campuses.get(told.get("campus") or "")
        set_up_class(session, room, grades[parents[row]], campus)
        session.add(room)
        session.flush()
        ids[row] = room.id
    if ids:
        lines.became(session, batch.id, ids)
    lines.note_versions(session, batch.id, SchoolClass)


def put(
    session: Session, _model: Any, batch: ImportBatch, side: Side, rows: Collection[int] = ()
) -> None:
    """Write the cells of a batch's changed lines into their classes, one after the other."""
    held = cells_of(session, batch.id, side, rows)
    asked = select(SchoolClass).where(among(SchoolClass.id, held)).order_by(SchoolClass.id)
    campuses = school_of(session, Organisation.id == batch.school_id).campuses
    for room in session.scalars(asked.execution_options(populate_existing=True)):
        for field, text in held[room.id].items():
            if field == "campus":
                room.campus_id = campuses[text].id if text else None
            else:
                setattr(room, field, value_of(SchoolClass, field, text))
    session.flush()
    session.expire_all()


ROOMS = Target(
    spec=SPEC,
    record=SchoolClass,
    lines=ImportLine,
    staged=lines.STAGED,
    load=load,
    judge=judge,
    keep=lines.keep,
    changed=changed,
    write=write,
    undo=undo_of(SchoolClass, used_classes, put),
)
