"""What a template is for: how its checked rows meet the registry, before and after the writing.

    load ──▶ judge ──▶ keep        the look: stage blocks, ask the registry, make the preview
    changed ──▶ write              the writing: what moved since the look, then what was reviewed

Everything is set-based SQL on temporary tables and on the preview; nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.imports.check import Block
from app.imports.spec import Facts, ImportSpec, Problem
from app.models.import_batch import ImportBatch, ImportLine, ImportRow

Widen = Callable[[Session], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Target:
    """A template and the five things done with its rows.

    ``lines`` is the preview's table: one row of it for every row of the file that could be read.
    """

    spec: ImportSpec
    lines: type[ImportRow | ImportLine]
    staged: tuple[Table, ...]
    load: Callable[[Session, Block, Facts], None]
    judge: Callable[[Session, ImportBatch, Facts, Widen], Iterable[Problem]]
    keep: Callable[[Session, ImportBatch], None]
    changed: Callable[[Session, ImportBatch], Iterable[Problem]]
    write: Callable[[Session, ImportBatch], None]
