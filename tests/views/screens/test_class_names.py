"""班级名单: a subject teacher knows seats and names of the own classes, and nothing else."""

import pytest

from app.models.account import AccountRight
from app.models.student import Status
from tests import make


@pytest.fixture
def teacher(town):
    return town.account("TE", classes=(town.room,))


def test_names_and_seats_of_the_own_classes_and_nothing_else(town, web, session, teacher):
    town.pupil.seat_no = 7
    gone = make.a_pupil(session, town.room, status=Status.WITHDRAWN, name="周已退")
    beside = make.a_pupil(session, make.a_class(session, town.school, town.grade), name="吴邻班")
    page = web(teacher).get("/class-names").text
    assert f'<span class="quiet mono">7</span> {town.pupil.name}</li>' in page
    for hidden in (gone.name, beside.name, town.stranger.name, town.pupil.number, town.pupil.phone):
        assert hidden not in page
    assert "/students/" not in page


@pytest.mark.parametrize("path", ["/students/list/", "/students/show/{id}", "/students/add"])
def test_a_subject_teacher_opens_no_archive(town, web, teacher, path):
    assert web(teacher).get(path.format(id=town.pupil.id)).status_code == 403


def test_a_subject_teacher_finds_no_pupil_and_reveals_nothing(town, web, teacher):
    browser = web(teacher)
    for asked in (town.pupil.number, town.pupil.name):
        assert "/students/" not in browser.post("/find", data={"q": asked}).text
    assert browser.post(f"/students/reveal/{town.pupil.id}/phone").status_code == 403
    assert "/students/" not in browser.get("/desk/").text
    assert f"/class-names#c-{town.room.id}" in browser.get("/desk/").text


def test_a_class_teacher_has_the_same_page_and_a_registrar_has_not(town, web):
    assert town.pupil.name in web(town.account("CT", classes=(town.room,))).get("/class-names").text
    assert web(town.account("SR")).get("/class-names").status_code == 403


def test_a_teacher_without_a_class_is_told_who_gives_one(town, web, session):
    teacher = town.account("TE")
    session.add(AccountRight(user_id=teacher.user_id, given="growth:E"))  # or they stay outside
    session.flush()
    page = web(teacher).get("/class-names").text
    assert 'class="empty"' in page
    assert town.pupil.name not in page
