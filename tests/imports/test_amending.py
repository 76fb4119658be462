"""Refused rows mended in the browser or in the error workbook, and judged again beside the rest."""

import io
import random
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.errors import Refused, Stale
from app.imports import batch as batches
from app.imports import report
from app.imports.amending import Asked, amend, rejoin
from app.imports.preview import look
from app.imports.reviewing import choose
from app.imports.typed import rows_as_typed
from app.jobs.importing import everywhere
from app.models.audit import AuditEvent
from app.models.import_batch import (
    BatchState,
    ImportGuardian,
    ImportRaw,
    ImportRow,
    Severity,
    Verdict,
)
from app.policies import scope
from tests import make
from tests.imports.books import HEADINGS, MESSY, a_book, a_row

TODAY = date(2026, 9, 1)
GROUPS = ("new", "changed", "same", "likely", "elsewhere", "refused")


def looked_at(session, account, rows):
    data = rows if isinstance(rows, bytes) else a_book(rows)
    received = batches.receive(session, account.user_id, "pupils.xlsx", data)
    return look(session, received.batch.id, TODAY, everywhere)


def asked(batch):
    return Asked(batch.revision, TODAY, everywhere)


def verdicts(session, batch):
    rows = select(ImportRow.row_no, ImportRow.verdict).where(ImportRow.batch_id == batch.id)
    return dict(session.execute(rows.order_by(ImportRow.row_no)).all())


def found(session, batch):
    """Return everything a person sees of a preview."""
    said = [
        (p.row_no, p.heading, p.code, p.severity, p.params)
        for p in report.problems(session, batch.id)
    ]
    family = select(ImportGuardian.row_no, ImportGuardian.ordinal).where(
        ImportGuardian.batch_id == batch.id
    )
    figures = [getattr(batch, name) for name in (*GROUPS, "total", "warned", "missing")]
    return (
        verdicts(session, batch),
        sorted(said, key=str),
        sorted(session.execute(family).all()),
        (figures),
    )


def test_a_cell_is_mended_and_the_row_judged_again(session, registrar):
    rows = [a_row(), a_row(姓名="", 民族="火星族"), a_row()]
    batch = looked_at(session, registrar, rows)
    assert (batch.new, batch.refused) == (2, 1)
    before = batch.revision
    amend(session, batch.id, {3: {"name": "王小满"}}, asked(batch))
    assert (batch.new, batch.refused, batch.revision) == (2, 1, before + 1)
    amend(session, batch.id, {3: {"ethnic": "汉族"}}, asked(batch))
    assert (batch.state, batch.total, batch.new, batch.refused) == (BatchState.PREVIEW, 3, 3, 0)
    row = session.scalars(select(ImportRow).filter_by(row_no=3)).one()
    assert (row.name, row.ethnic) == ("王小满", "01")
    scope.enter(make.WHOLE, session)
    events = session.scalars(select(AuditEvent).filter_by(action="import.amend")).all()
    assert [event.details for event in events] == [
        {"rows": [3], "fields": ["name"]},
        {"rows": [3], "fields": ["ethnic"]},
    ]


def test_a_look_again_keeps_what_was_mended_and_what_was_chosen(session, registrar):
    like = a_row(姓名="王小满", 姓名拼音="", 身份证件类型="其他", 身份证件号="AB12345")
    rows = [like, {**like, "身份证件号": "AB99999"}, a_row(姓名="")]
    batch = looked_at(session, registrar, rows)
    choose(session, batch.id, {3}, taken=True, seen=batch.revision)
    amend(session, batch.id, {4: {"name": "吕小满"}}, asked(batch))
    before = found(session, batch)
    assert before[0] == {2: Verdict.NEW, 3: Verdict.LIKELY, 4: Verdict.NEW}
    look(session, batch.id, TODAY, everywhere)
    assert found(session, batch) == before
    assert session.scalars(select(ImportRow.taken).filter_by(row_no=3)).one()


def test_of_two_with_one_number_the_other_is_good_once_one_is_mended(session, registrar):
    one = a_row()
    twin = {**a_row(姓名="王小雨"), **{k: one[k] for k in ("身份证件号", "出生日期")}}
    other = a_row()["身份证件号"]
    batch = looked_at(session, registrar, [one, twin, a_row()])
    assert (batch.new, batch.refused) == (1, 2)
    born = f"{other[6:14]}"
    amend(session, batch.id, {3: {"id_number": other, "birth_date": born}}, asked(batch))
    assert (batch.new, batch.refused) == (3, 0)


def test_who_takes_a_number_of_a_good_row_makes_both_refused(session, registrar):
    good, bad = a_row(), a_row(姓名="")
    batch = looked_at(session, registrar, [good, bad])
    new = {"name": "王小满", "id_number": good["身份证件号"], "birth_date": good["出生日期"]}
    amend(session, batch.id, {3: new}, asked(batch))
    assert verdicts(session, batch) == {2: Verdict.REFUSED, 3: Verdict.REFUSED}
    assert rows_as_typed(session, batch.id)[2]["name"] == good["姓名"]
    amend(session, batch.id, {2: {"remark": "核对"}}, asked(batch))
    assert batch.refused == 2
    number = a_row()["身份证件号"]
    amend(session, batch.id, {3: {"id_number": number, "birth_date": number[6:14]}}, asked(batch))
    assert (batch.new, batch.refused) == (2, 0)


def test_mending_gives_what_a_file_without_the_fault_gives(session, registrar):
    dice = random.Random(6)  # noqa: S311
    rows = [a_row(姓名=f"王{chr(0x4E00 + at)}", 姓名拼音="") for at in range(12)]
    bent = [dict(row) for row in rows]
    cells = {}
    for at in dice.sample(range(12), 6):
        heading = dice.choice(["姓名", "民族", "现住址", "班号", "身份证件号"])
        field = {"姓名": "name", "民族": "ethnic", "现住址": "address_now", "班号": "class_number",
                 "身份证件号": "id_number"}[heading]  # fmt: skip
        cells[at + 2] = {field: bent[at][heading]}
        bent[at][heading] = dice.choice(["", "=1", rows[at - 1][heading]])
    mended = looked_at(session, registrar, bent)
    cells = {row: new for row, new in cells.items() if row in rows_as_typed(session, mended.id)}
    amend(session, mended.id, cells, asked(mended))
    told = found(session, mended)
    look(session, mended.id, TODAY, everywhere)
    assert found(session, mended) == told
    assert sum(getattr(mended, name) for name in GROUPS) == mended.total == 12


def test_a_formula_stays_refused_until_a_value_is_typed(session, registrar):
    batch = looked_at(session, registrar, MESSY.read_bytes())
    assert batch.refused == 17
    formulas = {row: cells["="] for row, cells in rows_as_typed(session, batch.id).items()
                if "=" in cells}  # fmt: skip
    ((row, field),) = formulas.items()
    amend(session, batch.id, {row: {"native_place": "河南南阳"}}, asked(batch))
    assert batch.refused == 17
    assert rows_as_typed(session, batch.id)[row]["="] == field
    shown = rows_as_typed(session, batch.id)[row].get(field, "")
    amend(session, batch.id, {row: {field: shown}}, asked(batch))
    assert batch.refused == 16


def test_only_kept_rows_and_known_fields_are_mended(session, registrar):
    batch = looked_at(session, registrar, [a_row(), a_row(姓名="")])
    for cells in ({2: {"name": "王"}}, {9: {"name": "王"}}, {3: {"status": "IN_SCHOOL"}}):
        with pytest.raises(Refused, match="E-AMEND-ROW"):
            amend(session, batch.id, cells, asked(batch))
    with pytest.raises(Stale):
        amend(session, batch.id, {3: {"name": "王"}}, Asked(0, TODAY, everywhere))
    assert session.query(ImportRaw).count() == 1


def the_error_book(session, batch, tmp_path, **cells):
    """Fetch the error workbook, type in its first row, and keep it; cells by heading."""
    out = io.BytesIO()
    report.error_workbook(session, batch, out)
    book = load_workbook(out)
    page = book.worksheets[0]
    for heading, cell in cells.items():
        page.cell(2, HEADINGS.index(heading) + 1).value = cell
    path = tmp_path / "errors.xlsx"
    book.save(path)
    return path


def test_the_error_workbook_joins_its_import(session, registrar, tmp_path):
    batch = looked_at(session, registrar, [a_row(), a_row(姓名=""), a_row(民族="火星族"), a_row()])
    path = the_error_book(session, batch, tmp_path, 姓名="王小满")
    rejoin(session, batch.id, path, asked(batch))
    assert (batch.total, batch.new, batch.refused) == (4, 3, 1)
    assert session.scalars(select(ImportRow.name).filter_by(row_no=3)).one() == "王小满"
    path = the_error_book(session, batch, tmp_path, 民族="汉族")
    rejoin(session, batch.id, path, asked(batch))
    assert (batch.total, batch.new, batch.refused) == (4, 4, 0)
    scope.enter(make.WHOLE, session)
    events = session.scalars(select(AuditEvent).filter_by(action="import.rejoin")).all()
    assert [event.details for event in events] == [{"rows": 2}, {"rows": 1}]


def test_a_mended_cell_is_in_the_error_workbook(session, registrar, tmp_path):
    batch = looked_at(session, registrar, [a_row(姓名="", 民族="火星族")])
    amend(session, batch.id, {2: {"name": "王小满"}}, asked(batch))
    page = load_workbook(the_error_book(session, batch, tmp_path)).worksheets[0]
    assert page.cell(2, HEADINGS.index("姓名") + 1).value == "王小满"
    assert page.column_dimensions["BV"].hidden
    assert page.cell(2, 74).value == f"{batch.number}/2"


def test_an_error_workbook_of_another_import_is_refused(session, registrar, tmp_path):
    other = looked_at(session, registrar, [a_row(姓名="")])
    path = the_error_book(session, other, tmp_path)
    batch = looked_at(session, registrar, [a_row(姓名=""), a_row()])
    with pytest.raises(Refused, match="E-REJOIN-OTHER") as told:
        rejoin(session, batch.id, path, asked(batch))
    assert told.value.refusals[0].params == {"other": other.number}
    (tmp_path / "plain.xlsx").write_bytes(a_book([a_row()]))
    with pytest.raises(Refused, match="E-REJOIN-KEYS"):
        rejoin(session, batch.id, tmp_path / "plain.xlsx", asked(batch))


@pytest.mark.parametrize("mark", ["DR2026-{id:06d}/3", "DR2026-{id:06d}/99", "", "x"])
def test_a_row_that_was_not_refused_cannot_come_back(session, registrar, tmp_path, mark):
    batch = looked_at(session, registrar, [a_row(姓名=""), a_row()])
    path = the_error_book(session, batch, tmp_path)
    book = load_workbook(path)
    number = mark.format(id=batch.id).replace("DR2026", batch.number[:6])
    book.worksheets[0].cell(2, 74).value = number
    book.save(path)
    with pytest.raises(Refused, match="E-REJOIN-KEYS"):
        rejoin(session, batch.id, path, asked(batch))


def test_the_figures_add_up_whatever_is_in_the_file(session, registrar):
    dice = random.Random(2026)  # noqa: S311
    scope.enter(make.WHOLE, session)
    there = make.a_class(session, make.a_school(session, "450102"))
    rows = [a_row() for _ in range(8)]
    make.a_pupil(session, there, id_number=rows[0]["身份证件号"])
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    for _ in range(4):
        drawn = [dict(dice.choice(rows)) for _ in range(12)]
        for row in dice.sample(drawn, 6):
            row[dice.choice(HEADINGS)] = dice.choice(["", "=1", "甲", "1", "20200101"])
        batch = looked_at(session, registrar, drawn)
        assert sum(getattr(batch, name) for name in GROUPS) == batch.total == 12
        errors = {p.row_no for p in report.problems(session, batch.id, Severity.ERROR)}
        assert len(errors) == batch.refused
