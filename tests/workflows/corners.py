"""Schools, people and cases for the corners of the law: who presses what, and what stays as it was.

A person is named by role and place: ("CR", "411302"), ("SL", school.code).
"""

from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import func, select

from app.errors import Refused
from app.models.audit import AuditEvent
from app.models.case import Case, CaseEvent
from app.models.change import MovementType
from app.models.notice import Notice
from app.models.organisation import Organisation
from app.models.school import Stage
from app.models.student import Enrolment, Status, Student
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.movement import MOVES, reasons
from app.workflows.opening_changes import Plan, open_movement, open_return
from app.workflows.processes import flow_of
from tests import make
from tests.workflows.cases import TODAY, a_transfer, become
from tests.workflows.test_movement import a_paper

REMARK = "按规定办理"


@dataclass
class Place:
    """A school with a class at three levels of each of its stages."""

    id: int
    code: str
    above: str  # the code of the authority that runs it
    rooms: dict[tuple[Stage, int], int] = field(default_factory=dict)


class Corners:
    """Lays out schools, hires people as they are needed, and presses."""

    def __init__(self, session):
        self.session, self.hired = session, {}

    def whole(self):
        scope.enter(make.WHOLE, self.session)
        self.session.expire_all()

    # ── places and people ───────────────────────────────────────────────────────────────────

    def school(self, above="411302", stages=(Stage.PRIMARY, Stage.SENIOR)):
        self.whole()
        made = make.a_school(self.session, above, stages)
        place = Place(made.id, made.organisation.code, above)
        for stage in stages:
            for level in (1, 2, 3):
                grade = make.a_grade(self.session, made, level, stage)
                place.rooms[stage, level] = make.a_class(self.session, made, grade).id
        self.person("SR", place.code)
        return place

    def person(self, role, code):
        self.whole()
        if (role, code) not in self.hired:
            found = select(Organisation).where(Organisation.code == code)
            home = self.session.scalar(found) or make.an_authority(self.session, code)
            self.hired[role, code] = make.an_account(self.session, role, home)
        return self.hired[role, code]

    def switch(self, key, value, code="41"):
        who = self.person("PL", code)
        word = {"key": key, "value": value, "valid_from": date(2026, 1, 1), "set_by": who.user_id}
        self.session.add(SwitchValue(organisation_id=who.organisation_id, **word))
        self.session.flush()

    def room(self, room_id, **bends):
        """Bend a class, or its cohort (``grade_…``)."""
        self.whole()
        room = self.session.get_one(make.SchoolClass, room_id)
        for name, value in bends.items():
            owner = room.grade if name.startswith("grade_") else room
            setattr(owner, name.removeprefix("grade_"), value)
        self.session.flush()

    def pupil(self, place, stage=Stage.PRIMARY, level=2, **bends):
        """A pupil of a class; one who is away has no period that goes on."""
        self.whole()
        room = self.session.get_one(make.SchoolClass, place.rooms[stage, level])
        pupil = make.a_pupil(self.session, room, guardians=0, **bends)
        if pupil.status.value in ("SUSPENDED", "ABROAD", "OTHER_LEAVE"):
            period = pupil.current_enrolment
            period.ended_on, period.end_kind = period.started_on, "LEFT"
            self.session.flush()
        return pupil.id

    # ── cases ───────────────────────────────────────────────────────────────────────────────

    def transfer(self, pupil_id, to, room_id):
        self.whole()
        pupil = self.session.get_one(Student, pupil_id)
        room = self.session.get_one(make.SchoolClass, room_id)
        return a_transfer(self.session, pupil, self.person("SR", to.code), room)

    def movement(self, pupil_id, place, kind, room_id=None, **bends):
        """Open a movement at a school: of its own pupil, or of one who comes to it."""
        self.whole()
        pupil = self.session.get_one(Student, pupil_id)
        named, is_own = (pupil.name, pupil.number), pupil.school_id == place.id
        kind, registrar = MovementType(kind), self.person("SR", place.code)
        facts = {"reason": reasons(kind)[0], "reason_text": REMARK, "to_class_id": room_id}
        if MOVES[kind].needs_term:
            facts["until_on"] = TODAY.replace(year=TODAY.year + 1)
        plan = Plan(kind, TODAY, **{**facts, **bends})
        papers = [a_paper(self.session, registrar)]
        act = Act(Trigger.SUBMIT, become(self.session, registrar), TODAY)
        if is_own:
            return open_movement(self.session, pupil_id, plan, act, papers)
        return open_return(self.session, named, plan, act, papers)

    def press(self, who, case, trigger, remark=REMARK, today=TODAY):
        actor = become(self.session, self.person(*who))
        flow_of(case).fire(self.session, case, Act(Trigger(trigger), actor, today, remark))

    def told(self, who, case, trigger, remark=REMARK, today=TODAY):
        """The codes a step is refused with; nothing is changed, also without a rollback."""
        self.whole()
        pupil_id = case.student_id
        before = self.facts(pupil_id)
        with pytest.raises(Refused) as refused:
            self.press(who, case, trigger, remark, today)
        self.session.flush()
        assert self.facts(pupil_id) == before
        return [refusal.code for refusal in refused.value.refusals]

    def refused(self, pupil_id, begin):
        """The codes a beginning is refused with; when it is rolled back, nothing is there."""
        before = self.facts(pupil_id)
        with pytest.raises(Refused) as refused, self.session.begin_nested():
            begin()
        assert self.facts(pupil_id) == before
        return [refusal.code for refusal in refused.value.refusals]

    # ── what there is ───────────────────────────────────────────────────────────────────────

    def lies(self, case):
        """The state of a case, and at which office of whom it waits."""
        self.whole()
        found = self.session.get_one(Case, case.id)
        return found.state, found.awaiting and found.awaiting.code, found.awaiting_office

    def stands(self, pupil_id):
        """A pupil's status, class, and the schools of the periods that go on."""
        self.whole()
        pupil = self.session.get_one(Student, pupil_id)
        running = select(Enrolment.school_id).where(
            Enrolment.student_id == pupil_id, Enrolment.ended_on.is_(None)
        )
        return pupil.status.value, pupil.class_id, self.session.scalars(running).all()

    def facts(self, pupil_id):
        """All that a refused step may not change."""
        stands = self.stands(pupil_id)
        columns = Case.id, Case.state, Case.version, Case.awaiting_id, Case.silent_id, Case.due_on
        cases = self.session.execute(select(*columns).where(Case.student_id == pupil_id)).all()
        tables = CaseEvent, Notice, AuditEvent, Enrolment
        counts = [self.session.scalar(select(func.count(table.id))) for table in tables]
        version = select(Student.row_version).where(Student.id == pupil_id)
        return stands, [tuple(case) for case in cases], counts, self.session.scalar(version)


# ── into a class ────────────────────────────────────────────────────────────────────────

PRIMARY, SENIOR = Stage.PRIMARY, Stage.SENIOR
LEVELS = {"RESUME": 2, "RETURN_HOME": 2, "RESTORE": 2, "SKIP": 3, "REPEAT": 1}  # P08: from level 2


@dataclass(frozen=True)
class Way:
    """A way into a class: of whom, from where, to which level, at a school run by whom."""

    kind: str
    status: str = "IN_SCHOOL"
    stage: Stage = PRIMARY
    to: int = 2
    other: str = ""  # the authority of the school that receives the pupil; "": their own school
    pulls: bool = False

    def __str__(self):
        return f"{self.kind} {self.other or 'here'}{' pulled' * self.pulls}"


class Seat:
    """Somebody on a way into a class in which one pupil sits already."""

    def __init__(self, corners, way):
        self.corners, self.way = corners, way
        self.old = corners.school()
        self.new = corners.school(way.other) if way.other else self.old
        self.room = self.new.rooms[way.stage, way.to]
        corners.pupil(self.new, way.stage, way.to)
        if way.pulls and way.other[:2] == "41":
            corners.switch("in_province_pull", "on")

    def pupil(self):
        return self.corners.pupil(self.old, self.way.stage, status=Status(self.way.status))

    def begin(self, pupil_id):
        if self.way.kind == "TRANSFER":
            return self.corners.transfer(pupil_id, self.new, self.room)
        return self.corners.movement(pupil_id, self.new, self.way.kind, self.room)

    def hands(self):
        """Who presses what, desk by desk (P08, P09)."""
        old, new = self.old, self.new
        into = [("SL", new.code), ("CR", new.above)]
        if self.way.kind != "TRANSFER":
            return [(who, "agree") for who in into]
        out = [("SL", old.code), ("CR", old.above)]
        relay = [("MIN", "000000")] if old.above[:2] != new.above[:2] else []
        reviews = (into + relay if old.above != new.above else []) + out
        steps = [(who, "agree") for who in reviews]
        registrar = ("SR", new.code)
        return steps + [(registrar, "report"), (registrar, "pull")] * self.way.pulls

    def end(self, case, pupil_id):
        for who, trigger in self.hands():
            self.corners.press(who, case, trigger)
        self.sits(pupil_id)

    def sits(self, pupil_id):
        assert self.corners.stands(pupil_id) == ("IN_SCHOOL", self.room, [self.new.id])
