"""学生调班的页面: pick, look, move; refused, everything stands as it was sent."""

import pytest
from sqlalchemy import select

from app.models.account import AccountRight
from app.models.change import MovementType
from app.models.student import Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Plan, open_movement
from tests import make
from tests.views.approvals import Town
from tests.views.screens.town import deeds
from tests.workflows.cases import TODAY, become

URL = "/class-change"


class Rooms(Town):
    """The old school with a second class of the same grade, which holds three."""

    def __init__(self, session):
        super().__init__(session)
        self.second = make.a_class(session, self.old, size_limit=3)
        self.home_id, self.second_id = self.home.id, self.second.id
        self.ids = [self.pupil(seat_no=n).id for n in (1, 2)]

    def sent(self, **bends):
        return {"rowid": self.ids, "to": self.second_id, "step": "move", **bends}

    def sit(self):
        scope.enter(make.WHOLE, self.session)
        asked = select(Student.class_id).where(Student.id.in_(self.ids))
        return set(self.session.scalars(asked))


@pytest.fixture
def rooms(session):
    return Rooms(session)


def test_from_the_list_of_a_class_to_another_class(session, web, rooms):
    registrar = web(rooms.people["from.registrar"])
    assert registrar.get(URL).status_code == 200
    page = registrar.get(f"{URL}?room={rooms.home_id}")
    assert all(f'name="rowid" value="{key}"' in page.text for key in rooms.ids)
    assert f'name="to" value="{rooms.second_id}"' in page.text
    assert f'name="to" value="{rooms.home_id}"' not in page.text  # there they sit
    looked = registrar.post(URL, data=rooms.sent(step="look", room=rooms.home_id))
    assert looked.status_code == 200
    assert rooms.sit() == {rooms.home_id}
    answer = registrar.post(URL, data=rooms.sent(room=rooms.home_id))
    assert answer.location == f"{URL}?room={rooms.home_id}"
    assert rooms.sit() == {rooms.second_id}
    assert len(deeds(session, "class.change")) == 1


def test_the_list_of_pupils_leads_here_and_to_a_movement(web, rooms):
    registrar = web(rooms.people["from.registrar"])
    picked = {"action": "reseat", "rowid": rooms.ids}
    answer = registrar.post("/students/action_post", data=picked)
    assert answer.location == f"{URL}?pupil={rooms.ids[0]}&pupil={rooms.ids[1]}"
    page = registrar.get(answer.location)
    assert page.text.count(" checked") >= 2
    one = registrar.post("/students/action_post", data={"action": "move", "rowid": rooms.ids[:1]})
    assert one.location == f"/movement/open/{rooms.ids[0]}"
    many = registrar.post("/students/action_post", data={"action": "move", "rowid": rooms.ids})
    assert many.location.endswith("/students/list/")
    leader = web(rooms.people["from.leader"])
    assert leader.post("/students/action_post", data=picked).status_code == 403


def test_what_stands_in_the_way_is_told_and_what_was_picked_stays(session, web, rooms):
    scope.enter(make.WHOLE, session)
    for _ in range(2):
        make.a_pupil(session, rooms.second)
    act = Act(Trigger.SUBMIT, become(session, rooms.people["from.registrar"]), TODAY)
    missing = Plan(MovementType.MISSING, TODAY, reason_text="失联")
    open_movement(session, rooms.ids[0], missing, act)
    registrar = web(rooms.people["from.registrar"])
    for step in ("look", "move"):
        answer = registrar.post(URL, data=rooms.sent(step=step, shown=rooms.ids))
        assert answer.status_code == (200 if step == "look" else 409)
        assert answer.text.count("data-pick checked") == 2
        assert "is-bad" in answer.text
        assert 'value="move" disabled' in answer.text
    assert rooms.sit() == {rooms.home_id}


@pytest.mark.parametrize(
    "bend", [{"rowid": []}, {"to": ""}, {"to": "999999"}, {"to": "x"}, {"rowid": [], "room": ""}]
)
def test_nobody_or_nowhere_is_refused(web, rooms, bend):
    answer = web(rooms.people["from.registrar"]).post(URL, data=rooms.sent(**bend))
    assert answer.status_code == 409
    assert rooms.sit() == {rooms.home_id}


def test_foreign_pupils_and_classes_are_not_there(session, web, rooms):
    scope.enter(make.WHOLE, session)
    foreign = make.a_pupil(session, rooms.room).id
    registrar = web(rooms.people["from.registrar"])
    for address in (f"{URL}?pupil={foreign}", f"{URL}?room={rooms.room.id}", f"{URL}?pupil=x"):
        assert registrar.get(address).status_code == 404, address
    answer = registrar.post(URL, data=rooms.sent(rowid=[*rooms.ids, foreign]))
    assert answer.status_code == 404
    assert registrar.post(URL, data=rooms.sent(to=rooms.room.id)).status_code == 409
    assert rooms.sit() == {rooms.home_id}


def test_a_class_teacher_needs_the_gift(session, web, rooms):
    scope.enter(make.WHOLE, session)
    teacher = make.an_account(session, "CT", rooms.old, classes=(rooms.home,))
    assert web(teacher).get(URL).status_code == 403
    scope.enter(make.WHOLE, session)
    session.add(AccountRight(user_id=teacher.user_id, given="assign:C"))
    session.flush()
    browser = web(teacher)
    page = browser.get(f"{URL}?room={rooms.home_id}")
    assert f'name="rowid" value="{rooms.ids[0]}"' in page.text
    sent = rooms.sent(rowid=rooms.ids[:1], room=rooms.home_id)
    assert browser.post(URL, data=sent).status_code == 302
    assert rooms.sit() == {rooms.home_id, rooms.second_id}


def test_reviewers_and_authorities_move_nobody(web, rooms):
    for who in ("from.leader", "from.authority"):
        assert web(rooms.people[who]).post(URL, data=rooms.sent()).status_code == 403
