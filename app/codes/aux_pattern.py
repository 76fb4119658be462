"""学籍辅号的式样 (P34): a province's own number as data, such as ``{school}{year}{seat:2}``.

Parts stand in braces, with a width where theirs may vary; between them capitals, digits, hyphens.
The parts that tell any two pupils of a province apart must all be there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from app.errors import Refusal, Refused

LONGEST = 30  # characters of a number, as the form has them
PIECE = re.compile(r"\{([a-z]+)(?::([0-9]))?\}|([A-Z0-9-])")


class Width(NamedTuple):
    """How many characters a part has when nothing is said, and between which one may choose."""

    usual: int
    least: int
    most: int


PARTS = {  # in the order a page explains them
    "province": Width(2, 2, 2),
    "city": Width(2, 2, 2),
    "county": Width(2, 2, 2),
    "school": Width(10, 4, 10),  # 学校标识码; fewer: its last digits
    "year": Width(4, 2, 4),  # of entry; two: its last digits
    "stage": Width(1, 1, 1),
    "class": Width(2, 2, 2),  # the serial, the last two digits of the class number
    "seat": Width(2, 2, 4),
}
NEEDED = ("school", "year", "stage", "class", "seat")


class Piece(NamedTuple):
    """A part and its width, or a character that stands for itself."""

    part: str
    width: int
    sign: str = ""


class Seat(NamedTuple):
    """Where a pupil sits, as far as a number is made of it; ``division`` is the school's."""

    division: str
    school_code: str
    class_number: str
    seat: int


EXAMPLE = Seat("411302000000", "2141000101", "2026101", 7)


class Pattern(NamedTuple):
    """A pattern that can be used."""

    text: str
    pieces: tuple[Piece, ...]

    def number(self, at: Seat) -> str | None:
        """Return the number of a pupil, or None when the seat has more digits than its part."""
        told = {
            "province": at.division[:2],
            "city": at.division[2:4],
            "county": at.division[4:6],
            "school": at.school_code,
            "year": at.class_number[:4],
            "stage": at.class_number[4],
            "class": at.class_number[5:],
        }
        made = [
            piece.sign or (told.get(piece.part) or f"{at.seat:0{piece.width}d}")
            for piece in self.pieces
        ]
        if any(piece.part == "seat" and at.seat >= 10**piece.width for piece in self.pieces):
            return None
        cut = zip(made, self.pieces, strict=True)
        return "".join(text[-piece.width :] for text, piece in cut)


def tidy(raw: str) -> str:
    """Return a pattern as it is kept: narrow characters, no blanks."""
    return "".join(unicodedata.normalize("NFKC", raw).split())


def parse(raw: str) -> Pattern:
    """Read a pattern, or raise `Refused` with every reason why it cannot be used."""
    text = tidy(raw)
    pieces, refusals = _pieces(text)
    if not refusals:
        refusals = _whole(pieces)
    if refusals:
        raise Refused(*refusals)
    return Pattern(text, tuple(pieces))


def _pieces(text: str) -> tuple[list[Piece], list[Refusal]]:
    pieces: list[Piece] = []
    refusals: list[Refusal] = []
    at = 0
    while at < len(text):
        found = PIECE.match(text, at)
        if found is None:
            return pieces, [*refusals, Refusal("E-AUX-SIGN", {"at": at + 1, "sign": text[at]})]
        at = found.end()
        part, width, sign = found.groups()
        wrong = None if sign else _wrong(part, width)
        if wrong is not None:
            refusals.append(wrong)
        else:
            pieces.append(Piece("", 1, sign) if sign else _piece(part, width))
    return pieces, refusals


def _piece(part: str, width: str | None) -> Piece:
    return Piece(part, int(width or 0) or PARTS[part].usual)


def _wrong(part: str, width: str | None) -> Refusal | None:
    known = PARTS.get(part)
    if known is None:
        return Refusal("E-AUX-PART", {"part": part[:20]})
    if width is not None and not known.least <= int(width) <= known.most:
        return Refusal("E-AUX-WIDTH", {"part": part, "least": known.least, "most": known.most})
    return None


def _whole(pieces: list[Piece]) -> list[Refusal]:
    """Return what is wrong with the pattern as a whole."""
    there = {piece.part for piece in pieces}
    lacks = tuple(f"aux.{part}" for part in NEEDED if part not in there)
    length = sum(piece.width for piece in pieces)
    found = [Refusal("E-AUX-LACKS", {"parts": lacks})] if lacks else []
    if length > LONGEST:
        found.append(Refusal("E-AUX-LONG", {"length": length, "most": LONGEST}))
    return found
