"""Two schools, their people, and cases between them, for the tests of the approval pages."""

from app.models.case import Case
from app.models.school import Stage
from app.models.student import Status
from app.policies import scope
from tests import make
from tests.workflows.cases import a_registration, a_transfer, staff


class Town:
    """A sending and a receiving school; `people` by "from.leader", "to.registrar", "ministry"."""

    def __init__(self, session, county="411303"):
        scope.enter(make.WHOLE, session)
        self.session = session
        self.old = make.a_school(session, "411302")
        self.home = make.a_class(session, self.old)
        self.new = make.a_school(session, county, stages=(Stage.PRIMARY, Stage.JUNIOR))
        self.old_id, self.new_id = self.old.id, self.new.id  # readable in any scope
        self.room = make.a_class(session, self.new, make.a_grade(session, self.new, 1))
        self.people = {f"from.{n}": a for n, a in staff(session, self.old).items()}
        self.people |= {f"to.{n}": a for n, a in staff(session, self.new).items()}
        self.people["ministry"] = make.an_account(session, "MIN")

    def pupil(self, **bends):
        scope.enter(make.WHOLE, self.session)
        return make.a_pupil(self.session, self.home, **bends)

    def transfer(self, **bends):
        return a_transfer(self.session, self.pupil(**bends), self.people["to.registrar"], self.room)

    def pending(self, **bends):
        return self.pupil(status=Status.PENDING_REGISTRATION, **bends)

    def registration(self, **bends):
        return a_registration(self.session, self.pending(**bends), self.people["from.registrar"])

    def case(self, case_id):
        scope.enter(make.WHOLE, self.session)
        return self.session.get_one(Case, case_id, populate_existing=True)

    def decide(self, browser, case_id, trigger, *, live=False, **form):
        """Send a decision about the version that lies on the desk now, unless told otherwise."""
        form = {"trigger": trigger, "seen": self.case(case_id).version, **form}
        headers = {"HX-Request": "true"} if live else {}
        return browser.post(f"/case/{case_id}/decide", data=form, headers=headers)
