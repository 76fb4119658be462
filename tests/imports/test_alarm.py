"""The guard against the wrong file: what it takes for a second question to be asked."""

from datetime import date

import pytest

from app.imports import batch as batches
from app.imports.alarm import FEW, told
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.messages.catalogue import fill
from tests.imports.books import a_book, a_row
from tests.imports.test_matching import entered

TODAY = date(2026, 9, 1)


def looked_at(session, account, rows):
    received = batches.receive(session, account.user_id, "pupils.xlsx", a_book(rows))
    return look(session, received.batch.id, TODAY, everywhere)


def test_more_than_half_refused_asks_twice(session, registrar):
    good, bad = [a_row() for _ in range(5)], [a_row(姓名="") for _ in range(6)]
    assert looked_at(session, registrar, good + bad[:5]).alarm is None
    batch = looked_at(session, registrar, good + bad)
    assert batch.alarm == {"code": "W-ALARM-REFUSED", "params": {"count": 6, "of": 11}}


def test_a_few_rows_warn_nobody(session, registrar):
    rows = [a_row(姓名="") for _ in range(FEW - 1)]
    assert looked_at(session, registrar, rows).alarm is None


def test_many_pupils_that_would_change_ask_twice(session, registrar):
    rows = [a_row() for _ in range(12)]
    entered(session, registrar, *rows)
    same = looked_at(session, registrar, [*rows[:11], {**rows[11], "特长": "围棋"}])
    assert (same.same, same.changed, same.alarm) == (11, 1, None)
    batch = looked_at(session, registrar, [{**row, "特长": "围棋"} for row in rows])
    assert batch.alarm == {"code": "W-ALARM-CHANGED", "params": {"count": 12, "of": 12}}


@pytest.mark.parametrize("code", ["UNKNOWN", "CHANGED", "REFUSED"])
def test_an_alarm_says_its_figures(code):
    alarm = told(f"W-ALARM-{code}", 61, 99)
    for lang in ("zh", "en"):
        sentence = fill(alarm["code"], alarm["params"], lang)
        assert "61" in sentence
        assert "99" in sentence
