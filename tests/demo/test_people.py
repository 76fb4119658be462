from collections import Counter
from datetime import date

import pytest

from app.codes import national_number
from app.codes.divisions import is_known
from app.demo import names, plan, workbook
from app.demo.people import people
from app.imports import sandbox
from app.imports.check import checked
from app.imports.spec import Facts, Room
from app.imports.students import SPEC

TODAY = date(2026, 11, 21)
ROOMS = [room for room in plan.rooms() if room.size]
STAGES = [
    next(room for room in ROOMS if room.stage.value == stage)
    for stage in ("PRIMARY", "JUNIOR", "SENIOR")
]


def facts_of(room):
    return Facts(
        today=TODAY,
        school_code=room.school.code,
        classes={str(room.number): Room(1, 1)},
        division=room.school.division,
        urban_rural=room.school.urban_rural,
        id_checksum_blocks=True,
    )


@pytest.fixture(scope="module")
def world():
    return [(room, row) for room in ROOMS for row in workbook.rows(room)]


def test_everybody_would_pass_the_import_without_a_warning(world):
    for room, row in world:
        facts = facts_of(room)
        for rule in SPEC.rules:
            said = rule.check(facts, *(row.get(name) for name in rule.needs))
            assert said is None, (said, rule.at, row)


def test_every_field_reads_as_what_it_is(world):
    for _, row in world:
        for column in SPEC.columns:
            value = row.get(column.field)
            assert value is not None or not column.required or column.conditional, column.field
            if isinstance(value, str):
                assert column.kind.read(value) == value, column.field


def test_no_number_and_no_person_is_there_twice(world):
    for key in (
        lambda row: row["number"],
        lambda row: row["id_number"],
        lambda row: (row["name"], row["gender"], row["birth_date"]),
    ):
        seen = Counter(key(row) for _, row in world)
        assert [found for found, times in seen.items() if found and times > 1] == []


def test_student_numbers_are_well_formed_and_of_three_kinds(world):
    assert all(national_number.is_well_formed(row["number"]) for _, row in world)
    kinds = Counter(row["number_kind"] for _, row in world)
    assert kinds["G"] > 0.97 * len(world)
    assert kinds["J"]
    assert kinds["L"]


def test_the_world_has_minority_and_rare_names(world):
    written = [row["name"] for _, row in world]
    assert any("·" in name for name in written)
    rare = {character for character, _ in names.RARE}
    assert any(rare & set(name) for name in written)
    assert {row["ethnic"] for _, row in world} >= {names.HUI, names.UYGHUR, names.ZHUANG}


def test_households_are_in_known_divisions(world):
    assert all(is_known(row["hukou_division"]) for _, row in world)


@pytest.mark.parametrize("room", STAGES, ids=lambda room: room.stage.value)
def test_the_same_class_always_holds_the_same_people(room):
    assert people(room) == people(room)


def test_an_orphan_has_somebody_to_answer_for_it(world):
    orphans = [row for _, row in world if row["orphan"]]
    assert orphans
    assert all(row["member2_relation_note"] for row in orphans)


def test_a_workbook_of_them_reads_back_as_they_are(tmp_path):
    room = STAGES[0]
    path = tmp_path / "pupils.xlsx"
    workbook.write(path, room)
    with sandbox.opened(path, SPEC.sheet) as sheet:
        blocks = list(checked(SPEC, sheet, facts_of(room)))
    assert [problem for block in blocks for problem in block.problems] == []
    read = [name for block in blocks for name in block.values["name"]]
    assert read == [row["name"] for row in workbook.rows(room)]
