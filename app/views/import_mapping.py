"""The page that asks which heading of a file is which column of the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.imports.desk import SPECS
from app.imports.mapping import How, propose
from app.imports.spec import Column
from app.models.import_batch import ImportBatch
from app.views.words import lang

WHY: Mapping[How, Any] = {
    How.NAME: _("the same name"),
    How.LAST: _("as you said last time"),
    How.ALIKE: _("a guess; please look"),
    How.NONE: "",
}
LETTERS = 26


class Asked(NamedTuple):
    """A heading of the file, where it stands, and the column chosen for it."""

    letter: str
    heading: str
    field: str | None
    how: Any


class Matching:
    """The headings of a file with their columns: as chosen in a form, else as proposed."""

    def __init__(
        self, session: Session, batch: ImportBatch, chosen: Sequence[str] | None = None
    ) -> None:
        self.spec = SPECS[batch.template]
        proposed = propose(session, batch)
        fields: Sequence[str | None] = chosen or [one.field for one in proposed]
        self.lines = [
            Asked(letter(at), one.heading, field, WHY[one.how] if field == one.field else "")
            for at, (one, field) in enumerate(zip(proposed, fields, strict=False))
        ]

    @property
    def lacks(self) -> list[Column]:
        """The required columns no heading stands for."""
        given = {line.field for line in self.lines}
        return [c for c in self.spec.columns if c.required and c.field not in given]

    def word(self, column: Column) -> str:
        """Return what a column is called in the language of the page."""
        return column.heading if lang() == "zh" else column.label


def letter(at: int) -> str:
    """Return what Excel calls a column, counted from 0: A, Z, AA."""
    before, last = divmod(at, LETTERS)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)
