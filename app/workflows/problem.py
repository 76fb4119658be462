"""问题学籍处理: a record in a problem is proven, or changed, or goes (P05).

    DRAFT ──submit──▶ SCHOOL_REVIEW ──agree──▶ AUTHORITY_REVIEW ──agree──▶ RESOLVED
      ▲  └──────────── submit: the record is to go (no approval) ────────────▲
      │                    │    disagree ▶ REJECTED    │
      └──── send_back ▶ RETURNED ◀─────────────────────┘        withdraw ▶ WITHDRAWN

A case takes up all that is open against its pupil. On the last approval the record is proven to be
another person than its siblings, or carries its new identity and is compared again; the system
proves the last record left of a group (N−1). Whatever ends otherwise is an open problem as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.errors import Refusal, Refused, refuse_unless
from app.models.case import CaseKind
from app.models.problem import (
    ItemState,
    ProblemAction,
    ProblemCase,
    ProblemGroup,
    ProblemItem,
    ProblemKind,
)
from app.models.sealed import KEYS
from app.models.student import EndKind, Status, Student
from app.policies.roles import Office
from app.workflows import duplicates, settling
from app.workflows.attaching import papers_of
from app.workflows.desk import Act, Desk, Party, Trigger
from app.workflows.engine import Workflow
from app.workflows.identity import spell
from app.workflows.key_change import IDENTITY, TOLD_AT, as_text, clash, typed
from app.workflows.numbering import release

DRAFT, SCHOOL_REVIEW = "DRAFT", "SCHOOL_REVIEW"
AUTHORITY_REVIEW, RESOLVED = "AUTHORITY_REVIEW", "RESOLVED"
A = ProblemAction


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know: what is open, what would change, what proves it."""

    is_there: bool  # the pupil is still at the school that asks
    open_items: int
    others_left: int | None  # the fewest other records left in a group of theirs; None: no group
    fields: tuple[str, ...]
    overtaken: tuple[str, ...]
    unchanged: tuple[str, ...]
    clash: str
    papers: int


class ProblemWorkflow(Workflow[Facts]):
    """The table is the process."""

    kind = CaseKind.PROBLEM
    desks = (
        Desk(
            DRAFT,
            Party.OWNER_SCHOOL,
            Office.REGISTRAR,
            Trigger.SUBMIT,
            guards=("has_words", "has_evidence"),
            effects=("take_up",),
        ),
        Desk(SCHOOL_REVIEW, Party.OWNER_SCHOOL, Office.LEADER, when="is_reviewed"),
        Desk(AUTHORITY_REVIEW, Party.OWNER_AUTHORITY, Office.REGISTRAR, when="is_reviewed"),
    )
    final = RESOLVED
    standing = (
        "is_there",
        "is_open",
        "leaves_one",
        "right_fields",
        "still_so",
        "differs",
        "fits_id",
    )
    undoing = ("let_go",)

    # ── conditions and guards: None lets the step pass ──────────────────────────────────────

    def is_reviewed(self, case: ProblemCase) -> bool:
        """002 VI.3: what is to go, goes at once; all else is reviewed twice."""
        return case.action is not A.DELETE

    def is_there(self, _case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """The pupil's own school asks."""
        return refuse_unless(facts.is_there, "E-SCHOOL")

    def is_open(self, _case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """Something is open against the pupil."""
        return refuse_unless(facts.open_items > 0, "E-PROBLEM-NONE")

    def leaves_one(self, case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """Of records that collide, one always stays (002 VI.5)."""
        ok = case.action is not A.DELETE or facts.others_left != 0
        return refuse_unless(ok, "E-PROBLEM-LAST")

    def right_fields(self, case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """Only a change brings new values, and only of what identifies a pupil."""
        free = [name for name in facts.fields if name not in IDENTITY]
        if case.action is not A.CHANGE:
            free = list(facts.fields)
        return refuse_unless(not free, "E-PROBLEM-FIELDS", fields=free)

    def still_so(self, _case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """The record still holds what the case says it held (W7)."""
        return refuse_unless(not facts.overtaken, "E-OVERTAKEN", fields=list(facts.overtaken))

    def differs(self, case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """A change changes something, and every line does."""
        ok = case.action is not A.CHANGE or (bool(facts.fields) and not facts.unchanged)
        return refuse_unless(ok, "E-CF-SAME", fields=list(facts.unchanged))

    def fits_id(self, _case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """Birth date and gender agree with the ID number they would stand beside."""
        return Refusal(facts.clash, {"field": TOLD_AT[facts.clash]}) if facts.clash else None

    def has_words(self, case: ProblemCase, _facts: Facts, _today: date) -> Refusal | None:
        """It is said what the matter is."""
        return refuse_unless(bool(case.explanation.strip()), "E-REASON")

    def has_evidence(self, case: ProblemCase, facts: Facts, _today: date) -> Refusal | None:
        """002 VI.2: papers prove what is said; a record that goes needs none."""
        return refuse_unless(case.action is A.DELETE or facts.papers > 0, "E-EVIDENCE")

    # ── facts and effects ───────────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: ProblemCase, today: date) -> Facts:
        """Read the record, its problems, and the lines of the case."""
        pupil = session.get_one(Student, case.student_id)
        wanted = {line.field: line.after for line in case.lines}
        now = {name: as_text(getattr(pupil, name)) for name in wanted}
        return Facts(
            is_there=pupil.school_id == case.owner_id,
            open_items=open_items(session, pupil.id, case.id),
            others_left=others_left(session, pupil.id),
            fields=tuple(wanted),
            overtaken=tuple(ln.field for ln in case.lines if now[ln.field] != ln.before),
            unchanged=tuple(name for name, text in wanted.items() if text == now[name]),
            clash=clash(pupil, wanted, today),
            papers=papers_of(session, case),
        )

    def take_up(self, session: Session, case: ProblemCase, _act: Act) -> None:
        """All that is open against the pupil is being handled from now on."""
        settling.hold(session)
        settling.take_up(session, case.student_id, case.id)

    def let_go(self, session: Session, case: ProblemCase, _act: Act) -> None:
        """It is open as before; and proven, should it be the last one left by now."""
        settling.hold(session)
        settling.lay_down(session, case.id)

    def finish(self, session: Session, case: ProblemCase, act: Act) -> None:
        """Prove the record, change it, or let it go; then the rest of its groups is settled.

        What held when the step was judged is asked once more, now that nobody else settles.
        """
        settling.hold(session)
        session.refresh(session.get_one(Student, case.student_id), with_for_update=True)
        facts = self.gather(session, case, act.today)
        asked = (self.is_open, self.leaves_one, self.still_so)
        if told := [said for ask in asked if (said := ask(case, facts, act.today))]:
            raise Refused(*told)
        groups = {
            A.EVIDENCE: self._prove,
            A.CHANGE: self._change,
            A.DELETE: self._strike,
        }[case.action](session, case, act)
        settling.settle(session, groups)

    def _prove(self, session: Session, case: ProblemCase, _act: Act) -> set[int]:
        return settling.close(session, case.id, ItemState.EVIDENCED)

    def _strike(self, session: Session, case: ProblemCase, act: Act) -> set[int]:
        pupil = session.get_one(Student, case.student_id)
        pupil.leave(Status.DELETED, EndKind.LEFT, act.today, case.id)
        session.flush()
        release(session, pupil)
        groups = settling.close(session, case.id, ItemState.DELETED)
        duplicates.check(session, [pupil.id])  # gone, too, from where it was proven before
        return groups

    def _change(self, session: Session, case: ProblemCase, _act: Act) -> set[int]:
        pupil = session.get_one(Student, case.student_id)
        for line in case.lines:
            setattr(pupil, line.field, typed(line.field, line.after))
        pupil.id_digest = KEYS.digest(pupil.id_number) if pupil.id_number else None
        spell(pupil, {line.field for line in case.lines})
        session.flush()
        duplicates.check(session, [pupil.id])
        settling.lay_down(session, case.id)  # what still collides is an open problem again
        return set()


def open_items(session: Session, student_id: int, case_id: int | None) -> int:
    """Count what is open against a pupil and in no case but this one."""
    free = ProblemItem.case_id.is_(None)
    asked = select(func.count()).where(
        ProblemItem.student_id == student_id,
        ProblemItem.state == ItemState.OPEN,
        free if case_id is None else free | (ProblemItem.case_id == case_id),
    )
    return session.scalar(asked) or 0


def others_left(session: Session, student_id: int) -> int | None:
    """Return how many other records are left in the emptiest group of a pupil's open ones."""
    mine, other = aliased(ProblemItem), aliased(ProblemItem)
    is_kept = other.state.not_in(settling.GONE) & (other.student_id != student_id)
    left = (
        select(func.count(other.id))
        .where(other.group_id == mine.group_id, is_kept)
        .correlate(mine)
        .scalar_subquery()
    )
    is_double = exists().where(
        ProblemGroup.id == mine.group_id, ProblemGroup.kind != ProblemKind.ID_ERROR
    )
    asked = select(func.min(left)).where(
        mine.student_id == student_id, mine.state == ItemState.OPEN, is_double
    )
    least: int | None = session.scalar(asked)
    return least
