"""B7: the year turns for every pupil, next to one UPDATE of the same pupils in place.

The turn is the job itself: every managing authority's schools in a step of its own, then the
closing. It is undone afterwards, so the registry can be measured again. The other side is what a
registry with a grade in every pupil's row would do: a copy of the pupils with the same indexes,
but without triggers, policies and foreign keys, and a single UPDATE of one indexed column.
"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bench.figures import Cost, Figures, costs, superuser
from app.bench.jobs import done
from app.jobs.promoting import ask_run
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.organisation import Organisation
from app.models.promotion import PromotionRun, RunState
from app.models.school import Headcount
from app.policies import scope
from app.policies.roles import Role
from app.workflows import promotion, turning

YEAR = 2027
RATIO = 0.01
COPY = (
    "CREATE TABLE pupil_copy (LIKE student INCLUDING DEFAULTS INCLUDING INDEXES)",
    "INSERT INTO pupil_copy SELECT * FROM student",
    "VACUUM ANALYZE pupil_copy",
)
IN_PLACE = "UPDATE pupil_copy SET grade_id = grade_id + 1"


def measure(root_url: str) -> Figures:
    """Turn the year and undo it, update the copy in place and drop it; return the figures."""
    with superuser(root_url) as root:
        with costs(root) as rehearsed:
            job_id, pupils = confirmed(YEAR)
        with costs(root) as turned:
            schools = done(job_id)["schools"]
        undo()
        in_place = update_in_place(root)
    figures = Figures(f"B7 promotion of {pupils:,} pupils in {schools:,} schools")
    figures.add("rehearsal", rehearsed)
    figures.add("the turn", turned)
    figures.add("one UPDATE of the same pupils in place", in_place)
    figures.add("time ÷ UPDATE", f"{ratio(turned.seconds, in_place.seconds):.4f}", f"≤ {RATIO}")
    figures.add("WAL ÷ UPDATE", f"{ratio(turned.wal, in_place.wal):.4f}", f"≤ {RATIO}")
    return figures


def confirmed(year: int) -> tuple[int | None, int]:
    """Rehearse a turn and ask for its job; return the job and the pupils on the roll."""
    with Session(engine()) as session, session.begin():
        actor = enter_ministry(session)
        nation = session.scalars(select(Organisation).filter_by(parent_id=None)).one()
        run = promotion.rehearse(session, nation, year, actor)
        run.asked_by = actor
        promotion.begin(session, run, datetime.now(UTC))
        job_id = ask_run(session, run, actor)
        pupils = session.scalar(select(func.sum(Headcount.n))) or 0
    return job_id, pupils


def undo() -> None:
    """Take the turn back, whole."""
    with Session(engine()) as session, session.begin():
        enter_ministry(session)
        run = session.scalars(
            select(PromotionRun).filter_by(state=RunState.DONE).order_by(PromotionRun.id.desc())
        ).first()
        if run is not None:
            turning.undo(session, run)


def enter_ministry(session: Session) -> int:
    """Go on as the ministry's operator; return the account's id."""
    user = session.scalars(
        select(Account.user_id).filter_by(role=Role.MIN.value).order_by(Account.user_id)
    ).first()
    if user is None:
        raise RuntimeError("the registry has no demo accounts: run `xueji demo` first")
    scope.enter(scope.scope_of(session, user), session)
    return user


def update_in_place(root: psycopg.Connection[tuple[int]]) -> Cost:
    """Measure one UPDATE of a trigger-free copy."""
    for statement in COPY:
        root.execute(statement)
    try:
        with costs(root) as cost:
            root.execute(IN_PLACE)
    finally:
        root.execute("DROP TABLE pupil_copy")
    return cost


def ratio(ours: float, theirs: float) -> float:
    """Return how much of the other side's cost ours is."""
    return ours / theirs if theirs else 0.0
