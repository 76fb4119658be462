"""谁能看、谁看过: told to who answers for the pupil, of every office, without one value."""

import re

import pytest

from app.models.student import EndKind
from app.policies import scope
from app.policies.rights import holds
from app.policies.roles import Role
from app.policies.sight import may, seers
from tests import make


def opened(browser, pupil):
    return browser.get(f"/students/access/{pupil.id}")


def lines(answer, heading):
    """The rows of the panel under a heading, as text."""
    panel = answer.text.partition(heading)[2].partition("</table>")[0].partition("<tbody>")[2]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in panel.split("<tr>")[1:]]


CAN, DID = "Who can see this pupil", "Who did"


@pytest.fixture
def english(app, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_LOCALE", "en")


# ── who can ──────────────────────────────────────────────────────────────────────────────


def test_everybody_whose_range_holds_the_pupil_is_named_and_nobody_else(town, session):
    scope.enter(make.WHOLE, session)
    next_door = make.a_class(session, town.school, town.grade)
    mine = make.an_account(session, "CT", town.school, (town.room,), name="班主任甲")
    also = make.an_account(session, "TE", town.school, (town.room,), name="任课乙")
    make.an_account(session, "CT", town.school, (next_door,), name="隔壁丙")
    make.an_account(session, "SR", town.other, name="别校丁")
    make.an_account(session, "CR", "411303", name="别县戊")
    make.an_account(session, "CL", "411302", name="停用己", enabled=False)
    expected = {mine.name, also.name}
    for role in ("SR", "SL", "CR", "CL", "TR", "TL", "PR", "PL"):
        expected.add(town.account(role).name)
    for role in ("MIN", "ADM", "SEC", "AUD"):
        town.account(role)
    found = seers(session, town.pupil)
    assert {name for group in found for name in group.people} == expected
    assert [group.role for group in found[:2]] == [Role.CT, Role.TE]
    assert found[-1].role is Role.PL


@pytest.mark.parametrize("role", Role)
def test_who_is_said_to_see_the_pupil_really_does(town, session, role):
    classes = (town.room,) if role.is_teacher else ()
    account = town.account(role.value, **({"classes": classes} if classes else {}))
    named = account.name in {n for group in seers(session, town.pupil) for n in group.people}
    pupil_id = town.pupil.id
    scope.enter(scope.scope_of(session, account.user_id), session)
    session.expunge_all()
    assert (session.get(type(town.pupil), pupil_id) is not None) is named


def test_what_a_role_may_is_what_its_rights_say():
    assert may(Role.SR) == ["view", "reveal", "edit"]
    assert may(Role.CL) == ["view"]
    assert may(Role.TE) == ["names"]
    for role in Role:
        assert ("reveal" in may(role)) is holds(role, "Student", "can_reveal")


def test_many_people_are_a_number(town, web, session, english):
    for _ in range(6):
        make.an_account(session, "CT", town.school, (town.room,))
    found = lines(opened(web(town.account("SR")), town.pupil), CAN)
    assert any("Class teacher" in line and "6 people" in line for line in found), found


def test_a_former_school_is_told_of(town, web, session, english):
    period = town.pupil.current_enrolment
    period.school_id, period.grade_id, period.class_id = (
        town.other.id,
        town.stranger.grade_id,
        town.stranger.class_id,
    )
    period.ended_on, period.end_kind = period.started_on, EndKind.TRANSFERRED_OUT
    session.flush()
    page = opened(web(town.account("SR")), town.pupil).text
    assert f"{town.other.organisation.name} reads what it recorded itself" in page


# ── who did ──────────────────────────────────────────────────────────────────────────────


def test_deeds_of_every_office_stand_there_newest_first(town, web, session, english):
    pupil, member = town.pupil, town.pupil.guardians[0]
    registrar, county = web(town.account("SR")), web(town.account("CR"))
    far = make.an_account(session, "SR", make.a_school(session, "459701"), name="远方查询员")
    registrar.get(f"/students/show/{pupil.id}")
    county.post(f"/students/reveal/{pupil.id}/phone", data={"reason": "inspection"})
    registrar.post(f"/guardians/reveal/{member.id}/phone", data={"reason": "family"})
    web(far).post("/national", data={"name": pupil.name, "number": pupil.number})
    answer = opened(registrar, pupil)
    found = lines(answer, DID)
    assert len(found) == 4
    looked, family, seen, first = found
    assert "远方查询员" in looked
    assert far.organisation.name in looked
    assert "Family member · Telephone · Checking with the family" in family
    assert "Phone · Inspection by a superior" in seen
    assert town.account("CR").name in seen
    assert "Opened a pupil" in first
    for whole in (pupil.phone, pupil.number, pupil.id_number):
        assert whole not in answer.text


def test_deeds_about_the_family_that_is_gone_and_about_cases_stand_there(town, web, english):
    second = make.a_guardian(town.session, town.pupil)
    registrar = web(town.account("SR"))
    registrar.post(f"/guardians/reveal/{second.id}/phone", data={"reason": "duty"})
    registrar.post(f"/guardians/delete/{second.id}")
    found = lines(opened(registrar, town.pupil), DID)
    assert any("Another duty" in line for line in found), found
    assert any("Deleted a guardian" in line for line in found), found


def test_nothing_about_another_pupil_stands_there(town, web, session, english):
    county = web(town.account("CR"))
    county.post(f"/students/reveal/{town.stranger.id}/phone", data={"reason": "duty"})
    assert lines(opened(web(town.account("SR")), town.pupil), DID) == []


# ── who is told ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["SR", "SL", "CR", "CL", "TR", "TL", "PR", "PL"])
def test_registrars_and_above_are_told(town, web, role):
    browser = web(town.account(role))
    assert opened(browser, town.pupil).status_code == 200
    page = browser.get(f"/students/show/{town.pupil.id}").text
    assert f'href="/students/access/{town.pupil.id}"' in page


@pytest.mark.parametrize("role", ["CT", "TE", "MIN", "NU", "ADM", "SEC", "AUD"])
def test_others_have_no_such_door(town, web, role):
    bends = {"classes": (town.room,)} if Role(role).is_teacher else {}
    browser = web(town.account(role, **bends))
    assert opened(browser, town.pupil).status_code == 403


def test_a_pupil_out_of_scope_is_not_there(town, web):
    assert opened(web(town.account("SR")), town.stranger).status_code == 404
