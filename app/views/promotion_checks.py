"""What to look at before the year turns: each line holds, warns or stands in the way.

Only what the workflow itself would refuse stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.jobs.queue import alive
from app.models.promotion import PromotionRun
from app.views.actor import today
from app.views.labels import figure
from app.views.words import say
from app.workflows import foresight, promotion

Check = tuple[str, str]  # kind: ok, warn, bad; and the words


def checks(session: Session, run: PromotionRun) -> list[Check]:
    """Return the lines of one rehearsal."""
    return [*_rules(run), _season(run), *_world(session, run), *_left(run)]


def _rules(run: PromotionRun) -> Iterator[Check]:
    if promotion.day_of(run.rehearsed_at) == today():
        yield "ok", _("Rehearsed today")
    else:
        yield "bad", say(Refusal("E-PROMO-OLD"))
    if run.summary["up_grades"]:
        yield "ok", _("Grades stand where this year expects them")
    else:
        yield "bad", say(Refusal("E-PROMO-YEAR", {"year": run.year}))


def _season(run: PromotionRun) -> Check:
    due = date(run.year, *promotion.TURN)
    if today() < due:
        return "warn", _("It is early: the turn is due on %(day)s, 24:00", day=due.isoformat())
    return "ok", _("The day of the turn has come")


def _world(session: Session, run: PromotionRun) -> Iterator[Check]:
    early = foresight.newcomers(session, run.authority, run.year)
    if early:
        yield (
            "warn",
            ngettext(
                "%(count)s first grader stands in the new grade already and stays there",
                "%(count)s first graders stand in the new grade already and stay there",
                early,
                count=figure(early),
            ),
        )
    else:
        yield "ok", _("No first graders were registered too early")
    if alive(session).works:
        yield "ok", _("The background work is running")
    else:
        yield "warn", _("Nobody does the background work now; the turn would wait for it")


def _left(run: PromotionRun) -> Iterator[Check]:
    told = run.summary
    if told["turned"]:
        yield (
            "warn",
            ngettext(
                "%(count)s school has turned this year already and is passed over",
                "%(count)s schools have turned this year already and are passed over",
                told["turned"],
                count=figure(told["turned"]),
            ),
        )
    if told["stayed_pupils"]:
        yield (
            "warn",
            ngettext(
                "%(count)s pupil stays: the last grade is not graduated; schools may settle it",
                "%(count)s pupils stay: the last grade is not graduated; schools may settle it",
                told["stayed_pupils"],
                count=figure(told["stayed_pupils"]),
            ),
        )
    if told["odd_grades"]:
        yield (
            "warn",
            ngettext(
                "%(count)s grade is out of step and will not move",
                "%(count)s grades are out of step and will not move",
                told["odd_grades"],
                count=figure(told["odd_grades"]),
            ),
        )
