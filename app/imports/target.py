"""What a template is for: how its checked rows meet the registry, before and after the writing.

    load ──▶ judge ──▶ keep        the look: stage blocks, ask the registry, make the preview
    changed ──▶ write              the writing: what moved since the look, then what was reviewed
    hold ──▶ fates ──▶ reverse     the undo: what can be taken back, then that and nothing else

Everything is set-based SQL on temporary tables and on the preview; nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.imports.check import Block
from app.imports.spec import Facts, ImportSpec, Problem
from app.models.import_batch import ImportBatch, ImportLine, ImportRow, Outcome
from app.models.school import SchoolClass
from app.models.student import Guardian, Student

Widen = Callable[[Session], AbstractContextManager[None]]


class Fate(NamedTuple):
    """What an undo does with a written row, or why it leaves it: a code, and whose change it is."""

    row: int
    outcome: Outcome
    why: str | None = None
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """How written rows of a template are taken back: some rows at a time, each as a whole.

    Rows are row numbers of the file; all three read `import_line` and `import_cell`. ``hold`` locks
    the records in the order of their ids, ``fates`` only asks, ``reverse`` gets what is REVERSED.
    """

    hold: Callable[[Session, ImportBatch, Collection[int]], None]
    fates: Callable[[Session, ImportBatch, Collection[int], date], Iterable[Fate]]
    reverse: Callable[[Session, ImportBatch, Collection[int]], None]


@dataclass(frozen=True, slots=True)
class Target:
    """A template and what is done with its rows.

    ``lines`` is the preview's table: one row of it for every row of the file that could be read;
    ``record`` is what such a row makes or changes, the model of its ``target_id``.
    """

    spec: ImportSpec
    record: type[Student | Guardian | SchoolClass]
    lines: type[ImportRow | ImportLine]
    staged: tuple[Table, ...]
    load: Callable[[Session, Block, Facts], None]
    judge: Callable[[Session, ImportBatch, Facts, Widen], Iterable[Problem]]
    keep: Callable[[Session, ImportBatch], None]
    changed: Callable[[Session, ImportBatch], Iterable[Problem]]
    write: Callable[[Session, ImportBatch], None]
    undo: Undo | None = None  # without one, what was written stays written
