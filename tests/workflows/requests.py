"""Units that ask for exports, and everybody at whose desk their requests lie."""

from __future__ import annotations

from datetime import date, timedelta

from app.models.export import ExportRequest
from app.policies import scope
from app.workflows import export_draft, export_request
from app.workflows.export_draft import Wish
from app.workflows.export_request import Act, Press
from tests import make
from tests.workflows.cases import TODAY, become

MONTH = timedelta(days=30)
PLACES = {"SR": "school", "CR": "411302", "TR": "4113", "PR": "41"}


def a_wish(**bends):
    facts = {
        "unit": "宛城区教育体育局资助中心",
        "purpose": "AID",
        "purpose_words": "核对资助对象",
        "scope_words": "仅资助中心内部",
        "manner_words": "在专用电脑上比对",
        "source": "pupils",
        "columns": ("name", "number", "id_number", "needs_aid"),
        "used_from": TODAY,
        "used_until": TODAY + MONTH,
        "officer": "周安全",
        "handler": "李经办",
        "plan": "专人保管，用后销毁并登记。",
    }
    return Wish(**{**facts, **bends})


class Office:
    """A school, its county, city and province, with somebody at every desk."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.school = make.a_school(session, "411302")
        home = {"SR": self.school, "SL": self.school}
        for roles, code in ((("CR", "CL"), "411302"), (("TR", "TL"), "4113"), (("PR", "PL"), "41")):
            home |= {role: make.an_authority(session, code) for role in roles}
        self.people = {role: make.an_account(session, role, at) for role, at in home.items()}
        for role in ("CR", "TR", "PR"):  # a second registrar, who reviews
            self.people[f"{role}2"] = make.an_account(session, role, home[role])
        session.commit()

    def as_(self, who):
        """Become somebody by name of desk; gives the actor."""
        return become(self.session, self.people[who])

    def draft(self, who="SR", **bends) -> ExportRequest:
        return export_draft.begin(self.session, self.as_(who), a_wish(**bends))

    def press(self, who, request, press, *, today: date = TODAY, seen=None, **said):
        act = Act(self.as_(who), Press(press), today, **said)
        self.session.refresh(request)
        export_request.fire(self.session, request, act, seen or request.row_version)
        return request

    def is_seen(self, who, request_id):
        self.as_(who)
        found = self.session.get(ExportRequest, request_id, populate_existing=True)
        return found is not None

    def why(self, who, request, press, *, today: date = TODAY, **said):
        act = Act(self.as_(who), Press(press), today, **said)
        found = export_request.why_not(self.session, request, act)
        return [one.code for one in found]

    def reviewed(self, who="SR", **bends) -> ExportRequest:
        request = self.press(who, self.draft(who, **bends), "submit")
        return self.press(REVIEWERS[who], request, "agree")

    def approved(self, who="SR", **bends) -> ExportRequest:
        return self.press(HEADS[who], self.reviewed(who, **bends), "agree")


REVIEWERS = {"SR": "CR", "CR": "CR2", "TR": "TR2", "PR": "PR2"}
HEADS = {"SR": "SL", "CR": "CL", "TR": "PL", "PR": "PL"}
