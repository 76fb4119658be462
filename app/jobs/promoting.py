"""The yearly promotion as a job: one managing authority's schools a step, resumed where it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Refused
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.models.promotion import PromotionRun
from app.workflows import promotion, turning

WHOLE = 1000  # thousandths


def ask_run(session: Session, run: PromotionRun, asked_by: int) -> int | None:
    """Ask for a confirmed run in the caller's transaction; once more only after a job that died."""
    key = f"promotion:{run.id}:{run.job_id or 0}"
    run.job_id = ask(session, "promotion.run", key=key, asked_by=asked_by, run=run.id)
    return run.job_id


@job("promotion.run")
def promote(work: Run) -> dict[str, Any]:
    """Turn the year of a run, chunk by chunk."""
    with work.step() as session:
        run = session.get_one(PromotionRun, work.args["run"])
        shut = promotion.closed(session, run.authority, promotion.day_of(datetime.now(UTC)))
        if shut and "after" not in work.checkpoint:  # half a province turned is worse than a whole
            raise Refused(shut)
        todo = turning.chunks(session, run)
    for at, managing_id in enumerate(todo, 1):
        if managing_id <= work.checkpoint.get("after", 0):
            continue
        with work.step(progress=WHOLE * at // len(todo), after=managing_id) as session:
            turning.turn(session, session.get_one(PromotionRun, work.args["run"]), managing_id)
    with work.step(progress=WHOLE) as session:
        run = session.get_one(PromotionRun, work.args["run"])
        return {"schools": turning.finish(session, run)}
