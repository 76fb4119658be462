"""The preview of a batch: its groups, the table of the open one, and what would be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.codes import masking
from app.imports import report
from app.imports.batch import told
from app.imports.findings import Key
from app.imports.missing import missing
from app.models.import_batch import (
    BatchState,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.page import Page
from app.models.student import Student
from app.views import import_groups as groups
from app.views.import_cells import Pair, Repair, pair_of, repair_of
from app.views.import_groups import Change, Narrow
from app.views.import_reasons import Line
from app.views.import_sheet import Sheet
from app.views.import_words import heading_of
from app.views.inbox_filters import number
from app.views.labels import NONE
from app.views.words import lang, say

MISSING, REMARKS = "missing", "warned"  # tables of rows that are in other groups, or in no file
FIRST = (Verdict.REFUSED, Verdict.CHANGED, Verdict.LIKELY, Verdict.NEW, Verdict.ELSEWHERE)
IN_CELLS = (Verdict.NEW, Verdict.CHANGED)  # of lines: shown cell by cell


class Tile(NamedTuple):
    """A group of the file's rows: its name, its look, its words, how many, what becomes of it."""

    name: str
    kind: str
    icon: str
    word: str
    rows: int
    sub: str


class Preview(Sheet):
    """A batch that waits for a look, or was discarded after one."""

    @property
    def is_open(self) -> bool:
        """It waits for a person."""
        return self.batch.state is BatchState.PREVIEW

    @property
    def tiles(self) -> list[Tile]:
        """The groups; their counts add up to the rows of the file."""
        batch = self.batch
        return [
            Tile("new", "ok", "plus", _("New"), batch.new, _("written")),
            Tile("changed", "warn", "pen", _("To be changed"), batch.changed,
                 _("written cell by cell")),
            Tile("same", "off", "equals", _("Unchanged"), batch.same, _("passed over")),
            Tile("likely", "hold", "clone", _("Perhaps a duplicate"), batch.likely,
                 _("written only when ticked")),
            Tile("elsewhere", "hold", "school-flag", _("At another school"), batch.elsewhere,
                 _("written, as a problem record")),
            Tile("refused", "bad", "ban", _("Refused"), batch.refused,
                 _("not written; in the error workbook")),
        ]  # fmt: skip

    @cached_property
    def shown(self) -> str:
        """Which group is open: the one asked for, else what needs a person first."""
        asked = self.args.get("show", "")
        names = {tile.name for tile in self.tiles} | {MISSING, REMARKS}
        if asked in names:
            return asked
        held = (verdict for verdict in FIRST if getattr(self.batch, verdict.value.lower()))
        return next(held, Verdict.NEW).value.lower()

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the rows that are open; None for what is no group."""
        return Verdict.__members__.get(self.shown.upper())

    @property
    def is_of_pupils(self) -> bool:
        """The rows are pupils to be registered."""
        return groups.is_of_pupils(self.batch)

    @property
    def in_cells(self) -> bool:
        """The open group is shown cell by cell."""
        changed = self.verdict is Verdict.CHANGED
        return changed or (not self.is_of_pupils and self.verdict in IN_CELLS)

    @cached_property
    def narrow(self) -> Narrow:
        """What the address asks the table for."""
        return Narrow(
            number(self.args.get("page")) or 1,
            number(self.args.get("since")) or 0,
            self.args.get("room", "")[:7],
            self.args.get("field", "") if self.args.get("field") in self.spec.by_field else "",
        )

    @property
    def key(self) -> Key | None:
        """The reason whose rows are asked for."""
        if "code" not in self.args:
            return None
        return Key(*(self.args.get(name, "") for name in Key._fields))

    @cached_property
    def line(self) -> Line | None:
        """The reason whose rows are shown; one that is not there shows all."""
        return next((line for line in self.lines if line.reason.key == self.key), None)

    # ── the open table ───────────────────────────────────────────────────────────────────

    @cached_property
    def rows(self) -> Page:
        """The page of the open group: rows, cells (`Change`), or numbers of rows."""
        session, batch, narrow = self.session, self.batch, self.narrow
        if self.shown in (REMARKS, "refused"):
            severity = Severity.WARNING if self.shown == REMARKS else Severity.ERROR
            key = self.line.reason.key if self.line else None
            return groups.troubled(session, batch.id, severity, key, narrow)
        if self.shown == MISSING:
            return missing(session, batch, narrow.number)
        verdict = self.verdict or Verdict.NEW
        if self.in_cells:
            return groups.changes(session, batch, verdict, narrow)
        return groups.rows(session, batch, verdict, narrow)

    @cached_property
    def found(self) -> Mapping[int, list[ImportProblem]]:
        """What was found in the rows of the open page, by row."""
        numbers = [getattr(one, "row_no", one) for one in self.rows.items]
        return groups.problems(self.session, self.batch.id, numbers)

    @cached_property
    def repairs(self) -> list[Repair]:
        """The refused rows of the open page, as they can be mended."""
        raws = groups.raws(self.session, self.batch.id, self.rows.items) if self.is_open else {}
        return [
            repair_of(self.spec, row_no, self.found.get(row_no, ()), raws.get(row_no))
            for row_no in self.rows.items
        ]

    @cached_property
    def resembled(self) -> Mapping[int, Student]:
        """The pupils of one's own that rows of the open page point at."""
        return groups.pupils(self.session, self.batch, self.rows.items)

    @cached_property
    def fields(self) -> list[tuple[str, str, int]]:
        """The changed fields as chips: field, heading, rows."""
        found = groups.fields(self.session, self.batch)
        return [(field, heading_of(self.spec, field), rows) for field, rows in found]

    @cached_property
    def rooms(self) -> Sequence[str]:
        """The classes the file names."""
        return groups.rooms(self.session, self.batch) if self.is_of_pupils else ()

    def pair(self, change: Change) -> Pair | None:
        """Return the cell of a line in words."""
        return pair_of(self.spec, change.cell) if change.cell else None

    def number_of(self, change: Change) -> str:
        """Return the number a changed pupil goes by, masked; nothing for other records."""
        if change.pupil is not None and change.pupil.number:
            return masking.national_number(change.pupil.number)
        row: Any = change.line
        return self.masked(row.id_number) if isinstance(row, ImportRow) else NONE

    def name_of(self, change: Change) -> str:
        """Return whom or what a changed line is about."""
        row: Any = change.line
        return str(row.name if isinstance(row, ImportRow) else row.told or NONE)

    def masked(self, number: str | None) -> str:
        """Show an ID number by its ends."""
        return masking.id_number(number) if number else NONE

    def sentence(self, problem: ImportProblem) -> str:
        """Say one problem in the language of the page."""
        return report.sentence(problem, lang())

    # ── what would be written ────────────────────────────────────────────────────────────

    @cached_property
    def writes(self) -> int:
        """How many rows would be written."""
        return groups.writes(self.session, self.batch)

    @property
    def doubtful(self) -> int:
        """How many of them somebody took although they are doubtful."""
        return max(0, self.writes - self.batch.new - self.batch.changed)

    @property
    def rest(self) -> int:
        """How many rows of the file would not."""
        return self.batch.total - self.writes

    @property
    def alarm(self) -> str:
        """Why a second confirmation is asked, or nothing."""
        return say(told(self.batch.alarm)) if self.batch.alarm else ""
