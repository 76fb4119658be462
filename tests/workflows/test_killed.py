"""W13: whoever approves is killed in the middle of a step: the case is whole before or whole after.

A case nobody disturbed says what whole means: after each of its steps the timeline, the notices,
the audit, the pupil, the periods, the numbers and the history. A killed one is laid beside it.
"""

import time
from random import Random

import pytest

from tests.workflows.killed import KINDS, MISCOUNTED, Clerk, Yard, picture

SAMPLE, ALL = 8, 300  # kills at random moments, in the suite and in the soak
STEP = 0.06  # seconds: somewhat longer than a step takes
LOCK = 20_261_122
GATE = f"""
CREATE SCHEMA yard; GRANT USAGE ON SCHEMA yard TO xueji_app;
CREATE FUNCTION yard.gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$
"""
HELD = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"
PLACES = [  # in the last step of which kind, and what has just been written
    ("TRANSFER", "UPDATE ON case_file"),
    ("TRANSFER", "INSERT ON case_event"),
    ("TRANSFER", "INSERT ON notice"),
    ("TRANSFER", "UPDATE ON enrolment"),
    ("TRANSFER", "UPDATE ON student"),
    ("TRANSFER", "INSERT ON enrolment"),
    ("TRANSFER", "INSERT ON audit_event"),
    ("REGISTRATION", "INSERT ON issued_number"),
    ("REGISTRATION", "INSERT ON enrolment"),
    ("KEY_CHANGE", "INSERT ON number_history"),
    ("MOVEMENT", "INSERT ON row_history"),
]


class Story:
    """Cases that are killed and go on, and what each of their steps should leave behind."""

    def __init__(self, root, engine, key_file):
        self.root, self.key_file, self.yard = root, key_file, Yard(engine)
        self.whole = {kind: self.undisturbed(kind) for kind in KINDS}

    def undisturbed(self, kind):
        """What a case of a kind looks like before its first step and after each one."""
        case_id, pupil_id, hands = self.yard.lay(kind)
        seen = [picture(self.root, case_id, pupil_id)]
        for step, user in enumerate(hands):
            self.end(self.clerk([(case_id, 2 + step, user)]))
            seen.append(picture(self.root, case_id, pupil_id))
        assert seen[-1]["case"][0].count(None) == 3, "it is closed"
        return seen

    def clerk(self, presses, *, is_warm=False):
        return Clerk(self.root, self.key_file, presses, is_warm=is_warm)

    def end(self, clerk):
        """Let a clerk do all there is to do."""
        while clerk.begun() is not None:
            pass
        clerk.process.join()
        assert clerk.process.exitcode == 0

    def steps(self, kind, case):
        """How many steps of a case are done; it is whole, or this fails."""
        found = picture(self.root, *case[:2])
        done = len(found["timeline"]) - 1
        assert found == self.whole[kind][done], (kind, done)
        return done

    def hold(self):
        """What must be so whatever happened: the figures are the pupils'."""
        assert self.root.execute(MISCOUNTED).fetchall() == []


@pytest.fixture(scope="module")
def story(root, own_engine, house):
    root.execute(GATE)
    return Story(root, own_engine, house.key_file)


@pytest.fixture
def gate(root):
    """Hold whoever writes to a table until they are killed."""
    made = []

    def close(deed):
        made.append(deed)
        sql = f"CREATE TRIGGER gate AFTER {deed} FOR EACH ROW EXECUTE FUNCTION yard.gate()"
        root.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        root.execute(sql)

    yield close
    root.execute("SELECT pg_advisory_unlock_all()")
    for deed in made:
        root.execute(f"DROP TRIGGER IF EXISTS gate ON {deed.split()[-1]}")


@pytest.mark.parametrize(("kind", "deed"), PLACES)
def test_whoever_dies_having_written_this_has_written_nothing(story, gate, root, kind, deed):
    case = case_id, _pupil_id, hands = story.yard.lay(kind)
    presses = [(case_id, 2 + step, user) for step, user in enumerate(hands)]
    story.end(story.clerk(presses[:-1]))
    gate(deed)
    clerk = story.clerk(presses[-1:])
    assert clerk.begun() == case_id
    until = time.monotonic() + 30
    while root.execute(HELD).fetchone() is None:
        assert time.monotonic() < until, "nobody came to the gate"
        time.sleep(0.005)
    clerk.kill()
    root.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
    root.execute(f"DROP TRIGGER gate ON {deed.split()[-1]}")
    clerk.is_gone()
    assert story.steps(kind, case) == len(hands) - 1
    story.hold()
    story.end(story.clerk(presses[-1:]))
    assert story.steps(kind, case) == len(hands)
    story.hold()


def killed(story, tally, times):
    """Let clerks work on cases of every kind and kill each of them at a random moment."""
    dice, cut = Random(times), 0  # noqa: S311
    while times > 0:
        cases = {kind: story.yard.lay(kind) for kind in KINDS}
        done = dict.fromkeys(KINDS, 0)
        while todo := presses(cases, done, dice):
            clerk = story.clerk(todo, is_warm=times > 0)
            begun = die(clerk, dice, len(todo)) if times > 0 else story.end(clerk)
            now = {kind: story.steps(kind, case) for kind, case in cases.items()}
            story.hold()
            assert all(now[kind] >= done[kind] for kind in KINDS)
            cut += begun is not None and sum(now.values()) - sum(done.values()) < begun
            done, times = now, times - (begun is not None)
            tally["processes killed while they approved"] += begun is not None
        assert all(done[kind] == len(case[2]) for kind, case in cases.items())
    tally["of them in the middle of a step, which left nothing"] += cut
    assert cut


def presses(cases, done, dice):
    """What is left to do, each case's steps in their order, the cases mixed."""
    left = [kind for kind, case in cases.items() for _ in case[2][done[kind] :]]
    dice.shuffle(left)
    at, found = dict(done), []
    for kind in left:
        case_id, _pupil_id, hands = cases[kind]
        found.append((case_id, 2 + at[kind], hands[at[kind]]))
        at[kind] += 1
    return found


def die(clerk, dice, steps):
    """Kill a clerk a moment after one of the first steps has begun; gives which one that was."""
    begun = 1 + dice.randrange(min(3, steps))
    for _ in range(begun):
        clerk.begun()
    time.sleep(dice.random() * STEP)
    clerk.kill()
    clerk.is_gone()
    return begun


def test_whoever_dies_at_any_moment_leaves_every_case_whole(story, tally):
    killed(story, tally, SAMPLE)


@pytest.mark.soak
def test_three_hundred_who_die_leave_every_case_whole(story, tally):
    killed(story, tally, ALL)
