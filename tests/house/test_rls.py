"""Every table of the registry, one by one: a foreign row is neither shown nor taken nor made."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.models.account import AccountClass, AccountRight, Credential, GroupRight
from app.models.case import Transfer
from app.models.import_batch import (
    ImportCell,
    ImportGuardian,
    ImportLine,
    ImportMapping,
    ImportProblem,
    ImportRaw,
    ImportRow,
)
from app.models.promotion import PromotionResult
from app.models.school import SchoolClass
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Student
from app.policies import scope
from app.policies.rls import ANYBODY, SCOPED, Follows, Meets, Scoped
from tests import make
from tests.house.world import World
from tests.workflows.cases import a_transfer

FOREIGN = "stranger"
CLOSED_TO_TEACHERS = (
    "case_file",
    "import_batch",
    "import_row",
    "import_guardian",
    "import_problem",
    "import_line",
    "import_cell",
    "import_raw",
    "import_mapping",
)
MEMBER = {
    "name": "某",
    "relation": "51",
    "address": "x",
    "hukou_division": "411302000000",
    "phone": "1",
    "is_guardian": True,
}


def furnished(session):
    """A world with a row of every table at the stranger's place, and in the own one."""
    world = World(session)
    for place in ("own", FOREIGN):
        scope.enter(make.WHOLE, session)
        row = world.rows[place]
        user, room = row["account"], session.get_one(SchoolClass, row["school_class"])
        teacher = make.an_account(session, "CT", session.get_one(make.School, row["school"]))
        facts = make.pupil_facts()
        session.add_all(
            [
                AccountClass(user_id=teacher.user_id, class_id=room.id),
                AccountRight(user_id=teacher.user_id, given="register:C"),
                GroupRight(group_id=row["user_group"], given="register:C"),
                ImportRow(
                    batch_id=row["import_batch"],
                    row_no=2,
                    verdict="NEW",
                    class_number=room.number,
                    **facts,
                ),
                ImportGuardian(batch_id=row["import_batch"], row_no=2, ordinal=1, **MEMBER),
                ImportProblem(
                    batch_id=row["import_batch"], row_no=2, heading="x", code="x", severity="ERROR"
                ),
                ImportLine(batch_id=row["import_batch"], row_no=2, verdict="CHANGED"),
                ImportCell(batch_id=row["import_batch"], row_no=2, field="talent", after="x"),
                ImportRaw(batch_id=row["import_batch"], row_no=3, cells="{}"),
                ImportMapping(
                    organisation_id=row["school"], template="students", headings="x", mapping=[]
                ),
                NumberHistory(
                    student_id=row["student"],
                    number=f"L{place}",
                    number_digest=KEYS.digest(place),
                    kind="G",
                ),
                PromotionResult(
                    run_id=row["promotion_run"],
                    school_id=row["school"],
                    year=2027,
                    moved_grades=[],
                    opened_grades=[],
                    ended_grades=[],
                    stayed_grades=[],
                    moved_pupils=0,
                    stayed_pupils=0,
                ),
            ]
        )
        if session.get(Credential, user) is None:
            session.add(Credential(user_id=user))
        session.get_one(Student, row["student"]).talent = "围棋"
        session.flush()
    neighbour = make.a_school(session, "459701")
    desk = make.an_account(session, "SR", neighbour)
    there = make.a_class(session, neighbour)
    pupil = make.a_pupil(session, session.get_one(SchoolClass, world.rows[FOREIGN]["school_class"]))
    a_transfer(session, pupil, desk, there)
    scope.enter(make.WHOLE, session)
    return world


def key_of(rule):
    """The condition that a row is the stranger's."""
    if isinstance(rule, Follows):
        return f"{rule.by} IN (SELECT id FROM {rule.parent} WHERE starts_with(owner_path, :path))"  # noqa: S608
    if isinstance(rule, Meets):
        return f"id IN (SELECT {rule.by} FROM {rule.child} WHERE starts_with(owner_path, :path))"  # noqa: S608
    return "starts_with(owner_path, :path)"


def counted(session, table, path):
    sql = f"SELECT count(*) FROM {table} WHERE {key_of(SCOPED[table])}"  # noqa: S608
    return session.scalar(text(sql), {"path": path})


def own_key(rule):
    """The column that says whose a row is."""
    if isinstance(rule, Meets):
        return "id"
    return "owner_path" if isinstance(rule, Scoped) else rule.by


def touched(session, table, path):
    """How many foreign rows an UPDATE, if the application may send one at all, would change."""
    rule = SCOPED[table]
    column = own_key(rule)
    sql = f"UPDATE {table} SET {column} = {column} WHERE {key_of(rule)}"  # noqa: S608
    try:
        with session.begin_nested():
            return session.execute(text(sql), {"path": path}).rowcount
    except DBAPIError as refused:
        return 0 if refused.orig.sqlstate == "42501" else -1


def become(session, account):
    scope.enter(scope.scope_of(session, account.user_id), session)
    session.expire_all()


def test_no_table_shows_or_gives_up_a_foreign_row(session):
    world = furnished(session)
    path = world.paths[FOREIGN].rpartition("S")[0]  # the county's: some things are an authority's
    empty = [table for table in SCOPED if not counted(session, table, path)]
    assert empty == []  # else the rest would prove nothing
    ids = {t: scoped_ids(session, t, path) for t, r in SCOPED.items() if not isinstance(r, Scoped)}
    become(session, world.account("SR"))
    open_to_all = {t for t, r in SCOPED.items() if isinstance(r, Scoped) and r.reads == ANYBODY}
    seen = [table for table in SCOPED if not_hidden(session, table, path, ids)]
    assert set(seen) == open_to_all
    assert [table for table in SCOPED if touched(session, table, path)] == []


def scoped_ids(session, table, path):
    sql = f"SELECT {own_key(SCOPED[table])} FROM {table} WHERE {key_of(SCOPED[table])}"  # noqa: S608
    return session.scalars(text(sql), {"path": path}).all()


def not_hidden(session, table, path, ids):
    if table not in ids:
        return counted(session, table, path)
    sql = f"SELECT count(*) FROM {table} WHERE {own_key(SCOPED[table])} = ANY(:ids)"  # noqa: S608
    return session.scalar(text(sql), {"ids": list(ids[table])})


def test_a_teacher_sees_nothing_of_what_is_not_for_teachers(session):
    world = furnished(session)
    path = world.paths["own"]
    become(session, world.account("SR"))
    assert [table for table in CLOSED_TO_TEACHERS if not counted(session, table, path)] == []
    become(session, world.account("CT"))
    assert [table for table in CLOSED_TO_TEACHERS if counted(session, table, path)] == []
    assert [table for table in CLOSED_TO_TEACHERS if touched(session, table, path)] == []


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (lambda r: ImportProblem(batch_id=r["import_batch"], row_no=1, heading="x", code="x",
                                 severity="ERROR"), "XJ404"),
        (lambda r: GroupRight(group_id=r["user_group"], given="register:C"), "XJ404"),
        (lambda r: AccountRight(user_id=r["account"], given="register:C"), "42501"),
        (lambda r: NumberHistory(student_id=r["student"], number="L1", number_digest=b"1",
                                 kind="G"), "XJ404"),
    ],
)  # fmt: skip
def test_a_parent_out_of_scope_is_no_parent(session, row, state):
    world = World(session)
    become(session, world.account("SR"))
    session.add(row(world.rows["sibling"]))
    with pytest.raises(DBAPIError) as refused:
        session.flush()
    assert refused.value.orig.sqlstate == state


def test_a_class_of_another_school_is_given_to_no_teacher(session):
    world = World(session)
    scope.enter(make.WHOLE, session)
    teacher = make.an_account(session, "CT", session.get_one(
        make.School, world.rows["own"]["school"]))  # fmt: skip
    session.add(
        AccountClass(user_id=teacher.user_id, class_id=world.rows["sibling"]["school_class"])
    )
    with pytest.raises(DBAPIError) as refused:
        session.flush()
    assert refused.value.orig.sqlstate == "XJ404"


def test_a_case_about_a_foreign_pupil_is_not_opened(session):
    world = World(session)
    own = world.rows["own"]
    become(session, world.account("SR"))
    session.add(
        Transfer(
            student_id=world.rows["sibling"]["student"],
            owner_id=own["school"],
            receiving_id=own["school"],
            awaiting_id=own["school"],
            initiator_id=own["account"],
            initiator_org_id=own["school"],
            state="DRAFT",
            snapshot={},
            to_grade_id=own["grade"],
            to_class_id=own["school_class"],
            reason="1",
        )
    )
    with pytest.raises(DBAPIError) as refused:
        session.flush()
    assert refused.value.orig.sqlstate == "XJ404"


def test_an_error_of_the_database_holds_no_value(session):
    with pytest.raises(DBAPIError) as broken:
        session.execute(text("SELECT 1/0, :secret"), {"secret": "密411302199001010011"})
    assert "密411302199001010011" not in str(broken.value)


@pytest.mark.parametrize(
    "change", [{"role": "PL"}, {"organisation_id": "school"}, {"enabled": False}]
)
def test_nobody_changes_their_own_role_place_or_state(session, change):
    world = World(session)
    account = world.account("CR")
    become(session, account)
    (column,) = change
    sql = f"UPDATE account SET {column} = :value WHERE user_id = :me"  # noqa: S608
    value = world.rows["own"].get(change[column], change[column])
    with pytest.raises(DBAPIError) as refused:
        session.execute(text(sql), {"value": value, "me": account.user_id})
    assert refused.value.orig.sqlstate == "XJ409"
