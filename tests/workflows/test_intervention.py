"""强制干预: a silent office loses its desk to the next tier; the trail names both (P09.5, Q-22).

A step that began on Monday 28 September 2026 has lain for ten working days on Friday 16 October:
seven days of holiday in between, and a Saturday that is worked.
"""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from app.errors import Refused
from app.models.case import Case, Decision
from app.models.notice import Notice
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.parties import above
from app.workflows.processes import flow_of
from tests import make
from tests.workflows.cases import a_transfer, become, do, staff

MONDAY = datetime(2026, 9, 28, 4, tzinfo=UTC)
NINTH, TENTH = date(2026, 10, 15), date(2026, 10, 16)


class Story:
    """A transfer from county 411302 to another place, and everybody who may come to it."""

    def __init__(self, session, county="411303"):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.old, self.new = make.a_school(session, "411302"), make.a_school(session, county)
        self.old_code = self.old.organisation.code
        room = make.a_class(session, self.new)
        pupil = make.a_pupil(session, make.a_class(session, self.old))
        self.people = {f"from.{name}": a for name, a in staff(session, self.old).items()}
        self.people |= {f"to.{name}": a for name, a in staff(session, self.new).items()}
        for role, home in (("TR", "4113"), ("TL", "4113"), ("PR", "41"), ("MIN", "000000")):
            self.people[role] = make.an_account(session, role, home)
        self.case = a_transfer(session, pupil, self.people["to.registrar"], room)
        for who in ("to.leader", "to.authority") if county != "411302" else ():
            do(session, self.people[who], self.case, "agree")
        if county[:2] != "41":
            do(session, self.people["MIN"], self.case, "agree")
        self.waits()

    def waits(self, since=MONDAY):
        """Let the present step have begun on a day."""
        scope.enter(make.WHOLE, self.session)
        began = update(Case).where(Case.id == self.case.id).values(step_since=since)
        self.session.execute(began)
        self.session.expire_all()

    def switch(self, key, value, code="41"):
        scope.enter(make.WHOLE, self.session)
        home = make.an_authority(self.session, code)
        who = self.people["PR"].user_id
        self.session.add(
            SwitchValue(
                organisation_id=home.id, key=key, value=value, valid_from=date(2026, 1, 1),
                set_by=who,
            )
        )  # fmt: skip
        self.session.flush()

    def act(self, who, trigger, remark="对方未在期限内办理", today=TENTH):
        actor = become(self.session, self.people[who])
        return Act(Trigger(trigger), actor, today, remark)

    def press(self, who, trigger, remark="对方未在期限内办理", today=TENTH):
        act = self.act(who, trigger, remark, today)
        flow_of(self.case).fire(self.session, self.case, act)

    def why_not(self, who, trigger, remark="对方未在期限内办理", today=TENTH):
        act = self.act(who, trigger, remark, today)
        return [r.code for r in flow_of(self.case).why_not(self.session, self.case, act)]

    def lies_with(self):
        scope.enter(make.WHOLE, self.session)
        self.session.expire_all()
        case = self.session.get_one(Case, self.case.id)
        return case.awaiting.code, case.awaiting_office, case.silent and case.silent.code


@pytest.fixture
def story(session):
    return Story(session)


def test_a_step_has_to_lie_ten_working_days_holidays_not_counted(story):
    assert story.why_not("to.registrar", "escalate", today=NINTH) == ["E-WAIT"]
    assert story.why_not("to.registrar", "escalate", today=TENTH) == []


def test_a_province_may_say_another_number_of_days(story):
    story.switch("intervention_days", "3")
    assert story.why_not("to.registrar", "escalate", today=date(2026, 10, 7)) == ["E-WAIT"]
    assert story.why_not("to.registrar", "escalate", today=date(2026, 10, 8)) == []


def test_the_next_tier_decides_in_place_of_the_silent_office(story):
    case = story.case
    story.press("to.registrar", "escalate")
    assert story.lies_with() == ("4113", "REGISTRAR", story.old_code)
    assert story.why_not("from.leader", "agree") == ["E-NOTMINE"]  # the silent one came too late
    story.press("TR", "agree")
    assert case.state == "OUT_AUTHORITY"
    assert story.lies_with() == ("411302", "REGISTRAR", None)
    asked, stepped_in = case.events[-2:]
    assert (asked.decision, stepped_in.decision) == (Decision.ESCALATE, Decision.INTERVENE)
    assert asked.silent_id == stepped_in.silent_id == story.old.id
    assert stepped_in.organisation.code == "4113"
    assert stepped_in.remark == "对方未在期限内办理"
    assert asked.from_state == asked.to_state == "OUT_SCHOOL"


def test_both_sides_and_the_silent_office_are_told(story):
    story.press("to.registrar", "escalate")
    scope.enter(make.WHOLE, story.session)
    told = story.session.query(Notice).filter_by(case_id=story.case.id).all()
    last = max(notice.case_version for notice in told)
    assert story.old.id in {n.organisation_id for n in told if n.case_version == last}


@pytest.mark.parametrize("trigger", ["escalate", "agree"])
def test_it_is_asked_for_and_done_with_a_reason(story, trigger):
    if trigger == "agree":
        story.press("to.registrar", "escalate")
    who = "TR" if trigger == "agree" else "to.registrar"
    assert story.why_not(who, trigger, remark=" ") == ["E-REASON"]


def test_only_the_side_that_waits_may_ask(story):
    for who in ("to.registrar", "to.leader", "to.authority"):
        assert story.why_not(who, "escalate") == []
    for who in ("from.leader", "from.registrar", "from.authority", "TR", "TL", "PR"):
        assert story.why_not(who, "escalate") == ["E-NOTMINE"], who


def test_nobody_asks_against_their_own_school(session):
    story = Story(session)
    case = story.case
    story.press("from.leader", "send_back", "补材料")
    assert case.state == "RETURNED"
    assert story.why_not("to.registrar", "escalate") == ["E-CLOSED"]


def test_a_tier_that_is_silent_as_well_gives_way_to_the_one_above(story):
    school = story.old_code
    story.press("to.registrar", "escalate")
    assert story.why_not("to.registrar", "escalate", today=date(2026, 10, 20)) == ["E-WAIT"]
    story.waits()
    story.press("to.registrar", "escalate")
    assert story.lies_with() == ("41", "REGISTRAR", school)  # who was silent first
    assert story.why_not("TR", "agree") == ["E-NOTMINE"]
    story.waits()
    assert story.why_not("to.registrar", "escalate") == ["E-NOTIER"]  # in a province, that is all
    story.press("PR", "agree")
    assert story.case.events[-1].decision is Decision.INTERVENE


def test_between_provinces_the_ministry_is_above_the_province(session):
    story = Story(session, "450102")
    for code in ("4113", "41"):
        story.press("to.registrar", "escalate")
        assert story.lies_with()[0] == code
        story.waits()
    story.press("to.registrar", "escalate")
    assert story.lies_with()[:2] == ("000000", "OPERATOR")
    story.waits()
    assert story.why_not("to.registrar", "escalate") == ["E-NOTIER"]


def test_whoever_agreed_before_does_not_step_in(session):
    """The ministry's one operator has relayed the case: intervening would be a second yes."""
    story = Story(session, "450102")
    for _ in range(3):
        story.press("to.registrar", "escalate")
        story.waits()
    assert story.why_not("MIN", "agree") == ["E-SELF"]
    scope.enter(make.WHOLE, session)
    story.people["second"] = make.an_account(session, "MIN", "000000")
    assert story.why_not("second", "agree") == []


def test_who_stepped_in_once_does_not_step_in_again(story):
    story.press("to.registrar", "escalate")
    story.press("TR", "agree")
    story.waits()
    story.press("to.registrar", "escalate")  # the authority is silent too
    assert story.lies_with() == ("4113", "REGISTRAR", "411302")
    assert story.why_not("TR", "agree") == ["E-SELF"]


def test_straight_to_the_province_where_it_said_so(story):
    story.switch("intervention_mode", "direct")
    story.press("to.registrar", "escalate")
    assert story.lies_with()[0] == "41"


def test_a_school_run_by_the_province_has_nobody_above_within_it(session):
    scope.enter(make.WHOLE, session)
    school = make.a_school(session, "41").organisation
    city_school = make.a_school(session, "4113").organisation
    case = Case(common_path="/41/")
    assert above(case, school, direct=False) is None
    assert above(case, city_school, direct=False).code == "41"
    assert above(case, city_school.parent, direct=False).code == "41"
    assert above(Case(common_path="/"), school, direct=False).code == "000000"


def test_an_intervener_may_refuse_or_send_back_as_well(story):
    story.press("to.registrar", "escalate")
    story.press("TR", "send_back", "请补充监护人证明")
    assert story.case.state == "RETURNED"
    assert story.lies_with() == (story.new.organisation.code, "REGISTRAR", None)
    assert story.case.events[-1].decision is Decision.RETURN


def test_too_early_nothing_moves(story):
    with pytest.raises(Refused) as refused:
        story.press("to.registrar", "escalate", today=NINTH)
    (one,) = refused.value.refusals
    assert (one.code, one.params) == ("E-WAIT", {"days": 10, "waited": 9})
    assert story.lies_with()[0] == story.old_code
