"""What PostgreSQL lets through, and what it must never let through."""

from functools import partial

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from app.models.audit import AuditEvent, RowHistory
from app.models.case import Registration
from app.models.import_batch import ImportLine, Verdict
from app.models.school import Headcount, School, SchoolClass
from app.models.student import Enrolment, Guardian, Status, Student
from app.policies import scope
from app.policies.audit import record
from app.policies.scope import NOBODY, SYSTEM, Scope, asking, elevated, enter
from tests import make


@pytest.fixture
def world(session):
    """Schools near and far, with a pupil and a class each."""

    class World:
        def __init__(self):
            enter(make.WHOLE, session)
            codes = {
                "mine": "419801",
                "sibling": "419801",
                "cousin": "419802",
                "stranger": "459801",
            }
            self.schools = {name: make.a_school(session, code) for name, code in codes.items()}
            self.rooms = {name: make.a_class(session, s) for name, s in self.schools.items()}
            self.pupils = {name: make.a_pupil(session, room) for name, room in self.rooms.items()}
            self.ids = {name: pupil.id for name, pupil in self.pupils.items()}
            self.path = {name: s.owner_path for name, s in self.schools.items()}

        def seen(self):
            session.expire_all()
            found = set(session.scalars(select(Student.id)))
            return {name for name, pupil_id in self.ids.items() if pupil_id in found}

        def become(self, role, home=None, **more):
            enter(make.WHOLE, session)
            account = make.an_account(session, role, home, **more)
            user_id = account.user_id
            enter(scope.scope_of(session, user_id), session)
            session.expire_all()
            return user_id

    return World()


@pytest.mark.parametrize(
    ("role", "home", "seen"),
    [
        ("SR", "mine", {"mine"}),
        ("SL", "mine", {"mine"}),
        ("CR", "419801", {"mine", "sibling"}),
        ("CL", "419802", {"cousin"}),
        ("TR", "4198", {"mine", "sibling", "cousin"}),
        ("PR", "41", {"mine", "sibling", "cousin"}),
        ("PL", "45", {"stranger"}),
        ("MIN", "000000", set()),
        ("ADM", "000000", set()),
        ("SEC", "000000", set()),
        ("AUD", "000000", set()),
    ],
)
def test_everybody_sees_the_pupils_of_the_own_subtree(world, role, home, seen):
    world.become(role, world.schools.get(home, home))
    assert world.seen() == seen


def test_a_class_teacher_sees_the_own_classes_and_their_families(session, world):
    other = make.a_class(session, world.schools["mine"])
    make.a_pupil(session, other)
    world.become("CT", world.schools["mine"], classes=(world.rooms["mine"],))
    assert set(session.scalars(select(Student.class_id))) == {world.rooms["mine"].id}
    assert set(session.scalars(select(Guardian.student_id))) == {world.ids["mine"]}
    assert set(session.scalars(select(Enrolment.student_id))) == {world.ids["mine"]}
    assert len(session.scalars(select(SchoolClass)).all()) == 2  # the structure is no secret


def test_a_class_teacher_without_classes_sees_nobody(world):
    world.become("CT", world.schools["mine"])
    assert world.seen() == set()


def test_a_disabled_account_sees_nothing(session, world):
    user_id = world.become("PR", "41", enabled=False)
    assert scope.scope_of(session, user_id) == NOBODY


def test_without_a_scope_nothing_is_seen_and_nothing_can_be_written(session, world):
    room = world.rooms["mine"]
    place = {"school_id": room.school_id, "grade_id": room.grade_id, "class_id": room.id}
    pupil = Student(**place, **make.pupil_facts())
    enter(NOBODY, session)
    assert world.seen() == set()
    session.add(pupil)
    with pytest.raises(DBAPIError):
        session.flush()


def test_the_system_sees_no_pupil(session, world):
    enter(SYSTEM, session)
    assert world.seen() == set()
    assert session.scalar(select(School.id).limit(1))


def test_a_spoofed_owner_is_overwritten(session, world):
    enter(Scope(world.path["mine"], world.path["mine"]), session)
    pupil = session.get_one(Student, world.ids["mine"])
    pupil.owner_path = world.path["cousin"]
    session.flush()
    session.expire_all()
    assert session.get_one(Student, world.ids["mine"]).owner_path == world.path["mine"]


@pytest.mark.parametrize(
    ("told", "refused"), [("mine", ""), ("sibling", "XJ404"), ("cousin", "42501")]
)
def test_a_path_that_a_row_brings_is_the_one_of_its_parent_or_refused(
    session, world, told, refused
):
    county = world.path["mine"].rpartition("S")[0]
    enter(Scope(county, county), session)
    family = insert(Guardian).values(
        student_id=world.ids["mine"], owner_path=world.path[told], **GUARDIAN
    )
    if not refused:
        session.execute(family)
        return
    with pytest.raises(DBAPIError) as failed:
        session.execute(family)
    assert failed.value.orig.sqlstate == refused


@pytest.mark.parametrize(
    "row",
    [
        lambda w: Guardian(student_id=w.ids["cousin"], **GUARDIAN),
        lambda _: Guardian(student_id=999_999, **GUARDIAN),
        lambda w: SchoolClass(
            school_id=w.schools["cousin"].id,
            grade_id=w.rooms["cousin"].grade_id,
            number="2026199",
            name="x",
            type="10",
        ),
        lambda w: Registration(
            student_id=w.ids["cousin"],
            owner_id=w.schools["mine"].id,
            awaiting_id=w.schools["mine"].id,
            initiator_id=1,
            initiator_org_id=w.schools["mine"].id,
            state="DRAFT",
            snapshot={},
        ),
    ],
)
def test_a_foreign_id_is_not_there(session, world, row):
    made = row(world)
    enter(Scope(world.path["mine"], world.path["mine"]), session)
    session.add(made)
    with pytest.raises(DBAPIError):
        session.flush()


GUARDIAN = {
    "name": "某",
    "relation": "51",
    "address": "x",
    "hukou_division": "411302000000",
    "phone": "1",
    "is_guardian": True,
}


def test_another_schools_class_cannot_hold_the_own_pupil(session, world):
    enter(make.WHOLE, session)
    session.get_one(Student, world.ids["mine"]).class_id = world.rooms["cousin"].id
    with pytest.raises(DBAPIError):
        session.flush()


def test_elevated_widens_narrows_names_its_reason_and_leaves_nothing_loaded(session, world):
    user_id = world.become("SR", world.schools["mine"])
    with elevated(session, "test 1"):
        session.get_one(Student, world.ids["cousin"]).talent = "围棋"
    assert world.seen() == {"mine"}
    enter(make.WHOLE, session)
    kept = session.scalars(select(RowHistory).where(RowHistory.row_id == world.ids["cousin"])).all()
    assert (kept[-1].actor, kept[-1].reason) == (user_id, "test 1")
    assert kept[-1].after == {"talent": "围棋"}
    assert session.scalars(select(AuditEvent).where(AuditEvent.actor == user_id)).all() == []


def test_a_failure_takes_the_width_back(session, world):
    world.become("SR", world.schools["mine"])
    with pytest.raises(DBAPIError), elevated(session, "test"):
        session.execute(text("SELECT 1/0"))
    assert world.seen() == {"mine"}
    with pytest.raises(KeyError), elevated(session, "test"):
        raise KeyError
    assert world.seen() == {"mine"}


def misplace(session, pupil_id):
    session.get_one(Student, pupil_id).seat_no = -1
    session.flush()


@pytest.mark.parametrize("widened", [asking, partial(elevated, apart=False)])
def test_a_width_without_a_savepoint_is_taken_back_as_well(session, world, widened):
    world.become("SR", world.schools["mine"])
    with pytest.raises(KeyError), widened(session, "test"):
        raise KeyError
    assert world.seen() == {"mine"}
    with pytest.raises(DBAPIError), session.begin_nested(), widened(session, "test"):
        session.execute(text("SELECT 1/0"))
    assert world.seen() == {"mine"}
    with pytest.raises(DBAPIError), session.begin_nested(), widened(session, "test"):
        misplace(session, world.ids["cousin"])
    assert world.seen() == {"mine"}
    with widened(session, "test"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("SELECT 1/0"))
        assert "cousin" in world.seen()
    assert world.seen() == {"mine"}


def test_what_a_school_owns_moves_with_it_to_another_authority(session, world):
    enter(make.WHOLE, session)
    place = world.schools["mine"].organisation
    place.parent_id = make.an_authority(session, "419802").id
    session.flush()
    enter(Scope("/41/98/02/", "/41/98/02/"), session)
    assert world.seen() == {"mine", "cousin"}
    assert world.ids["mine"] in set(session.scalars(select(Guardian.student_id)))
    paths = set(session.scalars(select(Headcount.owner_path)))
    assert f"/41/98/02/S{place.code}/" in paths


def test_figures_follow_the_pupils(session, world):
    enter(make.WHOLE, session)
    room, pupil = world.rooms["mine"], session.get_one(Student, world.ids["mine"])
    counted = select(Headcount.status, Headcount.n).where(Headcount.class_id == room.id)
    assert dict(session.execute(counted).all()) == {"IN_SCHOOL": 1}
    pupil.status = Status.SUSPENDED
    session.flush()
    assert {s: n for s, n in session.execute(counted) if n} == {"SUSPENDED": 1}


def test_the_audit_is_a_chain_that_shows_a_change(session, world):
    user_id = world.become("SR", world.schools["mine"])
    for n in range(3):
        record(session, "test", object_id=n)
    enter(make.WHOLE, session)
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.actor == user_id).order_by(AuditEvent.seq)
    ).all()
    assert [event.seq for event in events] == [1, 2, 3]
    assert len({event.hash for event in events}) == 3
    assert {event.owner_path for event in events} == {world.path["mine"]}


def test_no_line_comes_without_a_batch(session, world):
    enter(Scope(world.path["mine"], world.path["mine"]), session)
    with pytest.raises(DBAPIError) as failed:
        session.execute(insert(ImportLine).values(batch_id=999_999, row_no=2, verdict=Verdict.NEW))
    assert failed.value.orig.sqlstate == "XJ404"
