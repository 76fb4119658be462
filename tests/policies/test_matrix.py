"""角色权限表: what has to hold of it whatever it says, and that every door answers as it does."""

import re
from itertools import product

import pytest

from app.models.account import AccountRight
from app.models.organisation import Tier
from app.policies import scope
from app.policies.matrix import GIVEN, MATRIX, When, holders, letters_of
from app.policies.rights import DOORS, RIGHTS, fab_roles, holds, opens, permissions, roles_with
from app.policies.roles import LEADERS, REGISTRARS, TEACHERS, TECHNICAL, Role
from app.policies.switches import SWITCHES
from app.views.screens.desk_panels import DESKS
from tests import make

OF_THE_HOUSE = {  # what has nothing to do with a pupil or a case
    "desk", "school", "switches", "guards", "accounts", "confirm", "organisations",
    "organisations_setup", "codes", "codes_setup", "jobs", "audit",
}  # fmt: skip
PUPILS_DATA = {  # what changes a pupil's record, or asks for it to be changed
    "register", "submission", "imports", "upkeep", "key_data", "problem", "movement",
    "transfer_in", "pull", "graduate", "graduate_senior", "certificate", "results", "admit",
    "double", "assign", "photos", "growth", "nutrition",
}  # fmt: skip
AUTHORITYS_LEADERS = [role for role in LEADERS if role.tier is not Tier.SCHOOL]
GIFTS = frozenset(GIVEN)
PAIRS = sorted(DOORS)


def test_the_three_administrators_read_no_pupil_and_approve_nothing():
    for role in TECHNICAL:
        held = {key for key in MATRIX if letters_of(role, key)}
        assert held <= OF_THE_HOUSE, role
        approved = {key for key in held if "A" in letters_of(role, key)}
        assert approved == ({"confirm"} if role is Role.SEC else set())
        assert not role.sees_pupils


def test_the_three_administrators_share_nothing_that_changes():
    changing = {
        role: {
            (key, letter)
            for key in MATRIX
            for letter in letters_of(role, key)
            if letter != "R" and key != "accounts"  # a technical account takes two of them
        }
        for role in TECHNICAL
    }
    for one, other in product(TECHNICAL, repeat=2):
        assert one is other or not changing[one] & changing[other]
    assert holders("confirm", "A") == (Role.SEC,)
    assert holders("audit", "X") == (Role.AUD,)


def test_nobody_asks_and_approves_in_the_same_function():
    both = [
        (role, key) for role in Role for key in MATRIX if {"A", "C"} <= set(letters_of(role, key))
    ]
    # A registrar reviews what another asks for; nobody their own (`workflows/export_guards`).
    reviewers = {(role, "export_request") for role in (Role.CR, Role.TR, Role.PR)}
    assert set(both) == reviewers


def test_leaders_of_authorities_never_change_a_pupils_data():
    for role, key in product(AUTHORITYS_LEADERS, PUPILS_DATA):
        assert not {"C", "E"} & set(letters_of(role, key)), (role, key)


def test_a_pupils_data_is_written_at_the_school():
    for key in PUPILS_DATA - {"results"}:  # an authority brings in who was admitted
        writing = {role for letter in "CE" for role in holders(key, letter)}
        assert {role.tier for role in writing} <= {Tier.SCHOOL}, key


def test_whole_values_and_look_ups_are_for_registrars_alone():
    assert set(holders("unmask", "R")) == set(holders("lookup", "R")) == set(REGISTRARS)
    for key, role in product(("unmask", "lookup"), REGISTRARS):
        assert letters_of(role, key) == {"R": When.LOGGED}


def test_the_subject_teacher_and_the_nutrition_plan_know_no_archive():
    for role in (Role.TE, Role.NU):
        assert not letters_of(role, "archive")
        assert not {noun for noun, perm in PAIRS if holds(role, noun, perm)} & {
            "Student", "Guardian", "ImportBatch", "Registration", "Transfer", "Account", "Switch",
        }  # fmt: skip


def test_a_gift_is_for_teachers_alone():
    given = {
        role
        for role in Role
        for key in MATRIX
        for when in letters_of(role, key).values()
        if when is When.GIVEN
    }
    assert given <= set(TEACHERS)
    for role, need in product(Role, GIVEN):
        if role not in TEACHERS:
            assert opens(role, need) == opens(role, need, GIFTS)


def test_every_role_begins_at_a_desk():
    assert set(DESKS) == set(Role) == set(holders("desk", "R"))
    empty = {role for role, panels in DESKS.items() if not panels}
    assert empty == {Role.NU}  # buttons to the schools; the figures are not theirs


@pytest.mark.parametrize("role", Role)
def test_every_role_belongs_to_one_tier_and_no_door_opens_without_one(role):
    assert isinstance(role.tier, Tier)
    others = [other for other in Role if other.office is role.office and other.tier is role.tier]
    assert others == [role] or role.office.name == "NONE"


def test_every_door_names_a_function_and_a_letter_that_somebody_holds():
    for noun, rights in RIGHTS.items():
        for right, needs in rights.items():
            assert needs, (noun, right)
            for need in needs:
                function, letter, *_asked = need.split(":")
                assert holders(function, letter), (noun, right, need)
            assert permissions(right)


def test_every_door_opens_to_somebody():
    for noun, permission in PAIRS:
        assert roles_with(noun, permission), (noun, permission)


def test_a_function_closed_by_a_switch_is_one_the_bound_roles_hold():
    for key, function in MATRIX.items():
        if function.switch:
            binds = SWITCHES[function.switch].binds
            assert set(binds) & set(function.cells), key


def test_a_condition_is_asked_behind_the_doors_that_name_it_and_nowhere_else():
    assert holds(Role.CT, "Student", "can_edit")
    assert not holds(Role.TE, "Student", "can_edit")
    for noun, permission in (("Guardian", "can_edit"), ("FieldChoice", "can_open")):
        assert not holds(Role.CT, noun, permission)
    assert opens(Role.CT, "upkeep:E:opened")
    assert not opens(Role.CT, "upkeep:E")
    assert not opens(Role.CT, "upkeep:E:own")


# ── every role at every door (A21, A24) ─────────────────────────────────────────────────────


@pytest.mark.parametrize("role", Role)
def test_fabs_roles_say_what_the_table_says(role):
    patterns = fab_roles()[role.value]
    for noun, permission in PAIRS:
        granted = any(re.match(n, noun) and re.match(p, permission) for n, p in patterns)
        assert granted == holds(role, noun, permission, GIFTS), (noun, permission)
    for noun in ("Role", "User", "PermissionView", "SecurityApi", "StudentX", "XStudent", ""):
        assert not any(re.match(n, noun) for n, _ in patterns)
    for permission in ("can_listing", "can_delete_all", "can_download", ""):
        assert not any(re.match(n, "Student") and re.match(p, permission) for n, p in patterns)


@pytest.mark.parametrize("role", Role)
def test_the_console_answers_every_door_as_the_table_does(session, web, app, role):
    scope.enter(make.WHOLE, session)
    rooms = (make.a_class(session),) if role.is_teacher else ()
    home = rooms[0].school if rooms else None
    with web(make.an_account(session, role, home, rooms)) as browser:
        assert browser.get("/desk/").status_code == 200
        has = app.appbuilder.sm.has_access
        answers = {(noun, permission): has(permission, noun) for noun, permission in PAIRS}
    assert answers == {pair: holds(role, *pair) for pair in PAIRS}


def test_a_gift_opens_its_door_to_the_teacher_who_got_it_and_to_no_other(session, web, app):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session)
    given, other = (make.an_account(session, "CT", room.school, (room,)) for _ in range(2))
    session.add(AccountRight(user_id=given.user_id, given="register:C"))
    session.flush()
    assert web(given).get("/students/add").status_code == 200
    assert web(other).get("/students/add").status_code == 403
