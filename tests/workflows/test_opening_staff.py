"""A whole staff at once: all of the accounts or none, each as if it had been opened alone."""

import pytest
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.errors import Refused
from app.models.account import AccountClass, Credential, GroupMember
from app.models.base import fab_models
from app.policies import credentials
from app.workflows.opening_staff import open_teachers
from tests import make
from tests.workflows.people import World, deeds, newcomer, told


@pytest.fixture
def world(session):
    return World(session)


def opened(world, *people, by="SR"):
    return open_teachers(world.session, world.acting(by), world.school.organisation, people)


def test_each_account_is_as_if_opened_alone(world, session):
    room = make.a_class(session, world.school)
    first, second = opened(
        world,
        newcomer("CT", "t1", phone="0377-63000000", classes=(room.id,)),
        newcomer("TE", "t2"),
    )
    for account, secret in (first, second):
        user = session.get(fab_models.User, account.user_id)
        credential = session.get(Credential, account.user_id)
        assert check_password_hash(user.password, secret)
        assert user.active
        assert [role.name for role in user.roles] == [account.role]
        assert credential.temporary_until - credential.password_set_at == credentials.TEMPORARY
        assert (account.enabled, account.must_change_password) == (True, True)
        assert account.owner_path == world.school.owner_path
    assert first.account.phone == "0377-63000000"
    assert session.scalars(select(AccountClass.class_id)).all() == [room.id]
    assert len(session.scalars(select(GroupMember)).all()) == 2
    (deed,) = deeds(session, "account.imported")
    assert deed.details["accounts"] == [first.account.user_id, second.account.user_id]
    assert first.secret not in str(deed.details)


def test_one_that_cannot_be_opened_opens_none(world, session):
    foreign = make.a_class(session, world.other).id
    opened(world, newcomer("CT", "taken"))
    for wrong, code in (
        (newcomer("CT", "taken"), "E-ACC-LOGIN"),
        (newcomer("CT", "t2", classes=(foreign,)), "E-ACC-CLASS"),
        (newcomer("SL", "t3"), "E-ACC-ROLE"),
    ):
        with pytest.raises(Refused) as caught:
            opened(world, newcomer("CT", "t1"), wrong)
        assert code in told(caught)
    assert len(deeds(session, "account.imported")) == 1


@pytest.mark.parametrize("by", ["CR", "SL", "ADM"])
def test_only_the_schools_registrar_opens_its_staff(world, by):
    with pytest.raises(Refused):
        opened(world, newcomer("CT", "t1"), by=by)


def test_a_try_against_a_quick_hash_costs_what_a_slow_one_costs(world, session, monkeypatch):
    (one,) = opened(world, newcomer("CT", "t1"))
    asked = []
    monkeypatch.setattr(
        credentials, "check_password_hash", lambda hashed, _typed: asked.append(hashed)
    )
    credentials.even_out(session.get(fab_models.User, one.account.user_id).password, "wrong")
    assert [hashed.startswith(f"{credentials.SLOW}:") for hashed in asked] == [True]
    assert not asked[0].startswith(credentials.QUICK)
    credentials.even_out(make.HASHED, "wrong")
    assert len(asked) == 1
