"""代码表: the national and school code tables, read once from the CSV files beside this module.

Each file is ``code,name_zh,name_en,source`` and whatever else its standard says about a code.
A table is asked by name; the kinds, states and decisions of the system itself stand together
in ``system_enums.csv`` and are asked by the name of their enum.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.errors import BadCell, Refusal

DATA = Path(__file__).parent / "data"
OWN_COLUMNS = ("enum", "code", "name_zh", "name_en", "source")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code with its two names; ``extras`` are the further columns of its table, as text."""

    code: str
    name_zh: str
    name_en: str
    source: str
    extras: Mapping[str, str] = field(default_factory=dict)

    def name(self, lang: str) -> str:
        """Return the name in a language; Chinese when there is no English one."""
        return self.name_en or self.name_zh if lang == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A whole table, in the order of its file; ``words`` finds a code by any accepted word."""

    name: str
    entries: Mapping[str, Entry]
    words: Mapping[str, str]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __getitem__(self, code: str) -> Entry:
        return self.entries[code]

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, raw: str) -> str | None:
        """Return the code that ``raw`` names, by code or by Chinese or English name, or None."""
        return raw if raw in self.entries else self.words.get(folded(raw))

    def only(self, column: str, value: str = "1") -> CodeTable:
        """Return the part of the table whose extra ``column`` says ``value``."""
        kept = [entry for entry in self if entry.extras.get(column) == value]
        return _table(self.name, kept)


def folded(word: str) -> str:
    """Return a word as it is compared: full width made narrow, no blanks, no capitals."""
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


@cache
def names() -> tuple[str, ...]:
    """Return the name of every table that has a file of its own."""
    return tuple(sorted(path.stem for path in DATA.glob("*.csv")))


@cache
def table(name: str) -> CodeTable:
    """Return the table of that name, or raise `KeyError`."""
    file = DATA / f"{name}.csv"
    if name in names():
        return _table(name, [_entry(row) for row in _rows(file)])
    kept = [_entry(row) for row in _rows(DATA / "system_enums.csv") if row["enum"] == name]
    if not kept:
        raise KeyError(name)
    return _table(name, kept)


def read(name: str, raw: str) -> str:
    """Return the code ``raw`` names in a table, or raise `BadCell`."""
    code = table(name).find(raw)
    if code is None:
        raise BadCell(Refusal("E-CODE", {"table": name}))
    return code


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _entry(row: dict[str, str]) -> Entry:
    extras = {key: value for key, value in row.items() if key not in OWN_COLUMNS}
    return Entry(
        row["code"], row["name_zh"], row["name_en"], row["source"], MappingProxyType(extras)
    )


def _table(name: str, entries: list[Entry]) -> CodeTable:
    words: dict[str, str] = {}
    for entry in entries:
        both = (entry.name_zh, entry.name_en)
        for word in (entry.code, *both, *(part for name in both for part in name.split(" / "))):
            if word:
                words.setdefault(folded(word), entry.code)
    by_code = {entry.code: entry for entry in entries}
    return CodeTable(name, MappingProxyType(by_code), MappingProxyType(words))
