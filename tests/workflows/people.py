"""Authorities, schools and those who open accounts there, for the tests of accounts."""

from app.models.account import Account
from app.policies import scope
from app.policies.roles import Role
from app.workflows.accounts import insist
from app.workflows.opening_accounts import Newcomer, open_account
from tests import make
from tests.views.screens.town import deeds
from tests.workflows.cases import actor_of, become

__all__ = ["World", "actor_of", "become", "deeds", "insist", "newcomer", "told"]


def newcomer(role, login="newcomer", **bends):
    return Newcomer(login, "王小河", Role(role), **bends)


def told(refused):
    """The codes of what was refused."""
    return [refusal.code for refusal in refused.value.refusals]


class World:
    """A county with two schools; somebody at every desk that opens accounts."""

    def __init__(self, session):
        scope.enter(make.WHOLE, session)
        self.session = session
        self.school = make.a_school(session, "411302")
        self.other = make.a_school(session, "411302")
        self.people = {}

    def account(self, role, home=None, **bends) -> Account:
        scope.enter(make.WHOLE, self.session)
        if home is None and Role(role).tier.name == "SCHOOL":
            home = self.school
        key = (role, home)
        if bends or key not in self.people:
            self.people[key] = make.an_account(self.session, role, home, **bends)
        return self.people[key]

    def acting(self, role, home=None):
        return become(self.session, self.account(role, home))

    def place(self, code):
        return make.an_authority(self.session, code)

    def opened(self, role, at, by, **bends):
        """Open an account as somebody; gives the account and its one-time password."""
        place = getattr(at, "organisation", at)
        actor = self.acting(by) if isinstance(by, str) else become(self.session, by)
        return open_account(self.session, actor, place, newcomer(role, **bends))
