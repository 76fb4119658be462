import re
from html import unescape

import pytest
from sqlalchemy import select

from app.models.school import SchoolClass
from app.models.student import Guardian
from tests import make


@pytest.fixture
def a_class(schools):
    return {
        "school": schools.mine.id,
        "grade": schools.room.grade_id,
        "number": "2026109",
        "name": "九班",
        "type": "10",
        "size_limit": "45",
    }


def test_a_form_stores_what_it_declares(desk, session, a_class):
    answer = desk.post("/classes/add", data=a_class | {"head_teacher": "未申报"})
    assert answer.status_code == 302
    made = session.scalar(select(SchoolClass).filter_by(number="2026109"))
    assert (made.name, made.size_limit, made.head_teacher) == ("九班", 45, None)


def test_a_form_with_errors_keeps_the_entries(desk, session, a_class):
    answer = desk.post("/classes/add", data=a_class | {"name": "", "size_limit": "许多"})
    page = answer.text
    assert answer.status_code == 422
    assert 'value="2026109"' in page
    assert 'value="许多"' in page
    assert page.count('aria-invalid="true"') == 2
    assert '<a href="#name">' in page
    assert session.scalar(select(SchoolClass).filter_by(number="2026109")) is None


@pytest.mark.parametrize("sent", ["foreign", "0", "abc", "99999999999"])
def test_a_record_that_may_not_be_chosen_is_refused_alike(desk, schools, a_class, sent):
    grade = schools.foreign_room.grade_id if sent == "foreign" else sent
    answer = desk.post("/classes/add", data=a_class | {"grade": grade})
    assert answer.status_code == 422
    assert "Not in the list" in answer.text or "不在列表" in answer.text


def test_a_choice_must_agree_with_the_rest_of_the_form(web, schools, a_class, session):
    client = web(schools.registrar)
    elsewhere = make.a_grade(session, schools.other, level=2)
    assert client.post("/classes/add", data=a_class | {"grade": elsewhere.id}).status_code == 422


@pytest.mark.parametrize("bend", [{"type": "nothing"}, {"name": "a\x00b"}, {"size_limit": 2**40}])
def test_what_no_column_can_hold_is_told_at_its_field(desk, a_class, bend):
    answer = desk.post("/classes/add", data=a_class | bend)
    assert answer.status_code == 422
    assert 'class="field has-error' in answer.text


def test_what_the_database_refuses_keeps_the_entries_and_shows_no_sql(desk, schools, a_class):
    answer = desk.post("/classes/add", data=a_class | {"number": schools.room.number})
    assert answer.status_code == 409
    assert 'value="九班"' in answer.text
    assert not re.search(r"INSERT|psycopg|UniqueViolation|constraint", answer.text)


def test_a_check_of_the_database_is_unprocessable(desk, a_class):
    assert desk.post("/classes/add", data=a_class | {"size_limit": "-1"}).status_code == 422


def test_a_stale_form_is_told_then_now_and_mine(desk, session, schools):
    url = f"/classes/edit/{schools.room.id}"
    form = hidden(desk.get(url).text) | {"name": "我的", "type": "10", "size_limit": "40"}
    schools.room.name = "别人的"
    session.flush()
    answer = desk.post(url, data=form)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert '<td class="now">别人的</td><td>我的</td>' in page
    assert 'value="我的"' in page
    session.refresh(schools.room)
    assert schools.room.name == "别人的"
    again = desk.post(url, data=form | hidden(answer.text))
    session.refresh(schools.room)
    assert (again.status_code, schools.room.name) == (302, "我的")


def test_a_form_without_its_version_is_stale(desk, schools):
    answer = desk.post(f"/classes/edit/{schools.room.id}", data={"name": "x", "type": "10"})
    assert answer.status_code == 409


def test_a_locked_column_is_shown_and_never_stored(desk, session, schools):
    pupil = schools.pupils[0]
    page = desk.get(f"/pupils/edit/{pupil.id}").text
    assert re.search(r'id="name" value="安雨桐" readonly', page)
    form = hidden(page) | {"name": "改名", "address_now": "新址1号", "seat_no": "3"}
    assert desk.post(f"/pupils/edit/{pupil.id}", data=form).status_code == 302
    session.refresh(pupil)
    assert (pupil.name, pupil.address_now, pupil.seat_no) == ("安雨桐", "新址1号", 3)


@pytest.mark.parametrize("verb", ["show", "edit"])
@pytest.mark.parametrize("key", ["foreign", "0", "abc", "99999999999", "1%00", "-1"])
def test_not_yours_and_not_there_look_the_same(desk, schools, verb, key):
    pk = schools.foreign[0].id if key == "foreign" else key
    assert desk.get(f"/pupils/{verb}/{pk}").status_code == 404


def test_a_screen_without_the_right_has_no_such_form(desk):
    assert desk.get("/pupils/add").status_code == 403
    assert desk.post("/pupils/add", data={}).status_code == 403


def test_an_address_fills_in_what_is_declared_and_in_scope(desk, schools):
    own = desk.get(f"/guardians/add?_flt_0_student={schools.pupils[0].id}&_flt_0_name=王").text
    assert f'<option value="{schools.pupils[0].id}" selected>安雨桐' in own
    assert 'value="王"' not in own
    foreign = desk.get(f"/guardians/add?_flt_0_student={schools.foreign[0].id}").text
    assert "安家宁" not in foreign


def test_deleting_is_done_once_and_told(desk, session, schools):
    first = select(Guardian.id).filter_by(student_id=schools.pupils[0].id)
    url = f"/guardians/delete/{session.scalar(first)}"
    assert desk.post(url).status_code == 302
    assert desk.post(url).status_code == 404


def test_what_others_need_is_not_deleted(desk, session, schools):
    answer = desk.post(f"/classes/delete/{schools.room.id}")
    assert answer.status_code == 409
    assert session.get(SchoolClass, schools.room.id) is not None


def test_a_lookup_offers_what_may_be_chosen_a_page_at_a_time(desk, session, schools):
    found = desk.get("/guardians/lookup/student?term=安").json
    assert [one["text"] for one in found["results"]] == ["安雨桐"]
    for serial in range(25):
        make.a_pupil(session, schools.room, name=f"方{serial:02d}", guardians=0)
    first = desk.get("/guardians/lookup/student?term=方").json
    second = desk.get("/guardians/lookup/student?term=方&page=2").json
    assert (len(first["results"]), first["pagination"]["more"]) == (20, True)
    assert (len(second["results"]), second["pagination"]["more"]) == (5, False)


@pytest.mark.parametrize("query", ["term=%00", "page=abc", "page=99999999999", "school=%EF%BC%91"])
def test_a_bent_lookup_is_no_error(desk, query):
    assert desk.get(f"/classes/lookup/grade?{query}").status_code == 200


def test_a_lookup_of_something_else_is_not_there(desk, web):
    assert desk.get("/classes/lookup/owner_path").status_code == 404
    assert web().get("/guardians/lookup/student?term=安").status_code == 404


def hidden(page):
    fields = re.findall(r'name="(row_version|_opened)"[^>]*value="(.*?)"', page)
    return {name: unescape(value) for name, value in fields}
