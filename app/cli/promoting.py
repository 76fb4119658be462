"""`xueji promote`: rehearse a turn of the school year, or turn it, from the command line.

Whoever has the shell is the house's own operator: a run from here counts as the scheduled one
(Q-40), which needs a rehearsal of the same day and no second person, but the year typed again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.importing import ready
from app.jobs.sessions import engine
from app.messages.catalogue import say
from app.models.organisation import Organisation, Tier
from app.models.promotion import PromotionRun, RunState
from app.policies.scope import EVERYTHING, Scope, within
from app.workflows import promotion, turning

HOUSE = Scope("", EVERYTHING, reason="xueji promote")  # structure and figures, and no pupil
LABELS = {
    "schools": "schools",
    "turned": "of them turned already",
    "up_grades": "grades that go up",
    "up_pupils": "pupils in them",
    "ended_grades": "last grades that end",
    "stayed_grades": "last grades that stay (not graduated)",
    "stayed_pupils": "pupils in them",
    "odd_grades": "grades out of step (look at them first)",
}


@click.command()
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Such as 2027.")
@click.option("--authority", "code", default="000000", show_default=True)
@click.option("--dry-run", is_flag=True, help="Rehearse only; change nothing.")
@click.option("--yes", "agreed", is_flag=True, help="Do not ask for the year again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def promote(*, year: int, code: str, dry_run: bool, agreed: bool, as_json: bool) -> None:
    """Turn the school year for the ministry's or a province's schools."""
    ready()
    with within(HOUSE):
        run_id, told = rehearsed(code, year)
        if not as_json:
            click.echo("\n".join(f"{told[name]:>10,}  {label}" for name, label in LABELS.items()))
        if not dry_run:
            left = left_over(run_id)
            if left is None:
                insist_open(code)
                agree(year, told, agreed=agreed)
            told["schools_turned"] = turned(left or run_id)
            told["state"] = "done"
    if as_json:
        click.echo(json.dumps({"run": run_id, "year": year, **told}))
    elif not dry_run:
        click.echo(f"{told['schools_turned']:>10,}  schools turned into school year {year}")


def rehearsed(code: str, year: int) -> tuple[int, dict[str, int | str]]:
    """Rehearse and return the run's id and counts."""
    with Session(engine()) as session, session.begin():
        place = session.scalar(select(Organisation).where(Organisation.code == code))
        if place is None or place.tier not in (Tier.MINISTRY, Tier.PROVINCE):
            raise click.ClickException(f"{code} is neither the ministry nor a province.")
        run = promotion.rehearse(session, place, year, None)
        return run.id, {**run.summary, "state": "rehearsed"}


def insist_open(code: str) -> None:
    """Go on only when no authority has closed the turn to this one."""
    with Session(engine()) as session:
        place = session.scalars(select(Organisation).where(Organisation.code == code)).one()
        today = promotion.day_of(datetime.now(UTC))
        if refusal := promotion.closed(session, place, today):
            raise click.ClickException(say(refusal, "en"))


def agree(year: int, told: dict[str, int | str], *, agreed: bool) -> None:
    """Go on only when something moves and the year was typed again."""
    if not told["up_grades"]:
        raise click.ClickException(
            f"No grade goes up into school year {year}: check the year, or it has turned already."
        )
    if not agreed and click.prompt("Type the year again to turn it", type=int) != year:
        raise click.ClickException("Another year was typed; nothing has changed.")


def left_over(run_id: int) -> int | None:
    """Return the run of the same year that a killed command left, or refuse to cross the page's."""
    with Session(engine()) as session:
        run = session.get_one(PromotionRun, run_id)
        live = session.scalar(
            select(PromotionRun).where(
                PromotionRun.authority_id == run.authority_id,
                PromotionRun.year == run.year,
                PromotionRun.state.in_((RunState.ASKED, RunState.RUNNING)),
            )
        )
        if live is None:
            return None
        if live.state is RunState.RUNNING and live.job_id is None:
            found: int = live.id
            return found
        raise click.ClickException(
            f"Run {live.id} of school year {run.year} is on its way on the page"
            f" ({live.state.value.lower()}): wait for it there."
        )


def turned(run_id: int) -> int:
    """Turn chunk by chunk, each in its own transaction; may be repeated after a kill."""
    with Session(engine()) as session, session.begin():
        run = session.get_one(PromotionRun, run_id)
        promotion.begin(session, run, datetime.now(UTC))
        todo = turning.chunks(session, run)
    for managing_id in todo:
        with Session(engine()) as session, session.begin():
            turning.turn(session, session.get_one(PromotionRun, run_id), managing_id)
    with Session(engine()) as session, session.begin():
        return turning.finish(session, session.get_one(PromotionRun, run_id))
