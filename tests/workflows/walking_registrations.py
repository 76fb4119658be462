"""Walks over registrations of every tab, while switches turn and a cohort has not moved up."""

from __future__ import annotations

from app.models.student import Student
from app.workflows.opening import open_registration
from tests.workflows.model_guards import Wish, registering, tab
from tests.workflows.walking import Walk

SWITCHES = ("in_school_registration", "allow_no_id_registration")


class RegistrationWalk(Walk):
    """Four newcomers: of the first level, from abroad, of the second level, without any ID."""

    def __init__(self, world, kind, route="AB"):
        super().__init__(world, kind, route)
        self.shut, self.behind = set(), False
        self.guards = {"REGISTRATION": registering(self.shut, lambda: self.behind)}

    def befall(self, pupil, dice):
        what = dice % 4
        if what < len(SWITCHES):
            key = SWITCHES[what]
            self.world.turn(key, key in self.shut)
            self.shut ^= {key}
        elif what == len(SWITCHES):
            self.behind = not self.behind
            self.world.hang_back(self.behind)
        else:
            self.world.flag(pupil, not pupil.problem)

    def wish(self, _pupil, _school, what, _bend, _today):
        return Wish(papers=bool(what % 4))

    def opened(self, case, act):
        session, pupil = self.session, case.pupil
        papers = [self.a_paper(act.actor)] if case.wish.papers else []
        made = open_registration(session, session.get_one(Student, pupil.id), act, papers)
        assert made.variant == tab(pupil, behind=self.behind)
        return made
