"""Sweeping away what imports and trays leave behind; asked for by the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.exports import ending
from app.imports import remains
from app.jobs.queue import job
from app.jobs.run import Run
from app.policies.audit import record
from app.policies.scope import elevated
from app.storage.sealed_files import Folder, sweep
from app.workflows.attaching import clear_trays, named
from app.workflows.verifying import kept


@job("sweep-files", timeout=600)
def sweep_files(run: Run) -> dict[str, Any]:
    """Clear trays of a day ago; delete files no row needs and copies that no process holds."""
    now = datetime.now(UTC)
    with run.step() as session:
        with elevated(session, "files.sweep"):
            trays = clear_trays(session, now)
            remains.sweep_cells(session, now)
            needed = {
                Folder.IMPORTS: remains.needed(session, now),
                Folder.EVIDENCE: named(session),
                Folder.VERIFICATION: kept(session, now),
                Folder.EXPORTS: ending.needed(session),
            }
        files = sum(sweep(folder, digests, now) for folder, digests in needed.items())
        copies = remains.sweep_copies(now)
        if files or copies or trays:
            record(session, "files.swept", files=files, copies=copies, trays=trays)
    return {"files": files, "copies": copies, "trays": trays}
