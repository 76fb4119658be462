"""What imports leave behind: needed files stay, the others and dead plain copies go."""

import os
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from app.imports import remains
from app.jobs import sweeping
from app.models.audit import AuditEvent
from app.models.import_batch import BatchState, ImportBatch, ImportCell, ImportRaw
from app.policies import scope
from app.storage.sealed_files import Folder, keep, opened, sweep
from tests import make

NOW = datetime.now(UTC)
OLD, ANCIENT = timedelta(days=2), timedelta(days=31)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A temporary folder of our own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def aged(path, ago):
    then = (NOW - ago).timestamp()
    os.utime(path, (then, then))
    return path


def a_file(data, ago=OLD):
    """A stored workbook as old as said; gives its digest and where it lies."""
    digest = keep(Folder.IMPORTS, data)
    with opened(Folder.IMPORTS, digest):
        pass
    (path,) = Path(os.environ["XUEJI_FILES_URL"].removeprefix("file://")).rglob(digest)
    return digest, aged(path, ago)


def a_batch(session, registrar, digest, state, ago):
    batch = make.a_batch(session, registrar, sha256=digest, state=state)
    session.execute(
        text("UPDATE import_batch SET created_at = :at WHERE id = :id"),
        {"at": NOW - ago, "id": batch.id},
    )


@pytest.mark.parametrize(
    ("state", "ago", "stays"),
    [
        (BatchState.PENDING, ANCIENT, True),
        (BatchState.PREVIEW, ANCIENT, True),
        (BatchState.COMMITTING, ANCIENT, True),
        (BatchState.COMMITTED, timedelta(hours=1), True),
        (BatchState.COMMITTED, OLD, False),
        (BatchState.FAILED, OLD, True),
        (BatchState.DISCARDED, OLD, True),
        (BatchState.DISCARDED, ANCIENT, False),
    ],
)
def test_a_workbook_stays_as_long_as_a_batch_needs_it(session, registrar, state, ago, stays):
    digest, path = a_file(b"a workbook")
    a_batch(session, registrar, digest, state, ago)
    swept = sweep(Folder.IMPORTS, remains.needed(session, NOW), NOW)
    assert (path.exists(), swept) == (stays, int(not stays))


@pytest.mark.parametrize(
    ("refused", "ago", "stays"),
    [(0, OLD, False), (3, OLD, True), (3, ANCIENT, False)],
)
def test_rows_left_out_of_a_writing_may_be_mended_for_a_month(
    session, registrar, refused, ago, stays
):
    digest, path = a_file(b"a workbook")
    batch = make.a_batch(
        session, registrar, sha256=digest, state=BatchState.COMMITTED, refused=refused,
        committed_at=NOW - ago,
    )  # fmt: skip
    session.execute(text("UPDATE import_batch SET created_at = :at"), {"at": NOW - ANCIENT})
    session.add(ImportCell(batch_id=batch.id, row_no=2, field="remark", before="甲", after="乙"))
    session.add(ImportRaw(batch_id=batch.id, row_no=3, cells="{}"))
    session.flush()
    sweep(Folder.IMPORTS, remains.needed(session, NOW), NOW)
    assert path.exists() is stays
    assert remains.sweep_cells(session, NOW) == (2 if ago == ANCIENT else 0)
    assert remains.sweep_cells(session, NOW) == 0


def test_a_file_without_a_row_goes_after_a_day(session, registrar):
    _, young = a_file(b"just stored", timedelta(hours=23))
    _, orphan = a_file(b"nobody's", timedelta(hours=25))
    half = aged_part(orphan)
    assert sweep(Folder.IMPORTS, remains.needed(session, NOW), NOW) == 2
    assert (young.exists(), orphan.exists(), half.exists()) == (True, False, False)


def aged_part(path):
    part = path.with_name(f"{path.name}.77.part")
    part.write_bytes(b"half")
    return aged(part, OLD)


def test_one_batch_that_needs_it_is_enough(session, registrar):
    digest, path = a_file(b"twice")
    a_batch(session, registrar, digest, BatchState.COMMITTED, OLD)
    a_batch(session, registrar, digest, BatchState.PREVIEW, OLD)
    assert sweep(Folder.IMPORTS, remains.needed(session, NOW), NOW) == 0
    assert path.exists()


def test_a_workbook_stored_again_is_young_again(registrar):
    _, path = a_file(b"again", ANCIENT)
    keep(Folder.IMPORTS, b"again")
    assert NOW.timestamp() - path.stat().st_mtime < 3600


def test_plain_copies_of_dead_processes_go_and_those_in_use_stay(place):
    folders = {}
    for name in ("xueji-import-dead", "xueji-upload-dead", "xueji-import-alive", "somebody-else"):
        folders[name] = place / name
        folders[name].mkdir()
        (folders[name] / "workbook.xlsx").write_bytes(b"plain")
        aged(folders[name], timedelta(minutes=5 if "alive" in name else 180))
    assert remains.sweep_copies(NOW) == 2
    left = {folder.name for folder in place.iterdir()}
    assert {"xueji-import-alive", "somebody-else"} <= left
    assert not left & {"xueji-import-dead", "xueji-upload-dead"}


def test_the_job_sees_every_schools_batches_and_writes_one_line(session, registrar, place):
    needed, kept = a_file(b"needed")
    a_batch(session, registrar, needed, BatchState.PREVIEW, OLD)
    _, gone = a_file(b"orphan")
    scope.enter(scope.SYSTEM, session)  # which sees no batch at all
    assert session.query(ImportBatch).all() == []
    told = sweeping.sweep_files(SimpleNamespace(step=lambda: nullcontext(session)))
    assert told == {"files": 1, "copies": 0, "trays": 0}
    assert (kept.exists(), gone.exists()) == (True, False)
    swept = session.query(AuditEvent).filter_by(action="files.swept").all()
    assert [event.details for event in swept] == [{"files": 1, "copies": 0, "trays": 0}]
