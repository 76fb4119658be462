"""名单核对: missing, extra, differing; by number, by name and birth date, by a name alone."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.errors import Forbidden, NotFound, Refused
from app.models.audit import AuditEvent
from app.models.expected import ExpectedList, ExpectedPupil
from app.models.school import Stage
from app.models.sealed import KEYS
from app.models.student import Status
from app.policies import scope
from app.workflows.expecting import Entry, insist_year, remove, schools_of, take, usual_year
from app.workflows.reconciling import Outcome, Side, compare, counts, elsewhere, reconcile
from tests import make
from tests.workflows.cases import become

DAY, OTHER_DAY = date(2020, 5, 1), date(2020, 5, 2)


def side(key, name="李小满", gender="2", birth_date=DAY, number=b"1"):
    return Side(key, name, gender, birth_date, number)


@pytest.mark.parametrize(
    ("line", "pupil", "outcome", "differs"),
    [
        (side(1), side(9), "same", ()),
        (side(1, name="李 小满"), side(9), "same", ()),
        (side(1, name="阿依·努尔"), side(9, name="阿依努尔"), "same", ()),
        (side(1, gender=None, birth_date=None), side(9), "same", ()),
        (side(1, number=None), side(9), "same", ()),
        (side(1, name="李大满", gender="1"), side(9), "differing", ("name", "gender")),
        (side(1), side(9, number=b"2"), "differing", ("id_number",)),
        (side(1), side(9, number=None), "differing", ("id_number",)),
        (
            side(1, number=None),
            side(9, birth_date=OTHER_DAY),
            "differing",
            ("birth_date",),
        ),
    ],
)
def test_a_child_is_found_in_one_of_three_ways(line, pupil, outcome, differs):
    (pair,) = compare([line], [pupil])
    assert (pair.outcome, pair.differs) == (outcome, differs)


def test_strangers_are_missing_and_extra():
    pairs = compare([side(1)], [side(9, name="王小河", number=b"2")])
    assert [(one.outcome, one.line, one.pupil) for one in pairs] == [
        (Outcome.MISSING, side(1), None),
        (Outcome.EXTRA, None, side(9, name="王小河", number=b"2")),
    ]


def test_a_name_that_is_there_twice_finds_nobody():
    lines = [side(1, number=None, birth_date=OTHER_DAY)]
    pupils = [side(8, number=b"8"), side(9, number=b"9")]
    assert counts(compare(lines, pupils)) == {
        Outcome.MISSING: 1, Outcome.EXTRA: 2, Outcome.DIFFERING: 0, Outcome.SAME: 0,
    }  # fmt: skip


def test_namesakes_are_told_apart_by_their_numbers():
    lines = [side(1, number=b"1"), side(2, number=b"2")]
    pupils = [side(8, number=b"2"), side(9, number=b"1")]
    assert [(one.line.key, one.pupil.key) for one in compare(lines, pupils)] == [(1, 9), (2, 8)]


# ── with the registry ────────────────────────────────────────────────────────────────────


class Ground:
    """A school with a class of its first grade, another one of its county, their registrars."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.school, self.other = make.a_school(session), make.a_school(session)
        self.room, self.far = make.a_class(session, self.school), make.a_class(session, self.other)
        self.registrar = make.an_account(session, "SR", self.school)
        self.county = make.an_account(session, "CR", "411302")

    def entry(self, row, pupil=None, **bends):
        facts = {"name": "新生", "gender": "1", "birth_date": DAY, "id_number": None}
        if pupil is not None:
            facts = {name: getattr(pupil, name) for name in facts}
        return Entry(row, bends.pop("school", self.school.id), **(facts | bends))

    def take(self, account, *entries):
        actor = become(self.session, account)
        made = take(self.session, actor, Stage.PRIMARY, 2026, entries)
        return self.session.get_one(ExpectedList, made[0].id)


@pytest.fixture
def ground(session):
    return Ground(session)


def test_a_list_stands_beside_the_grade_and_a_later_one_replaces_it(session, ground):
    first = make.a_pupil(session, ground.room)
    make.a_pupil(session, ground.room, status=Status.PENDING_REGISTRATION)
    make.a_pupil(session, ground.room, status=Status.DELETED)
    gone = make.a_pupil(session, ground.far)
    known = [ground.entry(2, first), ground.entry(3, gone)]
    one = ground.take(ground.registrar, *known, ground.entry(4))
    pairs = reconcile(session, [one])[one.id]
    assert {k: n for k, n in counts(pairs).items() if n} == {
        Outcome.SAME: 1, Outcome.MISSING: 2, Outcome.EXTRA: 1,
    }  # fmt: skip
    assert elsewhere(session, pairs) == {}  # the other school's is not seen
    become(session, ground.county)
    assert {row: found.student_id for row, found in elsewhere(session, pairs).items()} == {
        3: gone.id
    }
    before = one.id
    again = ground.take(ground.registrar, ground.entry(2, first))
    assert (again.id != before, again.rows) == (True, 1)
    scope.enter(make.WHOLE, session)
    assert session.scalar(select(func.count()).select_from(ExpectedPupil)) == 1
    line = session.scalars(select(ExpectedPupil)).one()
    assert (line.id_number, line.id_digest) == (first.id_number, KEYS.digest(first.id_number))
    events = session.scalars(select(AuditEvent).filter_by(action="expected.uploaded")).all()
    assert [event.details["rows"] for event in events] == [3, 1]


def test_an_authority_keeps_a_list_for_each_of_its_schools(session, ground):
    here, there = ground.entry(2), ground.entry(3, school=ground.other.id)
    ground.take(ground.county, here, there)
    scope.enter(make.WHOLE, session)
    assert session.scalar(select(func.count()).select_from(ExpectedList)) == 2
    actor = become(session, ground.county)
    assert set(schools_of(session, actor, Stage.PRIMARY).values()) >= {
        ground.school.id,
        ground.other.id,
    }
    assert schools_of(session, actor, Stage.SENIOR) == {}


def test_who_may_upload_and_remove(session, ground):
    kept = ground.take(ground.registrar, ground.entry(2)).id
    scope.enter(make.WHOLE, session)
    leader = make.an_account(session, "SL", ground.school)
    stranger = make.an_account(session, "SR", ground.other)
    with pytest.raises(Forbidden):
        take(session, become(session, leader), Stage.PRIMARY, 2026, [ground.entry(2)])
    with pytest.raises(Forbidden):
        remove(session, become(session, leader), kept)
    with pytest.raises(NotFound):
        remove(session, become(session, stranger), kept)
    remove(session, become(session, ground.registrar), kept)
    scope.enter(make.WHOLE, session)
    assert session.scalar(select(func.count()).select_from(ExpectedPupil)) == 0


def test_the_year_of_a_list():
    assert usual_year(date(2026, 8, 30)) == 2026
    assert usual_year(date(2027, 3, 1)) == 2026
    assert insist_year(2026, date(2026, 9, 1)) == 2026
    for wrong in (None, 1999, 2028):
        with pytest.raises(Refused):
            insist_year(wrong, date(2026, 9, 1))
