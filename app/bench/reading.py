"""B3 and B10: a workbook read, next to the parser alone and to tablib as shipped; time and memory.

Each reading is a process of its own, so that the peak of its memory is its own: of the product
the parent's and the child's together. No registry is needed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import tablib
from python_calamine import CalamineWorkbook
from tablib.formats._xlsx import XLSXFormat

from app.bench.figures import Figures, timed
from app.demo import workbook
from app.demo.plan import RoomPlan, rooms
from app.imports import sandbox, tablib_formats
from app.imports.students import SPEC

SAMPLE = 5_000  # rows for tablib as shipped, which takes minutes for a hundred thousand
KILOBYTES_A_MEGABYTE = 1024


def measure(rows: int, rounds: int) -> Figures:
    """Read a workbook of that many rows so many times each way; return the medians."""
    figures = Figures(f"B3, B10 reading {rows:,} rows of 72 columns, medians of {rounds}")
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.xlsx", Path(folder) / "small.xlsx"
        for path, many in ((large, rows), (small, min(SAMPLE, rows))):
            write(path, many)
        ours, raw = read(large, "product", rounds), read(large, "calamine", rounds)
        usual = read(small, "stock", rounds)
        house = read(small, "house", rounds)
    for name, found in (
        ("product reader", ours),
        ("calamine alone", raw),
        (f"tablib as shipped, {SAMPLE:,} rows", usual),
        (f"tablib of the house, {SAMPLE:,} rows", house),
    ):
        figures.add(name, f"{found.pace:,.0f} rows/s", f"peak {found.megabytes:,.0f} MB")
    figures.add("B3 product reader ÷ calamine", f"{ours.pace / raw.pace:.2f}", "≥ 0.9")
    figures.add("B3 product reader ÷ tablib", f"{ours.pace / usual.pace:.1f}", "≥ 8")
    figures.add("B10 memory ÷ calamine", f"{ours.megabytes / raw.megabytes:.2f}", "≤ 1.3")
    return figures


def write(path: Path, rows: int) -> None:
    """Write a workbook in a process of its own: a child's peak is never below its parent's."""
    maker = get_context("spawn").Process(target=written, args=(path, rows))
    maker.start()
    maker.join()


def written(path: Path, rows: int) -> None:
    """Write a workbook of invented pupils."""
    workbook.write(path, a_room(rows))


def a_room(rows: int) -> RoomPlan:
    """Return a class of that many invented pupils."""
    one = next(room for room in rooms() if room.level == 1)
    return RoomPlan(one.school, one.stage, 1, 1, rows, first=0)


class Found:
    """The medians of some readings: rows a second, and megabytes at the peak."""

    def __init__(self, told: list[dict[str, float]]) -> None:
        self.pace = median(one["rows"] / one["seconds"] for one in told)
        self.megabytes = median(one["megabytes"] for one in told)


def read(path: Path, way: str, rounds: int) -> Found:
    """Read a workbook one way, each time in a process of its own."""
    command = [sys.executable, "-m", "app.bench.reading", way, str(path)]
    told = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  ours
        for _ in range(rounds)
    ]
    return Found([json.loads(one) for one in told])


# ── one reading, in a process of its own ────────────────────────────────────────────────────


def by_product(path: Path) -> int:
    """Read as an import does: looked at first, parsed by a limited child, columns over a pipe."""
    with sandbox.opened(path, SPEC.sheet) as sheet:
        return sum(len(columns[0]) for _, columns in sheet.blocks)


def by_calamine(path: Path) -> int:
    """Read with the parser alone."""
    return sum(1 for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())


def by_stock_tablib(path: Path) -> int:
    """Read as tablib does as shipped (openpyxl)."""
    with path.open("rb") as stream:
        data = tablib.Dataset()
        XLSXFormat.import_set(data, stream)
        return int(data.height) + 1


def by_house_tablib(path: Path) -> int:
    """Read as tablib does here: the child reads, a data set is filled row by row."""
    tablib_formats.register()
    with path.open("rb") as stream:
        return int(tablib.Dataset().load(stream, format="xlsx").height) + 1


WAYS: dict[str, Callable[[Path], int]] = {
    "product": by_product,
    "calamine": by_calamine,
    "stock": by_stock_tablib,
    "house": by_house_tablib,
}


def main(way: str, path: str) -> None:
    """Read once and print rows, seconds and the peak of memory, child included."""
    rows, seconds = timed(lambda: WAYS[way](Path(path)))
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    megabytes = sum(peaks) / KILOBYTES_A_MEGABYTE
    print(json.dumps({"rows": rows, "seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
