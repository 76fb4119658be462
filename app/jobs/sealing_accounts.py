"""Closing, once a night, the accounts that nobody used for as long as the switch says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.jobs.importing import today
from app.jobs.queue import job
from app.jobs.run import Run
from app.policies.switches import setting
from app.workflows.closing_accounts import seal_unused

NATION = "/"  # whoever guards the accounts of the house sets the switch for all of it


@job("seal-accounts", timeout=600)
def seal_accounts(run: Run) -> dict[str, Any]:
    """Seal what was not used, some accounts a step; 0 days on the switch seals none."""
    sealed = 0
    while True:
        with run.step() as session:
            days = setting(session, NATION, "seal_unused_days", today()).number
            done = seal_unused(session, days, datetime.now(UTC)) if days else 0
        if not done:
            return {"sealed": sealed}
        sealed += done
