"""〈清空〉: the word that empties a cell of the registry, where an empty cell changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.codes.tables import folded
from app.errors import BadCell, Refusal
from app.imports.spec import Column, Kind, Mark

WORD = "〈清空〉"
WORDS = frozenset(folded(word) for word in (WORD, "清空", "<清空>", "《清空》"))


def clearable(kind: Kind, *, may_go: bool) -> Kind:
    """Return a kind that knows the word: what may go is emptied, the rest is refused."""

    def read(raw: str) -> object:
        if folded(raw) not in WORDS:
            return kind.read(raw)
        if not may_go:
            raise BadCell(Refusal("E-ROW-KEEP"))
        return Mark.CLEARED

    def doubt(value: Any) -> Refusal | None:
        return None if value is Mark.CLEARED or kind.doubt is None else kind.doubt(value)

    return replace(kind, read=read, doubt=doubt if kind.doubt else None)


def correctable(column: Column, example: str = "") -> Column:
    """Return a column of a record as one whose empty cells change nothing."""
    may_go = not column.required
    kind = clearable(column.kind, may_go=may_go)
    return replace(column, kind=kind, required=False, conditional=False, example=example)
