"""The engine: a process is a chain of desks, and every desk gets the same triggers once.

``transitions`` moves the state; this file adds what it leaves open: who may act, why a step is
closed (every reason at once, never a silent no), whose desk is next and until when, the timeline
and the audit. `why_not` is the only way to ask and `fire` the only way to move; both read the
same table, so the greyed button, its tooltip, the 409 page and the diagram cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError
from transitions import Machine

from app.errors import Refusal, Refused, Stale, refuse_unless
from app.models.case import Case, CaseEvent, CaseKind, Decision
from app.models.notice import NoticeKind
from app.models.organisation import Organisation
from app.policies.audit import record
from app.policies.scope import asking, elevated
from app.workflows import intervention
from app.workflows.attaching import bind
from app.workflows.chain import compiled
from app.workflows.desk import NEEDS_REASON, Act, Desk, Ending, Trigger
from app.workflows.laying import lay, send_above
from app.workflows.noticing import is_news, tell
from app.workflows.persons import Check, judged

F = TypeVar("F")

ITSELF: Any = {"of": Case.__table__}  # of all that is read along, only the case is locked
HOLD = (
    select(Case)
    .where(Case.id.in_(bindparam("ids", expanding=True)))
    .order_by(Case.id)
    .with_for_update(**ITSELF)
)
AFRESH = {"populate_existing": True}
DECISIONS = {
    Trigger.SUBMIT: Decision.SUBMIT,
    Trigger.AGREE: Decision.AGREE,
    Trigger.DISAGREE: Decision.DISAGREE,
    Trigger.SEND_BACK: Decision.RETURN,
    Trigger.WITHDRAW: Decision.WITHDRAW,
    Trigger.REPORT: Decision.REPORT,
    Trigger.PULL: Decision.PULL,
    Trigger.ESCALATE: Decision.ESCALATE,
    Trigger.CLEAN: Decision.CLEAN,
}


class Workflow(Generic[F]):
    """Base of every process; a subclass is a table of desks, conditions, guards and effects.

    ``F`` are the facts its guards judge: plain values, gathered with the scope widened because a
    receiving side cannot see the pupil. The first desk is the originator's.
    """

    kind: ClassVar[CaseKind]
    desks: ClassVar[tuple[Desk, ...]]
    final: ClassVar[str]
    standing: ClassVar[tuple[str, ...]] = ()  # guards asked again whenever the case moves on
    undoing: ClassVar[tuple[str, ...]] = ()  # effects of an end that keeps no promise
    machine: ClassVar[Machine]

    def __init_subclass__(cls) -> None:
        """Refuse, at import time, a table that names a method which is not there."""
        named = {n for d in cls.desks for n in (*d.guards, *d.effects, d.when) if n}
        named |= {*cls.standing, *cls.undoing}
        missing = {name for name in named if not hasattr(cls, name)}
        if missing:
            raise TypeError(f"{cls.__name__} names unknown methods: {sorted(missing)}")
        process = cls()
        cls.machine = compiled(cls.desks, cls.final, process.holds)

    # ── what a process brings ───────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: Any, today: date) -> F:
        """Return the facts the guards judge today; called with the scope widened."""
        raise NotImplementedError

    def finish(self, session: Session, case: Any, act: Act) -> None:
        """Keep the promise of the whole process; called with the scope widened."""
        raise NotImplementedError

    # ── asking ──────────────────────────────────────────────────────────────────────────────

    def desk(self, state: str) -> Desk | None:
        """Return the desk a state stands for; a returned case lies on the first one again."""
        if state == Ending.RETURNED:
            return self.desks[0]
        return next((desk for desk in self.desks if desk.state == state), None)

    def route(self, case: Any) -> list[Desk]:
        """Return the desks this case passes, in order; those its conditions skip are left out."""
        return [desk for desk in self.desks if self.holds(desk, case)]

    def triggers(self, case: Case) -> tuple[Trigger, ...]:
        """Return what the present desk offers at all, to whomever sits there."""
        desk = self.desk(case.state) if case.is_open else None
        if desk is None:
            return ()
        offered = [*desk.triggers, Trigger.CLEAN]
        if case.state in (Ending.RETURNED, *(stop.state for stop in self.route(case)[:2])):
            offered.append(Trigger.WITHDRAW)
        if intervention.is_offered(case, desk, self.desks[0]):
            offered.append(Trigger.ESCALATE)
        return tuple(offered)

    def why_not(self, session: Session, case: Case, act: Act) -> tuple[Refusal, ...]:
        """Return every reason against a step; empty means go ahead."""
        checks = self.checks(session, case, act)
        return tuple(check.refusal for check in checks if check.refusal is not None)

    def checks(self, session: Session, case: Case, act: Act) -> list[Check]:
        """Return every question a step depends on, by the name of its guard, with its answer."""
        if act.trigger not in self.triggers(case):
            return [Check("is_offered", Refusal("E-CLOSED"))]
        checks = judged(case, act)
        if needs_reason(case, act.trigger) and act.remark is not None:
            checks.append(Check("has_reason", refuse_unless(bool(act.remark.strip()), "E-REASON")))
        if act.trigger is Trigger.ESCALATE:
            return [*checks, *intervention.checks(session, case, act.today)]
        desk = self.desk(case.state)
        if desk is not None and act.trigger in (desk.act, *desk.marks):
            is_mark = act.trigger in desk.marks
            names = self.standing if is_mark else (*self.standing, *desk.guards)
            with asking(session, "case.ask"):
                facts = self.gather(session, case, act.today)
                checks += [Check(n, getattr(self, n)(case, facts, act.today)) for n in names]
        return checks

    # ── moving ──────────────────────────────────────────────────────────────────────────────

    def open(self, session: Session, case: Case, act: Act, papers: Sequence[int] = ()) -> None:
        """Put a new case on the registry and submit it, or raise `Refused`; never commits.

        The caller has judged that the pupil may be named; the database checks that the pupil is
        at the owner's school and has no other open case. ``papers`` are attachments on the
        person's tray, which become the evidence of this case.
        """
        first = self.desks[0]
        case.state, case.initiator_id = first.state, act.actor.user_id
        home = session.get_one(Organisation, act.actor.organisation_id)
        case.initiator_org = case.awaiting = home
        case.initiator_org_id = case.awaiting_id = home.id
        case.awaiting_office = first.office
        try:
            with elevated(session, f"case.open {self.kind}"):
                session.add(case)
                session.flush()
        except IntegrityError:
            raise Refused(Refusal("E-LOCK")) from None
        bind(session, case, papers, act.actor.user_id)
        self.fire(session, case, act)

    def fire(
        self, session: Session, case: Case, act: Act, seen: int | None = None, *, held: bool = False
    ) -> None:
        """Move a case one step, or raise `Refused` or `Stale`; never commits.

        ``seen`` is the version the person looked at: a case that moved since then is `Stale`.
        ``held``: the caller has this moment locked the case (`hold`).
        """
        if not held:
            session.refresh(case, with_for_update=ITSELF)  # the second of two waits here, is told
        if has_moved(case, seen):
            raise Stale
        act = replace(act, remark=act.remark or "")
        if refusals := self.why_not(session, case, act):
            raise Refused(*refusals)
        desk, before, version = self.desk(case.state), case.state, case.version
        assert desk is not None  # noqa: S101  why_not has found it
        line = _line(case, act, version)
        with session.no_autoflush:  # one step is one UPDATE: it counts as one version
            self._move(session, case, act, desk)
        line.to_state = case.state
        case.events.append(line)
        _flush(session)
        case_id, state = case.id, case.state
        if is_news(case, line.decision):
            tell(session, case, NoticeKind.STEP, act.actor.organisation_id, version)
        is_wide = self._keep_promises(session, case, act, desk) or before == self.desks[0].state
        record(
            session,
            f"case.{act.trigger}",
            object_type="case",
            object_id=case_id,
            state=state,
            **({"elevated": True} if is_wide else {}),
            **({"for": act.actor.acting_for} if act.actor.acting_for else {}),
        )

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _move(self, session: Session, case: Case, act: Act, desk: Desk) -> None:
        """Let the machine choose the next state, and lay the case on that desk."""
        if act.trigger is Trigger.ESCALATE:
            send_above(session, case, act.today)
        elif act.trigger in desk.marks:
            flag_modified(case, "state")  # it stays, and is still one step of the race
        else:
            self.machine.events[act.trigger].trigger(case)
            ahead = self.desk(case.state)
            lay(session, case, ahead, act.today, at_start=ahead is self.desks[0])

    def _keep_promises(self, session: Session, case: Case, act: Act, desk: Desk) -> bool:
        """Carry out what a step brings about beyond the person's scope; tell whether it did."""
        names = desk.effects if act.trigger in (desk.act, *desk.marks) else ()
        done = case.state == self.final
        if not case.is_open and not done:
            names = self.undoing
        if not names and not done:
            return False
        with elevated(session, f"case {case.id} {act.trigger}", apart=False):
            for name in names:
                getattr(self, name)(session, case, act)
            if done:
                self.finish(session, case, act)
        return True

    def holds(self, desk: Desk, case: Any) -> bool:
        """Tell whether a case passes a desk at all."""
        return not desk.when or bool(getattr(self, desk.when)(case))


def hold(session: Session, case_ids: Iterable[int]) -> dict[int, Case]:
    """Lock cases and read them afresh; the second of two waits here. Out of scope is left out.

    They are locked in the order of their ids and before anything else is, so that two batches, or
    a batch and a single step, never wait for each other.
    """
    found = session.scalars(HOLD, {"ids": list(case_ids)}, execution_options=AFRESH)
    return {case.id: case for case in found}


def has_moved(case: Case, seen: int | None) -> bool:
    """Tell whether a case is no longer as somebody saw it; None: nobody looked before."""
    return seen is not None and seen != case.version


def needs_reason(case: Case, trigger: Trigger) -> bool:
    """Tell whether a step has to be explained; an intervention always is."""
    in_place_of_another = trigger is Trigger.AGREE and case.silent_id is not None
    return trigger in NEEDS_REASON or in_place_of_another


def _line(case: Case, act: Act, version: int) -> CaseEvent:
    """Return the line of the timeline that a step writes, as the case is before it."""
    is_in_place = case.silent_id is not None and act.trigger is Trigger.AGREE
    silent = case.silent_id
    if act.trigger is Trigger.ESCALATE:
        silent = case.awaiting_id
    return CaseEvent(
        case_id=case.id,
        case_version=version,
        decision=Decision.INTERVENE if is_in_place else DECISIONS[act.trigger],
        from_state=case.state,
        organisation_id=act.actor.organisation_id,
        user_id=act.actor.user_id,
        role=act.actor.role,
        for_user_id=act.actor.acting_for,
        silent_id=silent,
        remark=(act.remark or "").strip() or None,
    )


def _flush(session: Session) -> None:
    """Flush, and name a lost race for what it is."""
    try:
        session.flush()
    except (StaleDataError, IntegrityError):
        raise Stale from None
