"""A thousand hostile files through the real door: each costs a child and a sentence, no more.

None brings an exception but `BadFile` to the worker, none writes a row of a file that failed, none
takes half a minute, and the worker's own memory stays what it was.
"""

import json
import resource
import time
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select

from app.errors import BadFile
from app.imports import batch as batches
from app.imports import sandbox
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.models.import_batch import (
    BatchState,
    ImportCell,
    ImportGuardian,
    ImportLine,
    ImportProblem,
    ImportRaw,
    ImportRow,
)
from tests.imports.hostile import KINDS, SEED
from tests.imports.hostile_xlsx import DOCTYPES, parts, with_doctype

TODAY = date(2026, 9, 1)
LONGEST_SECONDS, MOST_MEGABYTES = 30, 700
IN_SUITE = 60
ROWS = (ImportRow, ImportGuardian, ImportLine, ImportCell, ImportRaw, ImportProblem)
SLOW = ("million", "bomb", "huge", "twenty", "more rows", "many", "heavy", "hundred thousand")
ENDS = {BatchState.PREVIEW, BatchState.FAILED, BatchState.MAPPING}


def a_sixtieth():
    """Every so many of those that are quick to make and to refuse."""
    quick = [
        one for kind in KINDS.values() for one in kind() if not any(word in one[0] for word in SLOW)
    ]
    step = len(quick) // IN_SUITE
    return quick[SEED % step :: step][:IN_SUITE]


def seen(session, account, data):
    """Look at a file in a transaction thrown away; return how it ended, the seconds, the rows."""
    with session.begin_nested() as point:
        began, clock = burnt(), time.monotonic()
        received = batches.receive(session, account, "名单.xlsx", data)
        batch = look(session, received.batch.id, TODAY, everywhere)
        took, waited = burnt() - began, time.monotonic() - clock
        told = (batch.state, (batch.failure or {}).get("code"))
        left = {} if batch.state is not BatchState.FAILED else {
            model.__tablename__: session.scalar(
                select(func.count()).select_from(model).where(model.batch_id == batch.id)
            )
            for model in ROWS
        }  # fmt: skip
        point.rollback()
    session.expunge_all()
    return told, (took, waited), {name: count for name, count in left.items() if count}


def burnt():
    """Return the seconds of work of this process and its children; a busy machine adds none."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def run(session, account, corpus):
    """Look at every file; return what ought not to be, and how the files ended."""
    wrong, ends, slowest = [], Counter(), []
    for name, make in corpus:
        try:
            (state, code), (took, waited), left = seen(session, account, make())
        except Exception as error:  # noqa: BLE001  whatever it is, it should not be
            wrong.append((name, repr(error)[:300]))
            continue
        ends[code or state.name] += 1
        slowest.append((round(took, 1), round(waited, 1), name))
        if state not in ENDS or left or took > LONGEST_SECONDS:
            wrong.append((name, state.name, code, left, took))
    return wrong, ends, sorted(slowest)[-8:]


def test_sixty_of_a_thousand_hostile_files_cost_a_sentence_each(session, registrar):
    wrong, ends, _ = run(session, registrar.user_id, a_sixtieth())
    assert wrong == []
    assert sum(ends.values()) == IN_SUITE
    assert len(ends) > 8  # as many ways to be refused


@pytest.mark.parametrize("name", DOCTYPES)
def test_no_part_of_a_book_carries_a_document_type(tmp_path, name):
    for part in parts():
        path = tmp_path / "a.xlsx"
        path.write_bytes(with_doctype(part, DOCTYPES[name]))
        with pytest.raises(BadFile, match=r"E-FILE-UNSAFE"), sandbox.opened(path, "") as sheet:
            assert list(sheet.blocks) == part


def test_there_are_a_thousand_and_no_two_of_a_name():
    names = [name for kind in KINDS for name, _ in KINDS[kind]()]
    assert len(names) == len(set(names)) >= 1000


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_hostile_files_cost_a_sentence_each(session, registrar, capsys, kind):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wrong, ends, slowest = run(session, registrar.user_id, KINDS[kind]())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    told = {
        "files": ends.total(),
        "ends": dict(ends.most_common()),
        "slowest": slowest,
        "MB": grown,
    }
    with capsys.disabled():
        print(json.dumps(told | {"wrong": wrong[:9]}, ensure_ascii=False))  # noqa: T201  figures
    assert wrong == []
    assert grown < MOST_MEGABYTES
