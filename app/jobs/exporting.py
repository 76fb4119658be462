"""Exports as jobs: write the file of an export that was asked for, and end those whose time is up.

A part of an export is one step: killed at any point it is made anew, and the same rows make the
same bytes.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.jobs.queue import ask
from app.models.export import Export


def ask_write(session: Session, export: Export) -> int | None:
    """Promise the file of an export to a job, in the caller's transaction."""
    key = f"export.write:{export.id}:{export.job_id or 0}"
    export.job_id = ask(
        session, "export.write", key=key, asked_by=export.asked_by, export=export.id
    )
    return export.job_id
