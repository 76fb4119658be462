"""Corners of the law that a province decides: each carried to its end, and each of its refusals.

Interventions straight to the province (Q-22), the city's review of senior high schools (Q-06) and
the archive pulled inside a province (Q-07).
"""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from app.models.case import Case, Decision
from app.models.student import Status
from app.workflows.processes import flow_of
from tests.workflows.corners import LEVELS, PRIMARY, SENIOR, Corners, Seat, Way

FAR = Way("TRANSFER", other="411303")


@pytest.fixture
def corners(session):
    return Corners(session)


# ── straight to the province (P09.5, Q-22) ───────────────────────────────────────────────────

LONG_AGO = datetime(2026, 9, 28, 4, tzinfo=UTC)
NINTH, TENTH = date(2026, 10, 15), date(2026, 10, 16)  # working days since then
LEADS = [  # (route, desks that agreed, mode of which provinces, silent office, who steps in)
    ("411302", 0, "41", "school", ("41", "REGISTRAR")),
    ("411302", 1, "41", "411302", ("41", "REGISTRAR")),
    ("411303", 1, "41", "411303", ("41", "REGISTRAR")),
    ("411303", 2, "41", "school", ("41", "REGISTRAR")),
    ("411303", 3, "41", "411302", ("41", "REGISTRAR")),
    ("450102", 1, "45", "450102", ("45", "REGISTRAR")),
    ("450102", 1, "41", "450102", ("4501", "REGISTRAR")),  # each province decides for its own
    ("450102", 3, "41", "school", ("41", "REGISTRAR")),
    ("450102", 3, "45", "school", ("4113", "REGISTRAR")),
    ("450102", 4, "41", "411302", ("41", "REGISTRAR")),
]


class Silence:
    """A transfer that lies at a silent desk in a province that wants to hear of it directly."""

    def __init__(self, corners, route, agreed, mode):
        self.corners = corners
        corners.switch("intervention_mode", "direct", mode)
        self.seat = Seat(corners, Way("TRANSFER", other=route, pulls=route[:2] != "41"))
        self.pupil_id = self.seat.pupil()
        self.case, self.left = self.seat.begin(self.pupil_id), self.seat.hands()
        for _ in range(agreed):
            who, trigger = self.left.pop(0)
            corners.press(who, self.case, trigger)
        self.waits()

    def waits(self):
        self.corners.whole()
        begun = update(Case).where(Case.id == self.case.id).values(step_since=LONG_AGO)
        self.corners.session.execute(begun)
        self.corners.session.expire_all()

    @property
    def asker(self):
        return ("SR", self.seat.new.code)

    def asks(self):
        self.corners.press(self.asker, self.case, "escalate", today=TENTH)


@pytest.mark.parametrize(("route", "agreed", "mode", "silent", "leads"), LEADS)
def test_a_silent_office_gives_way_to_the_province_at_once(
    corners, route, agreed, mode, silent, leads
):
    it = Silence(corners, route, agreed, mode)
    case, (who, _trigger) = it.case, it.left[0]
    silent = it.seat.old.code if silent == "school" else silent
    stays = corners.lies(case)[0]
    assert corners.told(it.asker, case, "escalate", today=NINTH) == ["E-WAIT"]
    assert corners.told(it.asker, case, "escalate", remark=" ", today=TENTH) == ["E-REASON"]
    assert corners.told(who, case, "escalate", today=TENTH) == ["E-NOTMINE"]
    it.asks()
    assert corners.lies(case) == (stays, *leads)
    roles = {2: "PR", 4: "TR"}
    above = (roles[len(leads[0])], leads[0])
    assert corners.told(who, case, "agree") == ["E-NOTMINE"]  # the silent one came too late
    passed_over = ("TR", silent[:4]) if len(leads[0]) == 2 and silent.isdigit() else None
    if passed_over and corners.person(*passed_over).organisation.code in ("4113", "4501"):
        assert corners.told(passed_over, case, "agree") == ["E-NOTMINE"]
    assert corners.told(above, case, "agree", remark=" ") == ["E-REASON"]
    corners.press(above, case, "agree")
    corners.whole()
    asked, stepped_in = case.events[-2:]
    assert (asked.decision, stepped_in.decision) == (Decision.ESCALATE, Decision.INTERVENE)
    assert {asked.silent.code, stepped_in.silent.code} == {silent}
    assert stepped_in.organisation.code == leads[0]
    for next_one, trigger in it.left[1:]:
        corners.press(next_one, case, trigger)
    it.seat.sits(it.pupil_id)


def test_above_the_province_is_nobody_within_it_and_the_ministry_between_two(corners):
    near, far = Silence(corners, "411303", 2, "41"), Silence(corners, "450102", 3, "41")
    for it in (near, far):
        it.asks()
        it.waits()
        assert corners.lies(it.case)[1] == "41"
    assert corners.told(near.asker, near.case, "escalate", today=TENTH) == ["E-NOTIER"]
    far.asks()
    assert corners.lies(far.case)[1:] == ("000000", "OPERATOR")
    far.waits()
    assert corners.told(far.asker, far.case, "escalate", today=TENTH) == ["E-NOTIER"]
    assert corners.told(("MIN", "000000"), far.case, "agree") == ["E-SELF"]  # relayed it before


def test_a_relay_that_is_silent_has_nobody_above(corners):
    it = Silence(corners, "450102", 2, "41")
    assert corners.lies(it.case)[:2] == ("MINISTRY_RELAY", "000000")
    assert corners.told(it.asker, it.case, "escalate", today=TENTH) == ["E-NOTIER"]


@pytest.mark.parametrize("trigger", ["disagree", "send_back"])
def test_the_province_may_refuse_or_send_back_as_well(corners, trigger):
    it = Silence(corners, "411303", 3, "41")
    it.asks()
    corners.press(("PR", "41"), it.case, trigger)
    ends = {"disagree": ("REJECTED", None, None),
            "send_back": ("RETURNED", it.seat.new.code, "REGISTRAR")}  # fmt: skip
    assert corners.lies(it.case) == ends[trigger]
    old = it.seat.old
    room = old.rooms[PRIMARY, 2]
    assert corners.stands(it.pupil_id) == ("IN_SCHOOL", room, [old.id])


# ── the city reviews senior high schools ──────────────────────────────────────────────

REVIEWS = [  # (school run by, stage, kind, status, who reviews)
    ("411302", SENIOR, "SUSPEND", "IN_SCHOOL", ("TR", "4113")),
    ("411302", SENIOR, "WITHDRAW", "IN_SCHOOL", ("TR", "4113")),
    ("411302", SENIOR, "REPEAT", "IN_SCHOOL", ("TR", "4113")),
    ("411302", SENIOR, "RESUME", "SUSPENDED", ("TR", "4113")),
    ("411302", SENIOR, "RETURN_HOME", "ABROAD", ("TR", "4113")),
    ("411302", SENIOR, "DEATH", "IN_SCHOOL", ("TR", "4113")),
    ("411302", PRIMARY, "SUSPEND", "IN_SCHOOL", ("CR", "411302")),
    ("411302", PRIMARY, "RESUME", "SUSPENDED", ("CR", "411302")),
    ("4113", SENIOR, "SUSPEND", "IN_SCHOOL", ("TR", "4113")),
    ("41", SENIOR, "SUSPEND", "IN_SCHOOL", ("PR", "41")),
    ("450102", SENIOR, "SUSPEND", "IN_SCHOOL", ("CR", "450102")),  # where nobody decided so
]
ENDS = {"SUSPEND": "SUSPENDED", "WITHDRAW": "WITHDRAWN", "DEATH": "DECEASED"}


def reviewers(school):
    """Everybody who could review anything of a school: county, city and province."""
    codes = [school.above[:n] for n in (2, 4, 6) if len(school.above) >= n]
    return [({2: "PR", 4: "TR", 6: "CR"}[len(code)], code) for code in codes]


@pytest.mark.parametrize(("above", "stage", "kind", "status", "who"), REVIEWS)
def test_the_office_that_reviews_is_the_one_the_province_named(
    corners, above, stage, kind, status, who
):
    corners.switch("senior_authority", "city")
    school = corners.school(above)
    pupil_id = corners.pupil(school, stage, status=Status(status))
    room = school.rooms[stage, LEVELS[kind]] if kind in LEVELS else None
    case = corners.movement(pupil_id, school, kind, room)
    corners.press(("SL", school.code), case, "agree")
    assert corners.lies(case) == ("AUTHORITY_REVIEW", who[1], "REGISTRAR")
    for other in reviewers(school):
        if other != who:
            assert corners.told(other, case, "agree") == ["E-NOTMINE"]
    corners.press(who, case, "agree")
    assert corners.lies(case)[0] == "APPROVED"
    assert corners.stands(pupil_id)[0] == ENDS.get(kind, "IN_SCHOOL")


@pytest.mark.parametrize(
    ("first", "second", "who"),
    [("managing", "city", ("TR", "4113")), ("city", "managing", ("CR", "411302"))],
)
def test_what_holds_when_the_leader_agrees_counts(corners, first, second, who):
    corners.switch("senior_authority", first)
    school = corners.school()
    pupil_id = corners.pupil(school, SENIOR)
    case = corners.movement(pupil_id, school, "SUSPEND")
    corners.switch("senior_authority", second)
    corners.press(("SL", school.code), case, "agree")
    assert corners.lies(case)[1] == who[1]
    corners.switch("senior_authority", first)  # what lies there stays there
    corners.press(who, case, "agree")
    assert corners.stands(pupil_id)[0] == "SUSPENDED"


@pytest.mark.parametrize(
    ("was", "becomes", "who"),
    [(PRIMARY, SENIOR, ("TR", "4113")), (SENIOR, PRIMARY, ("CR", "411303"))],
)
def test_who_comes_back_into_another_stage_is_the_business_of_that_stage(
    corners, was, becomes, who
):
    """P11: from abroad into any grade; the senior high school that receives decides (Q-06)."""
    corners.switch("senior_authority", "city")
    old, new = corners.school("411302"), corners.school("411303")
    pupil_id = corners.pupil(old, was, status=Status.ABROAD)
    case = corners.movement(pupil_id, new, "RETURN_HOME", new.rooms[becomes, 1])
    corners.press(("SL", new.code), case, "agree")
    assert corners.lies(case)[1] == who[1]
    corners.press(who, case, "agree")
    assert corners.stands(pupil_id) == ("IN_SCHOOL", new.rooms[becomes, 1], [new.id])


# ── the archive pulled inside a province ──────────────────────────────────────────────


@pytest.mark.parametrize("county", ["411302", "411303"])
def test_where_the_province_wants_it_the_archive_is_pulled_by_hand(corners, county):
    way = Way("TRANSFER", other=county, pulls=True)
    seat = Seat(corners, way)
    pupil_id = seat.pupil()
    case, registrar = seat.begin(pupil_id), ("SR", seat.new.code)
    before = corners.stands(pupil_id)
    for who, trigger in seat.hands()[:-2]:
        assert corners.told(registrar, case, "pull") == ["E-CLOSED"]
        corners.press(who, case, trigger)
    assert corners.lies(case) == ("AWAITING_PULL", seat.new.code, "REGISTRAR")
    assert corners.stands(pupil_id) == before
    assert corners.told(registrar, case, "pull") == ["E-PULL"]
    for trigger in ("agree", "disagree", "send_back", "withdraw", "escalate", "submit"):
        assert corners.told(registrar, case, trigger) == ["E-CLOSED"]
    for role, code in (("SL", seat.new.code), ("SR", seat.old.code), ("CR", seat.old.above)):
        assert corners.told((role, code), case, "report") == ["E-NOTMINE"]
    corners.press(registrar, case, "report")
    assert corners.lies(case) == ("AWAITING_PULL", seat.new.code, "REGISTRAR")
    assert corners.stands(pupil_id) == before
    corners.press(registrar, case, "pull")
    assert corners.lies(case) == ("COMPLETED", None, None)
    seat.sits(pupil_id)


@pytest.mark.parametrize(("first", "second"), [("on", "off"), ("off", "on")])
def test_what_held_when_the_case_began_counts(corners, first, second):
    corners.switch("in_province_pull", first)
    seat = Seat(corners, FAR)
    pupil_id = seat.pupil()
    case = seat.begin(pupil_id)
    corners.switch("in_province_pull", second)
    for who, trigger in seat.hands():
        corners.press(who, case, trigger)
    if first == "on":
        assert corners.lies(case)[0] == "AWAITING_PULL"
        for trigger in ("report", "pull"):
            corners.press(("SR", seat.new.code), case, trigger)
    assert corners.lies(case)[0] == "COMPLETED"
    seat.sits(pupil_id)


def test_another_province_and_other_cases_ask_for_no_pull(corners):
    corners.switch("in_province_pull", "on", "45")
    seat = Seat(corners, FAR)
    pupil_id = seat.pupil()
    seat.end(seat.begin(pupil_id), pupil_id)
    back = Seat(corners, Way("RETURN_HOME", "ABROAD", to=3))
    pupil_id = back.pupil()
    case = back.begin(pupil_id)
    assert not [desk for desk in flow_of(case).route(case) if desk.state == "AWAITING_PULL"]
    back.end(case, pupil_id)
