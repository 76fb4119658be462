"""People and cases the workflow tests share."""

from datetime import date

from app.models.school import SchoolClass
from app.policies import scope
from app.policies.roles import Actor, Role
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Wish, open_registration, open_transfer
from app.workflows.processes import flow_of
from tests import make

TODAY = date(2026, 11, 23)


def actor_of(account):
    return Actor(
        account.user_id,
        Role(account.role),
        account.organisation_id,
        account.organisation.path,
    )


def staff(session, school):
    """The people a school's cases pass: registrar, leader, and the authority's registrar."""
    place = school.organisation.parent
    roles = {"COUNTY": Role.CR, "CITY": Role.TR, "PROVINCE": Role.PR}
    return {
        "registrar": make.an_account(session, Role.SR, school),
        "leader": make.an_account(session, Role.SL, school),
        "authority": make.an_account(session, roles[place.tier], place),
    }


def become(session, account):
    scope.enter(scope.scope_of(session, account.user_id), session)
    session.expire_all()  # a request begins with an empty session
    return actor_of(account)


def do(session, account, case, trigger, remark=None, seen=None):
    act = Act(Trigger(trigger), become(session, account), TODAY, remark)
    flow_of(case).fire(session, case, act, seen)


def why_not(session, account, case, trigger, remark=None):
    act = Act(Trigger(trigger), become(session, account), TODAY, remark)
    return [refusal.code for refusal in flow_of(case).why_not(session, case, act)]


def a_transfer(session, pupil, registrar, room: SchoolClass, **bends):
    wish = {"name": pupil.name, "number": pupil.number, "reason": "2", **bends}
    room_id = room.id
    act = Act(Trigger.SUBMIT, become(session, registrar), TODAY)
    return open_transfer(session, Wish(to_class_id=room_id, **wish), act)


def a_registration(session, pupil, registrar):
    act = Act(Trigger.SUBMIT, become(session, registrar), TODAY)
    return open_registration(session, pupil, act)
