"""Sweeping away what imports leave behind; asked for by the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.imports import remains
from app.jobs.queue import job
from app.jobs.run import Run
from app.policies.audit import record
from app.policies.scope import elevated


@job("sweep-files", timeout=600)
def sweep(run: Run) -> dict[str, Any]:
    """Delete workbooks that no batch needs and copies that no process holds."""
    now = datetime.now(UTC)
    with run.step() as session:
        with elevated(session, "files.sweep"):
            keep = remains.needed(session, now)
        files, copies = remains.sweep_files(keep, now), remains.sweep_copies(now)
        if files or copies:
            record(session, "files.swept", files=files, copies=copies)
    return {"files": files, "copies": copies}
