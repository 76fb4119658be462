"""One cell of an import as a page shows it: codes by their words, personal values masked.

Values of the registry are texts as COPY reads them; a cell that was typed is text as it stood.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from app.imports import report
from app.imports.spec import Column, ImportSpec
from app.models.import_batch import ImportCell, ImportProblem, Severity
from app.views.import_words import heading_of
from app.views.labels import yes_no
from app.views.words import lang

OPEN_TO_SIGHT = {"name", "former_name", "name_pinyin"}  # a preview names its pupils anyway
TRUTH = {"t": True, "true": True, "f": False, "false": False}
MOST_CHOICES = 80  # a longer table is typed, not chosen


class Pair(NamedTuple):
    """What a cell is and would be; ``hides`` says that they differ where the mask is."""

    heading: str
    before: str
    after: str
    hides: bool


class Slot(NamedTuple):
    """A cell to be mended: what is wrong with it, and what stood in it.

    ``typed`` is what may be shown in a field; of a personal value only ``hint``, its mask.
    """

    field: str
    heading: str
    sentence: str
    typed: str
    hint: str
    choices: Sequence[str]


class Repair(NamedTuple):
    """A refused row: its name as far as it could be read, its cells, what else is wrong."""

    row_no: int
    told: str
    slots: Sequence[Slot]
    others: Sequence[str]


def pair_of(spec: ImportSpec, cell: ImportCell) -> Pair:
    """Return one changed cell in words."""
    before, after = shown(spec, cell.field, cell.before), shown(spec, cell.field, cell.after)
    hides = before == after and cell.before != cell.after
    return Pair(heading_of(spec, cell.field), before, after, hides)


def shown(spec: ImportSpec, field: str, text: str | None) -> str:
    """Return the text of a cell as a page may show it."""
    column = spec.by_field.get(field)
    if text is None or text == "":
        return str(_("(empty)"))
    if column is None:
        return text
    if column.kind.choices is not None:
        known = column.kind.choices
        return known[text].name(lang()) if text in known else yes_no(TRUTH.get(text)) or text
    return masked(column, text)


def masked(column: Column, text: str) -> str:
    """Return a personal value by its mask; names are named in a preview anyway."""
    is_open = column.mask is None or column.field.rpartition("_")[2] in OPEN_TO_SIGHT
    return text if is_open or column.mask is None else column.mask(text)


def repair_of(
    spec: ImportSpec, row_no: int, found: Sequence[ImportProblem], raw: str | None
) -> Repair:
    """Return what a page needs to mend a refused row; ``raw`` is JSON by field."""
    typed: dict[str, str] = json.loads(raw) if raw else {}
    by_heading = {name: column for column in spec.columns for name in column.names}
    slots: dict[str, Slot] = {}
    others = []
    for problem in found:
        if problem.severity is not Severity.ERROR:
            continue
        column = by_heading.get(problem.heading)
        if column is None:
            others.append(report.sentence(problem, lang()))
        elif (slot := slots.get(column.field)) is not None:
            said = f"{slot.sentence} {report.sentence(problem, lang())}"
            slots[column.field] = slot._replace(sentence=said)
        else:
            slots[column.field] = _slot(column, problem, typed.get(column.field))
    return Repair(row_no, typed.get("name") or "", list(slots.values()), others)


def _slot(column: Column, problem: ImportProblem, typed: str | None) -> Slot:
    is_personal = column.mask is not None and column.field.rpartition("_")[2] not in OPEN_TO_SIGHT
    is_hidden = is_personal or typed is None
    choices: Sequence[str] = ()
    if column.kind.choices is not None and len(column.kind.choices) <= MOST_CHOICES:
        choices = [entry.name_zh for entry in column.kind.choices]
    return Slot(
        column.field,
        column.heading if lang() == "zh" else column.label,
        report.sentence(problem, lang()),
        "" if is_hidden else typed or "",
        (problem.value or "") if is_hidden else "",
        choices,
    )
