"""A look at the records of an .xls: what is locked, live or linked in it, where formulas stand.

[MS-XLS] 2.3: an .xls is a stream of records, a type and a length before each; calamine reads the
values, this only what calamine does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import error, unpack_from

import olefile

from app.imports.parsing.wire import refuse

BOF, EOF, BOUNDSHEET, FORMULA, FILEPASS, SUPBOOK = 0x809, 0x0A, 0x85, 0x06, 0x2F, 0x1AE
BIFF8 = 0x600
WORKSHEET, CHART = 0, 2
INSIDE, ADD_IN = 0x401, 0x3A01  # books a SUPBOOK may mean without leaving the file
MOST_FORMULAS = 500_000
LIVE = ("_vba_project_cur", "macros", "vba", "_vba_project")  # storages of macros
EMBEDDED = ("mbd", "\x01ole10native")
LOCKED = ("encryptedpackage", "encryptioninfo", "\x06dataspaces")


@dataclass
class Found:
    """The formulas of each sheet by the place of its substream, and the names of these places."""

    formulas: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def formulas_of(self, sheet: str) -> list[tuple[int, int]]:
        """Return the formulas of a sheet; of all when nobody can tell which it is."""
        if self.places.get(sheet) in self.formulas:
            return self.formulas[self.places[sheet]]
        known = set(self.places.values())
        return [cell for at, cells in self.formulas.items() if at not in known for cell in cells]


def look(path: str) -> Found:
    """Look through the file, or refuse it."""
    try:
        with olefile.OleFileIO(path) as book:
            names = [part.lower() for entry in book.listdir(storages=True) for part in entry]
            if any(name in LOCKED for name in names):
                refuse("E-FILE-LOCKED")
            if any(name in LIVE or name.startswith(EMBEDDED) for name in names):
                refuse("E-FILE-UNSAFE")
            if "workbook" not in names:
                refuse("E-FILE-OLD" if "book" in names else "E-FILE-TYPE")
            data = book.openstream("Workbook").read()
        return look_at(data)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, error):
        refuse("E-FILE-DAMAGED")


def look_at(data: bytes) -> Found:
    """Walk the records of a workbook's stream once."""
    found = Found()
    at, here, depth = 0, -1, 0
    if unpack_from("<HHH", data)[::2] != (BOF, BIFF8):
        refuse("E-FILE-OLD")
    while at + 4 <= len(data):
        kind, size = unpack_from("<HH", data, at)
        if kind == FORMULA:
            row, column = unpack_from("<HH", data, at + 4)
            cells = found.formulas.setdefault(here, [])
            cells.append((row + 1, column))
            if len(cells) > MOST_FORMULAS:
                refuse("E-FILE-BOMB")
        elif kind == BOF:
            here = at if depth == 0 else here  # a chart lies within its sheet
            depth += 1
        elif kind == EOF:
            depth = max(0, depth - 1)
        elif kind in JUDGES:
            JUDGES[kind](found, data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _locked(_found: Found, _body: bytes) -> None:
    refuse("E-FILE-LOCKED")


def _sheet(found: Found, body: bytes) -> None:
    place, _state, kind, count, wide = unpack_from("<IBBBB", body)
    if kind not in (WORKSHEET, CHART):
        refuse("E-FILE-UNSAFE")  # a sheet of macros
    text = body[8 : 8 + count * (1 + (wide & 1))]
    found.places[text.decode("utf-16-le" if wide & 1 else "latin-1", "replace")] = place


def _linked(_found: Found, body: bytes) -> None:
    if unpack_from("<HH", body)[1] not in (INSIDE, ADD_IN):
        refuse("E-FILE-UNSAFE")


JUDGES = {FILEPASS: _locked, BOUNDSHEET: _sheet, SUPBOOK: _linked}
