"""学籍: who sees which pupils, how a pupil is registered and kept, and what is never shown."""

import re

import pytest
from sqlalchemy import event, select

from app.models.sealed import KEYS
from app.models.student import Guardian, NumberHistory, Status, Student
from app.policies import scope
from app.workflows.controlled import control, open_fields
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Correction, open_key_change
from tests import make
from tests.house.filled import fields_of
from tests.views.screens.town import deeds, past
from tests.workflows.cases import TODAY, actor_of, become
from tests.workflows.test_movement import a_paper

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


def test_a_number_the_school_has_already_is_refused_without_saying_whose(town, web, session):
    taken = town.pupil
    sent = town.form(
        id_number=taken.id_number, birth_date=f"{taken.birth_date}", gender=taken.gender
    )
    answer = web(town.account("SR")).post("/students/add", data=sent)
    assert answer.status_code == 409
    assert 'id="id_number-error"' in answer.text
    assert taken.name not in answer.text
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
    taken = browser.post("/students/add", data=sent)
    assert taken.location == f"/problems/{added(session).id}"
    assert len(deeds(session, "pupil.duplicate")) == 20
    assert deeds(session, "pupil.duplicate")[-1].details == {}
    assert browser.post("/students/add", data=sent).status_code == 429
    assert browser.post("/students/add", data=town.form()).status_code == 429
    assert len(deeds(session, "pupil.duplicate")) == 20


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


def controls(town, *fields, role="PL"):
    become(town.session, town.account(role))
    control(town.session, actor_of(town.account(role)), fields)
    scope.enter(make.WHOLE, town.session)


def opens(town, *fields, grade="11"):
    registrar = become(town.session, town.account("SR"))
    open_fields(town.session, registrar, {grade: fields}, TODAY)
    scope.enter(make.WHOLE, town.session)


@pytest.mark.parametrize("is_set", [True, False])
def test_the_identity_is_not_changed_by_the_form_whatever_is_sent(town, web, is_set):
    if is_set:
        controls(town, "name", "id_number")
    name, number = town.pupil.name, town.pupil.id_number
    forged = {"name": "别人", "id_number": "x", "status": "DELETED", "class_id": "1"}
    answer = kept(web(town.account("SR")), town.pupil, talent="下棋", **forged)
    assert answer.status_code == 409
    assert "下棋" in answer.text  # the form is kept
    assert ("请申请关键数据变更" in answer.text) == is_set
    assert (town.pupil.name, town.pupil.id_number) == (name, number)
    assert (town.pupil.status, town.pupil.talent) == (Status.IN_SCHOOL, None)
    same = {"name": name, "status": "DELETED", "class_id": "1"}  # sent, but as it is
    assert kept(web(town.account("SR")), town.pupil, talent="下棋", **same).status_code == 302
    assert (town.pupil.status, town.pupil.talent) == (Status.IN_SCHOOL, "下棋")


def test_what_is_controlled_is_shown_with_a_lock_and_the_way_to_change_it(town, web):
    controls(town, "ethnic")
    page = web(town.account("SR")).get(f"/students/edit/{town.pupil.id}").text
    assert 'name="ethnic"' not in page
    assert 'id="ethnic"' in page
    assert f'href="/key-changes/open/{town.pupil.id}"' in page
    assert 'name="name"' in page  # nobody controls it: kept here


def test_what_nobody_controls_is_kept_with_all_that_hangs_on_it(town, web):
    controls(town, "ethnic")
    born, old = town.pupil.birth_date, town.pupil.number
    number = make.an_id_number(born, town.pupil.gender)
    answer = kept(web(town.account("SR")), town.pupil, id_number=number, name="李大满")
    assert answer.status_code == 302, answer.text[-3000:]
    assert (town.pupil.name, town.pupil.id_number) == ("李大满", number)
    assert town.pupil.id_digest == KEYS.digest(number)
    assert town.pupil.number == f"G{number}"
    assert [former.number for former in town.pupil.former_numbers] == [old]


def test_a_number_registered_anywhere_is_not_taken_and_guesses_are_counted(town, web, session):
    controls(town, "ethnic", "name")
    number, other = town.pupil.id_number, town.stranger
    sent = {"id_number": other.id_number, "birth_date": f"{other.birth_date}"}
    answer = kept(web(town.account("SR")), town.pupil, gender=other.gender, **sent)
    assert answer.status_code == 409, re.findall(r'err-list">(.*?)</ul>', answer.text, re.DOTALL)
    assert other.name not in answer.text
    assert town.pupil.id_number == number
    assert len(deeds(session, "pupil.duplicate")) == 1
    past(session, town.account("SR").user_id, "pupil.duplicate", 19)
    answer = kept(web(town.account("SR")), town.pupil, gender=other.gender, **sent)
    assert answer.status_code == 429


def test_who_waits_for_registration_is_corrected_in_the_form(town, web, session):
    controls(town, "name", "id_number")
    waiting = make.a_pupil(session, town.room, status=Status.PENDING_REGISTRATION)
    assert kept(web(town.account("SR")), waiting, name="李新满").status_code == 302
    assert waiting.name == "李新满"


def test_a_class_teacher_keeps_what_was_opened_and_reads_the_rest(town, web, session):
    controls(town, "name")
    teacher = town.account("CT", classes=(town.room,))
    url = f"/students/edit/{town.pupil.id}"
    assert web(teacher).get(url).status_code == 409  # nothing is opened yet
    assert url not in web(teacher).get(f"/students/show/{town.pupil.id}").text
    opens(town, "talent", "phone")
    page = web(teacher).get(url).text
    assert {'name="talent"', 'name="phone"'} <= set(re.findall(r'name="\w+"', page))
    assert 'name="postcode"' not in page
    assert "/reveal/" not in page  # a teacher types anew and sees nothing whole
    assert town.pupil.address_now not in page
    before = town.pupil.postcode
    assert kept(web(teacher), town.pupil, talent="游泳").status_code == 302
    assert town.pupil.talent == "游泳"
    (row,) = deeds(session, "student.changed")
    assert row.details == {"fields": ["talent"]}
    answer = kept(web(teacher), town.pupil, talent="下棋", postcode="100000", name="别人")
    assert answer.status_code == 409
    assert (town.pupil.talent, town.pupil.postcode) == ("游泳", before)
    away = make.a_pupil(session, make.a_class(session, town.school, town.grade))
    assert web(teacher).get(f"/students/edit/{away.id}").status_code == 404


def test_a_record_in_a_case_keeps_the_form_and_says_why(town, web, session):
    clerk = town.account("SR")
    controls(town, "ethnic", "name")
    paper = a_paper(session, clerk)
    act = Act(Trigger.SUBMIT, become(session, clerk), TODAY)
    change = Correction({"ethnic": "02"}, "更正")
    open_key_change(session, town.pupil.id, change, act, [paper])
    scope.enter(make.WHOLE, session)
    browser = web(clerk)
    answer = kept(browser, town.pupil, talent="游泳")
    assert answer.status_code == 409, re.findall(r'err-list">(.*?)</ul>', answer.text, re.DOTALL)
    assert "游泳" in answer.text
    assert town.pupil.talent is None
    page = browser.get(f"/students/show/{town.pupil.id}").text
    assert f'href="/students/edit/{town.pupil.id}"' not in page
    assert "disabled title=" in page
    opens(town, "talent")
    teacher = web(town.account("CT", classes=(town.room,)))  # who sees no case
    assert kept(teacher, town.pupil, talent="下棋").status_code == 409
    assert town.pupil.talent is None
    member = town.pupil.guardians[0]
    url = f"/guardians/edit/{member.id}"
    sent = {**fields_of(browser.get(url), url), "employer": "纺织厂"}
    answer = browser.post(url, data=sent)
    assert answer.status_code == 409
    assert "纺织厂" in answer.text
    assert browser.post(f"/guardians/delete/{member.id}").status_code == 409
    family = browser.get(f"/students/show/{town.pupil.id}?tab=guardians").text
    assert url not in family


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
