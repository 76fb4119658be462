"""用户组与授权 (P32): groups, classes and gifts; a teacher without any of them stays outside."""

import pytest
from sqlalchemy import select

from app.errors import NotFound, Refused
from app.models.account import AccountRight, GroupMember, GroupRight, UserGroup
from app.policies.gifts import gifts_of
from app.policies.matrix import GIVEN
from app.policies.roles import Role
from app.workflows import authorising, groups
from app.workflows.authorising import may_sign_in, set_classes, set_rights
from tests import make
from tests.workflows.people import World, become, deeds, told


@pytest.fixture
def world(session):
    return World(session)


@pytest.fixture
def registrar(world):
    return world.acting("SR")


def teacher(world, role="CT", **bends):
    account = world.account(role, world.school, login=f"{role}-{len(world.people)}", **bends)
    become(world.session, world.account("SR"))
    return account


# ── a teacher without any authorisation cannot sign in ───────────────────────────────────


def test_a_teacher_without_class_or_right_cannot_sign_in(world, registrar, session):
    for role in ("CT", "TE"):
        account = teacher(world, role)
        assert may_sign_in(session, account).code == "E-ACC-NOTHING"
        session.add(AccountRight(user_id=account.user_id, given="growth:E"))
        session.flush()
        assert may_sign_in(session, account) is None


def test_a_class_is_an_authorisation(world, registrar, session):
    account = teacher(world)
    set_classes(session, registrar, account, [make.a_class(session, world.school).id])
    assert may_sign_in(session, account) is None


def test_others_need_none(world, session):
    for role in ("SR", "SL", "CR", "AUD"):
        assert may_sign_in(session, world.account(role)) is None


# ── classes and gifts in person ──────────────────────────────────────────────────────────


def test_classes_are_set_as_a_whole_and_written_down_once(world, registrar, session):
    account = teacher(world)
    rooms = [make.a_class(session, world.school).id for _ in range(3)]
    set_classes(session, registrar, account, rooms[:2])
    set_classes(session, registrar, account, rooms[1:])
    assert sorted(authorising.classes_of(session, account.user_id)) == rooms[1:]
    assert [deed.details for deed in deeds(session, "account.classes")][-1] == {
        "given": [rooms[2]],
        "taken": [rooms[0]],
    }


def test_classes_of_others_are_not_given(world, session):
    foreign = make.a_class(session, world.other).id
    actor, account = world.acting("SR"), teacher(world)
    with pytest.raises(Refused) as caught:
        set_classes(session, actor, account, [foreign])
    assert told(caught) == ["E-ACC-CLASS"]


def test_the_database_holds_classes_to_the_own_school(world, session):
    room = make.a_class(session, world.other)
    account = world.account("CT")
    become(session, world.account("CR"))
    with pytest.raises(Exception, match="no such school_class"):
        authorising.give_classes(session, account, [room.id])


@pytest.mark.parametrize("rights", [["register:C"], ["growth:E", "photos:C"]])
def test_gifts_open_what_the_registrar_holds(world, registrar, session, rights):
    account = teacher(world)
    set_rights(session, registrar, account, rights)
    assert gifts_of(session, account.user_id) == set(rights)
    set_rights(session, registrar, account, [])
    assert not gifts_of(session, account.user_id)
    assert len(deeds(session, "gift.changed")) == 2


@pytest.mark.parametrize("right", ["accounts:C", "submission:C", "upkeep:E", "none", "register:X"])
def test_what_is_no_gift_is_not_given(world, registrar, session, right):
    with pytest.raises(Refused) as caught:
        set_rights(session, registrar, teacher(world), [right])
    assert "E-GIFT" in told(caught)


def test_nobody_gives_what_they_do_not_hold():
    holds = {key for key in GIVEN if authorising.is_held(Role.SR, key)}
    assert holds == set(GIVEN)
    assert not any(authorising.is_held(role, key) for role in (Role.CT, Role.SL) for key in GIVEN)


def test_a_subject_teacher_takes_marks_only(world, registrar, session):
    account = teacher(world, "TE")
    with pytest.raises(Refused) as caught:
        set_rights(session, registrar, account, ["register:C"])
    assert told(caught) == ["E-GIFT"]
    set_rights(session, registrar, account, ["growth:E"])


def test_only_the_own_schools_registrar_gives(world, session):
    account = teacher(world)
    for stranger in (world.account("SR", world.other), world.account("CR"), world.account("SL")):
        for deed in (set_rights, set_classes):
            with pytest.raises((Refused, NotFound)):
                deed(session, become(session, stranger), account, [])


def test_classes_and_rights_are_for_teachers(world, session):
    leader = world.account("SL", world.other)
    for deed in (set_rights, set_classes):
        with pytest.raises(Refused) as caught:
            deed(session, world.acting("CR"), leader, [])
        assert told(caught) == ["E-ACC-TEACHER"]


# ── groups ───────────────────────────────────────────────────────────────────────────────


def test_the_group_of_all_teachers_is_made_once_and_holds_all(world, registrar, session):
    people = {teacher(world).user_id, teacher(world, "TE").user_id}
    group = groups.all_teachers(session, world.school.id)
    people.add(teacher(world).user_id)
    assert groups.all_teachers(session, world.school.id).id == group.id
    inside = session.scalars(select(GroupMember.user_id).filter_by(group_id=group.id))
    assert set(inside) == people


def test_the_group_of_all_teachers_is_read_only(world, registrar, session):
    group = groups.all_teachers(session, world.school.id)
    for deed in (
        lambda: groups.rename_group(session, group, "全体老师"),
        lambda: groups.delete_group(session, group),
        lambda: groups.set_members(session, group, []),
        lambda: groups.set_public_rights(session, registrar, group, ["register:C"]),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert told(caught) == ["E-GRP-READONLY"]


def test_an_own_group_hands_its_rights_to_its_members(world, registrar, session):
    account, outside = teacher(world), teacher(world)
    group = groups.add_group(session, registrar, UserGroup(name="注册组"))
    groups.set_members(session, group, [account.user_id])
    groups.set_public_rights(session, registrar, group, ["register:C", "photos:C"])
    groups.set_public_rights(session, registrar, group, ["register:C"])
    assert gifts_of(session, account.user_id) == {"register:C"}
    assert not gifts_of(session, outside.user_id)
    assert may_sign_in(session, account) is None
    groups.set_members(session, group, [])
    assert not gifts_of(session, account.user_id)
    assert len(deeds(session, "group.changed")) == 4
    assert len(deeds(session, "group.added")) == 1


def test_a_group_hands_out_gifts_only(world, registrar, session):
    group = groups.add_group(session, registrar, UserGroup(name="注册组"))
    with pytest.raises(Refused) as caught:
        groups.set_public_rights(session, registrar, group, ["accounts:C"])
    assert told(caught) == ["E-GIFT"]


@pytest.mark.parametrize("wrong", ["leader", "stranger"])
def test_members_are_the_own_teachers(world, session, wrong):
    leader, stranger = world.account("SL"), world.account("CT", world.other)
    group = groups.add_group(session, world.acting("SR"), UserGroup(name="注册组"))
    with pytest.raises(Refused) as caught:
        groups.set_members(
            session, group, [{"leader": leader, "stranger": stranger}[wrong].user_id]
        )
    assert told(caught) == ["E-ACC-TEACHER"]


@pytest.mark.parametrize("name", ["注册组", "全体教师"])
def test_a_name_is_taken_once(world, registrar, session, name):
    groups.add_group(session, registrar, UserGroup(name="注册组"))
    with pytest.raises(Refused) as caught:
        groups.add_group(session, registrar, UserGroup(name=name))
    assert told(caught) == ["E-GRP-NAME"]
    group = groups.add_group(session, registrar, UserGroup(name="照片组"))
    groups.rename_group(session, group, "照片组")  # its own name is its own
    with pytest.raises(Refused) as caught:
        groups.rename_group(session, group, name)
    assert told(caught) == ["E-GRP-NAME"]


def test_a_group_leaves_with_all_it_gave(world, registrar, session):
    account = teacher(world)
    group = groups.add_group(session, registrar, UserGroup(name="注册组"))
    groups.set_members(session, group, [account.user_id])
    groups.set_public_rights(session, registrar, group, ["register:C"])
    groups.delete_group(session, group)
    for table in (UserGroup, GroupMember, GroupRight):
        assert session.scalars(select(table)).all() == []
    assert len(deeds(session, "group.deleted")) == 1
