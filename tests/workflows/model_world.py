"""The small world the walks take place in: four schools, their offices, and a few pupils.

A and B are run by one county, C by its neighbour, D by a county of another province.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text

from app.models.field_choice import FieldChoice, FieldUse
from app.models.school import Stage
from app.models.student import Status, Student
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.roles import Actor, Role
from tests import make

HOMES = {"A": "411302", "B": "411302", "C": "411303", "D": "450102"}
ABOVE = {  # organisation: the one above
    "A": "411302",
    "B": "411302",
    "C": "411303",
    "D": "450102",
    "411302": "4113",
    "411303": "4113",
    "450102": "4501",
    "4113": "41",
    "4501": "45",
    "41": "000000",
    "45": "000000",
}
OFFICES = {"SR": "REGISTRAR", "SL": "LEADER", "CL": "LEADER", "MIN": "OPERATOR", "PL": "LEADER"}
PUPILS = 3
CONTROLLED = ["name", "gender"]
NEWCOMERS = (  # stage and level of those to be registered, and what of the form is not as usual
    ("PRIMARY", 1, {}),
    ("SENIOR", 1, {"nationality": "USA", "id_type": "A", "id_number": "K0123456"}),
    ("PRIMARY", 2, {}),
    ("PRIMARY", 1, {"id_type": "Z", "id_number": None}),
)


@dataclass(frozen=True)
class Person:
    """Somebody at a desk: in the own role, or in that of the colleague they act for."""

    user: int
    role: str
    org: str
    acting_for: int | None = None

    @property
    def office(self):
        return OFFICES.get(self.role, "REGISTRAR")


@dataclass
class Pupil:
    """What the model knows of a pupil; ``since`` is the last day of the history."""

    id: int
    name: str
    number: str | None
    school: str
    stage: str
    level: int
    status: str
    since: date
    present: bool
    problem: bool = False
    text: str = ""  # the name as it stands in the record
    born: date = date.min
    document: str | None = None  # the ID number
    odd: dict = field(default_factory=dict)  # what of the form is not as usual


class World:
    """Everybody and everything, laid out once; `pupils` says how it all began."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.orgs, self.rooms, self.people, self.scopes = {}, {}, [], {}
        for name, code in HOMES.items():
            self.open_school(name, code)
        for code, roles in (
            ("411302", ("CR", "CR", "CL")),
            ("411303", ("CR", "CL")),
            ("450102", ("CR", "CL")),
            ("4113", ("TR", "TR")),
            ("4501", ("TR",)),
            ("41", ("PR", "PR")),
            ("45", ("PR",)),
            ("000000", ("MIN", "MIN")),
        ):
            self.orgs[code] = make.an_authority(session, code).id
            for role in roles:
                self.employ(role, code)
        self.cover()
        self.paths = {
            name: session.scalar(text("SELECT path FROM organisation WHERE id = :id"), {"id": key})
            for name, key in self.orgs.items()
        }
        officer = next(person for person in self.people if person.org == "411302")
        for county in ("411302", "411303", "450102"):
            session.add(
                FieldChoice(
                    organisation_id=self.orgs[county],
                    use=FieldUse.CONTROLLED,
                    fields=CONTROLLED,
                    set_by=officer.user,
                )
            )
        session.flush()

    def open_school(self, name, code):
        school = make.a_school(self.session, code, stages=(Stage.PRIMARY, Stage.SENIOR))
        self.orgs[name] = school.id
        for stage, level in (
            (Stage.PRIMARY, 1), (Stage.PRIMARY, 2),
            (Stage.SENIOR, 1), (Stage.SENIOR, 2), (Stage.SENIOR, 3),
        ):  # fmt: skip
            grade = make.a_grade(self.session, school, level, stage)
            room = make.a_class(self.session, school, grade)
            self.rooms[name, stage.value, level] = room.id
        for role in ("SR", "SL", "SL"):
            self.employ(role, name)

    def employ(self, role, org):
        session = self.session
        account = make.an_account(session, role, session.get(make.Organisation, self.orgs[org]))
        self.people.append(Person(account.user_id, role, org))

    def cover(self):
        """The leader stands in for the registrar, and the registrar for the leader."""
        for name in HOMES:
            registrar, leader = [p for p in self.people if p.org == name][:2]
            self.people.append(Person(leader.user, "SR", name, registrar.user))
            self.people.append(Person(registrar.user, "SL", name, leader.user))
        first, second = [p for p in self.people if p.org == "411302" and p.role == "CR"]
        self.people.append(Person(second.user, "CR", "411302", first.user))

    def pupils(self, pending):
        """A few new pupils at school A; gives what the model knows of them."""
        scope.enter(make.WHOLE, self.session)
        made = []
        usual = [("SENIOR" if n % 2 else "PRIMARY", 1, {}) for n in range(PUPILS)]
        for stage, level, facts in NEWCOMERS if pending else usual:
            room = self.session.get_one(make.SchoolClass, self.rooms["A", stage, level])
            status = Status.PENDING_REGISTRATION if pending else Status.IN_SCHOOL
            pupil = make.a_pupil(self.session, room, status=status, guardians=0, **facts)
            since = date.min if pending else pupil.enrolments[0].started_on
            made.append(
                Pupil(
                    pupil.id, pupil.name, pupil.number, "A", stage, level, status.value, since,
                    present=not pending, text=pupil.name, odd=facts,
                )
            )  # fmt: skip
        return made

    def path(self, org):
        return self.paths[org]

    def enter(self, person):
        """Go on as somebody; gives the actor."""
        path = self.path(person.org)
        if person not in self.scopes:
            self.scopes[person] = scope.scope_as(self.session, person.user, Role(person.role), path)
        scope.enter(self.scopes[person], self.session)
        return Actor(person.user, Role(person.role), self.orgs[person.org], path, person.acting_for)

    def flag(self, pupil, problem):
        """Somebody opens or settles a problem record."""
        scope.enter(make.WHOLE, self.session)
        found = self.session.get_one(Student, pupil.id, populate_existing=True)
        found.problem_flag = "OPEN" if problem else "RESOLVED"
        self.session.flush()
        pupil.problem = problem

    def turn(self, key, is_on):
        """The province says that something is open, or closed."""
        scope.enter(make.WHOLE, self.session)
        person = next(person for person in self.people if person.org == "41")
        word = SwitchValue(
            organisation_id=self.orgs["41"],
            key=key,
            value="on" if is_on else "off",
            valid_from=date(2026, 1, 1),
            set_by=person.user,
        )
        self.session.add(word)
        self.session.flush()

    def hang_back(self, is_behind):
        """The second year of primary school of A has not moved up, or has."""
        scope.enter(make.WHOLE, self.session)
        room = self.session.get_one(make.SchoolClass, self.rooms["A", "PRIMARY", 2])
        room.grade.level = 1 if is_behind else 2
        self.session.flush()
