"""Files of the demo world: a class list that waits to be looked at, and a list that was taken out.

They are sent and asked for here; jobs read and write them as soon as the console runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.demo import workbook
from app.demo.past import Past
from app.demo.plan import RoomPlan, rooms
from app.demo.scenes import At
from app.exports.asking import ask_export
from app.imports import batch as batches
from app.jobs.exporting import ask_write
from app.jobs.importing import ask_check
from app.models.school import Stage

Story = Iterator[date]
SCHOOL = f"registrar@{At.HANZHONG}"
LEVEL = 3  # the class whose list is sent
MOVED, NEW = slice(0, 4), 5  # pupils whose address changed; children who have just come
FILE = "三年级1班名单（转入后核对）.xlsx"
SENT_AGO, TAKEN_AGO = 1, 2
COLUMNS = ("name", "number", "gender", "class_name", "phone", "address_now")


def stories(past: Past) -> list[Story]:
    """Return what happened with each file, day by day."""
    return [send(past), take_out(past)]


def send(past: Past) -> Story:
    """Let a registrar send the list of a class: most as the registry has it, some not."""
    yield (day := past.day(SENT_AGO))
    registrar = past.arrive(SCHOOL, day)
    with tempfile.TemporaryDirectory(prefix="xueji-demo-") as folder:
        path = Path(folder) / "list.xlsx"
        workbook.write_rows(path, listed())
        received = batches.receive(past.session, registrar.user_id, FILE, path.read_bytes())
    ask_check(past.session, received.batch)


def take_out(past: Past) -> Story:
    """Let the registrar take a masked list out of the registry."""
    yield (day := past.day(TAKEN_AGO))
    registrar = past.arrive(SCHOOL, day)
    export = ask_export(
        past.session,
        registrar,
        source="pupils",
        columns=COLUMNS,
        filters={},
        format="xlsx",
        language="zh",
        purpose="TEACHING",
        purpose_words=None,
    )
    ask_write(past.session, export)


def listed() -> list[dict[str, Any]]:
    """Return the rows of the list: classmates, newcomers, and two that nobody can read."""
    ours, next_ones = class_of()
    known = list(workbook.rows(ours))
    for row in known[MOVED]:
        row["address_now"] = row["address_mail"] = "河南省南阳市宛城区汉冢乡新华路88号"
    come = [row | {"class_number": str(ours.number)} for row in workbook.rows(next_ones)]
    come[-1] |= {"id_number": come[-1]["id_number"][:-1]}
    come[-2] |= {"class_number": "2024199"}
    return [*known, *come]


def class_of() -> tuple[RoomPlan, RoomPlan]:
    """Return the class, and one of children whom no class of the county has."""
    plans = [one for one in rooms() if one.stage is Stage.PRIMARY and one.level == LEVEL]
    ours = next(one for one in plans if one.school.code == At.HANZHONG)
    county = [one for one in plans if one.school.territorial == ours.school.territorial]
    first = max(one.first + one.size for one in county)
    return ours, replace(ours, first=first, size=NEW)
