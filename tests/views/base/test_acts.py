def test_an_act_is_done_to_all_and_told_line_by_line(desk, session, schools):
    picked = [pupil.id for pupil in schools.pupils]
    answer = desk.post("/pupils/action_post", data={"action": "mark", "rowid": picked})
    assert answer.status_code == 200
    assert all(pupil.name in answer.text for pupil in schools.pupils)
    assert {pupil.seat_no for pupil in schools.pupils} == {7}


def test_one_foreign_row_refuses_the_whole_batch(desk, session, schools):
    picked = [schools.pupils[0].id, schools.foreign[0].id]
    answer = desk.post("/pupils/action_post", data={"action": "mark", "rowid": picked})
    assert answer.status_code == 404
    assert schools.pupils[0].seat_no is None


def test_a_row_picked_twice_is_one_row(desk, schools):
    picked = [schools.pupils[0].id] * 2
    answer = desk.post("/pupils/action_post", data={"action": "mark", "rowid": picked})
    assert answer.text.count("安雨桐") == 1


def test_bent_acts_are_not_there(desk, schools):
    own = schools.pupils[0].id
    for form in (
        {},
        {"action": "mark"},
        {"action": "mark", "rowid": ["abc"]},
        {"action": "mark", "rowid": [str(own), "0"]},
        {"action": "nothing", "rowid": [str(own)]},
        {"action": "delete", "rowid": [str(own)]},
    ):
        assert desk.post("/pupils/action_post", data=form).status_code == 404


def test_an_act_on_one_record_asks_for_scope_too(desk, schools):
    assert desk.post(f"/pupils/action/mark/{schools.pupils[0].id}").status_code == 200
    assert desk.post(f"/pupils/action/mark/{schools.foreign[0].id}").status_code == 404


def test_an_act_without_the_right_is_forbidden(desk, schools):
    assert desk.post(f"/pupils/action/close/{schools.pupils[0].id}").status_code == 403
    assert 'value="close"' not in desk.get("/pupils/list/").text
