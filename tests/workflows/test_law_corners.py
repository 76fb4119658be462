"""Corners of the law the walks leave out: classes that take nobody, and causes that do not fit.

Each is carried to its end, and each refusal (E-SIZE, E-CLASS, E-TARGET, E-CAUSE) changes nothing.
The tables are written from processes.md P08 to P11 and JY/T 1001, not from the program.
"""

import pytest

from app.codes.tables import table
from app.models.change import MovementType
from app.models.school import ClassState, GradeState
from app.models.student import Status
from app.workflows.movement import reasons
from tests.workflows.corners import LEVELS, PRIMARY, SENIOR, Corners, Seat, Way


@pytest.fixture
def corners(session):
    return Corners(session)


# ── a class: full, closed, of a year that is over ────────────────────────────────────────────


WAYS = [
    Way("TRANSFER", other="411302"),
    Way("TRANSFER", other="411303"),
    Way("TRANSFER", other="411303", pulls=True),
    Way("TRANSFER", other="450102", pulls=True),
    Way("RESUME", "SUSPENDED", to=1),
    Way("RETURN_HOME", "ABROAD", to=3),
    Way("RETURN_HOME", "ABROAD", to=3, other="450102"),
    Way("RESTORE", "OTHER_LEAVE", to=3),
    Way("RESTORE", "MISSING", to=1, other="411303"),
    Way("SKIP", to=3),
    Way("REPEAT", stage=SENIOR, to=1),
]
BENDS = {
    "full": ({"size_limit": 1}, {"size_limit": None}, "E-SIZE"),
    "closed": ({"state": ClassState.CLOSED}, {"state": ClassState.IN_USE}, "E-CLASS"),
    "merged": ({"state": ClassState.MERGED}, {"state": ClassState.IN_USE}, "E-CLASS"),
    "graduated": (
        {"grade_state": GradeState.GRADUATED},
        {"grade_state": GradeState.IN_USE},
        "E-CLASS",
    ),
}


@pytest.mark.parametrize(
    ("way", "bend"),
    [*((way, bend) for way in WAYS for bend in ("full", "closed")),
     *((WAYS[1], bend) for bend in ("merged", "graduated"))],
    ids=str,
)  # fmt: skip
def test_a_class_that_takes_nobody_stops_a_case_at_every_desk(corners, way, bend):
    off, on, code = BENDS[bend]
    seat = Seat(corners, way)
    pupil_id = seat.pupil()
    corners.room(seat.room, **off)
    assert corners.refused(pupil_id, lambda: seat.begin(pupil_id)) == [code]
    corners.room(seat.room, **on)
    case = seat.begin(pupil_id)
    for who, trigger in seat.hands():
        corners.room(seat.room, **off)
        waits = ["E-PULL"] if trigger == "pull" and case.reported_on is None else []
        assert corners.told(who, case, trigger) == [code, *waits]
        corners.room(seat.room, **on)
        corners.press(who, case, trigger)
    seat.sits(pupil_id)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_last_place_is_given_once(corners, way):
    seat = Seat(corners, way)
    first, second, late = seat.pupil(), seat.pupil(), seat.pupil()
    corners.room(seat.room, size_limit=2)
    winner, loser = seat.begin(first), seat.begin(second)  # a place is taken when it is sat on
    seat.end(winner, first)
    who, trigger = seat.hands()[0]
    assert corners.told(who, loser, trigger) == ["E-SIZE"]
    assert corners.refused(late, lambda: seat.begin(late)) == ["E-SIZE"]
    corners.press(who, loser, "send_back")
    assert corners.told(("SR", seat.new.code), loser, "submit") == ["E-SIZE"]
    corners.press(("SR", seat.new.code), loser, "withdraw")
    assert corners.lies(loser) == ("WITHDRAWN", None, None)


@pytest.mark.parametrize("status", Status)
def test_who_sits_or_waits_for_registration_takes_a_place(corners, status):
    seat = Seat(corners, WAYS[1])
    pupil_id = seat.pupil()
    corners.pupil(seat.new, PRIMARY, 2, status=status)
    corners.room(seat.room, size_limit=2)
    if status in (Status.IN_SCHOOL, Status.PENDING_REGISTRATION):
        assert corners.refused(pupil_id, lambda: seat.begin(pupil_id)) == ["E-SIZE"]
    else:
        seat.end(seat.begin(pupil_id), pupil_id)


WRONG = [  # (kind, from which status, into which stage and level at which school, the refusal)
    ("RESUME", "SUSPENDED", (SENIOR, 2), "own", "E-TARGET"),
    ("RESUME", "SUSPENDED", None, "own", "E-TARGET"),
    ("RESUME", "SUSPENDED", (PRIMARY, 2), "other", "E-TARGET"),
    ("RETURN_HOME", "ABROAD", None, "own", "E-TARGET"),
    ("RESTORE", "OTHER_LEAVE", (PRIMARY, 2), "other", "E-TARGET"),
    ("SKIP", "IN_SCHOOL", (PRIMARY, 1), "own", "E-TARGET"),
    ("SKIP", "IN_SCHOOL", (SENIOR, 3), "own", "E-TARGET"),
    ("SKIP", "IN_SCHOOL", (PRIMARY, 3), "other", "E-TARGET"),
    ("DEATH", "IN_SCHOOL", (PRIMARY, 2), "own", "E-TARGET"),
    ("ABROAD", "IN_SCHOOL", (PRIMARY, 2), "own", "E-TARGET"),
    ("TRANSFER", "IN_SCHOOL", (SENIOR, 2), "new", "E-STAGE"),
    ("TRANSFER", "IN_SCHOOL", (PRIMARY, 2), "other", "E-CLASS"),
]


@pytest.mark.parametrize(("kind", "status", "key", "where", "code"), WRONG)
def test_a_wrong_class_is_no_class(corners, kind, status, key, where, code):
    places = {"own": corners.school(), "other": corners.school(), "new": corners.school()}
    pupil_id = corners.pupil(places["own"], status=Status(status))
    room = places[where].rooms[key] if key else None

    def begin():
        if kind == "TRANSFER":
            return corners.transfer(pupil_id, places["new"], room)
        return corners.movement(pupil_id, places["own"], kind, room)

    assert corners.refused(pupil_id, begin) == [code]


@pytest.mark.parametrize("way", WAYS[-2:], ids=str)
def test_a_cohort_that_moved_on_is_no_longer_the_next(corners, way):
    seat = Seat(corners, way)
    pupil_id = seat.pupil()
    case = seat.begin(pupil_id)
    for who, trigger in seat.hands():
        corners.room(seat.room, grade_level={3: 4, 1: 3}[way.to])
        assert corners.told(who, case, trigger) == ["E-TARGET"]
        corners.room(seat.room, grade_level=way.to)
        corners.press(who, case, trigger)
    seat.sits(pupil_id)


# ── the cause ────────────────────────────────────────────────────────────────────────────────

ILL, LEAVE, GONE = "10 11 12 19", "24 25 26 27 34", "21 22 23 31 32 33 39"
DEATHS = "40 41 42 43 44 45 46 47 50 51 52 53 54 60 61 62 63 64 65 66 67 68 70 71 72 79 81 89"
CAUSES = {  # JY/T 1001 XJYDYY by movement; 99 fits them all
    "SUSPEND": f"{ILL} {LEAVE}",
    "WITHDRAW": f"{ILL} {LEAVE} {GONE}",
    "EXPEL": GONE,
    "ABROAD": "28 29 30",
    "DEATH": DEATHS,
    "SKIP": "1",
    **dict.fromkeys(("RESUME", "REPEAT", "MISSING", "RETURN_HOME", "OTHER_LEAVE", "RESTORE",
                     "SUSPECT_DROPOUT", "DROPOUT"), ""),
}  # fmt: skip
FROM = {"RESUME": "SUSPENDED", "RETURN_HOME": "ABROAD", "RESTORE": "OTHER_LEAVE",
        "DROPOUT": "SUSPECTED_DROPOUT"}  # fmt: skip


@pytest.mark.parametrize("kind", CAUSES)
def test_a_cause_that_does_not_fit_is_none_and_one_that_does_leads_to_the_end(corners, kind):
    school = corners.school()
    pupil_id = corners.pupil(school, SENIOR, status=Status(FROM.get(kind, "IN_SCHOOL")))
    room = school.rooms[SENIOR, LEVELS[kind]] if kind in LEVELS else None
    fits = {*CAUSES[kind].split(), "99"}
    assert (
        set(reasons(MovementType(kind)))
        == fits
        <= {entry.code for entry in table("movement_reason")}
    )
    strange = {codes.split()[-1] for codes in CAUSES.values() if codes} - fits
    for code in [*sorted(strange), "", "00"]:
        told = corners.refused(
            pupil_id, lambda c=code: corners.movement(pupil_id, school, kind, room, reason=c)
        )
        assert told == ["E-CAUSE"], code
    case = corners.movement(pupil_id, school, kind, room, reason=min(fits))
    corners.press(("SL", school.code), case, "send_back")
    corners.whole()
    case.reason = "00"  # as if the table had lost it: it is asked again on submitting
    corners.session.flush()
    assert corners.told(("SR", school.code), case, "submit") == ["E-CAUSE"]
    corners.whole()
    case.reason = min(fits)
    corners.session.flush()
    corners.press(("SR", school.code), case, "submit")
    corners.press(("SL", school.code), case, "agree")
    corners.press(("CR", "411302"), case, "agree")
    assert corners.lies(case)[0] == "APPROVED"
