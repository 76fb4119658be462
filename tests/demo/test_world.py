"""The world as the registry holds it, through the door of the application's role."""

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.cli.demo import demo
from app.demo import plan, world
from app.demo.enrolling import ENTRIES
from app.models.sealed import KEYS
from app.policies import scope
from config import Config


def counts(root, sql, *values):
    return root.execute(sql, values).fetchone()[0]


@pytest.fixture(autouse=True, scope="module")
def demo_mode(root):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_DEMO", "1")
        yield


@pytest.fixture(scope="module")
def said(root, demo_mode):
    answer = CliRunner().invoke(demo, ["--if-empty"], catch_exceptions=False)
    assert answer.exit_code == 0
    return answer.output


def test_it_has_exactly_the_planned_organisations(said, root):
    paths = dict(root.execute("SELECT code, path FROM organisation").fetchall())
    assert len(paths) == 11 + 14
    for authority in plan.authorities():
        assert paths[authority.code] == authority.path


def test_every_school_has_one_campus_and_a_cohort_a_level(said, root):
    wrong = """
        SELECT count(*) FROM school s
        WHERE (SELECT count(*) FROM campus c WHERE c.school_id = s.id) <> 1
           OR (SELECT count(*) FROM grade g WHERE g.school_id = s.id AND g.level =
               2027 - g.entry_year) <> coalesce(years_primary, 0) + coalesce(years_junior, 0)
                                       + coalesce(years_senior, 0)
    """
    assert counts(root, wrong) == 0


def test_everybody_is_owned_counted_and_accounted_for(said, root):
    pupils = sum(room.size for room in plan.rooms()) + len(ENTRIES)
    assert counts(root, "SELECT count(*) FROM student") == pupils
    assert counts(root, "SELECT sum(n) FROM headcount") == pupils
    assert counts(root, "SELECT count(*) FROM guardian") == 2 * pupils
    astray = "SELECT count(*) FROM student s JOIN organisation o ON o.id = s.school_id"
    assert counts(root, f"{astray} WHERE s.owner_path <> o.path") == 0


def test_only_the_suspended_and_the_departed_are_in_no_period_now(said, root):
    without = """
        SELECT array_agg(DISTINCT status) FROM student s WHERE NOT EXISTS
        (SELECT 1 FROM enrolment e WHERE e.student_id = s.id AND e.ended_on IS NULL)
    """
    assert counts(root, without) == ["ABROAD", "DELETED", "PENDING_REGISTRATION", "SUSPENDED"]
    ways = {row[0] for row in root.execute("SELECT DISTINCT start_kind FROM enrolment")}
    assert ways == {"ADMITTED", "RESUMED", "TRANSFERRED_IN"}


def test_problem_records_of_every_sort_and_standing_wait_or_are_settled(said, root):
    found = {tuple(row) for row in root.execute("SELECT kind, state, auto FROM problem_group g"
             " JOIN problem_item i ON i.group_id = g.id")}  # fmt: skip
    assert {kind for kind, _, _ in found} == {"DUP_ID", "DUP_NSB", "ID_ERROR"}
    assert {state for _, state, _ in found} == {"OPEN", "EVIDENCED", "DELETED"}
    assert ("DUP_ID", "EVIDENCED", True) in found  # the last one left
    assert counts(root, "SELECT count(*) FROM problem_item WHERE case_id IS NULL AND NOT auto") == 8
    flags = [row[0] for row in root.execute("SELECT DISTINCT problem_flag FROM student ORDER BY 1")]
    assert flags == ["IN_PROCESS", "NONE", "OPEN", "RESOLVED"]
    assert counts(root, "SELECT count(*) FROM check_waiting") == 0


def test_registrations_stand_everywhere_under_every_tab(said, root):
    tabs = root.execute("SELECT variant, count(*) FROM case_file WHERE kind = 'REGISTRATION'"
                        " GROUP BY 1").fetchall()  # fmt: skip
    assert dict(tuple(row) for row in tabs) == {"NEW": 9, "IN_SCHOOL": 1, "FOREIGN": 1}
    states = root.execute("SELECT DISTINCT state FROM case_file WHERE kind = 'REGISTRATION'")
    assert {row[0] for row in states} == {
        "SCHOOL_REVIEW", "AUTHORITY_REVIEW", "RETURNED", "REJECTED", "REGISTERED",
    }  # fmt: skip
    number = "SELECT number_kind || ' ' || verification FROM student WHERE name = '鲜于乐'"
    assert counts(root, number) == "G PASSED"
    assert counts(root, "SELECT count(*) FROM number_history") == 1
    fresh = "SELECT number_kind || ' ' || verification FROM student WHERE name = '臧云舟'"
    assert counts(root, fresh) == "L NONE"
    assert counts(root, "SELECT sum(rows) FROM expected_list") > 20
    assert counts(root, "SELECT count(*) FROM verification_round WHERE state = 'DONE'") == 1
    assert counts(root, "SELECT count(*) FROM aux_rule") == 1


def test_a_period_tells_the_grade_and_class_it_began_in(said, root):
    told = {
        row[0]: (row[1], row[2])
        for row in root.execute(
            "SELECT start_kind, array_agg(DISTINCT right(grade_code, 1)),"
            " bool_and(class_name ~ '级.0[1-9].班$') FROM enrolment"
            " WHERE start_case_id IS NULL GROUP BY 1"
        )
    }
    assert told == {
        "ADMITTED": (["1"], True),
        "RESUMED": (["2"], True),
        "TRANSFERRED_IN": (["1"], True),
    }


def test_the_newcomers_of_one_school_are_missing(said, root):
    empty = """
        SELECT array_agg(c.number ORDER BY c.number) FROM school_class c
        WHERE NOT EXISTS (SELECT 1 FROM student s WHERE s.class_id = c.id)
    """
    assert counts(root, empty) == ["2026101", "2026102"]


def test_personal_data_are_sealed_and_found_by_digest(said, root, house):
    KEYS.unlock(house.key_file)
    row = root.execute(
        "SELECT id_number, id_digest, number, number_digest FROM student"
        " WHERE number_kind = 'G' LIMIT 1"
    ).fetchone()
    number = KEYS.unseal(row.id_number, "id_number")
    assert KEYS.digest(number) == row.id_digest
    assert KEYS.unseal(row.number, "number") == f"G{number}"
    assert KEYS.digest(f"G{number}") == row.number_digest


def test_every_desk_has_an_account_that_may_sign_in(said, root):
    assert counts(root, "SELECT count(*) FROM account") == 5 + 10 * 2 + 2 + 14 * 4
    lines = dict(line.split(maxsplit=1) for line in said.splitlines() if line[:2].isdigit())
    told = dict(zip(*[iter(lines["2141000101"].split()[:8])] * 2, strict=True))
    for desk, role in (
        ("registrar@", "SR"),
        ("leader@", "SL"),
        ("teacher@", "CT"),
        ("subject@", "TE"),
    ):
        row = root.execute(
            "SELECT a.role, r.name, u.password FROM ab_user u JOIN account a ON a.user_id = u.id"
            " JOIN ab_user_role ur ON ur.user_id = u.id JOIN ab_role r ON r.id = ur.role_id"
            " WHERE u.username = %s",
            (f"{desk}2141000101",),
        ).fetchone()
        assert (row[0], row[1]) == (role, role)
        assert check_password_hash(row.password, told[desk])


def test_every_school_has_the_group_of_all_its_teachers(said, root):
    groups = root.execute(
        "SELECT g.name, g.owner_path, count(*) FROM user_group g JOIN group_member m"
        " ON m.group_id = g.id WHERE g.is_synchronised GROUP BY g.id"
    ).fetchall()
    assert len(groups) == 14
    assert {(row.name, row.count) for row in groups} == {("全体教师", 2)}
    assert all("/S" in row.owner_path for row in groups)


def test_a_class_teacher_sees_the_first_class_of_every_cohort(said, root):
    with world.begin(Config.read().database_url) as here, Session(here) as session:
        found = "SELECT user_id FROM account WHERE login = 'teacher@2141000102'"
        mine = scope.scope_of(session, counts(root, found))
    numbers = root.execute(
        "SELECT number FROM school_class WHERE id = ANY (%s) ORDER BY 1", (list(mine.classes),)
    ).fetchall()
    assert [row.number for row in numbers] == [f"{year}101" for year in range(2021, 2027)]


def test_outside_demo_mode_there_is_no_demo(root, monkeypatch):
    monkeypatch.setenv("XUEJI_DEMO", "0")
    refused = CliRunner().invoke(demo, [])
    assert refused.exit_code == 1
    assert "XUEJI_DEMO=1" in refused.output


def test_a_second_world_is_not_made(said, root):
    again = CliRunner().invoke(demo, ["--if-empty"], catch_exceptions=False)
    assert (again.exit_code, again.output) == (0, "")
    refused = CliRunner().invoke(demo, [])
    assert refused.exit_code == 1
    assert "not empty" in refused.output


def test_a_scaled_world_is_written_by_several_processes(house, root, monkeypatch):
    root.execute(
        "TRUNCATE organisation, account, ab_user, audit_event, audit_head, issued_number,"
        " problem_group CASCADE"
    )
    monkeypatch.setenv("XUEJI_DEMO_PASSWORD", "one-for-all")
    monkeypatch.setattr(world, "PUPILS_AT_ONCE", 3000)
    made = world.make(Config.read(), scale=2)
    assert made.schools == 28
    assert made.pupils == sum(room.size for room in plan.rooms(2))
    assert counts(root, "SELECT sum(n) FROM headcount") == made.pupils + len(ENTRIES)
    assert len(made.accounts) == 83
    assert {access.password for access in made.accounts} == {"one-for-all"}


def test_an_export_request_waits_at_every_desk_and_others_have_ended(said, root):
    found = root.execute("SELECT DISTINCT state, awaiting_office FROM export_request")
    assert {tuple(row) for row in found.fetchall()} == {
        ("DRAFT", None), ("DEPT_REVIEW", "REGISTRAR"), ("HEAD_APPROVAL", "LEADER"),
        ("APPROVED", None), ("REJECTED", None),
    }  # fmt: skip
    early = "SELECT count(*) FROM export_event WHERE at > now() - interval '12 hours'"
    assert counts(root, early) == 0
    assert counts(root, "SELECT count(*) FROM export_request WHERE rows > 0") == 5
