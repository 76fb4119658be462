"""班内学号与学籍辅号的页面: looked at, given, refused with everything kept, stale."""

import re

import pytest
from sqlalchemy import select

from app.models.student import Student
from app.policies import scope
from tests import make
from tests.house.filled import fields_of
from tests.views.approvals import Town
from tests.views.screens.town import deeds

PATTERN = "{school}{year}{stage}{class}{seat:2}"


class Rooms(Town):
    """The old school's class with three pupils, and the leader of its province."""

    def __init__(self, session):
        super().__init__(session)
        self.ids = [self.pupil(seat_no=seat).id for seat in (3, 5, None)]
        self.room_id = self.home.id
        self.url = f"/class-numbers/{self.room_id}"
        self.registrar = self.people["from.registrar"]
        self.province = make.an_account(session, "PL", "41")

    def told(self, field):
        scope.enter(make.WHOLE, self.session)
        asked = select(getattr(Student, field)).where(Student.id.in_(self.ids))
        return self.session.scalars(asked.order_by(Student.id)).all()


@pytest.fixture
def rooms(session):
    return Rooms(session)


def seen_on(page):
    return re.search(r'name="seen" value="([^"]*)"', page.text)[1]


def test_a_class_is_looked_at_and_numbered(session, web, rooms):
    registrar = web(rooms.registrar)
    assert f'href="{rooms.url}"' in registrar.get("/class-numbers").text
    page = registrar.get(f"{rooms.url}?order=gaps")
    assert page.status_code == 200
    form = {"order": "gaps", "step": "number", "seen": seen_on(page)}
    assert registrar.post(rooms.url, data=form).location == rooms.url
    assert "3 名" in registrar.get(rooms.url).text
    assert rooms.told("seat_no") == [1, 2, 3]
    assert len(deeds(session, "class.numbered")) == 1
    assert registrar.post(rooms.url, data=form).status_code == 409  # everything has changed since


def test_typed_numbers_stay_in_their_fields_when_they_are_refused(web, rooms):
    registrar = web(rooms.registrar)
    page = registrar.get(f"{rooms.url}?order=typed")
    typed = {f"seat-{key}": text for key, text in zip(rooms.ids, ("8", "8", "x"), strict=True)}
    form = {"order": "typed", "seen": seen_on(page), **typed}
    looked = registrar.post(rooms.url, data={**form, "step": "look"})
    assert looked.status_code == 200
    answer = registrar.post(rooms.url, data={**form, "step": "number"})
    assert answer.status_code == 409
    for told in (looked, answer):
        assert all(f'name="{name}" value="{text}"' in told.text for name, text in typed.items())
    assert rooms.told("seat_no") == [3, 5, None]
    good = {f"seat-{key}": text for key, text in zip(rooms.ids, ("9", "8", "7"), strict=True)}
    assert registrar.post(rooms.url, data={**form, **good, "step": "number"}).status_code == 302
    assert rooms.told("seat_no") == [9, 8, 7]


def test_a_leader_reads_and_a_stranger_finds_nothing(web, rooms):
    leader = web(rooms.people["from.leader"])
    assert leader.get(rooms.url).status_code == 200
    assert leader.get(f"{rooms.url}?order=name").text.count("<button") == leader.get(
        rooms.url
    ).text.count("<button")
    assert leader.post(rooms.url, data={"order": "gaps", "step": "number"}).status_code == 403
    assert web(rooms.people["to.registrar"]).get(rooms.url).status_code == 404


def test_a_province_sets_the_rule_and_a_school_numbers_by_it(session, web, rooms):
    registrar, province = web(rooms.registrar), web(rooms.province)
    assert registrar.get("/aux-numbers").status_code == 200  # no rule yet
    assert registrar.post("/aux-rule", data={"pattern": PATTERN, "step": "set"}).status_code == 403
    bad = province.post("/aux-rule", data={"pattern": "{school}{year", "step": "set", "seen": 0})
    assert bad.status_code == 409
    assert 'value="{school}{year"' in bad.text
    look = province.post("/aux-rule", data={"pattern": PATTERN, "step": "look"})
    assert "2141000101202610107" in look.text
    sent = {"pattern": PATTERN, "step": "set", "seen": 0}
    assert province.post("/aux-rule", data=sent).status_code == 302
    assert province.post("/aux-rule", data=sent).status_code == 409  # somebody has decided since
    page = registrar.get(f"/aux-numbers?room={rooms.room_id}")
    form = {"room": rooms.room_id, "seen": seen_on(page), "anew": ""}
    assert registrar.post("/aux-numbers", data=form).status_code == 302
    assert "2 名" in registrar.get("/aux-numbers").text
    scope.enter(make.WHOLE, session)
    code = rooms.old.organisation.code
    number = rooms.home.number
    assert rooms.told("aux_number") == [f"{code}{number}03", f"{code}{number}05", None]
    assert len(deeds(session, "aux.given")) == len(deeds(session, "aux_rule.set")) == 1
    assert registrar.post("/aux-numbers", data=form).status_code == 409
    ended = province.post(
        "/aux-rule", data={"step": "end", "seen": seen_on(province.get("/aux-rule"))}
    )
    assert ended.status_code == 302


def test_a_number_of_somebody_else_is_told_where_it_is_typed(web, rooms, session):
    scope.enter(make.WHOLE, session)
    first, second, _third = (session.get_one(Student, key) for key in rooms.ids)
    first.aux_number = "A-1"
    session.flush()
    registrar = web(rooms.registrar)
    url = f"/students/edit/{second.id}"
    page = registrar.get(url)
    assert page.status_code == 200
    form = fields_of(page, url) | {"aux_number": "A-1"}
    answer = registrar.post(url, data=form)
    assert answer.status_code == 409
    assert rooms.told("aux_number") == ["A-1", None, None]
