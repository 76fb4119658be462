"""栏目对应: which heading of a stranger's file is which column of a template.

A workbook of ours has its headings where they belong. Another file is read without a question
when every required column is there under one of its names; else a person says which is which,
beginning with what was said of the same headings before, or with the best guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.codes.tables import folded
from app.errors import BadFile, Refusal, Refused, Stale
from app.imports.batch import held, require
from app.imports.check import Arrange, Places, check_headings, heading, in_place
from app.imports.desk import SPECS
from app.imports.sandbox import Sheet
from app.imports.spec import ImportSpec
from app.imports.synonyms import SYNONYMS
from app.models.import_batch import BatchState, ImportBatch, ImportMapping
from app.policies.audit import record

LONGEST = 80  # of a heading as it is kept
BRACKETS = re.compile(r"[(\[{【〔<《].*?[)\]}】〕>》]")
NO_WORD = re.compile(r"[\W_]+")

Mapping = list[str | None]  # a field for each heading of the file


class How(StrEnum):
    """How a heading was recognised."""

    NAME = "NAME"  # one of the column's own names
    LAST = "LAST"  # as somebody of the organisation said before
    ALIKE = "ALIKE"  # a guess
    NONE = "NONE"


class Proposal(NamedTuple):
    """A heading of the file, and the column it seems to be."""

    heading: str
    field: str | None
    how: How


class Unmapped(BadFile):
    """A person has to say which heading is which."""

    code = "E-TPL-MAP"

    def __init__(self, headings: list[str]) -> None:
        super().__init__(Refusal(self.code))
        self.headings = headings


# ── while a file is read ─────────────────────────────────────────────────────────────────


def arrange(batch: ImportBatch, sheet: Sheet) -> Arrange:
    """Return how the columns of a batch's file are found; what is found is noted in the batch."""

    def places(spec: ImportSpec, cells: Sequence[object]) -> Places:
        headings = shown(cells)
        mapping = batch.mapping if batch.headings == headings else None
        mapping = mapping or by_name(spec, headings)
        if mapping is None:
            if not any(guess(spec, headings)):
                check_headings(spec, cells)  # which says what was expected
            raise Unmapped(headings)
        batch.headings, batch.mapping = headings, mapping
        return [mapping.index(c.field) if c.field in mapping else None for c in spec.columns]

    return places if sheet.version is None else in_place


def shown(cells: Sequence[object]) -> list[str]:
    """Return headings as they are kept: without outer blanks, none after the last one."""
    headings = [str(cell).strip()[:LONGEST] for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def by_name(spec: ImportSpec, headings: Sequence[str]) -> Mapping | None:
    """Return the mapping by the columns' own names, if nothing is left to be asked."""
    mapping = _named(spec, headings)
    found = Counter(field for field in mapping if field)
    lacks = [c for c in spec.columns if c.required and c.field not in found]
    return None if lacks or any(many > 1 for many in found.values()) else mapping


# ── while a person is asked ──────────────────────────────────────────────────────────────


def propose(session: Session, batch: ImportBatch) -> list[Proposal]:
    """Return what each heading of a batch seems to be."""
    spec, headings = SPECS[batch.template], batch.headings or []
    named = _named(spec, headings)
    said = session.scalar(
        select(ImportMapping.mapping).where(
            ImportMapping.organisation_id == batch.school_id,
            ImportMapping.template == batch.template,
            ImportMapping.headings == digest(headings),
        )
    )
    last = [field if field in spec.by_field else None for field in said or [None] * len(headings)]
    guessed = last if said else guess(spec, headings)
    how = How.LAST if said else How.ALIKE
    return [
        Proposal(text, field, How.NONE if not field else How.NAME if field == name else how)
        for text, field, name in zip(headings, guessed, named, strict=True)
    ]


def settle(session: Session, batch_id: int, chosen: Sequence[str | None], seen: int) -> ImportBatch:
    """Say which heading is which, so that the file can be looked at; never commits.

    Raise `Refused` with every column that is asked for and not there, or there twice.
    """
    batch = held(session, batch_id)
    require(batch, BatchState.MAPPING)
    if seen != batch.revision:
        raise Stale(Refusal("E-BATCH-STALE"))
    mapping = [field or None for field in chosen]
    if refusals := why_not(SPECS[batch.template], batch.headings or [], mapping):
        raise Refused(*refusals)
    batch.mapping, batch.state = mapping, BatchState.PENDING
    batch.revision += 1
    _remember(session, batch)
    session.flush()
    record(session, "import.map", object_type="import_batch", object_id=batch.id)
    return batch


def why_not(spec: ImportSpec, headings: Sequence[str], mapping: Mapping) -> list[Refusal]:
    """Return every reason why a file cannot be read with a mapping."""
    found = Counter(field for field in mapping if field)
    if len(mapping) != len(headings) or found.keys() - spec.by_field.keys():
        return [Refusal("E-MAP-FORM")]
    names = {field: column.heading for field, column in spec.by_field.items()}
    twice = [names[field] for field, many in found.items() if many > 1]
    lacks = [
        column.heading for column in spec.columns if column.required and not found[column.field]
    ]
    said = (("E-MAP-TWICE", twice), ("E-MAP-LACKS", lacks))
    return [Refusal(code, {"headings": "、".join(some)}) for code, some in said if some]


def guess(spec: ImportSpec, headings: Sequence[str]) -> Mapping:
    """Return the likeliest column of each heading: by name, then by word, then by synonym."""
    mapping: Mapping = [None] * len(headings)
    names = {word: field for field, words in _names(spec).items() for word in words}
    alike = {bare(name): column.field for column in reversed(spec.columns) for name in column.names}
    other = {bare(word): field for word, field in reversed(SYNONYMS) if field in spec.by_field}
    given: set[str] = set()
    for words, as_word in ((names, heading), (alike, bare), (other, bare)):
        for at, text in enumerate(headings):
            field = words.get(as_word(text))
            if mapping[at] is None and field is not None and field not in given:
                mapping[at] = field
                given.add(field)
    return mapping


def bare(text: str) -> str:
    """Return the word of a heading, without what stands in brackets and without marks."""
    word = heading(text)
    return NO_WORD.sub("", BRACKETS.sub("", word)) or NO_WORD.sub("", word)


def digest(headings: Sequence[str]) -> str:
    """Return by what the same headings are known again."""
    return sha256("\n".join(map(heading, headings)).encode()).hexdigest()


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _names(spec: ImportSpec) -> dict[str, set[str]]:
    return {column.field: {folded(name) for name in column.names} for column in spec.columns}


def _named(spec: ImportSpec, headings: Sequence[str]) -> Mapping:
    """Return the column of each heading that is one of its names."""
    names = {word: field for field, words in _names(spec).items() for word in words}
    return [names.get(heading(text)) for text in headings]


def _remember(session: Session, batch: ImportBatch) -> None:
    said = {
        "organisation_id": batch.school_id,
        "template": batch.template,
        "headings": digest(batch.headings or []),
        "mapping": batch.mapping,
    }
    made = insert(ImportMapping).values(**said)
    session.execute(
        made.on_conflict_do_update(
            index_elements=["organisation_id", "template", "headings"],
            set_={"mapping": made.excluded.mapping, "used_at": made.excluded.used_at},
        )
    )
