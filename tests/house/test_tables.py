"""Rules of the house about tables: each is classified, and the application owns nothing."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli.database import OWNER
from app.models.base import Model
from app.models.every import MODULES
from app.policies.resealing import places
from app.policies.rls import APP_ROLE, PUBLIC, SCOPED, Scoped, is_named
from config import ROOT

assert MODULES
TABLES = """
SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
OWNED = "SELECT relname FROM pg_class WHERE relowner = to_regrole(:role)"
POWERS = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = :role"
POLICIES = (
    "SELECT tablename, cmd, qual, with_check FROM pg_policies"
    " WHERE policyname NOT IN ('keys', 'asks')"
)
ASKS = "SELECT tablename, roles::text, cmd, with_check FROM pg_policies WHERE policyname = 'asks'"
KEYS = "SELECT tablename, roles::text, cmd, with_check FROM pg_policies WHERE policyname = 'keys'"


def rows(session, sql, **params):
    return [tuple(row) for row in session.execute(text(sql), params)]


def test_every_table_is_scoped_or_listed_as_public(session):
    for table, forced in rows(session, TABLES):
        assert forced == (table in SCOPED), table
        assert forced or any(is_named(table, key) for key in PUBLIC), table


def test_every_scoped_table_exists(session):
    assert set(SCOPED) <= {table for table, _ in rows(session, TABLES)}


def test_policies_in_the_database_are_those_declared(session):
    found = {}
    for table, cmd, qual, check in rows(session, POLICIES):
        found.setdefault(table, {})[cmd] = (qual, check)
    assert set(found) == set(SCOPED)
    for table, rule in SCOPED.items():
        trail = isinstance(rule, Scoped) and rule.insert_anywhere
        reads = isinstance(rule, Scoped) and rule.reads
        written = {"UPDATE"} if trail and rule.by else set()  # carried along with its owner
        commands = (
            {"SELECT", "INSERT"} | written if trail else {"ALL", "SELECT"} if reads else {"ALL"}
        )
        assert set(found[table]) == commands, table
        if not trail:
            qual, check = found[table]["ALL"]
            assert qual == check, table


def test_only_the_owner_sees_sealed_rows_and_only_to_seal_them_anew(session):
    found = {table: told for table, *told in rows(session, KEYS)}
    assert set(found) == {place.name for place in places()} | {"audit_event"}
    for table, (roles, cmd, check) in found.items():
        assert roles == f"{{{OWNER}}}", table
        assert "'keys.rotate'" in check, table
        assert cmd == ("INSERT" if table == "audit_event" else "ALL"), table


def test_only_the_owner_notes_who_waits_for_a_comparison_and_reads_nothing_there(session):
    assert rows(session, ASKS) == [("check_waiting", f"{{{OWNER}}}", "INSERT", "true")]


def test_the_application_owns_nothing_and_cannot_bypass(session):
    assert rows(session, OWNED, role=APP_ROLE) == []
    assert rows(session, POWERS, role=APP_ROLE) == [(False,)]
    assert session.scalar(text("SELECT current_user")) == APP_ROLE
    assert session.scalar(text("SELECT row_security_active('student')"))


def test_the_application_cannot_change_what_was_written_down(session):
    for table in ("audit_event", "row_history", "case_event"):
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            asked = text("SELECT has_table_privilege(:table, :right)")
            assert not session.scalar(asked, {"table": table, "right": right}), (table, right)
    assert not session.scalar(text("SELECT has_table_privilege('audit_head', 'SELECT')"))


FOUND_BY_KEY = {  # never listed by range: read through the person or the group they belong to
    "account_class",
    "account_right",
    "credential",
    "group_member",
    "group_right",
    "notice_seen",
    "saved_filter",
    "user_group",
}


@pytest.mark.parametrize(
    "name", [name for name, rule in SCOPED.items() if isinstance(rule, Scoped)]
)
def test_every_scoped_model_has_an_owner_path_that_leads_an_index(name):
    table = Model.metadata.tables[name]
    assert table.c.owner_path.type.collation == "C"
    assert name in FOUND_BY_KEY or any(
        index.columns[0].name == "owner_path" for index in table.indexes
    ), name


ELEVATED = {  # who may widen the scope: the engine, what it asks for, and the jobs
    "app/policies/scope.py",
    "app/workflows/admission.py",
    "app/workflows/aux_once.py",
    "app/workflows/class_change.py",
    "app/workflows/comparing_sides.py",
    "app/workflows/correcting.py",
    "app/workflows/engine.py",
    "app/workflows/foreseeing.py",
    "app/workflows/lookup.py",
    "app/workflows/opening.py",
    "app/workflows/resubmitting.py",
    "app/workflows/submitting.py",
    "app/workflows/verifying.py",
    "app/workflows/witness.py",
    "app/jobs/comparing.py",
    "app/jobs/exporting.py",
    "app/jobs/hook.py",
    "app/jobs/reminding.py",
    "app/jobs/importing.py",
    "app/jobs/numbering.py",
    "app/jobs/sweeping.py",
    "app/jobs/verifying.py",
    "app/jobs/waiting.py",
}


def test_only_the_workflows_and_jobs_widen_the_scope():
    callers = {
        str(path.relative_to(ROOT))
        for path in Path(ROOT, "app").rglob("*.py")
        if re.search(r"\b(elevated|asking)\(", path.read_text("utf-8"))
    }
    assert callers - ELEVATED <= {p for p in callers if p.startswith(("app/demo/", "app/bench/"))}


SQL = re.compile(r"(text|exec_driver_sql)\(\s*f[\"']")


def test_no_statement_is_built_from_strings_outside_the_policies():
    guilty = [
        str(path.relative_to(ROOT))
        for path in Path(ROOT, "app").rglob("*.py")
        if SQL.search(path.read_text("utf-8"))
        and not str(path.relative_to(ROOT)).startswith(("app/policies/", "app/bench/"))
    ]
    assert guilty == []
