"""账号 (P32) on the pages: who sees whose accounts, and every deed by its door."""

import re
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from app.imports.teachers import SPEC
from app.models.account import (
    Account,
    AccountClass,
    AccountRight,
    Closed,
    GroupMember,
    GroupRight,
    UserGroup,
)
from app.models.case import Case
from app.models.student import Status
from app.policies import scope
from tests import make
from tests.views.screens.town import deeds
from tests.workflows.cases import a_registration

SECRET = re.compile(r"<b>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</b>")


def seen(session, what):
    scope.enter(make.WHOLE, session)
    session.expire_all()
    return session.scalars(what).all()


def account_named(session, login):
    return seen(session, select(Account).where(Account.login == login))[0]


def secret_on(answer):
    found = SECRET.findall(answer.text)
    assert len(set(found)) == 1, answer.text[:2000]
    return found[0]


# ── whose accounts are on the page ───────────────────────────────────────────────────────


def test_a_page_shows_the_accounts_of_the_own_house(town, web, session):
    here, there = town.account("SR"), town.account("SR", town.other)
    above = town.account("CR")
    far = make.an_account(session, "CR", "459701")
    by_role = {
        "SR": ({here}, {there, above, far}),
        "CR": ({here, there, above}, {far}),
        "ADM": ({here, there, above, far}, set()),
        "AUD": ({here, there, above, far}, set()),
    }
    for role, (shown, hidden) in by_role.items():
        page = web(town.account(role)).get("/accounts/list/?psize_AccountView=100").text
        assert all(account.login in page for account in shown), role
        assert not any(account.login in page for account in hidden), role


@pytest.mark.parametrize("path", ["show", "edit", "replace"])
def test_a_foreign_account_is_not_there(town, web, session, path):
    foreign = town.account("SL", town.other)
    far = make.an_account(session, "SR", make.a_school(session, "459701"))
    assert web(town.account("SR")).get(f"/accounts/{path}/{foreign.user_id}").status_code == 404
    assert web(town.account("CR")).get(f"/accounts/{path}/{far.user_id}").status_code == 404


DEEDS = ("disable", "enable", "reset", "replace", "confirm", "classes", "rights")


@pytest.mark.parametrize("deed", DEEDS)
def test_no_deed_reaches_a_foreign_account(town, web, session, deed):
    foreign = town.account("CT", town.other)
    answer = web(town.account("SR")).post(f"/accounts/{deed}/{foreign.user_id}", data={})
    assert answer.status_code in (403, 404)
    assert account_named(session, foreign.login).enabled


@pytest.mark.parametrize("deed", DEEDS)
def test_no_deed_answers_to_a_look(town, web, deed):
    account = town.account("SL")
    if deed != "replace":
        answer = web(town.account("CR")).get(f"/accounts/{deed}/{account.user_id}")
        assert answer.status_code == 405


@pytest.mark.parametrize("role", ["CT", "SL", "CL", "SEC", "AUD", "NU"])
def test_who_opens_nobody_has_no_such_door(town, web, role):
    account = town.account("SL", town.other)
    rooms = {"classes": (town.room,)} if role == "CT" else {}
    browser = web(town.account(role, **rooms))
    assert browser.get("/accounts/add").status_code == 403
    assert browser.post(f"/accounts/reset/{account.user_id}").status_code == 403


def test_only_a_security_administrator_has_the_door_of_the_second_person(town, web, session):
    account = make.an_account(session, "AUD", enabled=False, closed_why=Closed.UNCONFIRMED)
    url = f"/accounts/confirm/{account.user_id}"
    assert web(town.account("ADM")).post(url).status_code == 403
    assert web(town.account("SEC")).post(url).status_code == 302
    assert account_named(session, account.login).enabled
    assert len(deeds(session, "account.confirmed")) == 1


def test_the_frameworks_own_security_screens_are_closed(town, web, app):
    browser = web(town.account("ADM"))
    for path in (
        "/users/list/",
        "/userdbmodelview/list/",
        "/roles/list/",
        "/rolemodelview/list/",
        "/permissions/list/",
        "/resetpassword/form",
        "/resetmypassword/form",
        "/userinfoeditview/form",
        "/api/v1/security/users/",
        "/api/v1/security/login",
        "/register/form",
    ):
        assert browser.get(path).status_code == 404, path
    names = {type(view).__name__ for view in app.appbuilder.baseviews}
    assert not {n for n in names if "Role" in n or "UserDB" in n or "ResetPassword" in n}


# ── opening ──────────────────────────────────────────────────────────────────────────────


def form_for(place, role="SL", **bends):
    return {
        "role": role,
        "place": str(place.id),
        "login": "Wang.Li",
        "name": "王小河",
        "phone": "0377-63000000",
        **bends,
    }


def test_a_county_opens_a_leader_and_sees_the_password_once(town, web, session):
    browser = web(town.account("CR"))
    answer = browser.post("/accounts/add", data=form_for(town.other.organisation))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    secret = secret_on(answer)
    account = account_named(session, f"wang.li@{town.other.organisation.code}")
    assert (account.name, account.phone) == ("王小河", "0377-63000000")
    card = browser.get(f"/accounts/show/{account.user_id}").text
    assert secret not in card
    assert "0377-63000000" not in card
    assert len(deeds(session, "account.opened")) == 1


@pytest.mark.parametrize(
    ("bend", "status"),
    [
        ({"login": "王"}, 422),
        ({"login": "x"}, 422),
        ({"login": ""}, 422),
        ({"name": ""}, 422),
        ({"phone": "12"}, 422),
        ({"role": "CR"}, 422),
        ({"place": "999999"}, 422),
        ({"place": ""}, 409),  # the own office has no leader's desk to open
    ],
)
def test_what_cannot_be_opened_is_refused_and_nothing_is_written(town, web, session, bend, status):
    answer = web(town.account("CR")).post(
        "/accounts/add", data={**form_for(town.other.organisation), **bend}
    )
    assert answer.status_code == status, answer.text
    assert not deeds(session, "account.opened")


def test_a_place_not_right_below_cannot_even_be_chosen(town, web, session):
    browser = web(town.account("PR"))
    form = form_for(town.school.organisation, "SR")
    assert browser.post("/accounts/add", data=form).status_code == 422
    found = browser.get("/accounts/lookup/place").json["results"]
    assert str(town.school.id) not in {str(one["id"]) for one in found}


def test_a_second_registrar_is_refused_with_the_way_to_replace(town, web, session):
    sitting = town.account("SR")
    browser = web(town.account("CR"))
    answer = browser.post("/accounts/add", data=form_for(town.school.organisation, "SR"))
    assert answer.status_code == 409
    assert f"/accounts/replace/{sitting.user_id}" in answer.text


def test_a_registrar_is_replaced_in_one_act(town, web, session):
    sitting = town.account("SR")
    pupil = make.a_pupil(session, town.room, status=Status.PENDING_REGISTRATION)
    case = a_registration(session, pupil, sitting)
    case_id = case.id
    scope.enter(make.WHOLE, session)
    browser = web(town.account("CR"))
    url = f"/accounts/replace/{sitting.user_id}"
    assert sitting.name in browser.get(url).text
    bad = browser.post(url, data={"login": "", "name": "王小河"})
    assert bad.status_code == 422
    answer = browser.post(url, data={"login": "newcomer", "name": "王小河", "phone": ""})
    assert secret_on(answer)
    new = account_named(session, f"newcomer@{town.school.organisation.code}")
    assert (new.enabled, account_named(session, sitting.login).enabled) == (True, False)
    assert seen(session, select(Case).filter_by(id=case_id))[0].keeper_id == new.user_id
    assert f"{new.name}" in browser.get(f"/case/{case_id}").text
    back = browser.post(f"/accounts/replace/{new.user_id}", data={"to": str(sitting.user_id)})
    assert secret_on(back)
    assert account_named(session, sitting.login).enabled
    assert len(deeds(session, "account.replaced")) == 2


def test_at_the_ministry_the_account_waits_for_a_second_person(town, web, session):
    town.account("SEC")
    form = {"role": "MIN", "login": "operator9", "name": "王小河", "phone": ""}
    answer = web(town.account("ADM")).post("/accounts/add", data=form)
    assert secret_on(answer)
    account = account_named(session, "operator9@000000")
    assert account.closed_why is Closed.UNCONFIRMED
    page = web(town.account("SEC")).get("/accounts/list/?_flt_0_closed_why=UNCONFIRMED").text
    assert account.login in page


# ── correcting, closing, resetting ───────────────────────────────────────────────────────


def test_name_and_phone_are_corrected_by_those_right_above(town, web, session):
    account = town.account("SL")
    url = f"/accounts/edit/{account.user_id}"
    assert web(town.account("SR")).get(url).status_code == 409
    typed = {"name": "王小河", "phone": "", "row_version": str(account.row_version)}
    assert web(town.account("SR")).post(url, data=typed).status_code == 409
    assert account_named(session, account.login).name != "王小河"
    browser = web(town.account("CR"))
    version = re.search(r'name="row_version"[^>]*value="(\d+)"', browser.get(url).text)[1]
    sent = {"name": "王小河", "phone": "0377-63000000", "row_version": version}
    assert browser.post(url, data=sent).status_code == 302
    assert account_named(session, account.login).name == "王小河"
    assert len(deeds(session, "account.changed")) == 1
    page = browser.get(url).text
    assert "0377-63000000" not in page
    kept = {"name": "李大江", "row_version": re.search(r'row_version"[^>]*value="(\d+)"', page)[1]}
    assert browser.post(url, data=kept).status_code == 302
    changed = account_named(session, account.login)
    assert (changed.name, changed.phone) == ("李大江", "0377-63000000")


def test_an_account_is_closed_and_opened_again(town, web, session):
    account = town.account("SL")
    browser = web(town.account("CR"))
    assert browser.post(f"/accounts/disable/{account.user_id}").status_code == 302
    assert not account_named(session, account.login).enabled
    answer = browser.post(f"/accounts/enable/{account.user_id}")
    assert secret_on(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert account_named(session, account.login).enabled
    again = browser.post(f"/accounts/enable/{account.user_id}")
    assert again.status_code == 409


def test_open_cases_ask_for_a_successor(town, web, session):
    sitting = town.account("SR")
    a_registration(
        session, make.a_pupil(session, town.room, status=Status.PENDING_REGISTRATION), sitting
    )
    scope.enter(make.WHOLE, session)
    browser = web(town.account("CR"))
    url = f"/accounts/disable/{sitting.user_id}"
    assert browser.post(url).status_code == 409
    assert browser.post(url, data={"successor": "987654321"}).status_code == 404
    assert browser.post(url, data={"nobody": "1"}).status_code == 302
    assert not account_named(session, sitting.login).enabled


def test_a_reset_is_shown_once_and_written_down_without_the_password(town, web, session):
    account = town.account("SL")
    answer = web(town.account("CR")).post(
        f"/accounts/reset/{account.user_id}", data={"factor": "1"}
    )
    secret = secret_on(answer)
    (deed,) = deeds(session, "account.reset")
    assert deed.details == {"factor": True}
    assert secret not in answer.headers.get("Set-Cookie", "")


def test_saved_filters_find_what_they_say(town, web, session):
    sealed = make.an_account(
        session, "SL", town.other, login="sealed@x", enabled=False, closed_why=Closed.UNUSED
    )
    browser = web(town.account("CR"))
    page = browser.get("/accounts/list/?_flt_0_closed_why=UNUSED").text
    assert sealed.login in page
    assert town.account("CR").login not in re.findall(r"<td[^>]*>(.*?)</td>", page)
    never = browser.get("/accounts/list/?_flt_0_last_login_at=n").text
    assert sealed.login in never
    once = browser.get("/accounts/list/?_flt_0_last_login_at=y").text
    assert sealed.login not in once


# ── classes, rights, groups ──────────────────────────────────────────────────────────────


def test_a_registrar_gives_a_teacher_classes_and_rights(town, web, session):
    teacher = town.account("CT")
    browser = web(town.account("SR"))
    url = f"/accounts/classes/{teacher.user_id}"
    assert browser.post(url, data={"classes": [str(town.room.id)]}).status_code == 302
    held = seen(session, select(AccountClass.class_id).filter_by(user_id=teacher.user_id))
    assert held == [town.room.id]
    foreign = make.a_class(session, town.other)
    assert browser.post(url, data={"classes": [str(foreign.id)]}).status_code == 409
    assert browser.post(url, data={"classes": ["x"]}).status_code == 404
    url = f"/accounts/rights/{teacher.user_id}"
    assert browser.post(url, data={"rights": ["register:C"]}).status_code == 302
    assert browser.post(url, data={"rights": ["accounts:C"]}).status_code == 409
    given = seen(session, select(AccountRight.given).filter_by(user_id=teacher.user_id))
    assert given == ["register:C"]
    page = browser.get(f"/accounts/show/{teacher.user_id}").text
    assert "checked" in page
    assert web(town.account("CR")).post(url, data={}).status_code == 409


def test_a_teacher_without_any_authorisation_stays_outside(town, app, web, session):
    teacher = town.account("CT")
    refused = web().post("/login/", data={"username": teacher.login, "password": make.PASSWORD})
    assert refused.status_code == 422
    assert "该账号没有任何授权" in refused.text
    session.add(AccountRight(user_id=teacher.user_id, given="growth:E"))
    session.flush()
    assert web(teacher).get("/desk/").status_code == 200


def test_a_gift_opens_registration_for_the_own_classes_only(town, web, session):
    other_room = make.a_class(session, town.school, town.grade)
    teacher = make.an_account(session, "CT", town.school, classes=(town.room,))
    assert web(teacher).get("/students/add").status_code == 403
    session.add(AccountRight(user_id=teacher.user_id, given="register:C"))
    session.flush()
    browser = web(teacher)
    page = browser.get("/students/add")
    assert page.status_code == 200
    assert town.room.number in page.text
    assert other_room.number not in page.text
    refused = browser.post("/students/add", data=town.form(class_number=other_room.number))
    assert refused.status_code == 422
    done = browser.post("/students/add", data=town.form())
    assert done.status_code == 302, done.text


def test_a_group_is_named_filled_and_given_rights(town, web, session):
    teacher = town.account("CT")
    browser = web(town.account("SR"))
    assert browser.post("/groups/add", data={"name": "注册组"}).status_code == 302
    (group,) = seen(session, select(UserGroup))
    url = f"/groups/{{}}/{group.id}"
    assert browser.get(url.format("show")).status_code == 200
    members = {"members": [str(teacher.user_id)]}
    assert browser.post(url.format("members"), data=members).status_code == 302
    assert browser.post(url.format("rights"), data={"rights": ["photos:C"]}).status_code == 302
    assert seen(session, select(GroupMember.user_id)) == [teacher.user_id]
    assert seen(session, select(GroupRight.given)) == ["photos:C"]
    version = re.search(
        r'name="row_version"[^>]*value="(\d+)"', browser.get(url.format("edit")).text
    )[1]
    renamed = browser.post(url.format("edit"), data={"name": "照片组", "row_version": version})
    assert renamed.status_code == 302
    assert browser.post("/groups/add", data={"name": "照片组"}).status_code == 409
    assert "照片组" in browser.get(f"/accounts/show/{teacher.user_id}").text
    assert web(town.account("CR")).post(url.format("delete")).status_code == 403
    assert browser.post(url.format("delete")).status_code == 302
    assert seen(session, select(UserGroup)) == []


def test_the_group_of_all_teachers_is_only_read(town, web, session):
    browser = web(town.account("SR"))
    made = browser.post(
        "/accounts/add", data={"role": "TE", "login": "t0012", "name": "王小河", "phone": ""}
    )
    assert secret_on(made)
    (group,) = seen(session, select(UserGroup))
    url = f"/groups/{{}}/{group.id}"
    page = browser.get(url.format("show")).text
    assert "t0012@" in page
    assert 'name="members"' not in page
    for deed in ("members", "rights", "delete"):
        assert browser.post(url.format(deed), data={}).status_code == 409
    version = {"row_version": str(group.row_version), "name": "全体老师"}
    assert browser.post(url.format("edit"), data=version).status_code == 409
    assert [one.name for one in seen(session, select(UserGroup))] == ["全体教师"]


# ── a whole staff from a workbook ────────────────────────────────────────────────────────


def a_book(*rows, headings=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SPEC.sheet
    sheet.append(headings or [column.heading for column in SPEC.columns])
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return {"file": (BytesIO(out.getvalue()), "teachers.xlsx")}


def test_a_workbook_opens_all_or_none(town, web, session):
    browser = web(town.account("SR"))
    bad = browser.post(
        "/accounts/workbook",
        data=a_book(
            ("t0001", "王小河", "0377-60000000", "班主任", town.room.number),
            ("T0001", "李大江", "", "任课教师", ""),
            ("t 王", "", "12", "校长", "2026199"),
        ),
    )
    assert bad.status_code == 422
    for told in ("第 2 行", "负责班级", "岗位", "登录名", "姓名", "联系电话"):
        assert told in bad.text, told
    assert not seen(session, select(Account).where(Account.login.like("t0001@%")))
    good = browser.post(
        "/accounts/workbook",
        data=a_book(
            ("t0001", "王小河", "0377-60000000", "班主任", town.room.number),
            ("T0002", "李大江", None, "TE", None),
        ),
    )
    assert good.status_code == 200
    assert good.headers["Cache-Control"] == "no-store"
    assert len(set(SECRET.findall(good.text))) == 2
    code = town.school.organisation.code
    first, second = (account_named(session, f"{t}@{code}") for t in ("t0001", "t0002"))
    assert (first.role, second.role, first.source) == ("CT", "TE", "WORKBOOK")
    assert seen(session, select(AccountClass.class_id)) == [town.room.id]
    (deed,) = deeds(session, "account.imported")
    assert deed.details["count"] == 2
    again = browser.post("/accounts/workbook", data=a_book(("t0001", "王小河", "", "CT", "")))
    assert again.status_code == 422
    assert "已有账号" in again.text


def test_a_workbook_is_for_registrars_of_schools(town, web):
    assert web(town.account("CR")).get("/accounts/workbook").status_code == 409
    assert web(town.account("SL")).get("/accounts/workbook").status_code == 403
    template = web(town.account("SR")).get("/accounts/template.xlsx")
    assert template.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(template.data))[SPEC.sheet]
    assert [cell.value for cell in sheet[1]] == [column.heading for column in SPEC.columns]


@pytest.mark.parametrize("file", [b"no workbook", b""])
def test_what_is_no_workbook_is_refused_where_it_was_dropped(town, web, file):
    answer = web(town.account("SR")).post(
        "/accounts/workbook", data={"file": (BytesIO(file), "teachers.xlsx")}
    )
    assert answer.status_code == 422
    assert "data-drop-error" in answer.text
