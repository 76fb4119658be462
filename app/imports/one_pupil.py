"""One pupil typed into a form, judged by the readers and rules that judge a workbook's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from app.codes import id_number
from app.codes.tables import table
from app.errors import Refusal
from app.imports.check import Checker
from app.imports.pupil_rules import RESIDENT
from app.imports.spec import Column, Facts, Problem
from app.imports.students import MEMBERS, PUPIL, SPEC
from app.models.student import Guardian, Student

AT = {column.heading: column.field for column in SPEC.columns}
OWN = tuple(column.field for column in PUPIL if column.field not in ("school_code", "class_number"))
FAMILY = tuple(
    column.field.removeprefix("member1_")
    for column in SPEC.columns
    if column.field.startswith("member1_")
)


class Judged(NamedTuple):
    """What was typed, read; and what is wrong or odd, by field."""

    values: Mapping[str, Any]
    errors: Mapping[str, list[Refusal]]
    warnings: Mapping[str, list[Refusal]]

    @property
    def pupil(self) -> dict[str, Any]:
        """The fields of the pupil's own record."""
        return {field: self.values[field] for field in OWN}

    @property
    def family(self) -> list[dict[str, Any]]:
        """The fields of each family member."""
        return [
            {field: self.values[f"member{ordinal}_{field}"] for field in FAMILY}
            for ordinal in MEMBERS
        ]


def judge(facts: Facts, typed: Mapping[str, str]) -> Judged:
    """Read and judge a whole form; what a resident number tells is not asked a second time."""
    cells = completed({**typed, "school_code": facts.school_code})
    checker = Checker(SPEC, facts, frozenset())
    block = checker.check(1, [[cells.get(column.field, "")] for column in SPEC.columns])
    values = {field: column[0] for field, column in block.values.items()}
    errors: dict[str, list[Refusal]] = {}
    warnings: dict[str, list[Refusal]] = {}
    for problem in block.problems:
        found = errors if problem.is_error else warnings
        found.setdefault(AT[problem.heading], []).append(_refusal(problem))
    return Judged(values, errors, warnings)


def completed(typed: dict[str, str]) -> dict[str, str]:
    """Take birth date and gender from the resident number where they were left empty."""
    number = id_number.compact(typed.get("id_number", ""))
    paper = table("id_document_type").find(typed.get("id_type", ""))
    if paper != RESIDENT or not id_number.is_shaped(number):
        return typed
    born, gender = id_number.birth_date(number), id_number.gender(number)
    told = {"birth_date": f"{born:%Y%m%d}" if born else "", "gender": gender or ""}
    return {**typed, **{field: typed.get(field) or value for field, value in told.items()}}


def rejudge(facts: Facts, record: Student | Guardian, changed: set[str]) -> Iterator[Refusal]:
    """Yield what the rules say of a stored record, asking those that touch a changed field."""
    prefix = "member1_" if isinstance(record, Guardian) else ""
    values = {f"{prefix}{field}": getattr(record, field) for field in (FAMILY if prefix else OWN)}
    pupil = record.student if isinstance(record, Guardian) else record
    values["school_code"] = facts.school_code
    if pupil.school_class is not None:
        values["class_number"] = pupil.school_class.number
    values.setdefault("id_number", pupil.id_number)
    for rule in SPEC.rules:
        asked = {need.removeprefix(prefix) for need in rule.needs}
        if not asked & changed or not values.keys() >= set(rule.needs):
            continue
        refusal = rule.check(facts, *(values[need] for need in rule.needs))
        if refusal is not None:
            yield at(SPEC.by_field[rule.at], refusal)


class AsItWouldBe:
    """A pupil's record with some values of a change laid over it."""

    def __init__(self, pupil: Student, wanted: Mapping[str, Any]) -> None:
        self._pupil, self._wanted = pupil, wanted

    def __getattr__(self, name: str) -> Any:
        """Return the wanted value, or the record's."""
        return self._wanted[name] if name in self._wanted else getattr(self._pupil, name)


def foresee(facts: Facts, pupil: Student, wanted: Mapping[str, Any]) -> Iterator[Refusal]:
    """Yield what the rules would say of a record once it held the wanted values."""
    would = cast("Student", AsItWouldBe(pupil, wanted))
    for refusal in rejudge(facts, would, set(wanted)):
        told = {name: value for name, value in refusal.params.items() if name != "heading"}
        yield Refusal(refusal.code, {**told, "field": AT[str(refusal.params["heading"])]})


def at(column: Column, refusal: Refusal) -> Refusal:
    """Return a refusal that names the column it is about."""
    return Refusal(refusal.code, {**refusal.params, "heading": column.heading})


def _refusal(problem: Problem) -> Refusal:
    return Refusal(problem.code, {**problem.params, "heading": problem.heading})
