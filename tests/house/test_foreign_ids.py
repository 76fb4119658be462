"""A foreign key in every position: form, prefill, filter, look-up, picked rows, hidden fields.

It is answered like a key no row has, and what it names stays as it was.
"""

from __future__ import annotations

import pytest

from app.models.school import Grade
from app.views import lookup
from app.views.lookup import LookupField
from tests.house import doors
from tests.house.filled import fields_of
from tests.house.test_matrix import ASKED, GONE
from tests.house.world import (
    HOUSE,
    MARK,
    NOBODY,
    PLACES,
    ROLES,
    World,
    is_seen,
    told_of,
    without_keys,
)

STORED = (302, 303)
KEPT = (200, 409, 422, *GONE)
FORGED = {  # what no form of ours carries
    "id": "1",
    "user_id": "1",
    "school_id": "{school}",
    "school": "{school}",
    "organisation_id": "{school}",
    "organisation": "{school}",
    "class_id": "{school_class}",
    "grade_id": "{grade}",
    "grade": "{grade}",
    "student_id": "{student}",
    "student": "{student}",
    "owner_path": "{path}",
    "status": "GRADUATED",
    "number": "G411302199901010000",
    "is_synchronised": "y",
    "role": "PL",
    "session_epoch": "99",
    "created_by": "1",
}


def screens(app):
    """The screens over a table."""
    return [view for view in doors.views(app).values() if hasattr(view, "datamodel")]


def fields(view, right):
    """The look-ups of a screen's form: field, table."""
    form = getattr(view, f"{right}_form", None) if f"can_{right}" in view.base_permissions else None
    for name, field in vars(form).items() if form else ():
        if getattr(field, "field_class", None) is LookupField:
            yield name, field.kwargs["lookup"].model.__tablename__


@pytest.mark.parametrize("role", ["SR", "CR", "ADM", "CT"])
def test_a_foreign_key_in_a_form_is_a_key_nobody_has(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role))
    before = world.fingerprint(PLACES)
    for view in screens(app):
        own = world.rows["own"].get(view.datamodel.obj.__tablename__)
        for right, url in (("add", "/add"), ("edit", f"/edit/{own}")):
            for name, table in fields(view, right):
                foreign = [p for p in PLACES if not is_seen(role, table, p)]
                for place in foreign:
                    key, to = world.rows[place][table], f"{view.route_base}{url}"
                    said = [client.post(to, data={name: k}) for k in (key, NOBODY)]
                    tally[ASKED] += 2
                    assert said[0].status_code == said[1].status_code, (to, name)
                    assert said[0].status_code in KEPT, (to, name)
                    assert without_keys(said[0], key, NOBODY) == without_keys(
                        said[1], key, NOBODY
                    ), (to, name)
                    assert told_of(role, said[0]) == []
    assert changed(world, before) == []


def changed(world, before):
    """What is no longer as it was, but for what signing in and refusals write down."""
    after = world.fingerprint(PLACES)
    noise = ("audit_event", "account", "credential")
    return [key for key in before if after[key] != before[key] and key[1] not in noise]


def own_forms(app, world, client):
    """Every edit form of the own rows, filled in as it comes: table, address, what it sends."""
    for view in screens(app):
        table = view.datamodel.obj.__tablename__
        if "can_edit" not in view.base_permissions or table not in world.rows["own"]:
            continue
        url = f"{view.route_base}/edit/{world.rows['own'][table]}"
        page = client.get(url)
        if page.status_code == 200:
            yield view, table, url, fields_of(page, url)


def test_a_chosen_record_out_of_scope_refuses_a_form_that_is_right_else(app, session, web, tally):
    world = World(session)
    client = web(world.account("SR"))
    tried = 0
    for view, _table, url, sent in own_forms(app, world, client):
        for name, table in fields(view, "edit"):
            if is_seen("SR", table, "sibling"):
                continue
            foreign = client.post(url, data={**sent, name: world.rows["sibling"][table]})
            tally[ASKED] += 1
            assert foreign.status_code == 422, (url, name)
            tried += 1
    assert tried


def test_what_a_form_does_not_show_is_not_taken_from_it(app, session, web, tally):
    world = World(session)
    client = web(world.account("SR"))
    stored = 0
    for place in ("sibling", "stranger"):
        facts = {**world.rows[place], "path": world.paths[place]}
        forged = {name: value.format(**facts) for name, value in FORGED.items()}
        before = world.fingerprint(PLACES)
        held = {name: row_of(session, view, world) for name, view in edited(app, world, client)}
        for view, _table, url, sent in own_forms(app, world, client):
            shown = set(sent) | set(vars(view.edit_form))
            extra = {k: v for k, v in forged.items() if k not in shown}
            answer = client.post(url, data={**sent, **extra})
            tally[ASKED] += 1
            stored += answer.status_code in STORED
        for name, view in edited(app, world, client):
            assert row_of(session, view, world) == held[name], name
        assert [key for key in changed(world, before) if key[0] != "own"] == []
    assert stored >= 4


def edited(app, world, client):
    return [(url, view) for view, _t, url, _s in own_forms(app, world, client)]


def row_of(session, view, world):
    """The forged columns of the own row."""
    model = view.datamodel.obj
    session.expire_all()
    row = session.get(model, world.rows["own"][model.__tablename__])
    columns = view.datamodel.list_columns
    return {n: getattr(row, n) for n in FORGED if n in columns and hasattr(row, n)}


@pytest.mark.parametrize("role", ["SR", "CT", "CR", "MIN"])
def test_an_address_fills_in_nobody_else(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role))
    for view in screens(app):
        columns = {*view.lookups, *view.search_columns, "student"}
        rights = {"can_add": "add", "can_list": "list/"}
        for name in columns:
            table = doors.table_of(view, name)
            key = world.rows["stranger"].get(table, world.rows["stranger"]["school"])
            for right, page in rights.items():
                if right in view.base_permissions:
                    url = f"{view.route_base}/{page}?_flt_0_{name}={key}"
                    answer = client.get(url)
                    tally[ASKED] += 1
                    assert answer.status_code < 500, url
                    assert told_of(role, answer) == [], url


def test_a_choice_agrees_with_the_rest_of_the_form(session):
    world = World(session)
    school, other = world.rows["own"], world.rows["sibling"]
    grades = lookup.Lookup(Grade, (), given={"school": Grade.school_id})
    given = lookup.numbers({"school": str(school["school"])}, grades.given)
    assert grades.find(session, str(school["grade"]), given).id == school["grade"]
    assert grades.find(session, str(other["grade"]), given) is None


@pytest.mark.parametrize("role", ROLES)
def test_a_look_up_offers_nobody_else(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role))
    terms = ("", MARK, HOUSE, "第", "2026", "4")
    for view in screens(app):
        for name, known in view.lookups.items():
            for term in terms:
                row = world.rows["stranger"]
                given = {n: row.get(doors.table_of(view, n), 1) for n in known.given}
                url = f"{view.route_base}/lookup/{name}"
                answer = client.get(url, query_string={"term": term, **given})
                tally[ASKED] += 1
                assert answer.status_code in (200, *GONE), url
                assert told_of(role, answer) == [], (url, term)


def test_one_foreign_row_among_the_picked_refuses_all(app, session, web, tally):
    world = World(session)
    client = web(world.account("SR"))
    before = world.fingerprint(PLACES)
    for view in screens(app):
        table = view.datamodel.obj.__tablename__
        if table not in world.rows["own"] or is_seen("SR", table, "sibling"):
            continue
        keys = [world.rows[place][table] for place in ("own", "sibling")]
        for act in (*view.actions, "delete_all", "approve"):
            answer = client.post(
                f"{view.route_base}/action_post", data={"action": act, "rowid": keys}
            )
            tally[ASKED] += 1
            assert answer.status_code in GONE, (table, act)
    assert changed(world, before) == []


LISTS = {  # an address that takes many keys: the field, whose keys, who, what else it wants
    "/registration/submit": ("rowid", "waiting", "SR", lambda _key: {}),
    "/inbox/batch": (
        "case",
        "case_file",
        "SL",
        lambda key: {"trigger": "agree", f"seen-{key}": 2, "remark": ""},
    ),
}


@pytest.mark.parametrize("url", LISTS)
def test_a_foreign_key_among_many_is_a_line_like_that_of_nobody(session, web, tally, url):
    field, table, role, more = LISTS[url]
    world = World(session)
    client = web(world.account(role))
    before = world.fingerprint(PLACES)
    key = world.rows["sibling"][table]
    said = [client.post(url, data={field: k, **more(k)}) for k in (key, NOBODY)]
    tally[ASKED] += 2
    assert without_keys(said[0], key, NOBODY) == without_keys(said[1], key, NOBODY)
    assert told_of(role, said[0]) == []
    assert changed(world, before) == []


def test_a_transfer_into_another_schools_class_is_refused(session, web, tally):
    world = World(session)
    client = web(world.account("SR"))
    wish = {"name": "某", "number": "G41", "reason": "1"}
    keys = world.rows["sibling"]["school_class"], NOBODY
    said = [client.post("/transfer/open", data={**wish, "to_class": key}) for key in keys]
    tally[ASKED] += 2
    assert [answer.status_code for answer in said] == [422, 422]
    assert without_keys(said[0], *keys) == without_keys(said[1], *keys)
