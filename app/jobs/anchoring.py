"""The clock's care for the log: its ends written outside every hour, its links checked daily."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.jobs.queue import job
from app.jobs.run import Run
from app.policies import audit_chain
from config import Config


@job("anchor-audit", timeout=600)
def anchor(run: Run) -> dict[str, Any]:
    """Append the end of every chain that moved to the anchor file."""
    with run.step() as session:
        return {"lines": audit_chain.anchor(session, Config.read().anchor_file, datetime.now(UTC))}


@job("verify-audit", timeout=3600)
def verify(run: Run) -> dict[str, Any]:
    """Check every chain, and leave the answer in the log itself."""
    with run.step() as session:
        found = audit_chain.verify_within(session, Config.read().anchor_file)
        return {"events": found.events, "faults": found.faults}
