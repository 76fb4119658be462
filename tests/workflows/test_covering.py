"""休假代办: who may name whom, for how long; and that a hat changes the desk, not the person."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.errors import NotFound, Refused
from app.models.case import CaseEvent
from app.models.substitution import Substitution
from app.policies import scope
from app.policies.hats import COVERED, EVERY, SHUT, wears
from app.policies.rights import DOORS, holds
from app.policies.roles import TEACHERS, TECHNICAL, Actor, Role
from app.workflows import covering
from app.workflows.covering import LONGEST, Wish
from app.workflows.desk import Act, Trigger
from app.workflows.opening import open_registration
from app.workflows.processes import flow_of
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do, why_not
from tests.workflows.people import World, told

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
WEEK = timedelta(days=6)


@pytest.fixture
def world(session):
    return World(session)


def named(world, by, absent, substitute, since=TODAY, until=TODAY + WEEK):
    """Name a substitute as somebody; gives the cover."""
    wish = Wish(absent.user_id, substitute.user_id, since, until)
    return covering.name(world.session, become(world.session, by), wish, TODAY)


def refused(world, by, absent, substitute, since=TODAY, until=TODAY + WEEK):
    with pytest.raises(Refused) as error:
        named(world, by, absent, substitute, since, until)
    return told(error)


# ── naming ──────────────────────────────────────────────────────────────────────────────────


def test_whoever_leaves_names_a_colleague(world):
    clerk, leader = world.account("SR"), world.account("SL")
    made = named(world, clerk, clerk, leader)
    assert (made.absent_id, made.substitute_id) == (clerk.user_id, leader.user_id)
    world.session.refresh(made)
    assert made.owner_path == world.school.organisation.path


def test_a_leader_names_somebody_for_the_registrar_but_not_themselves(world):
    clerk, leader = world.account("CR"), world.account("CL")
    other = world.account("CR", login="other")
    assert refused(world, leader, clerk, leader) == ["E-COVER-YOURSELF"]
    assert named(world, leader, clerk, other).made_by == leader.user_id
    assert refused(world, clerk, leader, other) == ["E-COVER-WHO"]


def test_the_tier_above_helps_a_school_with_one_registrar(world):
    clerk, leader = world.account("SR"), world.account("SL")
    assert refused(world, leader, clerk, leader) == ["E-COVER-YOURSELF"]
    assert refused(world, world.account("TR"), clerk, leader) == ["E-COVER-WHO"]  # two tiers up
    assert named(world, world.account("CR"), clerk, leader).substitute_id == leader.user_id


def test_provinces_are_helped_by_the_ministry_and_the_ministry_by_itself(world):
    first, second = world.account("PR"), world.account("PL")
    operator, other = world.account("MIN"), world.account("MIN", login="other")
    assert named(world, operator, first, second).id
    assert named(world, operator, operator, other).id
    assert "E-COVER-WHO" in refused(world, operator, other, operator)


@pytest.mark.parametrize("role", [*TEACHERS, *TECHNICAL, Role.NU])
def test_teachers_and_technicians_neither_leave_a_desk_nor_sit_at_one(world, role):
    home = world.school if role in TEACHERS else None
    person = world.account(role, home)
    absent = world.account("SR" if role in TEACHERS else "PR" if role is Role.NU else "MIN")
    assert refused(world, absent, absent, person) == ["E-COVER-SUBSTITUTE"]
    assert refused(world, person, person, absent) == ["E-COVER-ABSENT"]
    assert refused(world, person, absent, person)[0] == "E-COVER-WHO"


def test_a_substitute_is_another_open_officer_of_the_same_place(world):
    clerk = world.account("SR")
    closed = world.account("SL", login="closed", enabled=False)
    far = world.account("SL", world.other)
    assert refused(world, clerk, clerk, clerk) == ["E-COVER-SAME"]
    assert refused(world, clerk, clerk, closed) == ["E-COVER-SUBSTITUTE"]
    assert refused(world, clerk, clerk, far) == ["E-COVER-SUBSTITUTE"]
    assert refused(world, clerk, clerk, world.account("CR")) == ["E-COVER-SUBSTITUTE"]
    assert refused(world, world.account("CR"), closed, clerk) == ["E-COVER-ABSENT"]


@pytest.mark.parametrize(
    ("since", "until", "codes"),
    [
        (0, LONGEST - 1, []),
        (0, LONGEST, ["E-COVER-LONG"]),
        (400, 400, []),
        (-1, 3, ["E-COVER-PAST"]),
        (3, 2, ["E-COVER-PERIOD"]),
        (-3, LONGEST, ["E-COVER-PAST", "E-COVER-LONG"]),
    ],
)
def test_a_cover_begins_today_or_later_and_is_not_for_ever(world, since, until, codes):
    clerk, leader = world.account("SR"), world.account("SL")
    days = TODAY + timedelta(since), TODAY + timedelta(until)
    if codes:
        assert refused(world, clerk, clerk, leader, *days) == codes
    else:
        assert named(world, clerk, clerk, leader, *days).id


def test_nobody_is_covered_for_twice_on_a_day(world):
    clerk, leader, second = (
        world.account("SR"),
        world.account("SL"),
        world.account("SL", login="second"),
    )
    first = named(world, clerk, clerk, leader)
    last = TODAY + WEEK
    assert refused(world, clerk, clerk, second, last, last) == ["E-COVER-TWICE"]
    assert named(world, clerk, clerk, second, last + timedelta(1), last + WEEK).id
    covering.end(world.session, become(world.session, clerk), first.id, NOW)
    assert named(world, clerk, clerk, second, TODAY, last).id


def test_no_chains(world):
    one, two, three = (world.account("CR", login=f"desk-{n}") for n in range(3))
    named(world, one, one, two)
    assert refused(world, two, two, three) == ["E-COVER-CHAIN"]  # who covers does not leave
    assert refused(world, three, three, one) == ["E-COVER-AWAY"]  # who is away does not cover
    later = TODAY + WEEK + timedelta(1)
    assert named(world, two, two, three, later, later).id


def test_with_a_hat_on_nobody_is_named(world):
    one, two, three = (world.account("CR", login=f"desk-{n}") for n in range(3))
    hat = covering.actor_in(named(world, one, one, two))
    wish = Wish(one.user_id, three.user_id, TODAY + WEEK, TODAY + WEEK)
    assert [r.code for r in covering.why_not(world.session, hat, wish, TODAY)] == ["E-COVER-WHO"]
    assert not covering.may_end(hat, world.session.scalars(select(Substitution)).one())


# ── ending ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["SR", "SL", "CR"])
def test_either_of_the_two_ends_it_and_whoever_may_name(world, who):
    cover = named(world, world.account("SR"), world.account("SR"), world.account("SL"))
    actor = become(world.session, world.account(who))
    ended = covering.end(world.session, actor, cover.id, NOW)
    assert (ended.ended_by, ended.ended_at) == (actor.user_id, NOW)
    with pytest.raises(Refused) as error:
        covering.end(world.session, actor, cover.id, NOW)
    assert told(error) == ["E-COVER-ENDED"]


def test_nobody_else_ends_it(world):
    cover = named(world, world.account("SR"), world.account("SR"), world.account("SL"))
    cover_id = cover.id
    with pytest.raises(Refused) as error:
        covering.end(world.session, become(world.session, world.account("TR")), cover_id, NOW)
    assert told(error) == ["E-COVER-END-WHO"]
    stranger = become(world.session, world.account("SR", world.other))
    with pytest.raises(NotFound):
        covering.end(world.session, stranger, cover_id, NOW)


def test_a_cover_holds_from_its_first_to_its_last_day_and_lapses_with_an_account(world):
    clerk, leader = world.account("SR"), world.account("SL")
    cover = named(world, clerk, clerk, leader, TODAY + timedelta(1))
    last = TODAY + WEEK
    for day, holds_then in ((TODAY, False), (cover.valid_from, True), (last, True)):
        assert bool(covering.covers_of(world.session, leader.user_id, day)) is holds_then, day
    assert not covering.covers_of(world.session, leader.user_id, last + timedelta(1))
    scope.enter(make.WHOLE, world.session)
    for person in (clerk, leader):
        person.enabled = False
        world.session.flush()
        assert covering.worn(world.session, leader.user_id, cover.id, last) is None
        person.enabled = True
        world.session.flush()
    assert covering.worn(world.session, clerk.user_id, cover.id, last) is None
    assert covering.worn(world.session, leader.user_id, cover.id, last) is not None


# ── the hat: another desk, the same person ──────────────────────────────────────────────────


@pytest.fixture
def town(session):
    return Town(session)


def hat_of(session, absent, substitute):
    """The actor somebody is with the hat of another on."""
    mine = become(session, substitute)
    return Actor(mine.user_id, Role(absent.role), mine.organisation_id, mine.path, absent.user_id)


def act(session, actor, case, trigger, remark=""):
    flow_of(case).fire(session, case, Act(Trigger(trigger), actor, TODAY, remark))


def codes(session, actor, case, trigger):
    asked = Act(Trigger(trigger), actor, TODAY, "")
    return [refusal.code for refusal in flow_of(case).why_not(session, case, asked)]


def test_a_substitute_decides_and_the_trail_says_for_whom(session, town):
    case = town.registration()
    leader, clerk = town.people["from.leader"], town.people["from.registrar"]
    second = make.an_account(session, "SL", town.old, login="second")
    act(session, hat_of(session, leader, second), case, "agree")
    scope.enter(make.WHOLE, session)
    line = session.scalars(select(CaseEvent).order_by(CaseEvent.id.desc())).first()
    assert (line.user_id, line.for_user_id, line.role) == (
        second.user_id,
        leader.user_id,
        "SL",
    )
    assert clerk.user_id == case.initiator_id


def test_who_submitted_does_not_review_with_the_hat_on(session, town):
    case = town.registration()
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    assert codes(session, hat_of(session, leader, clerk), case, "agree") == ["E-SELF"]
    assert why_not(session, leader, case, "agree") == []


def test_who_submitted_with_the_hat_on_does_not_review_as_themselves(session, town):
    pupil = town.pending()
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    submit = Act(Trigger.SUBMIT, hat_of(session, clerk, leader), TODAY)
    case = open_registration(session, pupil, submit)
    assert why_not(session, leader, case, "agree") == ["E-SELF"]


def test_who_reviewed_with_the_hat_on_does_not_review_again_as_themselves(session, town):
    case = town.transfer()
    leader, second = town.people["to.leader"], make.an_account(session, "SL", town.new)
    act(session, hat_of(session, leader, second), case, "agree")
    do(session, town.people["to.authority"], case, "send_back", "补材料")
    do(session, town.people["to.registrar"], case, "submit")
    assert why_not(session, second, case, "agree") == ["E-SELF"]
    assert codes(session, hat_of(session, leader, second), case, "agree") == ["E-SELF"]
    assert why_not(session, leader, case, "agree") == []


def test_a_substitute_of_the_originator_withdraws_for_them(session, town):
    case = town.transfer()
    clerk, leader = town.people["to.registrar"], town.people["to.leader"]
    assert "E-NOTMINE" in why_not(session, leader, case, "withdraw")
    act(session, hat_of(session, clerk, leader), case, "withdraw")
    assert case.state == "WITHDRAWN"


# ── what a hat never opens ──────────────────────────────────────────────────────────────────


def test_a_hat_opens_what_the_role_opens_but_for_the_list():
    for role in COVERED:
        for noun, permission in DOORS:
            is_shut = SHUT.get(noun) == EVERY or permission in SHUT.get(noun, ())
            expected = holds(role, noun, permission) and not is_shut
            assert wears(role, noun, permission) is expected, (role, noun, permission)


@pytest.mark.parametrize(
    ("noun", "permission"),
    [
        ("Account", "can_list"),
        ("Account", "can_add"),
        ("Account", "can_edit"),
        ("UserGroup", "can_edit"),
        ("Self", "can_view"),
        ("Switch", "can_set"),
        ("Promotion", "can_run"),
        ("Substitution", "can_set"),
        ("FieldChoice", "can_control"),
        ("AuditEvent", "can_export"),
        ("CodeValue", "can_edit"),
    ],
)
def test_no_hat_opens_power_over_people_or_the_house(noun, permission):
    assert any(holds(role, noun, permission) for role in Role)
    assert not any(wears(role, noun, permission) for role in COVERED)


def test_every_line_of_the_list_shuts_a_door_there_is():
    for noun, shut in SHUT.items():
        known = {permission for name, permission in DOORS if name == noun}
        assert known, noun
        assert shut == EVERY or set(shut) <= known, noun


def test_what_a_hat_keeps_open():
    for noun, permission in (
        ("Inbox", "can_decide"),
        ("Student", "can_list"),
        ("Self", "can_stay"),
        ("Switch", "can_view"),
    ):
        assert wears(Role.SL, noun, permission), noun
