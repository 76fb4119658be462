"""学籍: who sees which pupils, how a pupil is registered and kept, and what is never shown."""

import re

import pytest
from sqlalchemy import event, select

from app.models.sealed import KEYS
from app.models.student import Guardian, NumberHistory, Status, Student
from app.policies import scope
from tests import make
from tests.views.screens.town import deeds, past

LIST = "/students/list/"


def added(session, name="陈嘉树"):
    scope.enter(make.WHOLE, session)
    return session.scalar(select(Student).where(Student.name == name))


def rows(page):
    return re.findall(r'<tr data-id="(\d+)"', page)


# ── the list ─────────────────────────────────────────────────────────────────────────────


def test_a_school_lists_its_own_pupils_with_masked_numbers(town, web):
    page = web(town.account("SR")).get(LIST).text
    assert rows(page) == [str(town.pupil.id)]
    assert town.pupil.number not in page
    assert f"{town.pupil.number[:5]}**********" in page


def test_a_county_lists_both_schools_and_a_teacher_only_the_own_class(town, web, session):
    seatmate = make.a_pupil(session, make.a_class(session, town.school, town.grade))
    county = rows(web(town.account("CR")).get(LIST).text)
    assert {str(town.pupil.id), str(town.stranger.id), str(seatmate.id)} <= set(county)
    teacher = web(town.account("CT", classes=(town.room,)))
    assert rows(teacher.get(LIST).text) == [str(town.pupil.id)]


def test_only_a_school_orders_by_the_seat_which_only_it_is_shown(town, web):
    asked = "_oc_StudentView=seat_no&_od_StudentView=desc"
    assert 'aria-sort="descending"' in web(town.account("SR")).get(f"{LIST}?{asked}").text
    assert 'aria-sort="descending"' not in web(town.account("CR")).get(f"{LIST}?{asked}").text


def test_the_cost_of_a_list_does_not_grow_with_its_rows(town, web, session, engine):
    def statements(browser):
        seen = []
        tell = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", tell)
        browser.get(LIST)
        event.remove(engine, "before_cursor_execute", tell)
        return len(seen)

    browser = web(town.account("CR"))
    browser.get(LIST)
    few = statements(browser)
    for _ in range(8):
        make.a_pupil(session, make.a_class(session, make.a_school(session, "411302")), guardians=0)
    assert statements(browser) == few


@pytest.mark.parametrize("which", ["number", "id_number"])
def test_a_number_is_found_exactly_and_stands_in_no_address(town, web, which):
    browser = web(town.account("CR"))
    sought = getattr(town.pupil, which)
    answer = browser.post("/students/search", data={f"_flt_0_{which}": f" {sought.lower()} "})
    assert answer.status_code == 303
    assert sought not in answer.location
    page = browser.get(answer.location).text
    assert rows(page) == [str(town.pupil.id)]
    assert rows(browser.get(f"{LIST}?_flt_0_{which}={sought}").text) != [str(town.pupil.id)]


def test_a_former_number_still_finds_its_pupil(town, web, session):
    former = "L411302202005010042"
    session.add(
        NumberHistory(
            student_id=town.pupil.id,
            number=former,
            number_digest=KEYS.digest(former),
            kind="L",
        )
    )
    browser = web(town.account("CR"))
    answer = browser.post("/students/search", data={"_flt_0_number": former})
    assert rows(browser.get(answer.location).text) == [str(town.pupil.id)]


def test_grade_authority_and_status_narrow_the_list(town, web, session):
    older = make.a_grade(session, town.school, level=2)
    second = make.a_pupil(session, make.a_class(session, town.school, older))
    away = make.a_pupil(session, make.a_class(session, make.a_school(session, "411303")))
    city = web(town.account("TR"))
    listed = lambda **asked: set(rows(city.get(LIST, query_string=asked).text))  # noqa: E731
    assert str(second.id) in listed(_flt_0_grade="12")
    assert str(town.pupil.id) not in listed(_flt_0_grade="12")
    county = make.an_authority(session, "411303").id
    assert listed(_flt_0_owner_path=str(county)) == {str(away.id)}
    assert listed(_flt_0_status="WITHDRAWN") == set()
    assert listed(_flt_0_grade="nonsense") == set()


# ── registering one pupil ────────────────────────────────────────────────────────────────


def test_a_filled_form_makes_a_pupil_who_waits_with_a_family(town, web, session):
    sent = town.form()
    answer = web(town.account("SR")).post("/students/add", data=sent)
    assert answer.status_code == 302, re.findall(r"field-error.*?</span>", answer.text)
    pupil = added(session)
    assert answer.location == f"/students/show/{pupil.id}"
    assert pupil.status is Status.PENDING_REGISTRATION
    assert (pupil.class_id, pupil.number) == (town.room.id, None)
    assert pupil.id_digest == KEYS.digest(sent["id_number"])
    family = session.scalars(select(Guardian).where(Guardian.student_id == pupil.id)).all()
    assert [one.is_guardian for one in family] == [True, False]
    assert [row.object_id for row in deeds(session, "student.added")] == [pupil.id]


def test_an_empty_form_says_everything_at_once_and_stores_nothing(town, web, session):
    answer = web(town.account("SR")).post("/students/add", data={"name": "陈嘉树"})
    assert answer.status_code == 422
    for field in ("id_number", "class_number", "address_now", "member2_phone"):
        assert f'id="{field}-error"' in answer.text
    assert added(session) is None


def test_birth_date_and_gender_are_taken_from_the_resident_number(town, web, session):
    sent = town.form(birth_date="", gender="")
    web(town.account("SR")).post("/students/add", data=sent)
    pupil = added(session)
    assert f"{pupil.birth_date:%Y%m%d}" == sent["id_number"][6:14]
    assert pupil.gender == "2"


@pytest.mark.parametrize(
    ("bend", "field"),
    [
        ({"birth_date": "2019-01-01"}, "birth_date"),
        ({"gender": "1"}, "gender"),
        ({"phone": "12345"}, "phone"),
        ({"entry_method": "21"}, "entry_method"),
        ({"left_behind": ""}, "left_behind"),
        ({"class_number": "2026199"}, "class_number"),
        ({"member1_is_guardian": "0"}, "member1_is_guardian"),
        ({"member1_relation": "97"}, "member1_relation_note"),
        ({"birthplace": "12"}, "birthplace"),
        ({"gender": "7"}, "gender"),
    ],
)
def test_a_form_is_judged_by_the_rules_of_a_workbook(town, web, session, bend, field):
    answer = web(town.account("SR")).post("/students/add", data=town.form(**bend))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert added(session) is None


def test_a_doubt_is_shown_once_and_then_stands_nothing_in_the_way(town, web, session):
    browser = web(town.account("SR"))
    body = "41130220200501001"
    wrong = body + ("1" if make.check_character(body) != "1" else "2")
    sent = town.form(id_number=wrong, birth_date="2020-05-01", gender="1")
    first = browser.post("/students/add", data=sent)
    assert first.status_code == 422
    seen = re.search(r'name="seen" value="([^"]+)"', first.text)[1]
    assert added(session) is None
    assert browser.post("/students/add", data={**sent, "seen": seen}).status_code == 302
    assert added(session) is not None


def test_a_number_registered_at_any_school_is_refused_without_saying_where(town, web, session):
    taken = town.stranger
    sent = town.form(
        id_number=taken.id_number, birth_date=f"{taken.birth_date}", gender=taken.gender
    )
    answer = web(town.account("SR")).post("/students/add", data=sent)
    assert answer.status_code == 409
    assert 'id="id_number-error"' in answer.text
    assert taken.name not in answer.text
    assert str(town.other) not in answer.text
    assert added(session) is None


def test_nobody_but_a_schools_registrar_registers(town, web):
    for role in ("SL", "CT", "CR", "PR", "MIN", "ADM"):
        bends = {"classes": (town.room,)} if role == "CT" else {}
        assert web(town.account(role, **bends)).get("/students/add").status_code == 403


def test_a_number_registered_anywhere_is_told_of_twenty_times_an_hour(town, web, session):
    registrar = town.account("SR")
    browser = web(registrar)
    sent = town.form(id_number=town.stranger.id_number, birth_date="", gender="")
    past(session, registrar.user_id, "pupil.duplicate", 19)
    refused = browser.post("/students/add", data=sent)
    assert refused.status_code == 409
    assert town.other.organisation.name not in refused.text
    assert len(deeds(session, "pupil.duplicate")) == 20
    assert deeds(session, "pupil.duplicate")[-1].details == {}
    assert browser.post("/students/add", data=sent).status_code == 429
    assert browser.post("/students/add", data=town.form()).status_code == 429
    assert len(deeds(session, "pupil.duplicate")) == 20
    assert added(session) is None


# ── upkeep ───────────────────────────────────────────────────────────────────────────────


def kept(browser, pupil, **bends):
    """Open the form of a pupil as the browser does, change it, send it."""
    page = browser.get(f"/students/edit/{pupil.id}").text
    sent = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', page))
    sent |= {
        name: value
        for name, body in re.findall(
            r'<select[^>]*? name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL
        )
        for value in re.findall(r'<option[^>]*? selected[^>]*? value="([^"]*)"', body)
        + re.findall(r'<option[^>]*? value="([^"]*)"[^>]*? selected', body)
    }
    return browser.post(f"/students/edit/{pupil.id}", data={**sent, **bends})


def test_an_open_field_is_kept_and_its_change_remembered(town, web, session):
    answer = kept(web(town.account("SR")), town.pupil, talent="游泳", phone="0377-61111111")
    assert answer.status_code == 302, answer.text[-3000:]
    assert (town.pupil.talent, town.pupil.phone) == ("游泳", "0377-61111111")
    (row,) = deeds(session, "student.changed")
    assert row.details == {"fields": ["phone", "talent"]}
    page = web(town.account("SL")).get(f"/students/show/{town.pupil.id}?tab=changes").text
    assert "游泳" in page
    assert "0377-61111111" not in page


def test_a_controlled_field_is_not_changed_by_the_form_whatever_is_sent(town, web):
    name, number = town.pupil.name, town.pupil.id_number
    forged = {"name": "别人", "id_number": "x", "status": "DELETED", "class_id": "1"}
    kept(web(town.account("SR")), town.pupil, talent="下棋", **forged)
    assert (town.pupil.name, town.pupil.id_number) == (name, number)
    assert town.pupil.status is Status.IN_SCHOOL
    assert town.pupil.talent == "下棋"


def test_upkeep_is_judged_by_the_same_rules(town, web):
    browser = web(town.account("SR"))
    assert kept(browser, town.pupil, phone="12").status_code == 422
    assert kept(browser, town.pupil, left_behind="").status_code == 422
    assert kept(browser, town.pupil, row_version="77").status_code == 409


# ── sealed values ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["SL", "CT", "CL", "MIN", "ADM", "AUD"])
def test_who_lacks_the_right_is_refused(town, web, role):
    classes = {"classes": (town.room,)} if role == "CT" else {}
    browser = web(town.account(role, **classes))
    assert browser.post(f"/students/reveal/{town.pupil.id}/phone").status_code == 403


def test_no_field_but_the_sealed_and_no_pupil_out_of_scope_is_revealed(town, web):
    browser = web(town.account("SR"))
    assert browser.post(f"/students/reveal/{town.pupil.id}/name").status_code == 404
    assert browser.post(f"/students/reveal/{town.pupil.id}/id_digest").status_code == 404
    assert browser.post(f"/students/reveal/{town.stranger.id}/phone").status_code == 404
    assert browser.get(f"/students/reveal/{town.pupil.id}/phone").status_code == 405
