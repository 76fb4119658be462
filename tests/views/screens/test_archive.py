"""学籍档案: one pupil on one page, and the family beside it."""

import re

import pytest
from sqlalchemy import select

from app.models.student import Guardian
from app.views.screens.archive import TABS
from app.views.screens.pupil_fields import EDITABLE, GROUPS
from tests import make
from tests.views.screens.town import deeds


def page(browser, pupil, tab=""):
    answer = browser.get(f"/students/show/{pupil.id}", query_string={"tab": tab} if tab else {})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_and_shows_no_sealed_value_whole(town, web, tab):
    text = page(web(town.account("CL")), town.pupil, tab)
    assert town.pupil.name in text
    guardian = town.pupil.guardians[0]
    for whole in (town.pupil.id_number, town.pupil.number, town.pupil.phone, guardian.address):
        assert whole not in text
    assert "data-reveal" not in text


def test_whoever_may_reveal_is_offered_it(town, web):
    text = page(web(town.account("SR")), town.pupil)
    assert f'data-reveal="/students/reveal/{town.pupil.id}/id_number"' in text
    assert f"/students/edit/{town.pupil.id}" in text
    assert "/students/edit/" not in page(web(town.account("CR")), town.pupil)


def test_a_pupil_out_of_scope_is_not_there(town, web):
    assert web(town.account("SR")).get(f"/students/show/{town.stranger.id}").status_code == 404
    assert web(town.account("MIN")).get(f"/students/show/{town.pupil.id}").status_code == 403


def test_what_a_person_is_offered_does_not_depend_on_who_came_first(town, web):
    assert "/guardians/edit/" not in page(web(town.account("CR")), town.pupil, "guardians")
    assert "/guardians/edit/" in page(web(town.account("SR")), town.pupil, "guardians")
    assert "/guardians/edit/" not in page(web(town.account("SL")), town.pupil, "guardians")


def test_every_field_of_the_template_has_a_place_in_the_archive():
    from app.imports.students import PUPIL

    shown = [field for _label, fields in GROUPS.values() for field in fields]
    assert sorted(shown) == sorted(
        column.field for column in PUPIL if column.field != "school_code"
    )
    assert set(EDITABLE) < set(shown)


# ── family ───────────────────────────────────────────────────────────────────────────────

MEMBER = {
    "name": "王小河",
    "relation": "52",
    "address": "河南省南阳市宛城区光武路2号",
    "hukou_division": "411302000000",
    "phone": "0377-60000002",
    "is_guardian": "0",
}


def test_a_family_member_is_added_to_the_pupil_whose_page_it_was(town, web, session):
    browser = web(town.account("SR"))
    answer = browser.post(f"/guardians/add?pupil={town.pupil.id}", data=MEMBER)
    assert answer.status_code == 302, re.findall(r"field-error.*?</span>", answer.text)
    assert answer.location == f"/students/show/{town.pupil.id}?tab=guardians"
    family = session.scalars(select(Guardian).where(Guardian.student_id == town.pupil.id)).all()
    assert "王小河" in [member.name for member in family]
    assert len(deeds(session, "guardian.added")) == 1


def test_a_family_member_of_a_strangers_pupil_is_not_there(town, web):
    browser = web(town.account("SR"))
    theirs = town.stranger.guardians[0]
    assert browser.get(f"/guardians/add?pupil={town.stranger.id}").status_code == 404
    assert browser.get("/guardians/add?pupil=x").status_code == 404
    assert browser.get(f"/guardians/edit/{theirs.id}").status_code == 404
    assert browser.post(f"/guardians/delete/{theirs.id}").status_code == 404
    assert browser.post(f"/guardians/reveal/{theirs.id}/phone").status_code == 404


def test_the_last_guardian_stays(town, web, session):
    browser = web(town.account("SR"))
    last = town.pupil.guardians[0].id
    refused = browser.post(f"/guardians/delete/{last}")
    assert refused.status_code == 409
    assert session.get(Guardian, last) is not None
    second = make.a_guardian(session, town.pupil)
    answer = browser.post(f"/guardians/delete/{last}")
    assert answer.location == f"/students/show/{town.pupil.id}?tab=guardians"
    assert [member.id for member in town.pupil.guardians] == [second.id]


def test_a_family_member_is_judged_by_the_rules_of_a_workbook(town, web):
    browser = web(town.account("SR"))
    add = lambda **bends: browser.post(  # noqa: E731
        f"/guardians/add?pupil={town.pupil.id}", data={**MEMBER, **bends}
    )
    assert add(phone="1").status_code == 422
    assert add(relation="97").status_code == 422
    assert add(id_number="411302199001010011").status_code == 422
    assert add(name="").status_code == 422
