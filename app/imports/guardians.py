"""家庭成员: family members of pupils of the own school, found by pupil, name and relation.

Who is not there is added, who is there gets the cells that are filled in. A pupil keeps at least
one guardian.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.imports import lines
from app.imports.cellwise import put
from app.imports.check import Block
from app.imports.chosen import made
from app.imports.clearing import correctable
from app.imports.lines import STAGED_CELL, STAGED_LINE, Line
from app.imports.pupil_rules import family_rules
from app.imports.spec import Facts, ImportSpec, Mark, Problem
from app.imports.staging import load_problems
from app.imports.students import member
from app.imports.taking_back import FAMILY
from app.imports.target import Target, Widen
from app.imports.values import FALSE, TRUE, value_of
from app.imports.whose_row import NUMBERED, who, whose
from app.models.import_batch import ImportBatch, ImportLine, Verdict
from app.models.student import Guardian, Status, Student
from app.workflows.identity import among

PREFIX = "member1_"
MEMBER = tuple(
    replace(c, field=c.field.removeprefix(PREFIX), heading=c.heading.replace("成员1", "成员"),
            label=c.label.replace("Member 1", "Member"), key=c.key.removeprefix("cy1_"))
    for c in member(1)
)  # fmt: skip
FOUND_BY = ("name", "relation")
GIVEN = tuple(correctable(c, c.example) for c in MEMBER if c.field not in FOUND_BY)
FIELDS = tuple(column.field for column in GIVEN)
ASKED = tuple(c.field for c in MEMBER if c.required)  # of somebody new
SPEC = ImportSpec(
    name="guardians",
    sheet="家庭成员",
    version="2026.1",
    columns=(
        *who("学生", "Pupil's ", "xs_"), *(c for c in MEMBER if c.field in FOUND_BY), *GIVEN,
    ),
    rules=(),
)  # fmt: skip
IS = "is_guardian"


class Said(NamedTuple):
    """What a row says about who is a guardian, as text; somebody new has no ``target_id``."""

    row_no: int
    parent_id: int
    target_id: int | None
    after: str | None


# ── the look ─────────────────────────────────────────────────────────────────────────────


def load(session: Session, block: Block, facts: Facts) -> None:
    """Compare a block's rows with the families they are about."""
    found, problems = whose(session, SPEC, block, facts, with_family=True)
    kept = []
    for at, pupil in found.items():
        row, (name, relation) = block.numbers[at], (block.values[f][at] for f in FOUND_BY)
        there = next((g for g in pupil.guardians if (g.name, g.relation) == (name, relation)), None)
        given = {field: block.values[field][at] for field in FIELDS}
        given = {field: value for field, value in given.items() if value is not None}
        if there is None:
            line, changed = _new(row, pupil, {"name": name, "relation": relation, **given})
        else:
            line, changed = _known(row, pupil, there, given)
        kept.append(line)
        problems += _judged(row, pupil, there, changed, facts)
    lines.load(session, kept)
    load_problems(session, [*block.problems, *problems])


def _new(row: int, pupil: Student, given: Mapping[str, Any]) -> tuple[Line, dict[str, Any]]:
    values = {field: value for field, value in given.items() if value is not Mark.CLEARED}
    cells, key = lines.cells_of(None, values), _key(pupil, given["name"], given["relation"])
    told = f"{pupil.name} {given['name']}"
    return Line(row, Verdict.NEW, key, None, None, pupil.id, told, cells), values


def _known(
    row: int, pupil: Student, there: Guardian, given: Mapping[str, Any]
) -> tuple[Line, dict[str, Any]]:
    changed = lines.differing(there, given)
    verdict = Verdict.CHANGED if changed else Verdict.SAME
    key, told = _key(pupil, there.name, there.relation), f"{pupil.name} {there.name}"
    cells = lines.cells_of(there, changed)
    return Line(row, verdict, key, there.id, there.row_version, pupil.id, told, cells), changed


def _key(pupil: Student, name: str, relation: str) -> str:
    return lines.secret(f"{pupil.id}|{name}|{relation}")


def _judged(
    row: int, pupil: Student, there: Guardian | None, changed: Mapping[str, Any], facts: Facts
) -> Iterator[Problem]:
    """Yield what the rules of the students' template say of a member with the changed values."""
    if there is None:
        lacks = [field for field in ASKED if field not in changed]
        yield from (Problem(row, _heading(field), "E-REQ", {}, None) for field in lacks)
        if lacks:
            return
    values = {f"{PREFIX}{c.field}": getattr(there, c.field, None) for c in MEMBER}
    values |= {f"{PREFIX}{field}": value for field, value in changed.items()}
    values["id_number"] = pupil.id_number
    touched = {f"{PREFIX}{field}" for field in changed}
    for rule in family_rules(1):
        if touched & set(rule.needs):
            refusal = rule.check(facts, *(values[need] for need in rule.needs))
            if refusal is not None:
                heading = _heading(rule.at.removeprefix(PREFIX))
                yield Problem(row, heading, refusal.code, refusal.params, None)


def _heading(field: str) -> str:
    return SPEC.by_field[field].heading


def judge(session: Session, _batch: ImportBatch, _facts: Facts, _widen: Widen) -> Iterator[Problem]:
    """Yield the rows about one member, and those that would leave a pupil without a guardian."""
    yield from lines.twice(session, _heading("name"))
    asked = (
        select(STAGED_LINE.c.row_no, STAGED_LINE.c.parent_id, STAGED_LINE.c.target_id,
               STAGED_CELL.c.after)
        .join(STAGED_CELL, STAGED_CELL.c.row_no == STAGED_LINE.c.row_no)
        .where(STAGED_CELL.c.field == IS)
    )  # fmt: skip
    yield from _unguarded(session, session.execute(asked).all())


def _unguarded(session: Session, said: Sequence[Any]) -> Iterator[Problem]:
    """Yield the rows that say of the last guardian of a pupil that he is none."""
    less = {row.parent_id for row in said if row.after == FALSE and row.target_id}
    if not less:
        return
    now: dict[int, set[int]] = defaultdict(set)
    asked = select(Guardian.student_id, Guardian.id).where(
        among(Guardian.student_id, less), Guardian.is_guardian
    )
    for pupil, one in session.execute(asked):
        now[pupil].add(one)
    for row in said:
        one = row.target_id or -row.row_no
        (now[row.parent_id].add if row.after == TRUE else now[row.parent_id].discard)(one)
    for row in said:
        if row.after == FALSE and row.target_id and not now[row.parent_id]:
            yield Problem(row.row_no, _heading(IS), "E-GUARDIAN-LAST", {}, None)


# ── the writing ──────────────────────────────────────────────────────────────────────────


def changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield the members that are not as they were reviewed, new ones whose pupil has gone."""
    heading = _heading("name")
    yield from lines.moved(session, batch, Guardian, heading)
    line, kin = ImportLine, Guardian
    here = select(Student.id).where(
        Student.id == line.parent_id,
        Student.school_id == batch.school_id,
        Student.status != Status.DELETED,
    )
    gone = select(line.row_no).where(made(line, batch.id), ~here.exists())
    for row in session.scalars(gone.order_by(line.row_no)):
        yield Problem(row, _heading(NUMBERED), "E-ROW-WHO", {}, None)
    families = lines.parents(session, batch.id)
    cells = lines.written_cells(session, batch.id, Verdict.NEW)
    asked = select(kin.student_id, kin.name, kin.relation).where(
        among(kin.student_id, set(families.values()))
    )
    there = {tuple(one) for one in session.execute(asked)}
    for row, pupil in families.items():
        if (pupil, cells[row]["name"], cells[row]["relation"]) in there:
            yield Problem(row, heading, "E-MOVED", {}, None)
    yield from _unguarded(session, _said(session, batch))


def _said(session: Session, batch: ImportBatch) -> list[Any]:
    """Return what reviewed rows say about who is a guardian."""
    held = {
        **lines.written_cells(session, batch.id, Verdict.NEW),
        **lines.written_cells(session, batch.id, Verdict.CHANGED),
    }
    asked = select(ImportLine.row_no, ImportLine.parent_id, ImportLine.target_id).where(
        ImportLine.batch_id == batch.id
    )
    return [
        Said(row, pupil or 0, one, held[row][IS])
        for row, pupil, one in session.execute(asked)
        if IS in held.get(row, {})
    ]


def write(session: Session, batch: ImportBatch) -> None:
    """Change the members that are there, add the others."""
    put(session, Guardian, batch, "after")
    cells = lines.written_cells(session, batch.id, Verdict.NEW)
    if cells:
        families = lines.parents(session, batch.id)
        ids = lines.fresh_ids(session, Guardian, sorted(cells))
        columns = (*FOUND_BY, *FIELDS)
        session.execute(
            insert(Guardian),
            [
                {"id": ids[row], "student_id": families[row],
                 **{f: value_of(Guardian, f, cells[row].get(f)) for f in columns}}
                for row in sorted(cells)
            ],
        )  # fmt: skip
        lines.became(session, batch.id, ids)
    lines.note_versions(session, batch.id, Guardian)


GUARDIANS = Target(
    spec=SPEC,
    record=Guardian,
    lines=ImportLine,
    staged=lines.STAGED,
    load=load,
    judge=judge,
    keep=lines.keep,
    changed=changed,
    write=write,
    undo=FAMILY,
)
