"""学校管理 (P01): schools, grades, classes and campuses, and who sets them up."""

import re

import pytest
from sqlalchemy import select

from app.models.organisation import Organisation
from app.models.school import Campus, ClassState, Grade, School, SchoolClass, Stage
from app.policies import scope
from tests import make
from tests.views.screens.town import deeds


def seen(session, *columns):
    scope.enter(make.WHOLE, session)
    return session.scalar(select(*columns))


def version(browser, url):
    return re.search(r'name="row_version"[^>]*value="(\d+)"', browser.get(url).text)[1]


# ── the school itself ────────────────────────────────────────────────────────────────────


def test_whoever_works_at_a_school_comes_to_its_own_page(town, web):
    answer = web(town.account("SR")).get("/schools/list/")
    assert answer.location == f"/schools/show/{town.school.id}"


def test_a_school_completes_its_own_information_and_nothing_that_is_issued(town, web, session):
    browser = web(town.account("SR"))
    url = f"/schools/edit/{town.school.id}"
    facts = {
        "division": "411302000000",
        "urban_rural": "111",
        "organizer": "831",
        "years_primary": "6",
        "phone": "0377-63000000",
        "type": "342",
        "row_version": version(browser, url),
    }
    assert browser.post(url, data=facts).status_code == 302
    school = session.get(School, town.school.id)
    assert (school.phone, school.type) == ("0377-63000000", "211")
    assert browser.get(f"/schools/edit/{town.other.id}").status_code == 404


@pytest.mark.parametrize(
    "bend", [{"years_primary": "9"}, {"years_primary": "", "years_senior": "3"}, {"phone": "12"}]
)
def test_what_cannot_be_is_refused_with_a_sentence(town, web, session, bend):
    browser = web(town.account("SR"))
    url = f"/schools/edit/{town.school.id}"
    facts = {"division": "411302000000", "urban_rural": "111", "years_primary": "6"}
    sent = {**facts, "row_version": version(browser, url), **bend}
    assert browser.post(url, data=sent).status_code in (409, 422)
    assert session.get(School, town.school.id).years_primary == 6


def test_the_administrator_adds_an_authority_and_a_school_under_it(town, web, session):
    browser = web(town.account("ADM"))
    city = make.an_authority(session, "4113")
    sent = {"parent": str(city.id), "tier": "COUNTY", "code": "411399", "name": "新区教育局"}
    assert browser.post("/organisations/add", data=sent).status_code == 302
    county = seen(session, Organisation).__class__
    made = session.scalar(select(county).where(county.code == "411399"))
    assert made.path == "/41/13/99/"
    school = {
        "code": "2141009901",
        "name": "新区第一小学",
        "authority": str(made.id),
        "territorial": str(made.id),
        "type": "211",
        "division": "411302000000",
        "urban_rural": "111",
        "years_primary": "6",
    }
    answer = browser.post("/schools/add", data=school)
    assert answer.status_code == 302, re.findall(
        r"field-error.*?</span>|err-list.*?</ul>", answer.text
    )
    place = session.scalar(select(Organisation).where(Organisation.code == "2141009901"))
    assert place.path == "/41/13/99/S2141009901/"
    assert session.get(School, place.id).owner_path == place.path


def test_an_authority_stands_right_below_its_superior(town, web, session):
    browser = web(town.account("ADM"))
    city = make.an_authority(session, "4113")
    for bend in ({"tier": "PROVINCE"}, {"tier": "SCHOOL"}, {"parent": ""}):
        sent = {"parent": str(city.id), "tier": "COUNTY", "code": "411398", "name": "甲", **bend}
        assert browser.post("/organisations/add", data=sent).status_code in (409, 422)


# ── grades and classes ───────────────────────────────────────────────────────────────────


def test_a_grade_takes_its_length_and_level_from_the_school_and_the_year(town, web, session):
    browser = web(town.account("SR"))
    assert (
        browser.post("/grades/add", data={"stage": "PRIMARY", "entry_year": "2023"}).status_code
        == 302
    )
    scope.enter(make.WHOLE, session)
    grade = session.scalar(select(Grade).filter_by(school_id=town.school.id, entry_year=2023))
    assert (grade.level, grade.years, grade.stage) == (4, 6, Stage.PRIMARY)


@pytest.mark.parametrize(
    "sent",
    [
        {"stage": "SENIOR", "entry_year": "2026"},
        {"stage": "PRIMARY", "entry_year": "2010"},
        {"stage": "PRIMARY", "entry_year": "2030"},
        {"stage": "PRIMARY", "entry_year": "26"},
        {"stage": "PRIMARY", "entry_year": "2026"},
        {"stage": "", "entry_year": "2026"},
    ],
)
def test_a_grade_that_cannot_be_is_refused(town, web, sent):
    assert web(town.account("SR")).post("/grades/add", data=sent).status_code in (409, 422)


def test_a_class_is_given_the_next_number_and_its_usual_name(town, web, session):
    browser = web(town.account("SR"))
    sent = {"grade": str(town.grade.id), "type": "10", "size_limit": "45"}
    assert browser.post("/classes/add", data=sent).status_code == 302
    scope.enter(make.WHOLE, session)
    room = session.scalar(select(SchoolClass).filter_by(school_id=town.school.id, number="2026102"))
    assert room.name == "小学2026级(02)班"
    assert len(deeds(session, "school_class.added")) == 1


def test_a_class_takes_a_serial_of_its_campus(town, web, session):
    campus = Campus(
        school_id=town.school.id, number=2, name="东校区", division="411302000000", serial_from=11
    )
    session.add(campus)
    session.flush()
    sent = {"grade": str(town.grade.id), "type": "10", "campus": str(campus.id), "name": "实验班"}
    assert web(town.account("SR")).post("/classes/add", data=sent).status_code == 302
    scope.enter(make.WHOLE, session)
    room = session.scalar(select(SchoolClass).filter_by(school_id=town.school.id, name="实验班"))
    assert room.number == "2026111"


def test_a_class_of_another_stage_or_another_schools_grade_is_refused(town, web, session):
    browser = web(town.account("SR"))
    theirs = make.a_grade(session, town.other)
    assert (
        browser.post("/classes/add", data={"grade": str(town.grade.id), "type": "40"}).status_code
        == 409
    )
    assert (
        browser.post("/classes/add", data={"grade": str(theirs.id), "type": "10"}).status_code
        == 422
    )


def test_a_class_with_pupils_is_neither_deleted_nor_closed(town, web, session):
    browser = web(town.account("SR"))
    assert browser.post(f"/classes/delete/{town.room.id}").status_code == 409
    url = f"/classes/edit/{town.room.id}"
    sent = {"name": "一班", "type": "10", "state": "CLOSED", "row_version": version(browser, url)}
    assert browser.post(url, data=sent).status_code == 409
    assert session.get(SchoolClass, town.room.id).state is ClassState.IN_USE
    empty = make.a_class(session, town.school, town.grade)
    assert browser.post(f"/classes/delete/{empty.id}").status_code == 302


def test_campuses_share_no_serials(town, web, session):
    browser = web(town.account("SR"))
    sent = {
        "number": "2",
        "name": "东校区",
        "division": "411302000000",
        "serial_from": "50",
        "serial_to": "60",
    }
    assert browser.post("/campuses/add", data=sent).status_code == 409
    scope.enter(make.WHOLE, session)
    main = session.scalar(select(Campus).filter_by(school_id=town.school.id))
    main.serial_to = 40
    session.flush()
    assert browser.post("/campuses/add", data=sent).status_code == 302
    assert browser.post(f"/campuses/delete/{main.id}").status_code == 409  # it has classes


def test_whoever_looks_after_schools_sees_one_with_its_classes(town, web):
    page = web(town.account("CR")).get(f"/schools/show/{town.school.id}?tab=ClassView").text
    assert town.room.name in page
    assert web(town.account("CR")).get("/classes/add").status_code == 403
