"""From the county to a class: each opens the next, and each first chooses an own password."""

import re

from sqlalchemy import select

from app.models.account import Account
from app.models.audit import AuditEvent
from app.policies import scope
from tests import make

SECRET = re.compile(r"<b>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</b>")
OWN = "Anvil+river-9"


def first_day(web, login, secret):
    """Sign in by the one-time password, find every door shut, choose a password."""
    browser = web(login, secret)
    held = browser.get("/students/list/")
    assert "/own/password" in held.location
    typed = {"old": secret, "new": OWN, "again": OWN}
    assert browser.post("/own/password/", data=typed).status_code == 302
    assert browser.get("/desk/").status_code == 200
    return browser


def test_a_county_opens_a_registrar_who_opens_a_teacher_of_one_class(town, web, session):
    beside = make.a_pupil(session, make.a_class(session, town.school, town.grade), name="吴邻班")
    code, place = town.school.organisation.code, str(town.school.id)

    county = web(town.account("CR"))
    form = {"role": "SR", "place": place, "login": "xueji", "name": "王小河", "phone": ""}
    answer = county.post("/accounts/add", data=form)
    registrar = first_day(web, f"xueji@{code}", SECRET.search(answer.text)[1])

    form = {"role": "CT", "login": "t0012", "name": "李大江", "phone": "", "classes": []}
    answer = registrar.post("/accounts/add", data=form)
    secret = SECRET.search(answer.text)[1]
    refused = web().post("/login/", data={"username": f"t0012@{code}", "password": secret})
    assert "该账号没有任何授权" in refused.text

    teacher_id = session.scalars(select(Account.user_id).filter_by(login=f"t0012@{code}")).one()
    given = {"classes": [str(town.room.id)]}
    assert registrar.post(f"/accounts/classes/{teacher_id}", data=given).status_code == 302

    teacher = first_day(web, f"t0012@{code}", secret)
    page = teacher.get("/students/list/").text
    assert town.pupil.name in page
    assert beside.name not in page
    assert town.stranger.name not in page
    assert teacher.get(f"/students/show/{beside.id}").status_code == 404

    assert county.post(f"/accounts/reset/{teacher_id}").status_code == 409  # not right above
    assert registrar.post(f"/accounts/disable/{teacher_id}").status_code == 302
    assert "/login" in teacher.get("/students/list/").location  # out at the next request (W14)
    again = web().post("/login/", data={"username": f"t0012@{code}", "password": OWN})
    assert again.status_code == 422

    scope.enter(make.WHOLE, session)
    deeds = session.scalars(
        select(AuditEvent.action).where(AuditEvent.object_id == teacher_id).order_by(AuditEvent.id)
    ).all()
    ours = [deed for deed in deeds if deed in ("account.opened", "account.classes")]
    assert ours == ["account.opened", "account.classes"]
    assert deeds.count("account.disabled") == 1
