"""One county with two schools, a class with pupils in each, and somebody at every desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.models.school import Stage
from app.policies import scope
from app.policies.roles import Role
from tests import make


class Town:
    def __init__(self, session):
        scope.enter(make.WHOLE, session)
        self.session = session
        self.people = {}
        self.school = make.a_school(session, "411302", (Stage.PRIMARY,))
        self.other = make.a_school(session, "411302", (Stage.PRIMARY,))
        self.grade = make.a_grade(session, self.school)
        self.room = make.a_class(session, self.school, self.grade)
        self.pupil = make.a_pupil(session, self.room)
        self.stranger = make.a_pupil(session, make.a_class(session, self.other))

    def account(self, role, home=None, **bends):
        home = home or (self.school if Role(role).tier.name == "SCHOOL" else None)
        key = (role, home.id if home else 0)
        if key not in self.people:  # a school has one registrar
            self.people[key] = make.an_account(self.session, role, home, **bends)
        return self.people[key]

    def form(self, **bends):
        """A filled registration form: the facts of a pupil and of two family members."""
        facts = make.pupil_facts()
        typed = {name: said(value) for name, value in facts.items() if name != "id_digest"}
        for ordinal, relation in ((1, "51"), (2, "52")):
            typed |= {
                f"member{ordinal}_name": "李大江",
                f"member{ordinal}_relation": relation,
                f"member{ordinal}_address": "河南省南阳市宛城区光武路1号",
                f"member{ordinal}_hukou_division": "411302000000",
                f"member{ordinal}_phone": "0377-60000000",
                f"member{ordinal}_is_guardian": "1" if ordinal == 1 else "0",
            }
        return {**typed, "class_number": self.room.number, "name": "陈嘉树", **bends}


def said(value):
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def deeds(session, action):
    """The audit's events of one deed, as rows of their details."""
    held = scope.current()
    scope.enter(make.WHOLE, session)
    found = session.execute(
        text("SELECT object_type, object_id, details FROM audit_event WHERE action = :action"),
        {"action": action},
    ).all()
    scope.enter(held, session)
    return found


def past(session, user_id, action, times, ago=timedelta(minutes=1)):
    """Deeds somebody did a while ago; written as they, so that the chain says who."""
    session.execute(text("SELECT set_config('app.actor', :who, true)"), {"who": str(user_id)})
    session.execute(
        text(
            "INSERT INTO audit_event (action, object_type, object_id, details, at)"
            " SELECT :action, 'account', :who, '{}', :at FROM generate_series(1, :times)"
        ),
        {"action": action, "who": user_id, "at": datetime.now(UTC) - ago, "times": times},
    )
