"""A template as data: columns that read cells, rules that compare them, the facts they may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from app.codes.tables import CodeTable
from app.errors import Refusal
from app.messages.catalogue import level_of
from app.messages.text import Level

Mask = Callable[[str], str]


class Mark(Enum):
    """What stands in a cell that has no value: a rule that needs it stays silent."""

    REFUSED = "refused"
    FORMULA = "formula"
    CLEARED = "cleared"  # somebody asked for what is on record to go


@dataclass(frozen=True, slots=True)
class Kind:
    """How a cell is read: ``read`` takes text without outer blanks and may raise `BadCell`.

    ``doubt`` asks a value that reads well for a warning; ``expects`` is the hint of the guide.
    """

    name: str
    read: Callable[[str], object]
    expects: str | None = None
    choices: CodeTable | None = None
    doubt: Callable[[Any], Refusal | None] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value goes, what it is called, how it is read.

    ``key`` is the name in the national exchange format. A column with a ``mask`` is personal:
    its values reach no log and no report but through the mask. ``conditional`` columns are
    required by a rule, and only sometimes.
    """

    field: str
    heading: str
    kind: Kind
    label: str
    key: str
    required: bool = True
    conditional: bool = False
    mask: Mask | None = None
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading the column answers to; the first is the one we write."""
        return self.heading, self.label, self.key


@dataclass(frozen=True, slots=True)
class Room:
    """A class of the importing school, as far as a rule may ask."""

    class_id: int = 0
    grade_id: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules may know besides the row: the importing school, its classes, the day."""

    today: date
    school_code: str
    classes: Mapping[str, Room]
    division: str = ""
    urban_rural: str = ""
    id_checksum_blocks: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What no single cell can know, told at the column ``at``.

    ``check`` gets the facts and the values of ``needs``; a refused value keeps it silent.
    """

    at: str
    needs: tuple[str, ...]
    check: Callable[..., Refusal | None]


@dataclass(frozen=True, slots=True)
class Settle:
    """Gives ``field`` its final value from the values of ``needs``, before any rule is asked."""

    field: str
    needs: tuple[str, ...]
    value: Callable[..., object]


class Problem(NamedTuple):
    """One thing wrong or odd in one cell; ``value`` is fit to be shown."""

    row: int
    heading: str
    code: str
    params: Mapping[str, object]
    value: str | None

    @property
    def is_error(self) -> bool:
        """Tell whether it keeps its row out."""
        return level_of(self.code) is Level.ERROR


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """A whole template; ``version`` changes when an old file could be misread."""

    name: str
    sheet: str
    version: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    settles: tuple[Settle, ...] = ()
    by_field: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        by_field = {column.field: column for column in self.columns}
        object.__setattr__(self, "by_field", by_field)
        asked = {name for rule in self.rules for name in rule.needs}
        asked |= {name for settle in self.settles for name in settle.needs}
        unknown = (asked | {rule.at for rule in self.rules}) - by_field.keys()
        if unknown:
            raise LookupError(f"a rule of {self.name} names no column: {sorted(unknown)}")
