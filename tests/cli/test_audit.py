"""`xueji audit`: says what is wrong with the log and where; the clock anchors it."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from app.bench.audit import fill
from app.cli.main import xueji
from app.jobs.clock import SCHEDULE
from app.jobs.queue import KINDS, ask
from app.jobs.registry import load
from app.jobs.sessions import transaction
from app.jobs.worker import perform
from app.policies.anchors import Head, append

CHAINS, EVENTS = 3, 20


def run(*words):
    return CliRunner().invoke(xueji, ["audit", *map(str, words)])


@pytest.fixture(scope="module", autouse=True)
def log(root, tmp_path_factory):
    """A log that was anchored once."""
    fill(root, CHAINS, EVENTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_ANCHOR_FILE", str(tmp_path_factory.mktemp("log") / "anchors"))
        told = run("anchor")
        assert told.exit_code == 0, told.output
        assert f"{CHAINS} lines" in told.output
        yield root


def test_a_whole_log_is_told_in_one_line():
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert told.output == f"{CHAINS * EVENTS + 1} events in {CHAINS + 1} chains: 0 faults\n"


def test_anchoring_again_adds_what_moved_and_nothing_else():
    assert f"{CHAINS + 1} lines" in run("anchor").output  # the anchoring is an event itself
    assert run("verify").exit_code == 0


def test_a_worker_anchors_and_verifies_and_the_log_says_so(root):
    load()
    results = []
    for kind in ("anchor-audit", "verify-audit"):
        with transaction() as session:
            job_id = ask(session, kind)
        assert perform(job_id, "a test") == "done", kind
        results.append(
            root.execute("SELECT result FROM job WHERE id = %s", (job_id,)).fetchone()[0]
        )
    assert results[0]["lines"] > CHAINS
    assert results[1]["faults"] == 0
    assert results[1]["events"] > CHAINS * EVENTS
    said = "SELECT details FROM audit_event WHERE action = 'audit.verified'"
    assert [row.details["faults"] for row in root.execute(said)] == [0]


def test_faults_are_told_with_organisation_number_and_kind(root):
    root.execute("UPDATE audit_event SET ip = '10.9.9.9' WHERE owner_path ~ '0001' AND seq = 5")
    root.execute("DELETE FROM audit_event WHERE owner_path ~ '0002' AND seq > 18")
    root.execute("UPDATE audit_head SET seq = 18 WHERE path ~ '0002'")
    told = run("verify")
    assert told.exit_code == 1
    first, second, summary = told.output.splitlines()
    assert first == "/41/0001/  5  was changed, or does not follow the one before it"
    assert second.startswith("/41/0002/  19–20  missing at the end of the chain (anchored at 20")
    assert "2 faults" in summary


def test_an_anchor_file_that_was_exchanged_is_told(tmp_path):
    other = tmp_path / "other"
    append(other, [Head("/", 1, b"x")], datetime.now(UTC))
    told = run("verify", "--anchors", other)
    assert told.exit_code == 1
    assert "the log names a last line that is not there" in told.output


def test_without_anchors_it_says_what_does_not_show(monkeypatch, tmp_path):
    monkeypatch.setenv("XUEJI_ANCHOR_FILE", str(tmp_path / "none"))
    assert "No anchors" in run("verify").output


def test_without_the_owners_address_it_says_which_setting(monkeypatch):
    monkeypatch.delenv("XUEJI_OWNER_DATABASE_URL")
    told = run("verify")
    assert told.exit_code == 1
    assert "XUEJI_OWNER_DATABASE_URL" in told.output


def test_the_clock_anchors_every_hour_and_verifies_every_day():
    load()
    crons = {entry.kind: entry.cron for entry in SCHEDULE if entry.kind in KINDS}
    assert crons["anchor-audit"].endswith(" * * * *")
    assert crons["verify-audit"].endswith(" * * *")
