"""An import killed anywhere, from the look to the undo, ends as one that nobody disturbed.

Each walk is a whole import: looked at, written, taken back; one death in every phase.
"""

from collections import Counter
from datetime import date
from itertools import chain, zip_longest

import pytest
from sqlalchemy.orm import Session

from app.imports import batch as batches
from app.imports import undoing
from app.jobs import importing
from app.jobs.sessions import engine
from app.policies import scope
from app.policies.roles import Actor, Role
from tests import crew as crews
from tests import make
from tests.imports.books import SCHOOL, a_book, a_row
from tests.imports.conftest import a_registrar
from tests.imports.killing import ENDING, TAKING, Point, Reaper, points

ROWS, CHUNK = 250, 100
SMALL = f"import app.imports.undoing as u; u.CHUNK = {CHUNK}; {crews.PROGRAM}"
MANY, SEED = 100, 20_261_122  # kills of the soak, drawn anew with another seed
PHASES = {  # phase: where its work may die
    "check": (
        Point("keeping the rows", "INSERT ON import_row"),
        Point("closing the look", "UPDATE ON import_batch", "NEW.state = 'PREVIEW'", whole=True),
        TAKING,
    ),
    "commit": (
        Point("entering pupils", "INSERT ON student", whole=True),
        Point("leaving lines", "INSERT ON import_line"),
        Point("the event", "INSERT ON audit_event", "NEW.action = 'import.commit'"),
        ENDING,
    ),
    "undo": (
        Point("the second turn", "UPDATE ON import_batch", f"NEW.reversed > {CHUNK}"),
        Point("striking", "UPDATE ON student", "NEW.status = 'DELETED'", whole=True),
        Point("closing the undo", "UPDATE ON import_batch", "NEW.state = 'UNDONE'"),
    ),
}
PREVIEW = """
SELECT r.row_no, r.verdict, r.taken, r.name, encode(r.id_digest, 'hex'), r.class_number,
  (SELECT string_agg(g.name, ',' ORDER BY g.ordinal) FROM import_guardian g
   WHERE g.batch_id = r.batch_id AND g.row_no = r.row_no)
FROM import_row r WHERE r.batch_id = %s ORDER BY 1
"""
WRITTEN = """
SELECT l.row_no, l.verdict, l.outcome, l.why, s.name, encode(s.id_digest, 'hex'), s.status,
  s.class_id, s.row_version,
  (SELECT string_agg(g.name, ',' ORDER BY g.id)
   FROM guardian g WHERE g.student_id = s.id) AS family,
  (SELECT string_agg(split_part(h.reason, ':', 1), ',')
   FROM row_history h WHERE h.student_id = s.id) AS reasons
FROM import_line l JOIN student s ON s.id = l.target_id AND s.import_batch_id = l.batch_id
WHERE l.batch_id = %s ORDER BY 1
"""
BATCH = """
SELECT state, revision, total, new, refused, warned, written, reversed, kept, stuck,
  (SELECT count(*) FROM student s WHERE s.import_batch_id = b.id) AS pupils,
  (SELECT count(*) FROM import_row r WHERE r.batch_id = b.id) AS previewed,
  (SELECT coalesce(sum(n), 0) FROM headcount h WHERE h.status = 'PENDING_REGISTRATION') AS heads
FROM import_batch b WHERE id = %s
"""
DEEDS = "SELECT action, details FROM audit_event WHERE object_id = %s ORDER BY id"


@pytest.fixture(scope="module", autouse=True)
def shared_files(root, tmp_path_factory):
    """The crew reads the environment once, when it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_FILES_URL", f"file://{tmp_path_factory.mktemp('files')}")
        yield


@pytest.fixture(autouse=True)
def files():
    """Leave the module's own place for files as it is."""


@pytest.fixture(scope="module")
def crew(root, tmp_path_factory):
    """A crew that undoes a few rows a turn."""
    with (tmp_path_factory.mktemp("crew") / "log").open("wb") as log:
        people = crews.Crew(log, SMALL)
        people.keep_up()
        yield people
        people.dismiss()


class Walk:
    """One import from its upload to its undo, with a death in each phase."""

    def __init__(self, root, crew, settled, user_id, data):
        self.root, self.settled, self.user_id, self.data = root, settled, user_id, data
        self.reaper = Reaper(root, crew)

    def at_work(self, deed):
        """Do something as the registrar, in a transaction of its own."""
        with Session(engine()) as session:
            held = scope.scope_of(session, self.user_id)
        with scope.within(held), Session(engine()) as session, session.begin():
            return deed(session)

    def walk(self, deaths):
        """Go through all phases; gives what is there after each, and how long each took."""
        ends, spans = [], []
        batch_id = self.at_work(self._upload)
        for phase, point in zip_longest(PHASES, deaths):
            ask = lambda phase=phase: self.at_work(  # noqa: E731
                lambda session: getattr(self, f"_{phase}")(session, batch_id)
            )
            job = self.settled(ask() if point is None else self.reaper.disturb(point, ask))
            assert job.state == "DONE", (phase, point, job.error)
            spans.append((job.ended_at - job.sent_at).total_seconds())
            ends.append(self.end(batch_id))
        return ends, spans

    def end(self, batch_id):
        """Everything an import has left behind by now."""
        rows = [
            [tuple(row) for row in self.root.execute(sql, (batch_id,))]
            for sql in (PREVIEW, WRITTEN, BATCH)
        ]
        deeds = self.root.execute(DEEDS, (batch_id,)).fetchall()
        return rows, Counter(deed.action for deed in deeds), [deed.details for deed in deeds]

    def _upload(self, session):
        return batches.receive(session, self.user_id, "pupils.xlsx", self.data).batch.id

    def _check(self, session, batch_id):
        return importing.ask_check(session, batches.held(session, batch_id))

    def _commit(self, session, batch_id):
        seen = batches.held(session, batch_id).revision
        return importing.ask_commit(session, batch_id, self.user_id, seen=seen)

    def _undo(self, session, batch_id):
        batch = batches.held(session, batch_id)
        actor = Actor(self.user_id, Role.SR, batch.school_id, batch.owner_path)
        foreseen = undoing.undo_preview(session, batch_id, date(2026, 9, 1))
        return importing.ask_undo(session, batch_id, actor, foreseen.seen)


def differing(ends, others):
    """The first things in which two walks differ."""
    flat = [[*chain(*rows), deeds, told] for end in (ends, others) for rows, deeds, told in end]
    half = len(flat) // 2
    pairs = zip_longest(chain(*flat[:half]), chain(*flat[half:]))
    return [(one, other) for one, other in pairs if one != other][:3]


@pytest.fixture
def walk(root, crew, settled, user_id):
    data = a_book([a_row(姓名=f"李小满{chr(0x4E00 + n)}") for n in range(ROWS)])
    return Walk(root, crew, settled, user_id, data)


@pytest.fixture(scope="module")
def user_id(root):
    """A registrar who is really there."""
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        return a_registrar(session, SCHOOL).user_id


def test_whoever_is_killed_the_import_ends_the_same(walk):
    undisturbed, _ = walk.walk([])
    states = [end[0][2][0][0] for end in undisturbed]
    assert states == ["PREVIEW", "COMMITTED", "UNDONE"]
    assert undisturbed[2][1]["import.reverse"] == -(-ROWS // CHUNK)
    for deaths in list(zip(*PHASES.values(), strict=False))[:2]:
        ends, _ = walk.walk(deaths)
        assert not differing(ends, undisturbed), [point.name for point in deaths]


@pytest.mark.soak
def test_a_hundred_deaths_change_nothing(walk):
    undisturbed, spans = walk.walk([])
    named = list(zip_longest(*PHASES.values()))
    timed = [points(SEED + at, MANY, span) for at, span in enumerate(spans)]
    walks = [*named, *zip(*timed, strict=True)][: -(-MANY // len(PHASES))]
    for deaths in walks:
        ends, _ = walk.walk(deaths)
        assert not differing(ends, undisturbed), [point and point.name for point in deaths]
