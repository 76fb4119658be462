"""升级: the year turns for every school of an authority (P15, Q-40).

    REHEARSED ──ask──▶ ASKED ──confirm──▶ RUNNING ──▶ DONE ──undo──▶ UNDONE
                         └── thirty minutes over ──▶ EXPIRED

Cohorts move, pupils do not: a cohort below its last level goes up one, a last one that everybody
has left is closed, a last one with pupils left stays and is listed (over-stage), and next year's
first cohort of every stage is opened. A school turns a year exactly once (`promotion_result`).
The year is chosen by a person and never by a clock: a cohort moves only when it stands where that
year finds it, so a wrong year moves nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import Refusal, Refused, Stale, refuse_unless
from app.models.organisation import Organisation, Tier
from app.models.promotion import PromotionResult, PromotionRun, RunState
from app.models.school import Grade, GradeState, Headcount
from app.models.student import Status
from app.policies.audit import record
from app.policies.roles import Actor, Role
from app.policies.scope import END
from app.policies.switches import setting

SECOND_PERSON_MINUTES = 30
TURN = (8, 10)  # month and day at whose end the year is due to turn
ATTENDING = (Status.IN_SCHOOL, Status.PENDING_REGISTRATION)
STAYING = (Status.IN_SCHOOL, Status.SUSPENDED, Status.MISSING, Status.SUSPECTED_DROPOUT)
RUNNERS = (Role.PR, Role.PL, Role.MIN)


# ── which cohorts ───────────────────────────────────────────────────────────────────────────


def goes_up(year: int) -> ColumnElement[bool]:
    """A cohort that stands one level below where the new school year puts it."""
    return (
        (Grade.state == GradeState.IN_USE)
        & (Grade.level < Grade.years)
        & (Grade.level == year - Grade.entry_year)
    )


def is_over(year: int) -> ColumnElement[bool]:
    """A cohort whose last year has ended."""
    return (
        (Grade.state == GradeState.IN_USE)
        & (Grade.level == Grade.years)
        & (Grade.entry_year + Grade.years <= year)
    )


def out_of_step(year: int) -> ColumnElement[bool]:
    """A cohort that neither goes up nor ends, nor is there already: somebody must look at it."""
    stands = year - Grade.entry_year + 1
    return (
        (Grade.state == GradeState.IN_USE)
        & ~goes_up(year)
        & ~is_over(year)
        & (Grade.level != stands)
    )


def has_pupils() -> ColumnElement[bool]:
    """Somebody of the cohort is still on its school's roll."""
    return (
        exists()
        .where(Headcount.grade_id == Grade.id, Headcount.status.in_(STAYING), Headcount.n > 0)
        .correlate(Grade)
    )


def below(authority: Organisation) -> ColumnElement[bool]:
    """A cohort of a school of the authority."""
    path = authority.path
    return (Grade.owner_path >= path) & (Grade.owner_path < path[:-1] + END)


# ── rehearsing, asking, confirming ──────────────────────────────────────────────────────────


def why_not(
    session: Session, actor: Actor, authority: Organisation, day: date
) -> tuple[Refusal, ...]:
    """Return every reason why this person may not turn the year of this authority on a day."""
    shut = closed(session, authority, day)
    return (*why_not_rehearse(actor, authority), *([shut] if shut else []))


def closed(session: Session, authority: Organisation, day: date) -> Refusal | None:
    """The ministry may keep the turn to itself; then no province turns its own year (Q-40)."""
    if authority.tier is not Tier.PROVINCE:
        return None
    held = setting(session, authority.path, "province_may_promote", day)
    return held.closed() if held.is_closing else None


def why_not_rehearse(actor: Actor, authority: Organisation) -> tuple[Refusal, ...]:
    """Return every reason why this person may not rehearse the turn of this authority."""
    is_runner = actor.role in RUNNERS and authority.id == actor.organisation_id
    is_high = authority.tier in (Tier.MINISTRY, Tier.PROVINCE)
    answer = refuse_unless(is_runner and is_high, "E-PROMO-WHO")
    return (answer,) if answer else ()


def rehearse(
    session: Session, authority: Organisation, year: int, user_id: int | None
) -> PromotionRun:
    """Count what turning the year would do, change nothing, and keep the count; never commits."""
    session.execute(
        update(PromotionRun)
        .where(PromotionRun.authority_id == authority.id, PromotionRun.state == RunState.ASKED)
        .where(PromotionRun.asked_at < func.now() - timedelta(minutes=SECOND_PERSON_MINUTES))
        .values(state=RunState.EXPIRED)
    )
    run = PromotionRun(
        authority_id=authority.id,
        year=year,
        rehearsed_by=user_id,
        summary=foreseen(session, authority, year),
    )
    session.add(run)
    session.flush()
    record(session, "promotion.rehearse", object_type="promotion_run", object_id=run.id, year=year)
    return run


def foreseen(session: Session, authority: Organisation, year: int) -> dict[str, Any]:
    """Return the counts of a turn: grades and pupils that go up, end, stay or are out of step."""
    here = below(authority)
    turned = select(PromotionResult.school_id).where(PromotionResult.year == year)

    def grades(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count(Grade.id)).where(here, *where)) or 0

    def pupils(*where: ColumnElement[bool], status: tuple[Status, ...]) -> int:
        heads = select(func.coalesce(func.sum(Headcount.n), 0)).join(
            Grade, Grade.id == Headcount.grade_id
        )
        return session.scalar(heads.where(here, *where, Headcount.status.in_(status))) or 0

    schools = select(func.count(Grade.school_id.distinct())).where(here)
    return {
        "schools": session.scalar(schools) or 0,
        "turned": session.scalar(schools.where(Grade.school_id.in_(turned))) or 0,
        "up_grades": grades(goes_up(year)),
        "up_pupils": pupils(goes_up(year), status=ATTENDING),
        "ended_grades": grades(is_over(year), ~has_pupils()),
        "stayed_grades": grades(is_over(year), has_pupils()),
        "stayed_pupils": pupils(is_over(year), status=STAYING),
        "odd_grades": grades(out_of_step(year)),
    }


def exceptions(
    session: Session, authority: Organisation, year: int, limit: int = 200
) -> list[tuple[Grade, int]]:
    """Return the cohorts a person should look at before the turn, with their pupils."""
    heads = func.coalesce(func.sum(Headcount.n), 0)
    found = (
        select(Grade, heads)
        .outerjoin(Headcount, (Headcount.grade_id == Grade.id) & Headcount.status.in_(STAYING))
        .where(below(authority), (is_over(year) & has_pupils()) | out_of_step(year))
        .group_by(Grade.id)
        .order_by(Grade.owner_path, Grade.stage, Grade.level)
        .limit(limit)
    )
    return [(grade, count) for grade, count in session.execute(found)]


def ask(session: Session, run: PromotionRun, actor: Actor, now: datetime) -> None:
    """Ask for the turn that was rehearsed today, or raise `Refused`; never commits."""
    reasons = [
        *why_not(session, actor, run.authority, day_of(now)),
        refuse_unless(run.state is RunState.REHEARSED, "E-CLOSED"),
        refuse_unless(day_of(run.rehearsed_at) == day_of(now), "E-PROMO-OLD"),
        refuse_unless(bool(run.summary["up_grades"]), "E-PROMO-YEAR", year=run.year),
    ]
    if told := [reason for reason in reasons if reason]:
        raise Refused(*told)
    run.state, run.asked_by, run.asked_at = RunState.ASKED, actor.user_id, now
    _settle(session, run, "promotion.ask")


def confirm(session: Session, run: PromotionRun, actor: Actor, now: datetime) -> None:
    """Confirm, as a second person of the same authority, what the first asked for; never commits.

    The caller asks for the job in the same transaction.
    """
    in_time = run.asked_at is not None and now - run.asked_at <= timedelta(
        minutes=SECOND_PERSON_MINUTES
    )
    reasons = [
        *why_not(session, actor, run.authority, day_of(now)),
        refuse_unless(run.state is RunState.ASKED, "E-CLOSED"),
        refuse_unless(actor.user_id != run.asked_by, "E-PROMO-SECOND"),
        refuse_unless(in_time, "E-PROMO-LATE", minutes=SECOND_PERSON_MINUTES),
    ]
    if told := [reason for reason in reasons if reason]:
        raise Refused(*told)
    run.state, run.confirmed_by, run.confirmed_at = RunState.RUNNING, actor.user_id, now
    _settle(session, run, "promotion.confirm")


def begin(session: Session, run: PromotionRun, now: datetime) -> None:
    """Let a rehearsed run go on from the command line, or a run that was killed; never commits."""
    run.state, run.confirmed_at = RunState.RUNNING, now
    _settle(session, run, "promotion.begin")


def day_of(moment: datetime) -> date:
    """The day a moment falls on where the schools are."""
    return moment.astimezone(BEIJING).date()


def _settle(session: Session, run: PromotionRun, deed: str) -> None:
    try:
        session.flush()
    except IntegrityError:  # another run of this authority and year is on its way
        raise Stale from None
    record(session, deed, object_type="promotion_run", object_id=run.id, year=run.year)
