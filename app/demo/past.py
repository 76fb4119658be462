"""Deeds of the demo's people on earlier working days, through the doors the console itself uses.

What happened stays dated as it would be: a case that has waited for a month says so. The audit
alone keeps the hour of the making: its chain tells when a line was really written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, event, select, update
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING, is_workday
from app.models.account import Account
from app.models.attachment import Attachment
from app.models.case import Case, CaseComment, CaseEvent
from app.models.every import MODULES
from app.models.export import ExportEvent, ExportRequest
from app.models.field_choice import FieldChoice
from app.models.notice import Notice
from app.models.organisation import Organisation
from app.models.substitution import Substitution
from app.policies.roles import Actor, Role
from app.policies.scope import EVERYTHING, Scope, enter, scope_of
from app.workflows.desk import Act, Trigger
from app.workflows.processes import flow_of

DATED = {
    Case: "opened_at",
    CaseEvent: "at",
    CaseComment: "at",
    Attachment: "uploaded_at",
    FieldChoice: "set_at",
    Substitution: "made_at",
    ExportRequest: "created_at",
    ExportEvent: "at",
}
MAKER = Scope(EVERYTHING, EVERYTHING, reason="demo")
EVER = datetime(2000, 1, 1, tzinfo=UTC)
assert MODULES  # noqa: S101  the import fills the metadata
CASES, NOTICES = Case.__table__, Notice.__table__
MORNING, BETWEEN = time(8, 40), timedelta(minutes=23)  # when a day begins, and between two deeds


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what to a case, how many working days ago, and what they wrote."""

    who: str  # login
    did: Trigger
    ago: int
    remark: str | None = None


class Past:
    """One session in which anybody may be at work on any day that is over."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Work inside the connection's transaction; ``now`` is the last moment of this past."""
        self.session = Session(connection)
        self.session.connection()
        self.now, self.moment = now, EVER
        self.people = self._people()
        event.listen(self.session, "before_flush", self._date_rows)
        event.listen(connection, "before_execute", self._date_notices, retval=True)

    @property
    def today(self) -> date:
        """Return the day the world is made on, in Beijing."""
        return self.now.astimezone(BEIJING).date()

    def day(self, ago: int) -> date:
        """Return the day so many working days ago; 0 is the last one that offices were open."""
        day = self.today
        while ago or not is_workday(day):
            ago -= is_workday(day)
            day -= timedelta(days=1)
        return day

    def oversee(self) -> None:
        """Let nobody be at work, and everything be seen."""
        enter(MAKER, self.session)

    def arrive(self, who: str, day: date) -> Actor:
        """Let somebody sit down at their desk on a day; returns who they are to the rules."""
        actor = self.people[who]
        morning = datetime.combine(day, MORNING, BEIJING)
        self.moment = min(max(morning, self.moment + BETWEEN), self.now)
        self.oversee()
        enter(scope_of(self.session, actor.user_id), self.session)
        return actor

    def act(self, who: str, did: Trigger, day: date, remark: str | None = None) -> Act:
        """Let somebody arrive who will do one thing."""
        return Act(did, self.arrive(who, day), day, remark)

    def take(self, case: Case, step: Step) -> None:
        """Move a case one step."""
        act = self.act(step.who, step.did, self.day(step.ago), step.remark)
        flow_of(case).fire(self.session, case, act)
        self.settle(case)

    def settle(self, case: Case) -> None:
        """Date what the engine stamps by the clock on the wall."""
        self.oversee()
        when = {"step_since": self.moment}
        if not case.is_open:
            when["closed_at"] = self.moment
        self.session.execute(update(CASES).where(CASES.c.id == case.id).values(when))
        self.session.expire(case)

    def close(self) -> None:
        """Leave everything as whoever makes the world expects it."""
        self.oversee()
        self.session.flush()
        event.remove(self.session.connection(), "before_execute", self._date_notices)
        self.session.expunge_all()

    def _people(self) -> dict[str, Actor]:
        """Return everybody by login."""
        found = self.session.execute(
            select(
                Account.login, Account.user_id, Account.role, Organisation.id, Organisation.path
            ).join(Organisation, Organisation.id == Account.organisation_id)
        )
        return {row.login: Actor(row.user_id, Role(row.role), row.id, row.path) for row in found}

    def _date_rows(self, session: Session, *_: Any) -> None:
        for row in session.new:
            if column := DATED.get(type(row)) or (isinstance(row, Case) and DATED[Case]):
                setattr(row, column, self.moment)

    def _date_notices(
        self, _connection: Connection, statement: Any, rows: Any, single: Any, _options: Any
    ) -> tuple[Any, Any, Any]:
        if isinstance(statement, Insert) and statement.table is NOTICES:
            rows = [{**row, "at": self.moment} for row in rows]
        return statement, rows, single


def wall_clock() -> datetime:
    """Return the time now: the one clock of the demo."""
    return datetime.now(UTC)
