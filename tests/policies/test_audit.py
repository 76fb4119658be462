"""The chain of the log: whatever is done to it afterwards is found, and where."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.bench.audit import fill
from app.jobs.sessions import engine
from app.models.audit import AuditEvent
from app.models.student import Student
from app.policies import scope
from app.policies.anchors import SYSTEM, Anchors, Head, append, last_anchored
from app.policies.audit import record
from app.policies.audit_chain import Fault, anchor, verify, verify_within
from app.policies.trail_triggers import LINK
from tests import make

CHAINS, EVENTS = 5, 40
NOW = datetime(2026, 11, 21, 23, 7, tzinfo=UTC)
HEADS = "SELECT path, seq, hash FROM audit_head ORDER BY path"
REHASH = f"""
DO $$ DECLARE e audit_event; before bytea; BEGIN
  SELECT hash INTO before FROM audit_event WHERE owner_path = '{{path}}' AND seq = {{seq}} - 1;
  FOR e IN SELECT * FROM audit_event WHERE owner_path = '{{path}}' AND seq >= {{seq}} ORDER BY seq
  LOOP
    before := sha256(coalesce(before, '') || convert_to({LINK.format(row="e")}, 'UTF8'));
    UPDATE audit_event SET hash = before WHERE id = e.id;
  END LOOP;
  UPDATE audit_head SET hash = before WHERE path = '{{path}}';
END $$
"""  # noqa: S608  words of ours
EDIT = "UPDATE audit_event SET {} WHERE owner_path = %(path)s AND seq = %(seq)s"
EDITS = {  # how one event is changed; what a change cannot say of it stays
    "at": "at = at + interval '1 microsecond'",
    "actor": "actor = coalesce(actor, 0) + 1",
    "nobody": "actor = CASE WHEN actor IS NULL THEN 1 END",
    "action": "action = action || 'x'",
    "object_type": "object_type = 'school'",
    "object_id": "object_id = coalesce(object_id, 0) + 1",
    "details": "details = details || '{\"n\": 0}'",
    "ip": "ip = '10.9.9.9'",
    "hash": "hash = sha256(hash)",
    "shifted": "object_type = concat_ws('|', object_type, object_id), object_id = NULL",
    "named": "actor = NULL, action = concat_ws('|', actor, action)",
}


@pytest.fixture(scope="module")
def log(root, tmp_path_factory):
    """A log of five chains, anchored; gives the anchors."""
    fill(root, CHAINS, EVENTS)
    file = tmp_path_factory.mktemp("log") / "anchors"
    append(file, [Head(*row) for row in root.execute(HEADS)], NOW)
    return file


def judged(root, file, tamper):
    """What a verification finds after somebody with every power was here; taken back."""
    with root.transaction(force_rollback=True):
        root.execute("SET LOCAL session_replication_role = replica")
        tamper(root)
        return verify(root, Anchors().read(file))


# ── what somebody with every power could do ──────────────────────────────────────────────────


def edit(dice, path, seq, but=""):
    """Change one column of one event."""
    change = EDITS[dice.choice(sorted(EDITS.keys() - {but}))]
    return lambda root: root.execute(EDIT.format(change), {"path": path, "seq": seq})


def forge(dice, path, seq):
    """Change an event and compute all that follows, the head included: only the anchor tells."""

    def tamper(root):
        edit(dice, path, seq, but="hash")(root)
        root.execute(REHASH.format(path=path, seq=seq))

    return tamper


def delete(dice, path, seq):
    """Delete one event, or some."""
    until = min(EVENTS, seq + dice.randrange(4))

    def tamper(root):
        sql = "DELETE FROM audit_event WHERE owner_path = %s AND seq BETWEEN %s AND %s"
        root.execute(sql, (path, seq, until))

    return tamper


def swap(dice, path, seq):
    """Let two events change places."""
    other = dice.choice([n for n in range(1, EVENTS + 1) if n != seq])

    def tamper(root):
        sql = "UPDATE audit_event SET seq = %s WHERE owner_path = %s AND seq = %s"
        for new, old in ((0, seq), (seq, other), (other, 0)):
            root.execute(sql, (new, path, old))

    return tamper


def close_up(dice, path, seq):
    """Delete an event and number the rest anew."""

    def tamper(root):
        delete(dice, path, seq)(root)
        sql = "SELECT seq FROM audit_event WHERE owner_path = %s ORDER BY seq"
        for new, (old,) in enumerate(root.execute(sql, (path,)).fetchall(), 1):
            root.execute(
                "UPDATE audit_event SET seq = %s WHERE owner_path = %s AND seq = %s",
                (new, path, old),
            )

    return tamper


def cut(dice, path, seq):
    """Cut the tail; every other time the head along with it."""
    along = dice.random() < 0.5

    def tamper(root):
        root.execute("DELETE FROM audit_event WHERE owner_path = %s AND seq >= %s", (path, seq))
        if along and seq == 1:
            root.execute("DELETE FROM audit_head WHERE path = %s", (path,))
        elif along:
            root.execute(
                "UPDATE audit_head SET seq = e.seq, hash = e.hash FROM audit_event e"
                " WHERE e.owner_path = path AND path = %s AND e.seq = %s",
                (path, seq - 1),
            )

    return tamper


def move(dice, path, seq):
    """Give an event to another organisation, at the end of its chain."""
    del dice

    def tamper(root):
        sql = "UPDATE audit_event SET owner_path = '/99/', seq = 1 WHERE owner_path = %s"
        root.execute(sql + " AND seq = %s", (path, seq))

    return tamper


WAYS = (edit, forge, delete, swap, close_up, cut, move)


def tried(root, log, seed):
    dice = random.Random(seed)  # noqa: S311  the same trials each time
    way = dice.choice(WAYS)
    path, seq = f"/41/{dice.randrange(1, CHAINS + 1):04d}/", dice.randrange(1, EVENTS + 1)
    return way.__name__, path, seq, judged(root, log, way(dice, path, seq))


def test_a_log_nobody_touched_is_whole(root, log):
    def go_on(root):
        root.execute("SET LOCAL session_replication_role = origin")  # the trigger ties these
        for _ in range(3):
            root.execute("INSERT INTO audit_event (action, details) VALUES ('test.deed', '{}')")

    found = judged(root, log, go_on)
    assert (found.events, found.chains) == (CHAINS * EVENTS + 3, CHAINS + 1)
    assert (found.breaks, found.faults) == ([], 0)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_done_to_the_log_is_found(root, log, seed):
    way, path, seq, found = tried(root, log, seed)
    assert found.faults, (way, path, seq)
    assert path in {broken.path for broken in found.breaks}, (way, path, seq)


@pytest.mark.soak
def test_a_thousand_tamperings_are_found(root, log):
    missed = [trial[:3] for trial in (tried(root, log, 1000 + n) for n in range(1000))
              if not trial[3].faults]  # fmt: skip
    assert missed == []


@pytest.mark.parametrize("column", sorted(EDITS))
def test_a_changed_column_is_found_at_its_event(root, log, column):
    at = {"path": "/41/0002/", "seq": 17}
    found = judged(root, log, lambda root: root.execute(EDIT.format(EDITS[column]), at))
    first = found.breaks[0]
    assert (first.path, first.seq, first.fault) == ("/41/0002/", 17, Fault.CHANGED)


def test_a_gap_a_cut_and_a_lost_head_are_called_what_they_are(root, log):
    def tamper(root):
        root.execute("DELETE FROM audit_event WHERE owner_path = '/41/0001/' AND seq IN (7, 8)")
        root.execute("DELETE FROM audit_event WHERE owner_path = '/41/0002/' AND seq > 38")
        root.execute("DELETE FROM audit_event WHERE owner_path = '/41/0003/'")
        root.execute("UPDATE audit_head SET hash = '' WHERE path = '/41/0004/'")

    found = {(b.path, b.seq, b.until, b.fault) for b in judged(root, log, tamper).breaks}
    assert found == {
        ("/41/0001/", 7, 8, Fault.MISSING),
        ("/41/0002/", 39, 40, Fault.CUT),
        ("/41/0003/", 1, 40, Fault.CUT),
        ("/41/0004/", 40, 40, Fault.HEAD),
    }


# ── the anchor file ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def file(tmp_path):
    """Three anchored heads."""
    file = tmp_path / "audit" / "anchors"
    append(file, [Head("", 1, b"a"), Head("/41/", 2, b"b")], NOW)
    append(file, [Head("/41/", 2, b"b"), Head("/41/", 9, b"c")], NOW)
    return file


def test_an_anchor_file_grows_by_what_moved(file):
    held = Anchors().read(file)
    assert (held.lines, held.broken) == (3, [])
    assert {path: set(at) for path, at in held.held.items()} == {"": {1}, "/41/": {2, 9}}
    assert f" {SYSTEM} " in file.read_text()
    assert last_anchored(file) == NOW
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("bend", "line"),
    [
        (lambda lines: [lines[0].replace(" 1 ", " 3 "), *lines[1:]], 1),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: [lines[0], "what", *lines[1:]], 2),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
    ],
)
def test_a_changed_anchor_file_shows_its_line(file, bend, line):
    file.write_text("".join(f"{one}\n" for one in bend(file.read_text().splitlines())))
    assert Anchors().read(file).broken[0] == (file, line)


def test_a_torn_line_is_told_and_the_file_goes_on(file):
    file.write_text(file.read_text()[:-9])
    append(file, [Head("/41/", 10, b"d")], NOW)
    held = Anchors().read(file)
    assert held.broken == [(file, 3)]
    assert 10 in held.held["/41/"]


def test_no_anchor_file_is_no_date(tmp_path):
    assert last_anchored(tmp_path / "none") is None


def test_the_log_names_the_files_last_line(session, tmp_path):
    scope.enter(scope.SYSTEM, session)
    file = tmp_path / "anchors"
    record(session, "test.deed")
    assert anchor(session, file, NOW) == Anchors().read(file).lines
    whole = verify_within(session, file)
    assert (whole.breaks, whole.is_file_cut) == ([], False)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    assert verify_within(session, file).is_file_cut
    told = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "audit.verified"))
    assert [one["faults"] for one in told] == [0, 1]


# ── no event, no deed ────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("root")
def test_a_deed_without_an_event_does_not_commit():
    with scope.within(make.WHOLE), Session(engine()) as session:
        make.an_authority(session, "000000")
        with pytest.raises(DBAPIError, match="a deed without an audit event"):
            session.commit()
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM organisation WHERE code = '99'")) == 0


def test_the_time_zone_of_whoever_writes_does_not_matter(session, tmp_path):
    scope.enter(scope.SYSTEM, session)
    session.execute(text("SET LOCAL timezone = 'Asia/Tokyo'; SET LOCAL datestyle = 'German'"))
    record(session, "test.deed")
    assert verify_within(session, tmp_path / "none").breaks == []


def test_an_event_that_cannot_be_written_takes_the_deed_back(session, web, monkeypatch):
    """D6: the disk is full, or the log is away."""
    scope.enter(make.WHOLE, session)
    pupil = make.a_pupil(session)
    registrar = make.an_account(session, "SR", pupil.school)
    browser = web(registrar)
    page = browser.get(f"/students/edit/{pupil.id}")
    assert page.status_code == 200
    before = session.scalar(select(func.count(AuditEvent.id)))

    def broken(*_, **__):
        raise DBAPIError("INSERT INTO audit_event", {}, Exception("no space left on device"))

    monkeypatch.setattr("app.views.screens.recorded.record", broken)
    answer = browser.post(
        f"/students/edit/{pupil.id}",
        data={"row_version": str(pupil.row_version), "talent": "围棋"},
    )
    assert answer.status_code >= 400
    session.refresh(pupil)
    assert pupil.talent != "围棋"
    assert session.scalar(select(func.count(AuditEvent.id))) == before
    assert session.get(Student, pupil.id) is pupil
