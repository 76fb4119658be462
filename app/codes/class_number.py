"""班号: seven digits, four of entry year, one of stage, two of serial; 2026101 is 小学2026级(01)班.

Number and name carry the entry year, so neither changes when the class is promoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.codes.tables import table

SHAPE = re.compile(r"(\d{4})([123])(\d{2})", re.ASCII)
SERIALS = range(1, 100)


@dataclass(frozen=True, slots=True, order=True)
class ClassNumber:
    """The parts of a class number; ``stage`` is a code of the table of stages."""

    entry_year: int
    stage: str
    serial: int

    def __post_init__(self) -> None:
        if self.serial not in SERIALS:
            raise ValueError("the serial of a class runs from 01 to 99")

    def __str__(self) -> str:
        return f"{self.entry_year:04d}{self.stage}{self.serial:02d}"

    @property
    def default_name(self) -> str:
        """The name a class is given when it is made."""
        stage = table("stage")[self.stage].name_zh
        return f"{stage}{self.entry_year}级({self.serial:02d})班"


def parse(text: str) -> ClassNumber | None:
    """Return the parts of a class number, or None when it is none."""
    match = SHAPE.fullmatch(text)
    if match is None or match[3] == "00":
        return None
    return ClassNumber(int(match[1]), match[2], int(match[3]))
