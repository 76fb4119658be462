"""The rows of the inbox: one case in few words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup

from app.codes.workdays import BEIJING
from app.models.case import Case
from app.models.organisation import Tier
from app.policies.roles import Actor
from app.views.case_changes import class_word
from app.views.case_words import ENDINGS, kind_word, step_word
from app.views.labels import tag_of
from app.workflows.calendar import working_days
from app.workflows.desk import Ending
from app.workflows.processes import flow_of


class Row(NamedTuple):
    """A case as a row; ``urgency`` is the mark of its due day: bad, warn or nothing."""

    id: int
    version: int
    number: str
    due: str
    urgency: str
    kind: str
    name: str
    origin: str
    route: str
    step: str
    ending: Markup | None
    age: int | None
    lies: str = ""  # whose desk it is on
    silent: str = ""  # the office in whose place that desk decides
    is_returned: bool = False


def row_of(case: Case, actor: Actor, today: date) -> Row:
    """Return the row of a case, as a person's organisation sees it."""
    ending = ENDINGS.get(case.state)
    due, urgency = due_word(case.due_on, today)
    return Row(
        id=case.id,
        version=case.version,
        number=case.no,
        due=due,
        urgency=urgency,
        kind=kind_word(case, actor.path),
        name=str(case.snapshot.get("name", "")),
        origin=_origin(case, actor),
        route=_route(case),
        step=_step(case),
        ending=tag_of(ending[0].kind, str(ending[1]), ending[0].icon) if ending else None,
        age=working_days(case.step_since.astimezone(BEIJING).date(), today)
        if case.is_open
        else None,
        lies=case.awaiting.name if case.awaiting else "",
        silent=case.silent.name if case.silent else "",
        is_returned=case.state == Ending.RETURNED,
    )


def due_word(due: date | None, today: date) -> tuple[str, str]:
    """Return a due day as a word, and how urgent it is."""
    if due is None:
        return "", ""
    if due < today:
        return _("%(days)s d late", days=max(working_days(due, today), 1)), "bad"
    if due == today:
        return _("today"), "warn"
    if due == today + timedelta(days=1):
        return _("tomorrow"), ""
    return f"{due:%m-%d}", ""


def _step(case: Case) -> str:
    """Return the present desk; a case sent back lies on the first one, a closed one on none."""
    if not case.is_open:
        return ""
    first = flow_of(case).desks[0].state
    return step_word(case, first if case.state == Ending.RETURNED else case.state)


def _origin(case: Case, actor: Actor) -> str:
    """Return the school that matters here: for an office the one below it, else the other one."""
    if case.receiving is None:
        is_school = actor.role.tier is Tier.SCHOOL
        return class_word(case.snapshot) if is_school else case.owner.name
    if actor.role.tier is Tier.SCHOOL:
        other = case.owner if case.receiving_id == actor.organisation_id else case.receiving
        return other.name
    ours = [s for s in (case.owner, case.receiving) if s.path.startswith(actor.path)]
    return ours[0].name if len(ours) == 1 else _route(case)


def _route(case: Case) -> str:
    if case.receiving is None:
        return case.owner.name
    return f"{case.owner.name} → {case.receiving.name}"
