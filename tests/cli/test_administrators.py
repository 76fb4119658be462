"""`xueji administrators`: nobody has an account until it is asked for; then three have (S13)."""

import re

import pytest
from click.testing import CliRunner

from app.cli.main import xueji


def run(*words):
    return CliRunner().invoke(xueji, ["administrators", *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def opened(root):
    assert root.execute("SELECT count(*) FROM ab_user").fetchone()[0] == 0
    return dict(re.findall(r"^(\S+@000000) +(\S{14})$", run().output, re.MULTILINE))


def test_three_are_opened_with_one_time_passwords(opened, root):
    assert set(opened) == {"admin@000000", "security@000000", "auditor@000000"}
    assert len(set(opened.values())) == 3
    rows = root.execute(
        "SELECT role, enabled, must_change_password, password_set_at, temporary_until"
        " FROM account JOIN credential USING (user_id)"
    ).fetchall()
    assert {row.role for row in rows} == {"ADM", "SEC", "AUD"}
    assert all(row.enabled and row.must_change_password for row in rows)
    assert all((r.temporary_until - r.password_set_at).total_seconds() == 72 * 3600 for r in rows)
    deeds = root.execute("SELECT action, count(*) FROM audit_event GROUP BY action").fetchall()
    assert {deed.action: deed.count for deed in deeds} == {
        "organisation.added": 1,
        "account.opened": 3,
    }


def test_they_are_not_opened_twice(opened, root):
    again = run()
    assert again.exit_code == 1
    assert "accounts already" in again.output
    assert root.execute("SELECT count(*) FROM account").fetchone()[0] == 3


def test_one_who_cannot_sign_in_is_let_in_again(opened, root):
    hashed = "SELECT password FROM ab_user WHERE username = 'admin@000000'"
    before = root.execute(hashed).fetchone()[0]
    answer = run("--reset", "admin@000000")
    assert answer.exit_code == 0, answer.output
    assert root.execute(hashed).fetchone()[0] != before
    assert opened["admin@000000"] not in answer.output


@pytest.mark.parametrize("login", ["nobody@000000", "", "registrar@411302"])
def test_nobody_else_is(opened, root, login):
    assert run("--reset", login).exit_code == 1
