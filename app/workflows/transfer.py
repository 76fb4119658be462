"""转学: a pupil moves to another school, always started by the receiving school (P09).

    same county      DRAFT ▶ OUT_SCHOOL ▶ OUT_AUTHORITY ▶ COMPLETED
    other county     DRAFT ▶ IN_SCHOOL ▶ IN_AUTHORITY ▶ OUT_SCHOOL ▶ OUT_AUTHORITY ▶ COMPLETED
    other province   DRAFT ▶ IN_SCHOOL ▶ IN_AUTHORITY ▶ MINISTRY_RELAY ▶ OUT_SCHOOL
                     ▶ OUT_AUTHORITY ▶ AWAITING_PULL ▶ COMPLETED

submit starts it, agree moves it on, disagree ends it (REJECTED), send_back returns it to the
receiving school (RETURNED), which may withdraw it (WITHDRAWN) until somebody has agreed. Across
provinces (elsewhere where a switch says so) the receiving school marks the pupil's arrival
(report) and then pulls the archive. Number, archive and history move with the pupil; nothing is
copied. A special school is a school like others here; a pupil who goes there without the record
is a movement, 其他离校 (P09.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.case import Case, CaseKind, Transfer
from app.models.organisation import Organisation, common_path
from app.models.school import SchoolClass, Stage
from app.models.student import ProblemFlag, Status, Student
from app.policies.roles import Office
from app.policies.switches import setting
from app.workflows.desk import Act, Desk, Party, Trigger
from app.workflows.engine import Workflow
from app.workflows.freezes import frozen
from app.workflows.seats import Room, has_place, room_of, takes_pupils

DRAFT, IN_SCHOOL, IN_AUTHORITY = "DRAFT", "IN_SCHOOL", "IN_AUTHORITY"
MINISTRY_RELAY, OUT_SCHOOL, OUT_AUTHORITY = "MINISTRY_RELAY", "OUT_SCHOOL", "OUT_AUTHORITY"
AWAITING_PULL, COMPLETED = "AWAITING_PULL", "COMPLETED"

BEGINNING = ("not_frozen", "not_stopped")  # asked when it is submitted, and submitted again


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of a pupil the receiving side cannot see."""

    status: Status
    problem: ProblemFlag
    still_there: bool  # the pupil is at the school the case was opened against
    stage: Stage
    room: Room
    frozen: Refusal | None  # a window of the calendar
    stopped: Refusal | None  # an authority's switch


class TransferWorkflow(Workflow[Facts]):
    """The table is the process; all three routes are one chain with conditions."""

    kind = CaseKind.TRANSFER
    desks = (
        Desk(DRAFT, Party.RECEIVING_SCHOOL, Office.REGISTRAR, Trigger.SUBMIT, guards=BEGINNING),
        Desk(IN_SCHOOL, Party.RECEIVING_SCHOOL, Office.LEADER, when="other_county"),
        Desk(IN_AUTHORITY, Party.RECEIVING_AUTHORITY, Office.REGISTRAR, when="other_county"),
        Desk(MINISTRY_RELAY, Party.MINISTRY, Office.OPERATOR, when="other_province"),
        Desk(OUT_SCHOOL, Party.OWNER_SCHOOL, Office.LEADER),
        Desk(OUT_AUTHORITY, Party.OWNER_AUTHORITY, Office.REGISTRAR),
        Desk(
            AWAITING_PULL,
            Party.RECEIVING_SCHOOL,
            Office.REGISTRAR,
            Trigger.PULL,
            when="pulls_archive",
            guards=("has_reported",),
            effects=("note_arrival",),
            marks=(Trigger.REPORT,),
        ),
    )
    final = COMPLETED
    standing = ("is_elsewhere", "attends", "has_no_problem", "keeps_stage", "class_is_open", "fits")

    # ── conditions: which desks a case passes ───────────────────────────────────────────────

    def other_county(self, case: Case) -> bool:
        """The two schools have different managing authorities."""
        return case.receiving is not None and case.owner.parent_id != case.receiving.parent_id

    def other_province(self, case: Case) -> bool:
        """The two schools have no superior in common below the ministry."""
        return case.receiving is not None and common(case.owner, case.receiving) == "/"

    def pulls_archive(self, case: Transfer) -> bool:
        """Q-07: across provinces always; else where it was switched on when the case began."""
        return case.pulls or self.other_province(case)

    # ── guards: None lets the step pass ─────────────────────────────────────────────────────

    def is_elsewhere(self, case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """Nobody transfers from the own school, or from a school the pupil has left since."""
        if case.owner_id == case.receiving_id:
            return Refusal("E-SELFSCHOOL")
        return refuse_unless(facts.still_there, "E-STATUS")

    def attends(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """Only a pupil in school transfers; a suspended one resumes first."""
        return refuse_unless(facts.status is Status.IN_SCHOOL, "E-STATUS")

    def has_no_problem(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """An open problem record is settled first."""
        is_clear = facts.problem in (ProblemFlag.NONE, ProblemFlag.RESOLVED)
        return refuse_unless(is_clear, "E-PROBLEM")

    def keeps_stage(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """The target grade is in the stage the pupil is in."""
        return refuse_unless(facts.stage is facts.room.stage, "E-STAGE")

    def class_is_open(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """The target class still takes pupils."""
        return takes_pupils(facts.room)

    def fits(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """The target class has a place left under its size limit (班额)."""
        return has_place(facts.room)

    def not_frozen(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """P37: no transfer begins in the frozen weeks of summer."""
        return facts.frozen

    def not_stopped(self, _case: Transfer, facts: Facts, _today: date) -> Refusal | None:
        """The receiving school's authorities have not stopped transfers."""
        return facts.stopped

    def has_reported(self, case: Transfer, _facts: Facts, _today: date) -> Refusal | None:
        """P09.3: the archive is pulled after the pupil has reported to the new school."""
        return refuse_unless(case.reported_on is not None, "E-PULL")

    # ── facts and effects ───────────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: Transfer, today: date) -> Facts:
        """Read the pupil at the other school and the class that is to take the pupil."""
        pupil = session.get_one(Student, case.student_id)
        stop = setting(session, case.initiator_org.path, "freeze_transfer", today)
        return Facts(
            status=pupil.status,
            problem=pupil.problem_flag,
            still_there=pupil.school_id == case.owner_id,
            stage=pupil.stage,
            room=room_of(session, case.to_class_id),
            frozen=frozen(
                session,
                case.owner.path,
                self.kind,
                graduating=pupil.grade.is_last,
                today=today,
            ),
            stopped=stop.closed() if stop.is_closing else None,
        )

    def note_arrival(self, _session: Session, case: Transfer, act: Act) -> None:
        """Keep the day the pupil reported, or the moment the archive was pulled."""
        if act.trigger is Trigger.REPORT:
            case.reported_on = act.today
        else:
            case.pulled_at = datetime.now(UTC)

    def finish(self, session: Session, case: Transfer, act: Act) -> None:
        """Move the record: the only line where a transfer touches a pupil."""
        pupil = session.get_one(Student, case.student_id)
        pupil.move_to(session.get_one(SchoolClass, case.to_class_id), act.today, case.id)


def common(one: Organisation, other: Organisation) -> str:
    """Return the path of the lowest common superior of two schools."""
    return common_path(one.path, other.path)
