"""What is done on the import desk: mending, taking, matching headings, calling off, undoing."""

import io
import re

import pytest
from sqlalchemy import select

from app.imports.commit import commit
from app.imports.students import SPEC
from app.models.import_batch import BatchState, ImportBatch, ImportRow, Verdict
from app.models.job import Job
from app.models.student import Student
from app.policies import scope
from tests import make
from tests.imports.books import HEADINGS, MESSY, a_book, a_row
from tests.views.test_importing import (  # noqa: F401  fixtures
    act,
    desk,
    drop,
    files,
    in_english,
    looked,
    registrar,
    tiles,
)


def page_of(desk, batch, show=""):  # noqa: F811
    return desk.get(f"/import/{batch.id}?show={show}").text


def test_every_deed_is_refused_to_a_preview_that_is_not_the_one_seen(desk, looked):  # noqa: F811
    batch = looked(MESSY.read_bytes())
    for name in ("commit", "choose", "amend"):
        form = {"c-2-name": "甲", "row": "3", "taken": "yes"}
        answer = desk.post(f"/import/{batch.id}/{name}", data=form | {"seen": batch.revision - 1})
        assert answer.status_code == 409, name
        assert desk.post(f"/import/{batch.id}/{name}", data=form).status_code == 409, name
    assert batch.state is BatchState.PREVIEW


def test_a_cell_is_mended_in_the_page_and_its_row_checked_again(desk, looked):  # noqa: F811
    batch = looked(a_book([a_row(), a_row(班号="19"), a_row(身份证件号="123")]))
    page = page_of(desk, batch, "refused")
    assert tiles(page)[5] == 2
    assert 'name="c-3-class_number" value="19"' in page
    assert re.search(r'name="c-4-id_number" value=""[^>]*placeholder="\*\*\*"', page)
    form = {"c-3-class_number": "2026101", "was-3-class_number": "19", "c-4-id_number": ""}
    answer = desk.post(
        f"/import/{batch.id}/amend", data=form | {"seen": batch.revision}, follow_redirects=True
    )
    assert "1 row is good now, 1 row is still refused" in answer.text
    assert tiles(answer.text)[5] == 1


def test_nothing_typed_changes_nothing(desk, looked):  # noqa: F811
    batch = looked(a_book([a_row(班号="19")]))
    was = batch.revision
    act(desk, batch, "amend", **{"c-2-class_number": "19", "was-2-class_number": "19"})
    assert batch.revision == was


def test_a_corrected_error_workbook_joins_its_import_and_no_other_file_does(desk, looked):  # noqa: F811
    batch = looked(a_book([a_row(), a_row(班号="19")]))
    other = a_book([a_row()])
    answer = desk.post(
        f"/import/{batch.id}/rejoin",
        data={"seen": batch.revision, "file": (io.BytesIO(other), "other.xlsx")},
        follow_redirects=True,
    )
    assert "alert-danger" in answer.text
    assert batch.refused == 1


def test_headings_of_a_stranger_are_matched_by_hand(session, desk, looked):  # noqa: F811
    headings = ["学生姓名" if h == "姓名" else "无名" if h == "性别" else h for h in HEADINGS]
    batch = looked(a_book([a_row()], headings=headings))
    assert batch.state is BatchState.MAPPING
    page = page_of(desk, batch)
    assert "The headings of this file are not those of the template" in page
    assert 'data-lack="gender"' in page
    fields = re.findall(r'<option value="(\w*)" selected>|<select[^>]*name="field"', page)
    assert "name" in fields
    lacking = act(desk, batch, "match", field=["name"] * len(headings))
    assert lacking.status_code == 409
    assert "data-mapping" in lacking.text
    right = [column.field for column in SPEC.columns]
    assert act(desk, batch, "match", field=right).status_code == 302
    assert batch.state is BatchState.PENDING
    assert session.scalars(select(Job).where(Job.kind == "import.check")).one()


def test_a_doubtful_row_is_written_only_when_it_is_taken(session, desk, looked):  # noqa: F811
    row = a_row()
    batch = looked(a_book([row, a_row()]))
    session.execute(
        ImportRow.__table__.update()
        .where(ImportRow.batch_id == batch.id, ImportRow.row_no == 2)
        .values(verdict=Verdict.LIKELY, taken=False)
    )
    batch.new, batch.likely = 1, 1
    session.flush()
    page = page_of(desk, batch, "likely")
    assert "left out" in page
    assert "1 row will be written" in page
    act(desk, batch, "choose", row="2", taken="yes", show="likely")
    page = page_of(desk, batch, "likely")
    assert "2 rows will be written" in page
    assert "doubtful but taken 1" in page
    act(desk, batch, "choose", all="no", show="likely")
    assert "1 row will be written" in page_of(desk, batch, "likely")


def test_an_alarm_asks_for_the_number_of_rows(desk, looked):  # noqa: F811
    batch = looked(a_book([a_row(), a_row()]))
    batch.alarm = {"code": "W-ALARM-REFUSED", "params": {"count": 2, "of": 3}}
    page = page_of(desk, batch, "new")
    assert 'data-number="2"' in page
    assert act(desk, batch, "commit").status_code == 409
    assert act(desk, batch, "commit", sure="3").status_code == 409
    assert act(desk, batch, "commit", sure="2").status_code == 302


def test_a_job_is_called_off_and_the_log_says_so(session, desk):  # noqa: F811
    drop(desk, MESSY.read_bytes())
    batch = session.scalars(select(ImportBatch)).one()
    assert "What happened" in page_of(desk, batch)
    assert desk.post(f"/import/{batch.id}/halt").status_code == 302
    assert "Check it again" in page_of(desk, batch)


def test_what_an_undo_would_do_is_shown_before_it_is_promised(session, desk, looked):  # noqa: F811
    batch = looked(a_book([a_row(), a_row()]))
    act(desk, batch, "commit")
    commit(session, batch.id)
    assert "Undo this import" in page_of(desk, batch)
    changed = session.scalars(select(Student).where(Student.import_batch_id == batch.id)).first()
    page = desk.get(f"/import/{batch.id}/undo").text
    assert changed.name in page
    seen = re.search(r'name="seen" value="([\d-]+)"', page)[1]
    assert seen == "2-0-0"
    assert desk.post(f"/import/{batch.id}/undo", data={"seen": "1-0-0"}).status_code == 409
    assert desk.post(f"/import/{batch.id}/undo", data={"seen": seen}).status_code == 302
    assert batch.state is BatchState.UNDOING
    assert "Undoing the import" in page_of(desk, batch)


@pytest.mark.parametrize("role", ["SL", "CR"])
def test_who_only_looks_does_nothing_of_it(session, web, registrar, looked, role):  # noqa: F811
    batch = looked(a_book([a_row(), a_row(班号="19")]))
    scope.enter(make.WHOLE, session)
    home = registrar.organisation if role == "SL" else "411302"
    client = in_english(web(make.an_account(session, role, home)))
    page = client.get(f"/import/{batch.id}?show=refused").text
    assert "data-mend" not in page
    for name in ("amend", "rejoin", "choose", "match", "halt", "undo"):
        answer = client.post(f"/import/{batch.id}/{name}", data={"seen": batch.revision})
        assert answer.status_code == 403, name
    assert client.get(f"/import/{batch.id}/undo").status_code == 403
