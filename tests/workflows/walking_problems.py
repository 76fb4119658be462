"""Walks over problem records: several schools settle one collision, and new records join it."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from app.models.problem import ProblemAction
from app.models.school import SchoolClass
from app.models.student import Status
from app.policies import scope
from app.workflows import duplicates
from app.workflows.opening_problem import Answer, open_problem
from tests import make
from tests.workflows.model_guards import Wish
from tests.workflows.model_problem import GONE, Collisions, asked, settled
from tests.workflows.model_world import Pupil
from tests.workflows.walking import Walk

MOST = 5  # records of a walk
ACTIONS = ("EVIDENCE", "EVIDENCE", "CHANGE", "CHANGE", "DELETE")
ITEMS = """
SELECT i.group_id, g.kind, i.student_id, i.state, i.auto,
       CASE WHEN i.state = 'OPEN' THEN i.case_id END AS case_id, g.closed_at IS NULL AS open
FROM problem_item i JOIN problem_group g ON g.id = i.group_id WHERE i.student_id = ANY(:pupils)
"""
FLAGS = "SELECT id, problem_flag FROM student WHERE id = ANY(:pupils)"


class ProblemWalk(Walk):
    """The same child at two schools, once with a wrong number; then whoever presses whatever."""

    def __init__(self, world, kind, route="AB"):
        super().__init__(world, kind, route)
        self.collisions = Collisions()
        self.guards = {"PROBLEM": asked(self.collisions)}
        self.pupils = []
        for n, school in enumerate(route + route[0]):
            self.enter(school, n)

    # ── records ─────────────────────────────────────────────────────────────────────────────

    def enter(self, school, dice):
        """Another record comes in, like one that is there, and is compared at once."""
        session, alike = self.session, self.pupils[dice % len(self.pupils)] if self.pupils else None
        scope.enter(make.WHOLE, session)
        room = session.get_one(SchoolClass, self.world.rooms[school, "PRIMARY", 1])
        facts = {}
        if alike is not None:
            facts = {"name": alike.text, "birth_date": alike.born}
            if dice % 3:
                facts["id_number"] = alike.document
        status = Status.IN_SCHOOL if alike is None else Status.PENDING_REGISTRATION
        made = make.a_pupil(session, room, status=status, guardians=0, **facts)
        present = status is Status.IN_SCHOOL
        since = made.enrolments[0].started_on if present else made.birth_date
        known = Pupil(
            made.id, made.name, made.number, school, "PRIMARY", 1, status.value, since,
            present=present, text=made.name, born=made.birth_date, document=made.id_number,
        )  # fmt: skip
        self.pupils.append(known)
        duplicates.check(session, [known.id])
        self.collisions.compare(self.pupils, [known])
        self.done["records that came in"] += 1

    def befall(self, pupil, dice):
        """Another school, or the same, enters a record like one that is there."""
        if len(self.pupils) < MOST:
            self.enter(self.route[pupil.id % 2], dice)

    def wish(self, pupil, _school, what, bend, _today):
        action = ACTIONS[what % len(ACTIONS)]
        fields = ()
        if action == "CHANGE" and bend % 16 != 1:
            fields = self.fields(pupil, what // 5)
        elif bend % 16 == 2:
            fields = (("name", "张改名"),)
        return Wish(
            type=action,
            fields=fields,
            text=" " if bend % 32 == 12 else "走查",
            papers=bend % 16 != 14,
        )

    def fields(self, pupil, dice):
        number = make.an_id_number(pupil.born)
        other = self.pupils[dice % len(self.pupils)]
        return {
            0: (("id_number", number),),
            1: (("name", other.text),),
            2: (("name", f"{pupil.name}改"), ("id_number", number)),
        }.get(dice % 4, (("name", f"{pupil.name}{dice}"),))

    # ── steps ───────────────────────────────────────────────────────────────────────────────

    def opened(self, case, act):
        wish = case.wish
        papers = [self.a_paper(act.actor)] if wish.papers else []
        answer = Answer(ProblemAction(wish.type), wish.text, dict(wish.fields))
        return open_problem(self.session, case.pupil.id, answer, act, papers)

    def stepped(self, case, person, trigger, day):
        super().stepped(case, person, trigger, day)
        settled(self.collisions, self.pupils, case, trigger)

    def carry_out(self, case, day):
        """Everything a problem case brings about is told in `stepped`."""

    def hold(self):
        super().hold()
        ids = {"pupils": [pupil.id for pupil in self.pupils]}
        found = self.session.execute(text(ITEMS), ids).all()
        groups = {}
        for row in found:
            groups.setdefault((row.group_id, row.kind, row.open), set()).add(
                (row.student_id, row.state, row.auto, row.case_id)
            )
        told = Counter((kind, is_open, frozenset(s)) for (_id, kind, is_open), s in groups.items())
        assert told == Counter(map(group, self.collisions.groups.items()))
        for row in self.session.execute(text(FLAGS), ids):
            pupil = next(one for one in self.pupils if one.id == row.id)
            told = self.collisions.flag(pupil)
            assert row.problem_flag == told, (pupil, self.collisions.of(pupil))
        self.one_is_left()

    def one_is_left(self):
        """What the law promises, whatever the model says of each step."""
        for (kind, _value), items in self.collisions.groups.items():
            states = [item.state for item in items.values()]
            if kind == "ID_ERROR":
                assert len(items) == 1
                assert not any(item.auto for item in items.values()), "proven by itself alone"
                continue
            assert set(states) != {"DELETED"}, "a person without a record"
            by_itself = [item for item in items.values() if item.auto]
            assert len(by_itself) <= 1
            if any(item.state == "EVIDENCED" for item in by_itself):
                assert sum(state not in GONE for state in states) == 1


def group(told):
    """A group of the model as the database has it."""
    (kind, _value), items = told
    is_open = any(item.state == "OPEN" for item in items.values())
    return (
        kind,
        is_open,
        frozenset(
            (
                pupil,
                item.state,
                item.auto,
                item.case.id if item.state == "OPEN" and item.case else None,
            )
            for pupil, item in items.items()
        ),
    )
