"""Random walks over every process: whoever presses whatever, program and law answer alike.

Two hundred walks of fifty presses in the suite, nineteen thousand in `make soak`; after every step
that was carried out the database is asked whether all of it still holds (`model_facts`).
"""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.workflows.model_world import World
from tests.workflows.walking import ROUTES, STEPS, Walk
from tests.workflows.walking_problems import ProblemWalk
from tests.workflows.walking_registrations import RegistrationWalk

KINDS = [
    ("REGISTRATION", "same county"),
    ("MOVEMENT", "same county"),
    ("MOVEMENT", "other province"),
    ("KEY_CHANGE", "same county"),
    *(("TRANSFER", route) for route in ROUTES),
    ("PROBLEM", "same county"),
    ("PROBLEM", "other county"),
]
OWN_WALKS = {"PROBLEM": ProblemWalk, "REGISTRATION": RegistrationWalk}
SHORT, LONG = 23, 100  # walks of one test: nine tests of 23; in the soak of a hundred
OFTEN = ("REGISTRATION", "PROBLEM")
SOAK = [  # 10,200 walks over registrations and problems, 9,000 over all else
    (kind, route, start)
    for kind, route in KINDS
    for start in range(1, (34 if kind in OFTEN else 15) + 1)
]


def walked(session, tally, kind, route, start, times):
    world = World(session)

    @seed(start)
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # a walk is short enough to be read
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def walk(number):
        dice = Random(number).randbytes(4 * STEPS)  # noqa: S311
        nested = session.begin_nested()
        try:
            steps = OWN_WALKS.get(kind, Walk)(world, kind, ROUTES[route])
            steps.play(dice)
        finally:
            nested.rollback()
            session.expunge_all()
        tally["walks over a process"] += 1
        tally[f"walks over a process: {kind}"] += 1
        tally["presses of the walks"] += STEPS
        for name, count in steps.done.items():
            tally[f"walks: {name}"] += count

    walk()


@pytest.mark.parametrize(("kind", "route"), KINDS)
def test_no_walk_leaves_the_law(session, tally, kind, route):
    walked(session, tally, kind, route, 0, SHORT)


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "route", "start"), SOAK)
def test_ten_thousand_walks_do_not_either(session, tally, kind, route, start):
    walked(session, tally, kind, route, start, LONG)
