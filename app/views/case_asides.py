"""Beside the route: asking the next tier to decide (P09.5), and cleaning a case up (P13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.policies.switches import setting
from app.views.case_changes import class_word
from app.views.case_words import ASIDES, Button
from app.views.labels import day, word_of
from app.views.words import say
from app.workflows.calendar import due
from app.workflows.desk import Trigger
from app.workflows.intervention import intervener
from app.workflows.persons import Check


class Aside(NamedTuple):
    """An act from beside the route: what it does, and every reason why it is closed."""

    trigger: Trigger
    button: Button
    lines: tuple[str, ...]
    reasons: tuple[str, ...]


def asides_of(
    session: Session, case: Any, checks: Mapping[Trigger, list[Check]], today: date
) -> list[Aside]:
    """Return what may be asked or ended from beside the route by those whom it concerns."""
    return [
        Aside(
            trigger,
            button,
            _escalation(session, case, today) if trigger is Trigger.ESCALATE else _clean_up(case),
            tuple(say(check.refusal) for check in checks[trigger] if check.refusal is not None),
        )
        for trigger, button in ASIDES.items()
        if trigger in checks
    ]


def _escalation(session: Session, case: Any, today: date) -> tuple[str, ...]:
    """Say who would decide in whose place, and from which day it may be asked."""
    place, here = intervener(session, case, today), case.awaiting
    if place is None or here is None:
        return ()
    days = setting(session, here.path, "intervention_days", today).number
    since = due(case.step_since.astimezone(BEIJING).date(), days)
    told = _(
        "%(place)s would decide in place of %(silent)s; the trail names both.",
        place=place.name,
        silent=here.name,
    )
    from_day = _(
        "Possible from %(day)s, %(days)s working days after it came there.",
        day=day(since),
        days=days,
    )
    return str(told), str(from_day)


def _clean_up(case: Any) -> tuple[str, ...]:
    """Say to which state the pupil goes back."""
    then = case.snapshot
    status = word_of("student_status", then["status"]) if then.get("status") else ""
    before = " · ".join(filter(None, (case.owner.name, class_word(then), status)))
    told = _("The case ends without effect; the pupil goes back to the state before:")
    return f"{told} {before}", str(_("Both sides are told, with your reason."))
