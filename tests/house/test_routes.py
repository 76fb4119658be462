"""Every route × role × whose row × verb: not yours and not there look the same, and nothing moves.

A row of another place answers 404 (403 where the role has not even the door), names nobody in its
answer, and is as it was when all is over.
"""

import pytest
from sqlalchemy import text

from app.models.audit import AuditEvent
from app.models.job import Job
from app.models.student import Status
from app.policies import scope
from app.policies.rights import RIGHTS, roles_with
from app.policies.rls import NOT_FOR_TEACHERS, SCOPED, Range, Scoped
from app.policies.roles import Role
from app.workflows import promotion
from tests import make
from tests.house import doors
from tests.workflows.cases import a_registration

PLACES = {  # place: the authority that runs its school
    "own": "419701",
    "sibling": "419701",
    "cousin": "419702",
    "parent": "4197",
    "stranger": "459701",
}
ROLES = {  # role: its home, whose pupils it sees, whose house it sees
    "SR": ("own", {"own"}, {"own"}),
    "SL": ("own", {"own"}, {"own"}),
    "CT": ("own", {"own"}, {"own"}),
    "CR": ("419701", {"own", "sibling"}, {"own", "sibling"}),
    "PR": ("41", {"own", "sibling", "cousin", "parent"}, {"own", "sibling", "cousin", "parent"}),
    "MIN": ("000000", set(), set(PLACES)),
    "ADM": ("000000", set(), set(PLACES)),
    "AUD": ("000000", set(), set(PLACES)),
}
GONE = (403, 404, 405)
PUBLIC_ROWS = ("organisation", "code_value", "division")


class World:
    """A school with one row of everything at each place."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.rows = {place: self.furnish(place, code) for place, code in PLACES.items()}

    def furnish(self, place, code):
        s = self.session
        school = make.a_school(s, code)
        room = make.a_class(s, school)
        facts = {"name": f"密{place}", "former_name": f"曾密{place}"}
        pupil = make.a_pupil(s, room, **facts)
        guardian = make.a_guardian(s, pupil, name=f"亲密{place}")
        waiting = make.a_pupil(s, room, status=Status.PENDING_REGISTRATION, name=f"候密{place}")
        registrar = make.an_account(s, "SR", school)
        batch = make.a_batch(s, registrar, file_name=f"密{place}.xlsx")
        case = a_registration(s, waiting, registrar)
        scope.enter(make.WHOLE, s)
        job = Job(kind="none", asked_by=registrar.user_id, organisation_id=school.id)
        s.add(job)
        s.flush()
        run = promotion.rehearse(s, school.organisation.parent, 2027, None)
        trail = s.query(AuditEvent).filter_by(actor=registrar.user_id).first()
        return {
            "school": school.id,
            "organisation": school.id,
            "campus": room.campus_id,
            "grade": room.grade_id,
            "school_class": room.id,
            "student": pupil.id,
            "guardian": guardian.id,
            "import_batch": batch.id,
            "case_file": case.id,
            "job": job.id,
            "promotion_run": run.id,
            "audit_event": trail.id,
            "room": room,
            "code_value": s.scalar(text("SELECT min(id) FROM code_value")),
            "division": "411302000000",
        }

    def account(self, role):
        home = ROLES[role][0]
        s = self.session
        if home != "own":
            return make.an_account(s, role, home)
        school = s.get_one(make.School, self.rows["own"]["school"])
        if role == "SR":  # a school has one registrar
            return s.query(make.Account).filter_by(organisation_id=school.id, role="SR").one()
        classes = (self.rows["own"]["room"],) if role == "CT" else ()
        return make.an_account(s, role, school, classes=classes)

    def fingerprint(self, places):
        """What the rows of these places are now, whole."""
        self.session.expire_all()
        scope.enter(make.WHOLE, self.session)
        found = {}
        for place in places:
            for table, key in self.rows[place].items():
                if table in SCOPED:
                    sql = f"SELECT to_jsonb(t)::text FROM {table} t WHERE id = :id"  # noqa: S608
                    found[place, table] = self.session.scalar(text(sql), {"id": key})
        return found


def words(answer):
    """What an answer says; a workbook is no text and holds nobody's name in clear bytes."""
    return answer.get_data().decode("utf-8", "replace")


def is_seen(role, table, place):
    _, pupils, house = ROLES[role]
    rule = SCOPED.get(table)
    if rule is None:
        return True
    if role == "CT" and isinstance(rule, Scoped) and rule.teacher == NOT_FOR_TEACHERS:
        return False
    in_house = isinstance(rule, Scoped) and rule.range is Range.HOUSE
    return place in (house if in_house else pupils)


def addresses(app, row):
    """Every route that names a row, with that row's key in it, and its verbs."""
    for rule in app.url_map.iter_rules():
        named = doors.row_of(app, rule)
        if named is None:
            continue
        parameter, table = named
        method = rule.endpoint.split(".")[1]
        values = {**doors.NAMES.get(method, {}), parameter: row[table]}
        with app.test_request_context():
            url = app.url_map.bind("localhost").build(rule.endpoint, values)
        yield table, url, sorted(rule.methods - {"OPTIONS"})


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


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_row_is_not_there(app, session, web, role):
    world = World(session)
    account = world.account(role)
    foreign = [p for p in PLACES if p not in ROLES[role][1] | ROLES[role][2]] or []
    closed = [p for p in PLACES if p not in ROLES[role][1]]
    before = world.fingerprint(foreign)
    client = web(account)
    tried = 0
    for place in closed:
        for table, url, verbs in addresses(app, world.rows[place]):
            if is_seen(role, table, place):
                continue
            for verb in verbs:
                answer = client.open(url, method=verb, data={} if verb == "POST" else None)
                tried += 1
                assert answer.status_code in GONE, (verb, url, answer.status_code)
                assert f"密{place}" not in words(answer), (verb, url)
    assert tried > 20
    assert world.fingerprint(foreign) == before


@pytest.mark.parametrize("role", ROLES)
def test_lists_and_look_ups_name_nobody_else(app, session, web, role):
    world = World(session)
    account = world.account(role)
    client = web(account)
    closed = [p for p in PLACES if p not in ROLES[role][1]]
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.endpoint in doors.OPEN or "GET" not in rule.methods:
            continue
        answer = client.get(str(rule))
        assert answer.status_code < 500, rule
        for place in closed:
            assert f"密{place}" not in words(answer), (rule, place)


def test_the_own_row_is_there(app, session, web):
    world = World(session)
    client = web(world.account("SR"))
    shown = 0
    for table, url, verbs in addresses(app, world.rows["own"]):
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


def test_a_stranger_is_sent_to_the_door_and_sees_no_row(app, session, web):
    world = World(session)
    client = web(None)
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.endpoint in doors.OPEN or "GET" not in rule.methods:
            continue
        answer = client.get(str(rule))
        assert answer.status_code in (302, 401, 403, 404), rule
        assert "密" not in words(answer)
    for _table, url, verbs in addresses(app, world.rows["own"]):
        for verb in verbs:
            answer = client.open(url, method=verb, data={} if verb == "POST" else None)
            assert answer.status_code in (302, 401, 403, 404, 405), (verb, url)
            assert "密" not in words(answer)


def test_nothing_that_changes_answers_to_get_or_head(app):
    changing = ("delete", "action", "action_post", "reveal", "cancel", "decide", "logout", "prefer")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[-1] in changing:
            assert not rule.methods & {"GET", "HEAD"}, rule
