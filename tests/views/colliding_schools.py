"""The same child at two schools of two counties, with an account at every desk of both."""

from __future__ import annotations

from datetime import date

from app.models.attachment import Attachment
from app.models.school import Stage
from app.models.student import Status
from app.policies import scope
from app.workflows import duplicates
from app.workflows.desk import Act, Trigger
from app.workflows.opening_problem import Answer, open_problem
from tests import make
from tests.workflows.cases import TODAY, become

BORN = date(2020, 5, 1)


class Place:
    """A school with a record of the child, and its people by role."""

    def __init__(self, session, county, name, **facts):
        self.session = session
        self.school = make.a_school(session, county, (Stage.PRIMARY,))
        self.room = make.a_class(session, self.school)
        self.pupil = make.a_pupil(
            session,
            self.room,
            status=Status.PENDING_REGISTRATION,
            name=name,
            gender="2",
            birth_date=BORN,
            **facts,
        )
        self.people = {}

    def account(self, role, **bends):
        if role not in self.people:
            scope.enter(make.WHOLE, self.session)
            home = self.school if role in ("SR", "SL", "CT") else self.school.organisation.parent
            self.people[role] = make.an_account(self.session, role, home, **bends)
        return self.people[role]


def two_places(session, **facts):
    """The child in two counties; `facts` bend the record of the second school."""
    scope.enter(make.WHOLE, session)
    number = make.an_id_number(BORN, "2")
    here = Place(session, "411302", "欧阳小满", id_number=number)
    there = Place(session, "411303", "欧阳小满", **{"id_number": number, **facts})
    compare(session)
    return here, there


def compare(session):
    """What the job does: whoever waits is compared."""
    scope.enter(make.WHOLE, session)
    window = duplicates.waiting(session, 10_000)
    duplicates.check(session, [student_id for student_id, _ in window])
    duplicates.checked(session, window)
    session.expire_all()


def paper(session, account):
    """A file on somebody's tray."""
    become(session, account)
    made = Attachment(
        organisation_id=account.organisation_id,
        name="户口簿.jpg",
        kind="jpg",
        size=3,
        digest="0" * 64,
        uploaded_by=account.user_id,
    )
    session.add(made)
    session.flush()
    return made.id


def answered(session, place, action, **more):
    """A case of a school about its record, submitted by its registrar."""
    clerk = place.account("SR")
    papers = [paper(session, clerk)] if action.value != "DELETE" else []
    act = Act(Trigger.SUBMIT, become(session, clerk), TODAY)
    return open_problem(
        session, place.pupil.id, Answer(action, "核对过户口簿", **more), act, papers
    )
