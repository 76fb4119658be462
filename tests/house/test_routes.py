"""Every route has a place, every view a line in the table of rights; the own row is there.

That nobody reaches anything else is `test_matrix.py`.
"""

from app.policies.rights import RIGHTS, roles_with
from app.policies.roles import Role
from tests.house import doors
from tests.house.world import World


def test_every_route_is_placed(app):
    unplaced = [str(rule) for rule in app.url_map.iter_rules() if not doors.is_placed(app, rule)]
    assert unplaced == []


def test_every_view_has_a_line_in_the_table_of_rights(app):
    nouns = {
        view.class_permission_name
        for name, view in doors.views(app).items()
        if name not in {"Home", "Gate", "UtilView", "LocaleView", "FrameView"}
    }
    assert nouns <= set(RIGHTS)


def test_every_row_an_address_names_is_furnished(app, session):
    row = World(session).rows["own"]
    named = {named[1] for rule in app.url_map.iter_rules() if (named := doors.row_of(app, rule))}
    assert named <= set(row)


def test_the_own_row_is_there(app, session, web):
    world = World(session)
    client = web(world.account("SR"))
    shown = 0
    for table, url, verbs in doors.addresses(app, world.rows["own"]):
        if "/show/" not in url or "GET" not in verbs:
            continue
        answer = client.get(url)
        allowed = Role.SR in roles_with(NOUNS.get(table, ""), "can_show")
        assert (answer.status_code == 200) or not allowed, (url, answer.status_code)
        shown += answer.status_code == 200
    assert shown >= 6


NOUNS = {
    "school": "School",
    "campus": "Campus",
    "grade": "Grade",
    "school_class": "SchoolClass",
    "student": "Student",
    "guardian": "Guardian",
    "job": "Job",
}


def test_nothing_that_changes_answers_to_get_or_head(app):
    changing = ("delete", "action", "action_post", "reveal", "cancel", "decide", "logout", "prefer")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[-1] in changing:
            assert not rule.methods & {"GET", "HEAD"}, rule
