"""学籍注册: a pupil of an import or of a form becomes an in-school pupil with a number (P02, P03).

    DRAFT ──submit──▶ SCHOOL_REVIEW ──agree──▶ AUTHORITY_REVIEW ──agree──▶ REGISTERED
      ▲                    │    disagree ▶ REJECTED    │
      └──── send_back ▶ RETURNED ◀─────────────────────┘        withdraw ▶ WITHDRAWN

The school's registrar submits, its leader reviews, the managing authority's registrar registers.
On registration the pupil is in school and holds a temporary L number; G or J follow when the
identity is verified (P34). A refused pupil stays visible as not registered. Three tabs (`tabs`)
tell new, in-school and foreign or returned pupils apart; two of the guards ask for the tab.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased, joinedload, load_only

from app.errors import Refusal, refuse_unless
from app.models.case import Case, CaseKind, Registration
from app.models.school import ClassState, Grade, GradeState, School, SchoolClass, Stage
from app.models.student import ProblemFlag, StartKind, Status, Student
from app.policies.roles import Office
from app.policies.switches import setting
from app.workflows.attaching import papers_of
from app.workflows.desk import Act, Desk, Party, Trigger
from app.workflows.engine import Workflow
from app.workflows.identity import RESIDENT
from app.workflows.numbering import temporary_number
from app.workflows.tabs import Origin, Tab, tab, tab_of

DRAFT, SCHOOL_REVIEW = "DRAFT", "SCHOOL_REVIEW"
AUTHORITY_REVIEW, REGISTERED = "AUTHORITY_REVIEW", "REGISTERED"
GUARDS = ("year_turned", "in_school_open", "old_enough", "no_id_allowed", "has_papers")
NO_ID = "Z"  # 其他 in table id_document_type: the only one that may be without a number
ENTRY_AGE = 6  # years, of primary school
CUT_OFF = (8, 31)  # month and day of the year of entry by which the age is reached

# Registrations come by the thousand: what each asks is written once.
OLDER = aliased(Grade)
BEHIND = (
    exists()
    .where(
        OLDER.school_id == Student.school_id,
        OLDER.stage == Grade.stage,
        OLDER.state == GradeState.IN_USE,
        OLDER.entry_year < Grade.entry_year,
        OLDER.level <= Grade.level,
    )
    .label("is_behind")
)
STANDING = (
    select(
        Student.status,
        Student.problem_flag,
        Student.birth_date,
        Student.id_type,
        Student.id_digest,
        Student.overseas_status,
        Student.nationality,
        Grade.level,
        Grade.stage,
        Grade.entry_year,
        SchoolClass.state,
        BEHIND,
    )
    .join(Grade, Grade.id == Student.grade_id)
    .outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
    .where(Student.id == bindparam("pupil"))
)
ON_THE_ROLL = (  # of a record of eighty columns, what joining a school reads
    load_only(
        Student.school_id,
        Student.grade_id,
        Student.class_id,
        Student.birth_date,
        Student.number,
        Student.number_digest,
        Student.row_version,
    ),
    joinedload(Student.enrolments),
    joinedload(Student.school, innerjoin=True).load_only(School.division),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the pupil and of the school."""

    status: Status
    problem: ProblemFlag
    class_open: bool
    tab: Tab
    year_turned: bool  # every older cohort stands where the newcomers' entry year puts it
    closed: Refusal | None  # who closed the registration of in-school pupils
    too_young: Refusal | None  # why a child under age is not let in
    no_id: Refusal | None  # who closed the registration of pupils without an ID document
    lacks_papers: bool  # neither a resident ID nor a scan of the other document


class RegistrationWorkflow(Workflow[Facts]):
    """The table is the process."""

    kind = CaseKind.REGISTRATION
    desks = (
        Desk(DRAFT, Party.OWNER_SCHOOL, Office.REGISTRAR, Trigger.SUBMIT, guards=GUARDS),
        Desk(SCHOOL_REVIEW, Party.OWNER_SCHOOL, Office.LEADER),
        Desk(AUTHORITY_REVIEW, Party.OWNER_AUTHORITY, Office.REGISTRAR),
    )
    final = REGISTERED
    standing = ("is_pending", "has_no_problem", "class_is_open")

    # ── guards: None lets the step pass ─────────────────────────────────────────────────────

    def is_pending(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """Only a pupil who is not registered yet can be registered."""
        return refuse_unless(facts.status is Status.PENDING_REGISTRATION, "E-STATUS")

    def has_no_problem(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """An open problem record is settled first (P04: it is not in the review list)."""
        is_clear = facts.problem in (ProblemFlag.NONE, ProblemFlag.RESOLVED)
        return refuse_unless(is_clear, "E-PROBLEM")

    def class_is_open(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """The class still takes pupils."""
        return refuse_unless(facts.class_open, "E-CLASS")

    def year_turned(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """P02.1: first-graders wait until graduation and promotion of the school are done."""
        return refuse_unless(facts.year_turned or facts.tab is Tab.IN_SCHOOL, "E-PROMO")

    def in_school_open(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """P02.2: an authority may close the registration of pupils above the first level."""
        return facts.closed

    def old_enough(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """P24: a child of primary school is six by 31 August, unless younger ones are let in."""
        return facts.too_young

    def no_id_allowed(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """Q-12: a pupil without any ID document, while the province lets such pupils in."""
        return facts.no_id

    def has_papers(self, _case: Registration, facts: Facts, _today: date) -> Refusal | None:
        """002 III.6: every document but the resident ID is filed as a scan, for type Z a note."""
        return refuse_unless(not facts.lacks_papers, "E-EVIDENCE")

    # ── facts and effect ────────────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: Registration, today: date) -> Facts:
        """Read the pupil, the class and whether the school's cohorts have moved up, in one go.

        What only the first desk asks is read there alone.
        """
        found = session.execute(STANDING, {"pupil": case.student_id}).one()
        begins = self.desk(case.state) is self.desks[0]
        entry = (found.entry_year, found.birth_date) if found.stage is Stage.PRIMARY else None
        kept = tab(Origin(found.overseas_status, found.nationality, found.level))
        has_none = found.id_type == NO_ID and found.id_digest is None

        def shut(key: str, *, if_: bool) -> Refusal | None:
            return closed(session, case, key, today) if begins and if_ else None

        return Facts(
            status=found.status,
            problem=found.problem_flag,
            class_open=found.state is ClassState.IN_USE,
            tab=kept,
            year_turned=not found.is_behind,
            closed=shut("in_school_registration", if_=kept is Tab.IN_SCHOOL),
            too_young=too_young(session, case, entry, today),
            no_id=shut("allow_no_id_registration", if_=has_none),
            lacks_papers=begins and found.id_type != RESIDENT and not has_some(session, case),
        )

    def _move(self, session: Session, case: Case, act: Act, desk: Desk) -> None:
        """Put the case under its tab at every submission: what was sent back may have changed."""
        if act.trigger is Trigger.SUBMIT:
            case.variant = tab_of(session.get_one(Student, case.student_id)).value
        super()._move(session, case, act, desk)

    def finish(self, session: Session, case: Registration, act: Act) -> None:
        """Put the pupil on the school's roll with a temporary number."""
        pupil = session.get_one(Student, case.student_id, options=ON_THE_ROLL)
        pupil.take_number(temporary_number(session, pupil))
        pupil.join(StartKind.ADMITTED, act.today, case.id)


def has_some(session: Session, case: Registration) -> bool:
    """Tell whether a case has evidence; one that is not on the registry yet has none."""
    return case in session and papers_of(session, case) > 0


def too_young(
    session: Session, case: Registration, entry: tuple[int, date] | None, today: date
) -> Refusal | None:
    """Return why a child under the entry age is not registered; None for all others (Q-11).

    ``entry`` is the year of entry and the date of birth of a pupil of primary school.
    """
    if entry is None or entry[1] <= date(entry[0] - ENTRY_AGE, *CUT_OFF):
        return None
    by = date(entry[0], *CUT_OFF)
    held = setting(session, case.owner.path, "under_age_registration", today)
    who = held.word.organisation.name if held.word else "switch.default"
    return refuse_unless(held.is_on, "E-UNDER-AGE", by=by.isoformat(), age=ENTRY_AGE, who=who)


def closed(session: Session, case: Registration, key: str, today: date) -> Refusal | None:
    """Return which authority closed a way to be registered, and until when; None while open."""
    held = setting(session, case.owner.path, key, today)
    return None if held.is_on else held.closed()
