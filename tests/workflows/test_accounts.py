"""账号 (P32): who opens whom, the one registrar, two persons at the ministry, successors."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.errors import Refused
from app.jobs.sealing_accounts import seal_accounts
from app.models.account import Account, AccountClass, Closed, Credential, GroupMember, UserGroup
from app.models.audit import AuditEvent
from app.models.base import fab_models
from app.models.case import Case
from app.models.school import ClassState
from app.models.student import Status
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.roles import Role
from app.workflows import accounts, opening_accounts
from app.workflows.accounts import OPENS, why_not
from app.workflows.closing_accounts import disable, replace_registrar, seal_unused
from app.workflows.opening_accounts import confirm, enable, rename, reset
from tests import make
from tests.workflows.cases import a_registration, do
from tests.workflows.cases import why_not as why_not_step
from tests.workflows.people import World, become, deeds, newcomer, told

NOW = datetime.now(UTC)
HOMES = {  # where the accounts of each role are opened, seen from Nanyang, Henan
    **dict.fromkeys(("MIN", "ADM", "SEC", "AUD"), "000000"),
    **dict.fromkeys(("PR", "PL", "NU"), "41"),
    **dict.fromkeys(("TR", "TL"), "4113"),
    **dict.fromkeys(("CR", "CL"), "411302"),
}


@pytest.fixture
def world(session):
    return World(session)


def place_of(world, role):
    at_school = Role(role).tier.name == "SCHOOL"
    return world.school.organisation if at_school else world.place(HOMES[role])


# ── who opens whom ───────────────────────────────────────────────────────────────────────

TABLE = {
    "ADM": {"MIN", "ADM", "SEC", "AUD"},
    "MIN": {"PR", "PL", "NU"},
    "PR": {"TR", "TL", "NU"},
    "PL": {"TR", "TL", "NU"},
    "TR": {"CR", "CL"},
    "TL": {"CR", "CL"},
    "CR": {"SR", "SL"},
    "SR": {"CT", "TE"},
}


@pytest.mark.parametrize("grantor", list(Role))
def test_each_role_opens_those_right_below_and_no_others(world, grantor):
    actor = world.acting(grantor.value)
    open_to = {r.value for r in Role if not why_not(actor, r, place_of(world, r.value))}
    assert open_to == TABLE.get(grantor.value, set())


@pytest.mark.parametrize(
    ("grantor", "role", "code"),
    [
        ("TR", "SR", "4113"),  # a school the city runs
        ("PR", "SL", "41"),  # a school the province runs
    ],
)
def test_who_runs_a_school_opens_its_accounts(world, grantor, role, code):
    school = make.a_school(world.session, code)
    assert not why_not(world.acting(grantor), Role(role), school.organisation)


def test_a_county_right_below_a_province_is_the_provinces(world):
    county = make.Organisation(
        code="419001", name="济源", tier=make.Tier.COUNTY, parent_id=world.place("41").id, path=""
    )
    world.session.add(county)
    world.session.flush()
    assert not why_not(world.acting("PR"), Role.CR, county)


@pytest.mark.parametrize(
    ("grantor", "role", "code", "refused"),
    [
        ("TR", "SR", "411302", "E-ACC-PLACE"),  # a school of the county below
        ("PR", "CR", "411302", "E-ACC-PLACE"),  # two tiers down
        ("TR", "CR", "4114", "E-ACC-PLACE"),  # not of the tier
        ("TR", "CR", "411402", "E-ACC-PLACE"),  # of another city
        ("MIN", "NU", "4113", "E-ACC-PLACE"),
        ("CL", "SR", "411302", "E-ACC-ROLE"),  # leaders of counties open nobody
        ("CR", "CR", "411302", "E-ACC-ROLE"),  # nobody opens their equal
        ("SEC", "ADM", "000000", "E-ACC-ROLE"),
        ("ADM", "PR", "41", "E-ACC-ROLE"),
    ],
)
def test_a_place_that_is_not_right_below_is_refused(world, grantor, role, code, refused):
    place = world.place(code)
    if Role(role).tier.name == "SCHOOL":
        place = make.a_school(world.session, code).organisation
    with pytest.raises(Refused) as caught:
        opening_accounts.open_account(world.session, world.acting(grantor), place, newcomer(role))
    assert refused in told(caught)


def test_no_role_opens_more_than_its_own_tier_and_below():
    order = ["SCHOOL", "COUNTY", "CITY", "PROVINCE", "MINISTRY"]
    for grantor, roles in OPENS.items():
        for role in roles:
            assert order.index(role.tier.name) <= order.index(grantor.tier.name)


# ── opening ──────────────────────────────────────────────────────────────────────────────


def test_an_opened_account_has_a_one_time_password_and_must_change_it(world, session):
    account, secret = world.opened("SR", world.other, "CR", phone="0377-63000000")
    credential = session.get(Credential, account.user_id)
    user = session.get(fab_models.User, account.user_id)
    assert (account.enabled, account.must_change_password) == (True, True)
    assert account.login == f"newcomer@{world.other.organisation.code}"
    assert account.owner_path == world.other.organisation.path
    assert credential.temporary_until > NOW
    assert user.active
    assert user.roles[0].name == "SR"
    assert secret not in user.password
    (deed,) = deeds(session, "account.opened")
    assert deed.object_id == account.user_id
    assert secret not in str(deed.details)


def test_a_login_is_taken_once(world, session):
    world.opened("SL", world.other, "CR")
    with pytest.raises(Refused) as caught:
        world.opened("SL", world.other, "CR")
    assert told(caught) == ["E-ACC-LOGIN"]
    assert world.opened("SL", world.school, "CR")  # another school, another login


def test_a_school_has_one_registrar(world, session):
    sitting = world.account("SR")
    with pytest.raises(Refused) as caught:
        world.opened("SR", world.school, "CR")
    assert told(caught) == ["E-ACC-SEAT"]
    assert caught.value.refusals[0].params["name"] == sitting.name


@pytest.mark.parametrize("deed", ["open", "enable"])
def test_of_two_who_fill_the_seat_at_once_the_second_is_told(world, session, monkeypatch, deed):
    world.account("SR")
    second = world.account("SR", world.school, enabled=False, login="second")
    monkeypatch.setattr(opening_accounts, "seat_is_free", lambda *_: None)  # as both saw it
    deeds_of = {
        "open": lambda: world.opened("SR", world.school, "CR"),
        "enable": lambda: enable(session, world.acting("CR"), second),
    }
    with pytest.raises(Refused) as caught:
        deeds_of[deed]()
    assert told(caught) == ["E-ACC-RACE"]


def test_only_the_schools_own_classes_in_use_are_given(world, session):
    registrar = world.account("SR")
    room, foreign = make.a_class(session, world.school), make.a_class(session, world.other)
    closed = make.a_class(session, world.school, state=ClassState.CLOSED)
    for wrong in (foreign, closed):
        with pytest.raises(Refused) as caught:
            world.opened("CT", world.school, registrar, classes=(room.id, wrong.id))
        assert told(caught) == ["E-ACC-CLASS"]
    account, _ = world.opened("CT", world.school, registrar, classes=(room.id,))
    found = session.scalars(select(AccountClass.class_id).filter_by(user_id=account.user_id))
    assert found.all() == [room.id]


def test_classes_are_for_teachers(world, session):
    room = make.a_class(session, world.other)
    with pytest.raises(Refused) as caught:
        world.opened("SL", world.other, "CR", classes=(room.id,))
    assert told(caught) == ["E-ACC-TEACHER"]


def test_a_new_teacher_is_in_the_group_of_all_teachers(world, session):
    account, _ = world.opened("TE", world.school, world.account("SR"))
    group = session.scalars(select(UserGroup).filter_by(organisation_id=world.school.id)).one()
    assert (group.name, group.is_synchronised) == ("全体教师", True)
    member = session.scalars(select(GroupMember).filter_by(user_id=account.user_id)).one()
    assert member.group_id == group.id


# ── two persons at the ministry (S19) ────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["MIN", "ADM", "SEC", "AUD"])
def test_at_the_ministry_nobody_is_let_in_by_one_person(world, session, role):
    account, _ = world.opened(role, world.place("000000"), "ADM")
    assert (account.enabled, account.closed_why) == (False, Closed.UNCONFIRMED)
    assert not session.get(fab_models.User, account.user_id).active
    confirm(session, world.acting("SEC"), account)
    assert (account.enabled, account.closed_why) == (True, None)
    assert session.get(fab_models.User, account.user_id).active
    assert len(deeds(session, "account.confirmed")) == 1


@pytest.mark.parametrize("who", ["ADM", "AUD", "MIN"])
def test_only_a_security_administrator_confirms(world, session, who):
    account, _ = world.opened("AUD", world.place("000000"), "ADM")
    with pytest.raises(Refused) as caught:
        confirm(session, world.acting(who), account)
    assert told(caught) == ["E-ACC-CONFIRM"]


def test_nobody_confirms_what_they_made_or_changed_or_are(world, session):
    account, _ = world.opened("SEC", world.place("000000"), "ADM")
    keeper = world.acting("SEC")
    maker = accounts.Actor(account.created_by, Role.SEC, keeper.organisation_id, keeper.path)
    person = accounts.Actor(account.user_id, Role.SEC, keeper.organisation_id, keeper.path)
    for wrong in (maker, person):
        with pytest.raises(Refused) as caught:
            confirm(session, wrong, account)
        assert told(caught) == ["E-ACC-CONFIRM"]


def test_an_enabled_account_is_not_confirmed(world, session):
    account = world.account("AUD")
    with pytest.raises(Refused) as caught:
        confirm(session, world.acting("SEC"), account)
    assert told(caught) == ["E-ACC-STATE"]


@pytest.mark.parametrize("deed", ["reset", "enable"])
def test_a_reset_at_the_ministry_takes_two_persons_as_well(world, session, deed):
    world.account("SEC")
    account = world.account("MIN", enabled=deed == "reset")
    actor = world.acting("ADM")
    assert (
        reset(session, actor, account, factor=True)
        if deed == "reset"
        else enable(session, actor, account)
    )
    assert (account.enabled, account.closed_why) == (False, Closed.UNCONFIRMED)


def test_what_takes_two_finds_its_second_person(world, session):
    only = world.account("SEC")
    with pytest.raises(Refused) as caught:
        reset(session, world.acting("ADM"), only, factor=False)
    assert "E-ACC-NO-SECOND" in told(caught)


@pytest.mark.parametrize("role", ["ADM", "SEC"])
def test_the_last_who_holds_a_key_stays(world, session, role):
    account = world.account(role, login="only") if role == "SEC" else world.account("ADM")
    scope.enter(make.WHOLE, session)
    assert accounts.somebody_is_left(session, account).code == "E-ACC-LAST"
    another = make.an_account(session, role)
    assert accounts.somebody_is_left(session, account) is None
    assert accounts.somebody_is_left(session, world.account("AUD")) is None
    another.enabled = False
    session.flush()
    if role == "SEC":  # an administrator who acts is somebody left
        with pytest.raises(Refused) as caught:
            disable(session, world.acting("ADM"), account)
        assert told(caught) == ["E-ACC-LAST"]


# ── disabling, enabling, resetting ───────────────────────────────────────────────────────


def test_a_disabled_account_is_out_and_kept(world, session):
    account = world.account("SL")
    epoch = account.session_epoch
    disable(session, world.acting("CR"), account)
    session.refresh(account)
    assert (account.enabled, account.closed_why) == (False, Closed.BY_HAND)
    assert account.session_epoch > epoch
    assert not session.get(fab_models.User, account.user_id).active
    assert scope.scope_of(session, account.user_id) == scope.NOBODY
    assert len(deeds(session, "account.disabled")) == 1


def test_nobody_disables_themself(world, session):
    actor = world.acting("ADM")
    with pytest.raises(Refused) as caught:
        disable(session, actor, world.account("ADM"))
    assert "E-ACC-SELF" in told(caught)


def test_what_is_closed_is_not_closed_again_and_what_is_open_not_opened(world, session):
    actor, closed = world.acting("CR"), world.account("SL", enabled=False)
    with pytest.raises(Refused) as caught:
        disable(session, actor, closed)
    assert told(caught) == ["E-ACC-STATE"]
    with pytest.raises(Refused) as caught:
        enable(session, actor, world.account("SR"))
    assert "E-ACC-STATE" in told(caught)


def test_what_waits_for_a_second_person_is_not_reopened_by_the_first(world, session):
    account, _ = world.opened("MIN", world.place("000000"), "ADM")
    with pytest.raises(Refused) as caught:
        enable(session, world.acting("ADM"), account)
    assert "E-ACC-STATE" in told(caught)


def test_a_reopened_account_gets_a_new_one_time_password(world, session):
    account = world.account("SL", enabled=False, closed_why=Closed.UNUSED)
    secret = enable(session, world.acting("CR"), account)
    assert secret
    assert account.must_change_password
    assert (account.enabled, account.closed_why) == (True, None)
    assert len(deeds(session, "account.enabled")) == 1


def test_a_second_registrar_is_not_enabled(world, session):
    world.account("SR")
    second = world.account("SR", world.school, enabled=False)
    with pytest.raises(Refused) as caught:
        enable(session, world.acting("CR"), second)
    assert told(caught) == ["E-ACC-SEAT"]


@pytest.mark.parametrize("deed", [enable, disable])
def test_only_the_next_tier_opens_and_closes(world, session, deed):
    account = world.account("SL", enabled=deed is disable)
    for grantor in ("PR", "TR", "CL", "MIN", "ADM", "SR"):
        with pytest.raises(Refused):
            deed(session, world.acting(grantor), account)


def test_only_the_next_tier_resets_and_renames(world, session):
    account = world.account("SL")
    for grantor in ("PR", "SR", "CL", "ADM"):
        with pytest.raises(Refused):
            reset(session, world.acting(grantor), account, factor=False)
        with pytest.raises(Refused):
            rename(session, world.acting(grantor), account, "李大江", None)
    rename(session, world.acting("CR"), account, "李大江", "0377-63000000")
    assert (account.name, account.phone) == ("李大江", "0377-63000000")
    assert session.get(fab_models.User, account.user_id).first_name == "李大江"
    assert len(deeds(session, "account.changed")) == 1


@pytest.mark.parametrize("factor", [True, False])
def test_a_reset_gives_a_password_and_only_on_request_a_fresh_factor(world, session, factor):
    account = world.account("SL")
    session.add(
        Credential(user_id=account.user_id, totp_secret="JBSWY3DP", past=[], recovery=["x"])
    )
    session.flush()
    epoch = account.session_epoch
    secret = reset(session, world.acting("CR"), account, factor=factor)
    credential = session.get(Credential, account.user_id)
    assert len(secret) >= 12
    assert account.must_change_password
    assert (credential.totp_secret is None) is factor
    assert account.session_epoch > epoch
    (deed,) = deeds(session, "account.reset")
    assert secret not in str(deed.details)


# ── open cases find a successor ──────────────────────────────────────────────────────────


def a_case(world):
    pupil = make.a_pupil(
        world.session, make.a_class(world.session, world.school), status=Status.PENDING_REGISTRATION
    )
    case = a_registration(world.session, pupil, world.account("SR"))
    scope.enter(make.WHOLE, world.session)
    return case


def test_whoever_leaves_open_cases_names_a_successor_or_nobody(world, session):
    world.account("SR")
    case = a_case(world)
    actor = world.acting("CR")
    with pytest.raises(Refused) as caught:
        disable(session, actor, world.account("SR"))
    assert told(caught) == ["E-ACC-OPEN-CASES"]
    disable(session, actor, world.account("SR"), nobody_yet=True)
    assert session.get(Case, case.id).keeper_id is None


@pytest.mark.parametrize("wrong", ["SL", "OTHER", "CLOSED", "SELF"])
def test_a_successor_sits_at_the_same_desk(world, session, wrong):
    account = world.account("SL")
    successor = {
        "SL": lambda: world.account("SR"),
        "OTHER": lambda: world.account("SL", world.other),
        "CLOSED": lambda: world.account("SL", login="closed", enabled=False),
        "SELF": lambda: account,
    }[wrong]()
    with pytest.raises(Refused) as caught:
        disable(session, world.acting("CR"), account, successor)
    assert told(caught) == ["E-ACC-SUCCESSOR"]


def test_a_successor_keeps_the_cases_withdraws_them_and_never_reviews_them(world, session):
    case = a_case(world)
    leader = world.account("SL")
    second = world.account("SR", world.school, enabled=False, login="second")
    first = session.get(Account, case.initiator_id)
    opened = replace_registrar(session, world.acting("CR"), first, second)
    assert opened.account.user_id == second.user_id
    case = session.get(Case, case.id)
    assert case.keeper_id == second.user_id
    assert not why_not_step(session, second, case, "withdraw")
    scope.enter(make.WHOLE, session)
    session.execute(
        text("UPDATE case_file SET keeper_id = :k WHERE id = :id"),
        {"k": leader.user_id, "id": case.id},
    )
    session.expire_all()
    assert "E-SELF" in why_not_step(session, leader, case, "agree")


def test_whoever_comes_to_the_desk_later_takes_what_was_left(world, session):
    case = a_case(world)
    old = session.get(Account, case.initiator_id)
    disable(session, world.acting("CR"), old, nobody_yet=True)
    new, _ = world.opened("SR", world.school, "CR")
    assert session.get(Case, case.id).keeper_id == new.user_id
    do(session, new, session.get(Case, case.id), "withdraw", "重新填报")
    assert session.get(Case, case.id).closed_at


def test_nobody_takes_the_cases_of_those_who_still_sit_there(world, session):
    case = a_case(world)
    world.opened("SL", world.school, "CR")
    assert session.get(Case, case.id).keeper_id is None


# ── replacing the registrar ──────────────────────────────────────────────────────────────


def test_one_act_puts_a_newcomer_into_the_seat(world, session):
    case = a_case(world)
    old = session.get(Account, case.initiator_id)
    opened = replace_registrar(session, world.acting("CR"), old, newcomer("SR"))
    session.refresh(old)
    assert (old.enabled, old.closed_why) == (False, Closed.BY_HAND)
    assert opened.account.enabled
    assert opened.secret
    assert session.get(Case, case.id).keeper_id == opened.account.user_id
    (deed,) = deeds(session, "account.replaced")
    assert (deed.object_id, deed.details["by"]) == (old.user_id, opened.account.user_id)
    assert not deeds(session, "account.opened")
    assert not deeds(session, "account.disabled")


def test_only_a_sitting_registrar_is_replaced_and_by_one_of_the_school(world, session):
    actor, sitting = world.acting("CR"), world.account("SR")
    become(session, world.account("CR"))
    with pytest.raises(Refused) as caught:
        replace_registrar(session, actor, world.account("SL"), newcomer("SL"))
    assert told(caught) == ["E-ACC-REGISTRAR"]
    closed = world.account("SR", world.other, enabled=False, login="elsewhere")
    with pytest.raises(Refused) as caught:
        replace_registrar(session, actor, sitting, closed)
    assert told(caught) == ["E-ACC-FORMER"]
    with pytest.raises(Refused) as caught:
        replace_registrar(session, actor, closed, newcomer("SR"))
    assert told(caught) == ["E-ACC-STATE"]
    with pytest.raises(Refused):
        replace_registrar(session, world.acting("PR"), sitting, newcomer("SR"))


def test_a_taken_login_replaces_nobody(world, session):
    sitting = world.account("SR")
    world.account("SL", world.school, login=f"newcomer@{world.school.organisation.code}")
    with pytest.raises(Refused) as caught:
        replace_registrar(session, world.acting("CR"), sitting, newcomer("SR"))
    assert told(caught) == ["E-ACC-LOGIN"]


# ── sealing what nobody uses ─────────────────────────────────────────────────────────────

LONG_AGO = NOW - timedelta(days=91)


def sealed(session, days=90):
    scope.enter(scope.SYSTEM, session)
    return seal_unused(session, days, NOW)


def test_an_account_unused_for_ninety_days_is_sealed_once(world, session):
    old = world.account("SL", created_at=LONG_AGO, last_login_at=LONG_AGO)
    never = world.account("SL", world.other, created_at=LONG_AGO)
    young = world.account("CL", created_at=LONG_AGO, last_login_at=NOW - timedelta(days=89))
    assert sealed(session) == 2
    session.expire_all()
    assert (old.enabled, old.closed_why) == (False, Closed.UNUSED)
    assert never.closed_why is Closed.UNUSED
    assert young.enabled
    scope.enter(scope.SYSTEM, session)  # the house did it: no organisation's ledger has the line
    events = select(AuditEvent.object_id).where(AuditEvent.action == "account.sealed")
    assert sorted(session.scalars(events)) == sorted([old.user_id, never.user_id])
    assert sealed(session) == 0


def test_who_was_let_in_anew_is_not_sealed_before_they_came(world, session):
    account = world.account("SL", created_at=LONG_AGO, last_login_at=LONG_AGO)
    assert sealed(session) == 1
    session.expire_all()
    enable(session, world.acting("CR"), account)
    assert sealed(session) == 0


def test_the_last_security_administrator_is_not_sealed(world, session):
    account = world.account("SEC", created_at=LONG_AGO)
    assert sealed(session) == 0
    session.expire_all()
    assert account.enabled


@pytest.mark.parametrize(("days", "sealed"), [("90", 1), ("0", 0), ("400", 0)])
def test_the_job_seals_by_the_switch(world, session, days, sealed):
    account = world.account("SL", created_at=LONG_AGO)
    guard = world.account("SEC")
    facts = {"organisation_id": guard.organisation_id, "set_by": guard.user_id}
    word = SwitchValue(key="seal_unused_days", value=days, valid_from=date(2026, 1, 1), **facts)
    scope.enter(make.WHOLE, session)
    session.add(word)
    session.flush()
    assert seal_accounts(Run(session)) == {"sealed": sealed}
    session.expire_all()
    assert account.enabled is not bool(sealed)


class Run:
    """A job's run in the test's transaction."""

    def __init__(self, session):
        self.session = session

    @contextmanager
    def step(self):
        scope.enter(scope.SYSTEM, self.session)
        yield self.session
        self.session.flush()
