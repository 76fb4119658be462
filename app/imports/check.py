"""Reading a sheet by its template: headings first, then blocks of rows, column by column.

A block is checked column-wise, each distinct value once: most columns of a school hold a dozen
values, so a hundred thousand rows cost what a few thousand cells cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from app.codes.tables import folded
from app.errors import BadCell, BadFile, Refusal
from app.imports.readers import plain
from app.imports.sandbox import Sheet
from app.imports.spec import Column, Facts, ImportSpec, Kind, Mark, Problem, Rule, Settle
from app.imports.zipscan import Cell, refuse

MOST_ROWS = 300_000
REMEMBERED = 20_000  # values a column keeps from block to block
MARKS_OF_HEADINGS = "*★＊"
REASON_HEADING = "错误原因"  # the last column of an error workbook that comes back
MARK_HEADING = "导入标记"  # behind it, hidden: which row of which import it is
FORMULA = Refusal("E-FMT", {"hint": "hint.formula"})
MISSING = Refusal("E-REQ")
LONGEST_SHOWN = 120
Places = Sequence[int | None]  # of each column of the template in the file; None: not there
Arrange = Callable[[ImportSpec, Sequence[object]], Places]
Mended = Mapping[int, Sequence[str | Mark]]  # cells in the template's order, by number of the row
NONE_MENDED: Mended = {}


class Block(NamedTuple):
    """Rows that were checked: their numbers, their values by field, what is wrong with them.

    ``typed`` holds the cells as columns, in the template's order.
    """

    numbers: list[int]
    values: dict[str, list[Any]]
    problems: list[Problem]
    typed: list[list[Any]]

    def good(self) -> list[int]:
        """Return the positions of the rows without an error."""
        bad = {problem.row for problem in self.problems if problem.is_error}
        return [at for at, number in enumerate(self.numbers) if number not in bad]


def in_place(spec: ImportSpec, headings: Sequence[object]) -> Places:
    """Every column stands in its place, as in a workbook of ours."""
    check_headings(spec, headings)
    return range(len(spec.columns))


def checked(
    spec: ImportSpec,
    sheet: Sheet,
    facts: Facts,
    arrange: Arrange = in_place,
    mended: Mended = NONE_MENDED,
) -> Iterator[Block]:
    """Yield the sheet's rows, checked, blank rows left out; raise `BadFile` for a bad template.

    ``arrange`` is given the headings and says where the columns stand; ``mended`` rows stand for
    the file's own.
    """
    if sheet.version not in (None, f"{spec.name} {spec.version}"):
        raise refuse("E-TPL-VERSION", expected=spec.version, got=str(sheet.version)[:40])
    if sheet.merged_from:
        raise refuse("E-FILE-MERGED", row=sheet.merged_from)
    if sheet.rows - 1 > MOST_ROWS:
        raise refuse("E-FILE-ROWS", limit=f"{MOST_ROWS:,}")
    checker, seen = Checker(spec, facts, sheet.formulas, mended), 0
    places: Places = range(len(spec.columns))
    for first, columns in sheet.blocks:
        rows = columns
        if first == 1:
            places = arrange(spec, [column[0] for column in columns])
            checker = Checker(spec, facts, moved(sheet.formulas, places), mended)
            rows = [column[1:] for column in columns]
        block = checker.check(max(first, 2), placed(rows, places))
        seen += len(block.numbers)
        yield block
    if not seen:
        raise refuse("E-FILE-EMPTY")


def placed(columns: Sequence[Sequence[object]], places: Places) -> list[Sequence[object]]:
    """Return the file's columns in the template's order; what the file has not is empty."""
    empty = [""] * (len(columns[0]) if columns else 0)
    return [columns[at] if at is not None and at < len(columns) else empty for at in places]


def moved(formulas: frozenset[Cell], places: Places) -> frozenset[Cell]:
    """Return where formulas stand in the template's order."""
    if isinstance(places, range):
        return formulas
    at_of = {place: at for at, place in enumerate(places) if place is not None}
    return frozenset((row, at_of[place]) for row, place in formulas if place in at_of)


def check_headings(spec: ImportSpec, got: Sequence[object]) -> None:
    """Every column stands in its place under one of its names; only reasons may follow."""
    for at, column in enumerate(spec.columns):
        found = heading(got[at]) if at < len(got) else ""
        if found not in {folded(name) for name in column.names}:
            shown = str(got[at])[:40] if at < len(got) and got[at] != "" else "-"
            raise altered(spec, at + 1, column.heading, shown)
    for at in range(len(spec.columns), len(got)):
        if heading(got[at]) not in ("", REASON_HEADING, MARK_HEADING):
            raise altered(spec, at + 1, "-", str(got[at])[:40])


def altered(spec: ImportSpec, column: int, expected: str, got: str) -> BadFile:
    """Return the refusal of a workbook whose headings are not the template's any more."""
    return refuse("E-TPL", column=column, expected=expected, got=got, version=spec.version)


def heading(cell: object) -> str:
    """Return a heading as it is compared: no blanks, no stars."""
    return folded(str(cell).strip().strip(MARKS_OF_HEADINGS))


class Checker:
    """Checks blocks of one file, remembering what it has read."""

    def __init__(
        self,
        spec: ImportSpec,
        facts: Facts,
        formulas: frozenset[Cell],
        mended: Mended = NONE_MENDED,
    ) -> None:
        self.spec, self.facts = spec, facts
        self.formulas, self.mended = formulas, mended
        self.readers: dict[tuple[int, bool], Reader] = {}

    def check(self, first: int, columns: Sequence[Sequence[object]]) -> Block:
        """Check rows given as columns, the first of them number ``first`` in the sheet."""
        width = len(self.spec.columns)
        count = len(columns[0]) if columns else 0
        raw = [list(column) for column in columns[:width]]
        raw += [[""] * count for _ in range(width - len(raw))]
        numbers = list(range(first, first + count))
        for row in self.mended.keys() & set(numbers) if self.mended else ():
            for cells, cell in zip(raw, self.mended[row], strict=True):
                cells[row - first] = cell
        typed = self._marked(first, raw)
        filled = [any(row) and not is_blank(row) for row in zip(*raw, strict=True)]
        if not all(filled):
            numbers = [number for number, keep in zip(numbers, filled, strict=True) if keep]
            raw, typed = _kept(raw, filled), _kept(typed, filled)
        return self._judge(numbers, raw, typed)

    def _marked(self, first: int, raw: list[list[Any]]) -> list[list[Any]]:
        """Mark the cells with formulas; return the cells as they show themselves."""
        width, count = len(raw), len(raw[0])
        found = [
            (row - first, at)
            for row, at in self.formulas
            if 0 <= row - first < count and at < width and row not in self.mended
        ]
        if not found:
            return raw
        typed = [list(cells) for cells in raw]
        for row, at in found:
            raw[at][row] = Mark.FORMULA
        return typed

    def _judge(self, numbers: list[int], raw: list[list[Any]], typed: list[list[Any]]) -> Block:
        problems: list[Problem] = []
        values: dict[str, list[Any]] = {}
        refused: set[str] = set()
        for column, cells in zip(self.spec.columns, raw, strict=True):
            values[column.field], told = self._reader(column).read(cells)
            problems += [problem(numbers[at], column, told[at], cells[at]) for at in told]
            refused.update([column.field] if told else ())
        for settle in self.spec.settles:
            values[settle.field] = settled(settle, values)
        at_of = {column.field: at for at, column in enumerate(self.spec.columns)}
        for rule in self.spec.rules:
            column, cells = self.spec.by_field[rule.at], raw[at_of[rule.at]]
            silent = not refused.isdisjoint(rule.needs)
            for at, refusal in judged(rule, self.facts, values, may_be_silent=silent):
                problems.append(problem(numbers[at], column, refusal, cells[at]))
        problems.sort(key=lambda found: found.row)
        return Block(numbers, values, problems, typed)

    def _reader(self, column: Column) -> Reader:
        """Columns of one kind share what they have read: a household has one address."""
        key = id(column.kind), column.required
        if key not in self.readers:
            self.readers[key] = Reader(column.kind, required=column.required)
        return self.readers[key]


def _kept(columns: list[list[Any]], keep: list[bool]) -> list[list[Any]]:
    return [list(compress(cells, keep)) for cells in columns]


class Reader:
    """Reads the cells of like columns, each distinct one once."""

    def __init__(self, kind: Kind, *, required: bool) -> None:
        self.kind, self.required = kind, required
        self.values: dict[Any, Any] = {}
        self.told: dict[Any, Refusal] = {}

    def read(self, cells: list[Any]) -> tuple[list[Any], dict[int, Refusal]]:
        """Return the values in order, and by position what is to be said of some of them."""
        fresh = set(cells).difference(self.values)
        if len(self.values) > REMEMBERED:
            self.values.clear()
            self.told.clear()
            fresh = set(cells)
        for cell in fresh:
            self.values[cell], refusal = self._one(cell)
            if refusal is not None:
                self.told[cell] = refusal
        values = list(map(self.values.__getitem__, cells))
        if not self.told or self.told.keys().isdisjoint(cells):
            return values, {}
        return values, {at: self.told[cell] for at, cell in enumerate(cells) if cell in self.told}

    def _one(self, cell: Any) -> tuple[Any, Refusal | None]:
        if cell is Mark.FORMULA:
            return Mark.REFUSED, FORMULA
        try:
            text = plain(cell)
            value = self.kind.read(text) if text else None
        except BadCell as bad:
            return Mark.REFUSED, bad.refusals[0]
        if value is None or value == "":
            return (Mark.REFUSED, MISSING) if self.required else (None, None)
        return value, self.kind.doubt(value) if self.kind.doubt else None


def settled(settle: Settle, values: Mapping[str, list[Any]]) -> list[Any]:
    """Return the final values of a field."""
    own = values[settle.field]
    rows = zip(*(values[name] for name in settle.needs), strict=True)
    memo: dict[tuple[Any, ...], Any] = {}
    for row, before in zip(rows, own, strict=True):
        if row not in memo:
            memo[row] = before if Mark.REFUSED in row else settle.value(*row)
    rows = zip(*(values[name] for name in settle.needs), strict=True)
    return [memo[row] if before is not Mark.REFUSED else before
            for row, before in zip(rows, own, strict=True)]  # fmt: skip


def judged(
    rule: Rule, facts: Facts, values: Mapping[str, list[Any]], *, may_be_silent: bool
) -> Iterator[tuple[int, Refusal]]:
    """Yield the positions a rule refuses; rows with the same values are asked about once."""
    rows = list(zip(*(values[name] for name in rule.needs), strict=True))
    refusals = {}
    for row in set(rows):
        if may_be_silent and Mark.REFUSED in row:
            continue
        refusal = rule.check(facts, *row)
        if refusal is not None:
            refusals[row] = refusal
    if refusals:
        yield from ((at, refusals[row]) for at, row in enumerate(rows) if row in refusals)


def problem(row: int, column: Column, refusal: Refusal, cell: object) -> Problem:
    """Return what is wrong with a cell, its value masked when it is personal."""
    shown: str | None = None if cell in ("", Mark.FORMULA) else str(cell).strip()[:LONGEST_SHOWN]
    if shown and column.mask is not None:
        shown = column.mask(shown)
    return Problem(row, column.heading, refusal.code, refusal.params, shown)


def is_blank(row: Sequence[object]) -> bool:
    """Tell a row in which nobody wrote anything but blanks."""
    return all(isinstance(cell, str) and not cell.strip() for cell in row)
