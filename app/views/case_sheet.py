"""Everything a page tells about one case: where it stands, what changes, why not, what happened.

The inbox's pane, the case page, the 409 page and the batch all draw from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload, with_polymorphic

from app.codes.workdays import BEIJING
from app.errors import NotFound
from app.models.attachment import Attachment
from app.models.case import Case, CaseComment, CaseEvent, CaseKind, Decision, Registration, Transfer
from app.models.change import KeyChange, Movement
from app.models.organisation import Organisation
from app.models.problem import ProblemCase
from app.models.student import Student
from app.policies.roles import Actor
from app.views.case_asides import Aside, asides_of
from app.views.case_changes import Change, changes_of, reason_of
from app.views.case_route import Stop, stops_of
from app.views.case_story import Line, story_of
from app.views.case_words import (
    ASIDES,
    BUTTONS,
    ENDINGS,
    PASSED,
    QUESTIONS,
    Button,
    button_word,
    kind_word,
    promise,
    step_word,
)
from app.views.key_change_words import key_change_finding
from app.views.problem_words import goes_unsaid
from app.views.revealing import reasons
from app.views.words import say
from app.workflows.calendar import working_days
from app.workflows.desk import NEEDS_REASON, Act, Ending, Trigger
from app.workflows.persons import Check, may_clean, may_escalate
from app.workflows.processes import flow_of

ORDER = tuple(BUTTONS)  # buttons from left to right; the primary one stands last


class Verb(NamedTuple):
    """A button of the decision box, and every reason why it is closed."""

    trigger: Trigger
    word: str
    button: Button
    reasons: tuple[str, ...]


@dataclass
class Sheet:
    """One case, as one person sees it today."""

    session: Session
    case: Any
    actor: Actor
    today: date
    checks: dict[Trigger, list[Check]] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """The pupil, as the snapshot remembers."""
        return str(self.case.snapshot.get("name", ""))

    @cached_property
    def kind(self) -> str:
        """The kind of the case, seen from the person's organisation."""
        return kind_word(self.case, self.actor.path)

    @property
    def step(self) -> str:
        """Where it stands, in the words of a list."""
        return step_word(self.case)

    @property
    def takes_remark(self) -> bool:
        """Tell whether a step is offered that has to be explained."""
        return any(trigger in self.checks for trigger in NEEDS_REASON if trigger not in ASIDES)

    @property
    def is_mine(self) -> bool:
        """Tell whether the case lies on the person's own desk."""
        case, me = self.case, self.actor
        return bool(
            case.awaiting_id == me.organisation_id and case.awaiting_office == me.office.value
        )

    @property
    def ending(self) -> Any:
        """The tag and the word of how it ended (or that it was sent back), None on a desk."""
        return ENDINGS.get(self.case.state)

    @property
    def days_late(self) -> int:
        """Working days the present desk is over its time, a weekend counting as one."""
        due = self.case.due_on
        return max(working_days(due, self.today), 1) if due and due < self.today else 0

    @property
    def age(self) -> int:
        """Working days the case has lain on the present desk."""
        return working_days(self.case.step_since.astimezone(BEIJING).date(), self.today)

    @cached_property
    def stops(self) -> list[Stop]:
        """The route: the desks this case passes, those passed, the present one, those ahead."""
        return stops_of(self.session, self.case, self.today)

    @property
    def here(self) -> Stop | None:
        """The present stop, or None when the case is closed."""
        return next((stop for stop in self.stops if stop.look == "here"), None)

    @property
    def following(self) -> Stop | None:
        """The stop after the present one, or None when the next step completes the case."""
        here = self.here
        return self.stops[here.number] if here and here.number < len(self.stops) else None

    @property
    def is_paused(self) -> bool:
        """Tell whether the clock stands still: it lies with its originator again."""
        return bool(self.case.state == Ending.RETURNED)

    @property
    def sent_back(self) -> CaseEvent | None:
        """The step that sent it back, while it waits for its originator."""
        if self.case.state != Ending.RETURNED:
            return None
        return next((e for e in self.trail if e.decision is Decision.RETURN), None)

    @property
    def trail(self) -> list[CaseEvent]:
        """What happened, newest first."""
        return list(reversed(self.case.events))

    @cached_property
    def comments(self) -> list[CaseComment]:
        """What people told each other, oldest first."""
        asked = (
            select(CaseComment)
            .where(CaseComment.case_id == self.case.id)
            .options(joinedload(CaseComment.user), joinedload(CaseComment.organisation))
            .order_by(CaseComment.id)
        )
        return list(self.session.scalars(asked))

    @cached_property
    def story(self) -> list[Line]:
        """Steps and comments as one story, newest first."""
        return story_of(self.case, self.comments)

    @cached_property
    def papers(self) -> list[Attachment]:
        """The evidence, as it was handed in."""
        asked = (
            select(Attachment)
            .where(Attachment.case_id == self.case.id)
            .options(joinedload(Attachment.person))
            .order_by(Attachment.id)
        )
        return list(self.session.scalars(asked))

    @property
    def may_add_papers(self) -> bool:
        """Tell whether this person may add evidence now: theirs, and sent back to them."""
        return self.is_paused and is_originator(self.case, self.actor)

    @cached_property
    def asides(self) -> list[Aside]:
        """What this person may ask or end from beside the route, with every reason against it."""
        return asides_of(self.session, self.case, self.checks, self.today)

    @cached_property
    def pupil(self) -> Student | None:
        """The pupil's record where the person may see it."""
        return self.session.scalar(
            select(Student)
            .where(Student.id == self.case.student_id)
            .options(
                load_only(Student.status, Student.grade_id, Student.class_id),
                joinedload(Student.grade),
                joinedload(Student.school_class),
            )
        )

    @cached_property
    def changes(self) -> list[Change]:
        """What the case changes: at submission, now, and once it is completed."""
        return changes_of(self.case, self.pupil)

    @property
    def verbs(self) -> list[Verb]:
        """The buttons of this person, each with every reason why it is closed."""
        return [
            Verb(
                trigger,
                button_word(self.case, trigger),
                BUTTONS[trigger],
                tuple(say(c.refusal) for c in self.checks[trigger] if c.refusal is not None),
            )
            for trigger in ORDER
            if trigger in self.checks
        ]

    @property
    def finding(self) -> str:
        """What the comparison at the approval of a key data change found."""
        return key_change_finding(self.case, self.pupil)

    @property
    def whole_reasons(self) -> list[tuple[str, str]]:
        """The reasons for which a masked value of the case is asked for whole."""
        return reasons()

    @property
    def onward(self) -> Trigger | None:
        """What moves the case on from here: agree, submit again, or pull."""
        desk = flow_of(self.case).desk(self.case.state)
        return desk.act if desk and desk.act in self.checks else None

    @property
    def promise(self) -> str:
        """What moving on does."""
        return promise(self.case, self.onward) if self.onward else ""

    @property
    def why(self) -> list[tuple[str, str]]:
        """Every guard of moving on, passed or not, as lines of the why-list."""
        checks = self.checks.get(self.onward, []) if self.onward else []
        return [
            ("bad", say(check.refusal))
            if check.refusal is not None
            else ("ok", str(PASSED.get(check.name, check.name)))
            for check in checks
            if check.refusal is not None or not self._goes_unsaid(check.name)
        ]

    def _goes_unsaid(self, guard: str) -> bool:
        return self.case.kind is CaseKind.PROBLEM and goes_unsaid(self.case, guard)

    @property
    def question(self) -> str:
        """The heading over the why-list."""
        return str(QUESTIONS[self.onward]) if self.onward else ""

    @property
    def problem_url(self) -> str:
        """Where a problem's records stand side by side, for who sees the pupil's."""
        if self.case.kind is not CaseKind.PROBLEM or self.pupil is None:
            return ""
        return url_for("ProblemView.show", student_id=self.case.student_id)

    @property
    def reason(self) -> str:
        """Why the case is asked for."""
        return reason_of(self.case)


def sheet_of(session: Session, case_id: int, actor: Actor, today: date) -> Sheet:
    """Return the sheet of a case, or raise `NotFound`."""
    checks = _asked(session, found(session, case_id), actor, today)
    return Sheet(session, found(session, case_id), actor, today, checks)  # asking has expired it


def found(session: Session, case_id: int) -> Any:
    """Return a case with its parties and its timeline, or raise `NotFound`."""
    every = with_polymorphic(Case, [Registration, Transfer, Movement, KeyChange, ProblemCase])
    case = session.scalar(
        select(every)
        .where(every.id == case_id)
        .options(
            joinedload(every.owner).joinedload(Organisation.parent),
            joinedload(every.receiving).joinedload(Organisation.parent),
            joinedload(every.awaiting),
            joinedload(every.silent),
            joinedload(every.initiator_org).joinedload(Organisation.parent),
            selectinload(every.events).options(
                joinedload(CaseEvent.user),
                joinedload(CaseEvent.organisation),
                joinedload(CaseEvent.for_user),
                joinedload(CaseEvent.silent),
            ),
        )
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound
    return case


def _asked(session: Session, case: Case, actor: Actor, today: date) -> dict[Trigger, list[Check]]:
    """Ask about every step this person could take here; nobody else's buttons are shown."""
    flow, desk = flow_of(case), flow_of(case).desk(case.state)
    offered = [trigger for trigger in flow.triggers(case) if concerns(case, actor, trigger)]
    # What widens the scope to ask comes last: it expires all that was loaded.
    offered.sort(key=lambda trigger: desk is not None and trigger in (desk.act, *desk.marks))
    return {trigger: flow.checks(session, case, Act(trigger, actor, today)) for trigger in offered}


def concerns(case: Case, actor: Actor, trigger: Trigger) -> bool:
    """Tell whether a step is this person's to take at all, now or later."""
    if trigger is Trigger.CLEAN:
        return may_clean(case, actor)
    if trigger is Trigger.ESCALATE:
        return may_escalate(case, actor)
    if trigger is Trigger.WITHDRAW:
        return is_originator(case, actor)
    return case.awaiting_id == actor.organisation_id and case.awaiting_office == actor.office


def is_originator(case: Case, actor: Actor) -> bool:
    """Tell whether a case is a person's own submission, or one they keep or cover."""
    holder = case.keeper_id or case.initiator_id
    at_home = case.initiator_org_id == actor.organisation_id
    return at_home and holder in (actor.user_id, actor.acting_for)
