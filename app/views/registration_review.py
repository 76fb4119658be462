"""学籍注册审核: the schools with registrations under way, by tab; the way to decide in batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_appbuilder import BaseView, expose
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.models.case import Case, CaseKind
from app.models.organisation import Organisation, Tier
from app.policies.roles import Actor, Office
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox_tabs import on_desk
from app.views.registration_rows import TABS
from app.workflows.calendar import working_days
from app.workflows.desk import Ending
from app.workflows.selecting import open_of
from app.workflows.tabs import Tab


@dataclass
class Line:
    """A school: what waits here by tab, and what lies elsewhere."""

    school: Organisation
    waiting: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Tab, 0))
    elsewhere: int = 0  # at the other desk: the school's leader's, or the authority's
    returned: int = 0
    since: datetime | None = None  # when the oldest of those that wait came
    days: int = 0  # working days since then

    @property
    def total(self) -> int:
        """How many wait here."""
        return sum(self.waiting.values())


class RegistrationReviewView(BaseView):
    """What a leader or an authority has to review, school by school."""

    route_base = "/registration-review"
    default_view = "index"
    class_permission_name = "RegistrationReview"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """Show the schools; a figure leads to its cases in the inbox."""
        actor = current_actor()
        lines = lines_of(session(), actor, today())
        page = self.render_template(
            "xueji/registration/review.html",
            view=self,
            lines=lines,
            tabs=TABS,
            sums={key: sum(line.waiting[key] for line in lines) for key in Tab},
            is_school=actor.role.tier is Tier.SCHOOL,
            decides=decides(actor),
        )
        return str(page)


def decides(actor: Actor) -> bool:
    """Tell whether registrations come to the person's own desk."""
    reviewer = Office.LEADER if actor.role.tier is Tier.SCHOOL else Office.REGISTRAR
    return actor.office is reviewer


def lines_of(session: Session, actor: Actor, today: date) -> list[Line]:
    """Return a line for each school of which a registration is under way, the oldest first.

    To the leader of an authority, who only looks on, what lies at the authority is what waits.
    """
    here = on_desk(actor) if decides(actor) else Case.awaiting_path == actor.path
    grouped = (
        open_of(actor.organisation_id)
        .where(Case.kind == CaseKind.REGISTRATION)
        .with_only_columns(
            Case.owner_id.label("school"),
            Case.variant.label("tab"),
            here.label("here"),
            (Case.state == Ending.RETURNED.value).label("returned"),
            func.count().label("n"),
            func.min(Case.step_since).label("since"),
        )
        .group_by("school", "tab", "here", "returned")
    )
    rows = session.execute(grouped).all()
    named = select(Organisation).where(Organisation.id.in_({row.school for row in rows}))
    lines = {place.id: Line(place) for place in session.scalars(named)}
    for row in rows:
        if row.school in lines:
            _count(lines[row.school], row)
    for line in lines.values():
        if line.since is not None:
            line.days = working_days(line.since.astimezone(BEIJING).date(), today)
    return sorted(lines.values(), key=lambda one: (-one.days, -one.total, one.school.name))


def _count(line: Line, row: Any) -> None:
    if row.returned:
        line.returned += row.n
    elif not row.here:
        line.elsewhere += row.n
    else:
        line.waiting[row.tab or Tab.NEW] += row.n
        line.since = min(line.since or row.since, row.since)
