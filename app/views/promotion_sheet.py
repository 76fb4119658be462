"""What the page of one run shows: its dates, its figures, what to check, who may press what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.account import Account
from app.models.organisation import Organisation, Tier
from app.models.page import Page
from app.models.promotion import PromotionRun, RunState
from app.models.school import Grade
from app.views.actor import current_actor, today
from app.views.labels import word_of
from app.views.promotion_checks import Check, checks
from app.views.words import say
from app.workflows import foresight, promotion, turning

LIVE = (RunState.ASKED, RunState.RUNNING)
OPEN = (RunState.REHEARSED, RunState.ASKED, RunState.EXPIRED)
NEAR_DAYS = 7
LONGEST_QUERY = 40


class Due(NamedTuple):
    """One date of the turn."""

    when: str
    rest: str
    what: str
    why: str
    near: bool


def phrase_of(run: PromotionRun) -> str:
    """Return what a person types to show that they mean this authority and this year."""
    return f"{run.authority.name} {run.year}"


class PromotionSheet:
    """The page of one run, worked out as the template asks."""

    def __init__(self, session: Session, run: PromotionRun, args: Mapping[str, str]) -> None:
        self.session, self.run, self.args = session, run, args
        self.summary: Mapping[str, Any] = run.summary

    # ── what a rehearsal found ───────────────────────────────────────────────────────────

    @property
    def phrase(self) -> str:
        """What is typed to confirm."""
        return phrase_of(self.run)

    @property
    def is_open(self) -> bool:
        """Nothing has moved yet."""
        return self.run.state in OPEN

    @cached_property
    def ordinal(self) -> int:
        """Which rehearsal of this year it is."""
        before = select(func.count()).where(
            PromotionRun.authority_id == self.run.authority_id,
            PromotionRun.year == self.run.year,
            PromotionRun.id <= self.run.id,
        )
        return self.session.scalar(before) or 1

    @property
    def dates(self) -> list[Due]:
        """The dates around the turn, as the calendar of P14 and P15 has them."""
        year = self.run.year
        return [
            _due(date(year, 7, 30), _("30 July, 24:00"), _("Graduation ends"),
                 _("Who is not graduated by then stays with the last grade")),
            _due(date(year, 8, 8), _("8 August, 24:00"), _("Exceptions are settled"),
                 _("Schools graduate, move or correct what is listed below")),
            _due(date(year, 8, 10), _("10 August, 24:00"), _("The year turns"),
                 _("Grades go up as a whole; two persons start it here")),
            _due(date(year, 8, 11), _("From 11 August"), _("First graders are registered"),
                 _("Opens for a school when its year has turned")),
        ]  # fmt: skip

    @property
    def stages(self) -> Sequence[Mapping[str, Any]]:
        """The counts by stage; a run from the command line keeps only the sums."""
        stages: Sequence[Mapping[str, Any]] = self.summary.get("stages", ())
        return stages

    @property
    def sums(self) -> dict[str, int]:
        """The sums over the stages, for the foot of the table."""
        names = [name for name in (self.stages[0] if self.stages else ()) if name != "stage"]
        return {name: sum(row[name] for row in self.stages) for name in names}

    @property
    def by_school(self) -> bool:
        """Exceptions are listed by school, or by the authority that manages it."""
        return self.args.get("by") != "authority"

    @cached_property
    def exceptions(self) -> Page:
        """The schools with grades that stay or are out of step, as they are now."""
        run = self.run
        return foresight.exceptions_by(
            self.session, run.authority, run.year, self.page, by_school=self.by_school
        )

    @cached_property
    def school(self) -> Organisation | None:
        """The school whose exceptions are looked into."""
        asked = self.args.get("school", "")
        if not asked.isdecimal() or len(asked) > len("2147483647") - 1:
            return None
        found = self.session.get(Organisation, int(asked))
        is_below = found is not None and self.run.authority.holds(found)
        return found if found and is_below and found.tier is Tier.SCHOOL else None

    @cached_property
    def grades(self) -> list[tuple[Grade, int, str]]:
        """The exceptional grades of that school: grade, pupils, why."""
        if self.school is None:
            return []
        found = promotion.exceptions(self.session, self.school, self.run.year)
        return [(grade, pupils, self._why(grade)) for grade, pupils in found]

    def lines(self) -> Iterator[tuple[str | int, ...]]:
        """Every exceptional grade with its school, for a file."""
        for grade, pupils, school, above in foresight.exceptional(
            self.session, self.run.authority, self.run.year
        ):
            name, entered = self.grade_name(grade), grade.entry_year
            yield school.code, school.name, above, name, entered, pupils, self._why(grade)

    def grade_name(self, grade: Grade) -> str:
        """Name a grade by its level, as the code table does."""
        return word_of("grade_level", grade.code)

    def _why(self, grade: Grade) -> str:
        if grade.is_last:
            return str(_("Last grade, not graduated: it stays and is listed as over stage"))
        return str(_("Out of step: it stands in another level than this year expects"))

    # ── may it run ───────────────────────────────────────────────────────────────────────

    @cached_property
    def reasons(self) -> list[str]:
        """Why this person may not run it; empty for those who may."""
        place = self.run.authority
        return _said(promotion.why_not(self.session, current_actor(), place, today()))

    @property
    def may_rehearse(self) -> bool:
        """This person may count once more."""
        return not promotion.why_not_rehearse(current_actor(), self.run.authority)

    @property
    def undo_until(self) -> date:
        """The last day on which the turn may be undone."""
        return turning.undo_until(self.session, self.run, today())

    @cached_property
    def checks(self) -> list[Check]:
        """What to look at before pressing."""
        return checks(self.session, self.run)

    @property
    def blocked(self) -> list[str]:
        """What stands in the way of asking; the workflow would refuse the same."""
        return [words for kind, words in self.checks if kind == "bad"]

    @property
    def until(self) -> datetime:
        """When the time for the second person is over."""
        asked = self.run.asked_at or datetime.now(UTC)
        return asked + timedelta(minutes=promotion.SECOND_PERSON_MINUTES)

    @property
    def is_late(self) -> bool:
        """Nobody confirmed in time."""
        is_waiting = self.run.state is RunState.ASKED
        return self.run.state is RunState.EXPIRED or (is_waiting and self.until < datetime.now(UTC))

    @property
    def is_asker(self) -> bool:
        """The person at work is the one who asked."""
        return self.run.asked_by == current_actor().user_id

    @cached_property
    def others(self) -> list[Account]:
        """Who else of the authority could be the second person."""
        people = select(Account).where(
            Account.organisation_id == self.run.authority_id,
            Account.role.in_([role.value for role in promotion.RUNNERS]),
            Account.enabled,
            Account.user_id != (self.run.asked_by or current_actor().user_id),
        )
        return list(self.session.scalars(people.order_by(Account.role, Account.user_id)))

    # ── what it did ──────────────────────────────────────────────────────────────────────

    @cached_property
    def done(self) -> dict[str, int]:
        """The sums over the schools that have turned."""
        return foresight.totals(self.session, self.run)

    @property
    def query(self) -> str:
        """The school or authority that is looked for."""
        return self.args.get("q", "").strip()[:LONGEST_QUERY]

    @cached_property
    def results(self) -> Page:
        """What the turn did, school by school."""
        return foresight.results(self.session, self.run, self.page, self.query)

    @cached_property
    def kept(self) -> int:
        """How many schools an undo would keep."""
        kept = select(func.count()).select_from(turning.depended_on(self.run).subquery())
        return self.session.scalar(kept) or 0

    @cached_property
    def undo_reasons(self) -> list[str]:
        """Why this person may not undo it."""
        return _said(turning.why_not_undo(self.session, current_actor(), self.run, today()))

    @property
    def page(self) -> int:
        """Which page of the list is shown."""
        asked = self.args.get("page", "")
        return int(asked[:6]) if asked.isdecimal() else 1

    def person(self, user_id: int | None) -> str:
        """Name an account; a run from the command line has none."""
        found = self.session.get(Account, user_id) if user_id else None
        return found.name if found else str(_("the command line"))


def _due(day: date, when: str, what: str, why: str) -> Due:
    days = (day - today()).days
    if days < 0:
        return Due(when, str(_("past")), what, why, near=False)
    rest = str(ngettext("in %(num)d day", "in %(num)d days", days)) if days else str(_("today"))
    return Due(when, rest, what, why, near=days <= NEAR_DAYS)


def _said(reasons: Sequence[Refusal]) -> list[str]:
    return [say(reason) for reason in reasons]
