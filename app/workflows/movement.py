"""学籍异动: leaving school for a time or for good, coming back, another year (P08, P10, P11).

    DRAFT ──submit──▶ SCHOOL_REVIEW ──agree──▶ AUTHORITY_REVIEW ──agree──▶ APPROVED
      ▲                    │    disagree ▶ REJECTED    │
      └──── send_back ▶ RETURNED ◀─────────────────────┘        withdraw ▶ WITHDRAWN

The school that holds the pupil submits; a pupil who comes back is asked for by the school that
receives them, which may be another one. What each movement allows and does is a line of `MOVES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.codes.tables import table
from app.errors import Refusal, refuse_unless
from app.models.case import CaseKind
from app.models.change import Movement
from app.models.change import MovementType as M
from app.models.school import SchoolClass, Stage
from app.models.student import EndKind, ProblemFlag, StartKind, Status, Student
from app.policies.roles import Office
from app.workflows.attaching import papers_of
from app.workflows.desk import Act, Desk, Party, Trigger
from app.workflows.engine import Workflow
from app.workflows.freezes import frozen
from app.workflows.seats import Room, has_place, room_of, takes_pupils

DRAFT, SCHOOL_REVIEW = "DRAFT", "SCHOOL_REVIEW"
AUTHORITY_REVIEW, APPROVED = "AUTHORITY_REVIEW", "APPROVED"
OTHER = "99"  # a reason that has to be explained in words
HERE, LEFT = Status.IN_SCHOOL, (Status.WITHDRAWN, Status.EXPELLED, Status.OTHER_LEAVE)
ABSENT = (Status.MISSING, Status.SUSPECTED_DROPOUT, Status.DROPPED_OUT)
ALIVE = (HERE, Status.SUSPENDED, Status.ABROAD, *LEFT, *ABSENT)
EVERY_STAGE, SENIOR = tuple(Stage), (Stage.SENIOR,)


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of movement: from which states, in which stages, and what it brings about.

    ``to`` is the state afterwards; ``end`` and ``start`` what it does to the period at the school.
    ``seat`` is how many levels above the present one the new class is (None: it needs none, or
    ``anywhere``). ``by_receiver``: a school that receives the pupil from another one may start it.
    """

    come_from: tuple[Status, ...]
    to: Status = HERE
    stages: tuple[Stage, ...] = EVERY_STAGE
    end: EndKind | None = None
    start: StartKind | None = None
    seat: int | None = None
    anywhere: bool = False
    same_stage: bool = False
    by_receiver: bool = False
    needs_words: bool = False
    needs_evidence: bool = False
    needs_term: bool = False

    @property
    def takes_seat(self) -> bool:
        """Tell whether a class has to be chosen."""
        return self.seat is not None or self.anywhere

    @property
    def is_return(self) -> bool:
        """Tell whether somebody who was away comes back."""
        return self.start is not None


MOVES: Mapping[M, Move] = {
    M.SUSPEND: Move(
        (HERE,), Status.SUSPENDED, end=EndKind.SUSPENDED, needs_evidence=True, needs_term=True
    ),
    M.RESUME: Move((Status.SUSPENDED,), start=StartKind.RESUMED, anywhere=True, same_stage=True),
    M.WITHDRAW: Move(
        (HERE, Status.SUSPENDED), Status.WITHDRAWN, SENIOR, EndKind.WITHDREW, needs_evidence=True
    ),
    M.EXPEL: Move(
        (HERE, Status.SUSPENDED), Status.EXPELLED, SENIOR, EndKind.EXPELLED, needs_evidence=True
    ),
    M.REPEAT: Move((HERE,), stages=SENIOR, seat=-1, needs_words=True),
    M.SKIP: Move((HERE,), seat=1, needs_evidence=True),
    M.DEATH: Move(ALIVE, Status.DECEASED, end=EndKind.DIED, needs_evidence=True),
    M.MISSING: Move((HERE, Status.SUSPECTED_DROPOUT), Status.MISSING, needs_words=True),
    M.ABROAD: Move(
        (HERE, Status.SUSPENDED), Status.ABROAD, end=EndKind.WENT_ABROAD, needs_evidence=True
    ),
    M.RETURN_HOME: Move(
        (Status.ABROAD,), start=StartKind.RETURNED, anywhere=True, by_receiver=True
    ),
    M.OTHER_LEAVE: Move((HERE,), Status.OTHER_LEAVE, end=EndKind.LEFT, needs_words=True),
    M.RESTORE: Move((*LEFT, *ABSENT), start=StartKind.RESTORED, anywhere=True, by_receiver=True),
    M.SUSPECT_DROPOUT: Move((HERE,), Status.SUSPECTED_DROPOUT, needs_words=True),
    M.DROPOUT: Move(
        (Status.SUSPECTED_DROPOUT,),
        Status.DROPPED_OUT,
        end=EndKind.DROPPED_OUT,
        needs_words=True,
    ),
}
WAY_BACK: Mapping[Status, M] = {  # which return belongs to which way of being away
    state: kind for kind, move in MOVES.items() if move.is_return for state in move.come_from
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the pupil, of the class chosen and of the evidence."""

    status: Status
    problem: ProblemFlag
    school_id: int
    stage: Stage
    level: int
    room: Room | None
    since: date  # the last day something happened to the pupil's enrolment
    papers: int
    frozen: Refusal | None


class MovementWorkflow(Workflow[Facts]):
    """The table is the process; what a movement allows stands in `MOVES`."""

    kind = CaseKind.MOVEMENT
    desks = (
        Desk(
            DRAFT,
            Party.STARTING_SCHOOL,
            Office.REGISTRAR,
            Trigger.SUBMIT,
            guards=("not_frozen", "has_cause", "has_dates", "has_evidence"),
        ),
        Desk(SCHOOL_REVIEW, Party.STARTING_SCHOOL, Office.LEADER),
        Desk(AUTHORITY_REVIEW, Party.STARTING_AUTHORITY, Office.REGISTRAR),
    )
    final = APPROVED
    standing = (
        "right_school",
        "stage_allows",
        "status_allows",
        "has_no_problem",
        "class_chosen",
        "class_is_open",
        "fits",
    )

    # ── guards: None lets the step pass ─────────────────────────────────────────────────────

    def right_school(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """The pupil's own school submits; of a return, a school that receives the pupil may."""
        is_own = facts.school_id == case.initiator_org_id
        is_there = facts.school_id == case.owner_id
        may = is_there and (is_own or MOVES[case.type].by_receiver)
        return refuse_unless(may, "E-SCHOOL")

    def stage_allows(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """P08: withdrawal, expulsion and repeating are for senior high schools alone."""
        return in_stage(case.type, facts.stage)

    def status_allows(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """The pupil is in a state this movement starts from; a return matches the leave."""
        return from_status(case.type, facts.status)

    def has_no_problem(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """An open problem record is settled first; a death is entered all the same."""
        is_clear = facts.problem in (ProblemFlag.NONE, ProblemFlag.RESOLVED)
        return refuse_unless(is_clear or case.type is M.DEATH, "E-PROBLEM")

    def class_chosen(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """Who comes back, repeats or skips sits in a class of the right year of the school."""
        move, room = MOVES[case.type], facts.room
        if not move.takes_seat:
            return refuse_unless(room is None, "E-TARGET")
        if room is None or room.school_id != case.initiator_org_id:
            return Refusal("E-TARGET")
        at_level = move.seat is None or room.level == facts.level + move.seat
        bound = move.same_stage or move.seat is not None
        return refuse_unless(at_level and (not bound or room.stage is facts.stage), "E-TARGET")

    def class_is_open(self, _case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """The class chosen takes pupils."""
        return takes_pupils(facts.room) if facts.room else None

    def fits(self, _case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """The class chosen has a place left under its size limit (班额)."""
        return has_place(facts.room) if facts.room else None

    def not_frozen(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """P37: nothing of a graduating grade begins in the frozen weeks; a death is entered."""
        return None if case.type is M.DEATH else facts.frozen

    def has_cause(self, case: Movement, _facts: Facts, _today: date) -> Refusal | None:
        """A reason of the table that fits the movement, in words where the code says nothing."""
        if case.reason not in reasons(case.type):
            return Refusal("E-CAUSE")
        must_say = MOVES[case.type].needs_words or case.reason == OTHER
        return refuse_unless(not must_say or bool((case.reason_text or "").strip()), "E-REASON")

    def has_dates(self, case: Movement, facts: Facts, today: date) -> Refusal | None:
        """It has happened, after what happened before; a suspension says until when."""
        if case.happened_on > today:
            return Refusal("E-FUTURE")
        if case.happened_on < facts.since:
            return Refusal("E-EARLY", {"since": facts.since.isoformat()})
        return refuse_unless(bool(case.until_on) == MOVES[case.type].needs_term, "E-TERM")

    def has_evidence(self, case: Movement, facts: Facts, _today: date) -> Refusal | None:
        """The movement's papers are attached."""
        needed = MOVES[case.type].needs_evidence
        return refuse_unless(not needed or facts.papers > 0, "E-EVIDENCE")

    # ── facts and effect ────────────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: Movement, today: date) -> Facts:
        """Read the pupil, the class chosen and how much evidence there is."""
        pupil = session.get_one(Student, case.student_id)
        is_last, path = pupil.grade.is_last, case.owner.path
        return Facts(
            status=pupil.status,
            problem=pupil.problem_flag,
            school_id=pupil.school_id,
            stage=pupil.stage,
            level=pupil.grade.level,
            room=room_of(session, case.to_class_id) if case.to_class_id else None,
            since=max((p.ended_on or p.started_on for p in pupil.enrolments), default=date.min),
            papers=papers_of(session, case),
            frozen=frozen(session, path, self.kind, graduating=is_last, today=today),
        )

    def finish(self, session: Session, case: Movement, _act: Act) -> None:
        """Change the pupil's standing: the only lines where a movement touches a pupil."""
        pupil, move = session.get_one(Student, case.student_id), MOVES[case.type]
        room = session.get(SchoolClass, case.to_class_id) if case.to_class_id else None
        if room is None:
            case.left_grade_id, case.left_level = pupil.grade_id, pupil.grade.level
            pupil.leave(move.to, move.end, case.happened_on, case.id)
        elif move.start is None:
            pupil.sit_in(room)
        else:
            pupil.come_back(room, move.start, case.happened_on, case.id)


def in_stage(kind: M, stage: Stage) -> Refusal | None:
    """The stage is one the movement is for."""
    return refuse_unless(stage in MOVES[kind].stages, "E-STAGE")


def from_status(kind: M, status: Status) -> Refusal | None:
    """The status is one the movement starts from; a wrong way back is named as that."""
    if status in MOVES[kind].come_from:
        return None
    is_away = MOVES[kind].is_return and status in WAY_BACK
    return Refusal("E-RETURNTYPE" if is_away else "E-STATUS")


def reasons(kind: M) -> list[str]:
    """Return the codes of ``movement_reason`` a movement may give."""
    column = "applies_to"
    return [
        entry.code
        for entry in table("movement_reason")
        if {kind.value, "ANY"} & set(entry.extras[column].split(";"))
    ]
