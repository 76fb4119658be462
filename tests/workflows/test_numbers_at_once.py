"""Numbers given out at once, on real connections: no number twice, whoever wins (P34)."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from app.codes.id_number import check_character
from app.codes.national_number import from_id_number, is_well_formed
from app.policies import scope
from app.workflows.numbering import Nameless, claim_all, numbers_by_rule, temporary_number
from tests import make

AREA, FIRST = "411302", date(2012, 1, 1)
CONNECTIONS, BATCH, WINDOW = 6, 25, 1_000  # L as a batch of approvals, G and J as a job's step
SOME, ALL = 3_000, 1_000_000
SHARES = {"L": 5, "G": 4, "J": 1}  # tenths


@pytest.fixture(scope="module")
def school_id(own_engine):
    """A school whose county the numbers are of, committed for real."""
    with scope.within(make.WHOLE), Session(own_engine) as session, session.begin():
        made = make.a_school(session, AREA).id
        make.unwitnessed(session)
    return made


def split(kind, ids, chance):
    """Ids in the transactions in which a kind of number is given out, in any order."""
    step = BATCH if kind == "L" else WINDOW
    parts = [ids[at : at + step] for at in range(0, len(ids), step)]
    chance.shuffle(parts)
    return [(kind, part) for part in parts]


def born(student_id, days):
    return FIRST + timedelta(days=student_id * 7919 % days)


def given(session, kind, ids, days, school_id):
    """What one transaction gives to these pupils: pairs of pupil and number."""
    if kind == "L":
        pupils = [
            SimpleNamespace(id=one, birth_date=born(one, days[kind]), school_id=school_id)
            for one in ids
        ]
        return [(pupil.id, temporary_number(session, pupil)) for pupil in pupils]
    if kind == "J":
        pupils = [Nameless(one, AREA, born(one, days[kind])) for one in ids]
        return list(numbers_by_rule(session, pupils).items())
    wanted = [(one, from_id_number(an_id(one))) for one in ids]
    return [pair for pair, ok in zip(wanted, claim_all(session, wanted), strict=True) if ok]


def an_id(student_id):
    body = f"{AREA}{FIRST + timedelta(days=student_id // 900):%Y%m%d}{student_id % 900:03d}"
    return body + check_character(body)


def give_all(engine, root, school_id, total):
    """Give so many numbers from several connections at once; checks and returns the seconds."""
    root.execute("TRUNCATE issued_number")
    chance = random.Random(total)  # noqa: S311  chance, not secrecy
    days = {"L": max(1, total // 12_000), "J": max(1, total // 500), "G": 1}
    parts, first = [], 1
    for kind, tenths in SHARES.items():
        ids = list(range(first, first + total * tenths // 10))
        first += len(ids)
        parts += split(kind, ids, chance)
    chance.shuffle(parts)

    def work(part):
        with scope.within(make.WHOLE), Session(engine) as session, session.begin():
            return given(session, *part, days, school_id)

    began = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        pairs = [pair for done in pool.map(work, parts) for pair in done]
    seconds = time.monotonic() - began
    numbers = {number for _, number in pairs}
    assert len(pairs) == len(numbers) == len({one for one, _ in pairs}) == total
    assert all(is_well_formed(number) for number in numbers)
    assert root.execute("SELECT count(*) AS n FROM issued_number").fetchone().n == total
    return seconds


def test_numbers_given_at_once_are_never_the_same(own_engine, root, school_id):
    give_all(own_engine, root, school_id, SOME)


def test_two_who_want_the_same_number_do_not_both_get_it(own_engine, root, school_id):
    def work(student_id):
        with scope.within(make.WHOLE), Session(own_engine) as session, session.begin():
            return claim_all(session, [(student_id, from_id_number(an_id(7)))])[0]

    root.execute("TRUNCATE issued_number")
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        assert sum(pool.map(work, range(1, 25))) == 1


@pytest.mark.soak
def test_a_million_numbers_given_at_once_are_never_the_same(own_engine, root, school_id):
    seconds = give_all(own_engine, root, school_id, ALL)
    print(f"{ALL:,} numbers in {seconds:.0f} s, {ALL / seconds:,.0f} a second")  # noqa: T201
