"""Which organisations, schools, cohorts and classes the demo world has, before any row exists."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from app.codes.class_number import ClassNumber
from app.models.school import Stage

DATA = Path(__file__).parent / "data"
SEED = "xueji"
SCHOOL_YEAR = 2026  # 1 September 2026 to 31 August 2027
EMPTY = ("2141000101", SCHOOL_YEAR)  # this school's newcomers are yet to be imported
CLASS_SIZES = range(23, 28)
MOST_COPIES = 1000  # of a school: its code has three digits for the copy


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority as `organisations.csv` has it; above stands before below."""

    code: str
    tier: str
    name: str
    parent: str
    path: str


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A school as `schools.csv` has it, or a copy of one under the same authority."""

    code: str
    name: str
    type: str
    years: tuple[tuple[Stage, int], ...]
    managing: str
    territorial: str
    division: str
    urban_rural: str
    classes_per_grade: int


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A class to be: ``first`` is its first pupil's place among all of its county's cohort."""

    school: SchoolPlan
    stage: Stage
    level: int
    serial: int
    size: int
    first: int

    @property
    def entry_year(self) -> int:
        """The year its cohort entered the stage."""
        return SCHOOL_YEAR + 1 - self.level

    @property
    def number(self) -> ClassNumber:
        """Its class number."""
        return ClassNumber(self.entry_year, self.stage.digit, self.serial)


@cache
def authorities() -> tuple[Authority, ...]:
    """Return the authorities."""
    return tuple(
        Authority(row["code"], row["tier"].upper(), row["name"], row["parent_code"], row["path"])
        for row in _rows("organisations.csv")
    )


@cache
def base_schools() -> tuple[SchoolPlan, ...]:
    """Return the schools of an unscaled world."""
    return tuple(
        SchoolPlan(
            code=row["code"],
            name=row["name"],
            type=row["school_type"],
            years=_years(row),
            managing=row["managing_authority"],
            territorial=row["territorial_authority"],
            division=row["division"],
            urban_rural=row["urban_rural"],
            classes_per_grade=int(row["classes_per_grade"]),
        )
        for row in _rows("schools.csv")
    )


def schools(scale: int = 1) -> Iterator[SchoolPlan]:
    """Yield the base schools, then ``scale - 1`` copies of each under the same authorities."""
    if not 1 <= scale <= MOST_COPIES:
        raise ValueError(f"the scale runs from 1 to {MOST_COPIES}")
    yield from base_schools()
    counties = {authority.code: authority.name[:3] for authority in authorities()}
    for copy in range(1, scale):
        for nth, base in enumerate(base_schools()):
            kind = "小学" if base.years[-1][0] is Stage.PRIMARY else "中学"
            yield SchoolPlan(
                f"{base.code[:4]}{copy:03d}{base.code[-3:]}",
                f"{counties[base.territorial]}第{copy * len(base_schools()) + nth}{kind}",
                base.type,
                base.years,
                base.managing,
                base.territorial,
                base.division,
                base.urban_rural,
                base.classes_per_grade,
            )


def rooms(scale: int = 1) -> Iterator[RoomPlan]:
    """Yield every class, school by school; the base schools are the same at any scale."""
    filled: Counter[tuple[str, Stage, int]] = Counter()
    for school in schools(scale):
        sizes = Random(f"{SEED}/{school.code}")
        for stage, years in school.years:
            for level in range(years, 0, -1):
                cohort = (school.territorial, stage, level)
                for serial in range(1, school.classes_per_grade + 1):
                    size = sizes.choice(CLASS_SIZES)
                    if (school.code, SCHOOL_YEAR + 1 - level) == EMPTY:
                        size = 0
                    yield RoomPlan(school, stage, level, serial, size, filled[cohort])
                    filled[cohort] += size


def _years(row: dict[str, str]) -> tuple[tuple[Stage, int], ...]:
    stages = [Stage.of_digit(digit) for digit in row["stages"].split(";")]
    return tuple((stage, int(row[f"years_{stage.value.lower()}"])) for stage in stages)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
