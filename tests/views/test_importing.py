"""The import pages: what is dropped, seen, refused, written, and whose it is."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.imports import batch as batches
from app.imports.commit import commit
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.models.import_batch import BatchState, ImportBatch
from app.models.job import Job, JobState
from app.models.school import SchoolClass
from app.models.student import Student
from app.policies import scope
from tests import make
from tests.imports.books import CLEAN, MESSY, SCHOOL, a_book, a_row
from tests.imports.conftest import a_registrar

TODAY = date(2026, 9, 1)
FULL_NUMBER = re.compile(r"\b\d{17}[\dX]\b")


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")


@pytest.fixture
def registrar(session):
    account = a_registrar(session)
    account.language = "en"
    return account


@pytest.fixture
def desk(web, registrar):
    return in_english(web(registrar))


def in_english(client):
    client.post("/frame/prefer", data={"locale": "en"})
    return client


def drop(client, data, name="pupils.xlsx"):
    return client.post("/import/upload", data={"file": (io.BytesIO(data), name)})


@pytest.fixture
def looked(session, registrar):
    """Give a batch of these bytes that was looked at."""

    def make_batch(data):
        scope.enter(scope.scope_of(session, registrar.user_id), session)
        batch = batches.receive(session, registrar.user_id, "pupils.xlsx", data).batch
        return look(session, batch.id, TODAY, everywhere)

    return make_batch


def act(desk, batch, name, **form):
    """Post a deed as the page of the batch as it is now would."""
    return desk.post(f"/import/{batch.id}/{name}", data={"seen": batch.revision} | form)


def tiles(page):
    """The figures of the groups in a page: new, changed, same, likely, elsewhere, refused."""
    return [int(n) for n in re.findall(r"</span><b>(\d+)</b><span class=\"sub\">", page)][:6]


def jobs(session, kind):
    return session.scalars(select(Job).where(Job.kind == kind)).all()


# ── the way in ───────────────────────────────────────────────────────────────────────────


def test_an_upload_becomes_a_batch_a_job_and_a_page_that_waits(session, desk, registrar):
    answer = drop(desk, CLEAN.read_bytes())
    batch = session.scalars(select(ImportBatch)).one()
    assert answer.location == f"/import/{batch.id}"
    (job,) = jobs(session, "import.check")
    assert (batch.state, batch.job_id, job.args) == (
        BatchState.PENDING,
        job.id,
        {"batch": batch.id},
    )
    page = desk.get(answer.location).text
    assert "In the queue" in page
    assert "Nobody does the background work at the moment" in page  # nobody pulses in a test
    assert f'hx-get="/import/{batch.id}/live"' in page
    live = desk.get(f"/import/{batch.id}/live")
    assert "HX-Refresh" not in live.headers
    assert "<html" not in live.text


def test_the_same_file_again_leads_to_its_batch(desk):
    first = drop(desk, CLEAN.read_bytes(), "a.xlsx")
    again = drop(desk, CLEAN.read_bytes(), "b.xlsx")
    assert again.location == first.location
    assert "This very file was uploaded on" in desk.get(again.location).text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF" + bytes(64), "neither an Excel workbook"),
        (b"PK\x03\x04" + bytes(64), "neither an Excel workbook"),
        (b"", "neither an Excel workbook"),
    ],
)
def test_a_bad_file_is_refused_where_it_was_dropped(session, desk, data, said):
    answer = drop(desk, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Upload and check" in answer.text
    assert session.scalars(select(ImportBatch)).all() == []


def test_no_file_at_all_is_refused_in_the_same_place(desk):
    answer = desk.post("/import/upload", data={})
    assert answer.status_code == 422
    assert "Upload and check" in answer.text


def test_a_file_past_every_limit_is_told_so(app, desk, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    answer = drop(desk, bytes(5000))
    assert answer.status_code == 413
    assert "The file or the form is too large" in answer.text


def test_the_template_is_drawn_with_its_drop_downs(desk):
    answer = desk.get("/import/template.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.worksheets[0].data_validations.dataValidation
    assert ".xlsx" in answer.headers["Content-Disposition"]


def test_an_empty_list_says_how_to_begin(desk):
    assert "Nothing was imported yet" in desk.get("/import/").text
    assert "No import fits these filters" in desk.get("/import/?show=written").text
    assert "No import fits these filters" in desk.get("/import/?of=classes").text


# ── the preview ──────────────────────────────────────────────────────────────────────────


def test_the_parts_of_a_preview_add_up_and_the_write_button_is_closed(desk, looked):
    batch = looked(MESSY.read_bytes())
    page = desk.get(f"/import/{batch.id}").text
    assert tiles(page) == [67, 0, 0, 0, 0, 17]
    assert sum(tiles(page)) == batch.total
    assert "67 rows will be written" in page
    assert "17 will not" in page
    assert "Write the good rows without the 17 refused rows" in page
    assert "Error workbook (17 rows)" in page
    assert not FULL_NUMBER.search(page)


def test_rows_of_a_reason_are_shown_with_their_masked_value(desk, looked):
    batch = looked(MESSY.read_bytes())
    page = desk.get(f"/import/{batch.id}").text
    links = [
        link.replace("&amp;", "&") for link in re.findall(r'href="(/import/[^"]+code=[^"]+)"', page)
    ]
    (wrong_length,) = [link for link in links if "code=E-ID-LEN" in link]
    rows = desk.get(wrong_length, headers={"HX-Request": "true"}).text
    assert "<html" not in rows
    assert "身份证件号 does not have 18 characters" in rows
    assert re.search(r"\d{4}\*+\d{4}", rows)
    assert not FULL_NUMBER.search(rows)


def test_warnings_stand_apart_and_block_nothing(desk, looked):
    odd = a_row(户口所在地="999999000000")
    batch = looked(a_book([a_row(), odd]))
    page = desk.get(f"/import/{batch.id}?show=warned").text
    assert (batch.total, batch.refused, batch.warned) == (2, 0, 1)
    assert "Remarks on rows that would be written" in page
    assert "does not block" in page
    assert "2 rows will be written" in page


def test_the_page_speaks_chinese_to_those_who_do(web, registrar, looked):
    batch = looked(MESSY.read_bytes())
    assert "“姓名”为必填项" in web(registrar).get(f"/import/{batch.id}").text


def test_a_long_preview_is_turned_page_by_page(desk, looked):
    batch = looked(CLEAN.read_bytes())
    last = desk.get(f"/import/{batch.id}?page=4").text
    assert "76–84 of 84" in last
    assert desk.get(f"/import/{batch.id}?page=99").text.count("76–84 of 84") == 1
    assert "1–25 of 84" in desk.get(f"/import/{batch.id}?page=x").text


def test_a_file_nobody_can_read_says_why_and_what_to_do(desk, looked):
    batch = looked(a_book([a_row()], headings=["姓"]))
    page = desk.get(f"/import/{batch.id}").text
    assert batch.state is BatchState.FAILED
    assert "The template&#39;s headings were altered" in page
    assert "Upload the corrected file" in page


# ── writing, discarding, giving back ─────────────────────────────────────────────────────


def test_what_was_reviewed_is_written_and_leads_on_to_registration(session, desk, looked):
    batch = looked(CLEAN.read_bytes())
    answer = act(desk, batch, "commit")
    assert answer.location == f"/import/{batch.id}"
    assert batch.state is BatchState.COMMITTING
    assert len(jobs(session, "import.commit")) == 1
    act(desk, batch, "commit")  # pressed twice
    assert len(jobs(session, "import.commit")) == 1
    commit(session, batch.id)
    assert desk.get(f"/import/{batch.id}/live").headers["HX-Refresh"] == "true"
    page = desk.get(f"/import/{batch.id}").text
    assert "<b>84</b><span>rows written</span>" in page
    assert f"/registration?batch={batch.id}" in page or "Submit for registration" not in page


def test_a_batch_with_refused_rows_is_not_written_by_asking_directly(session, desk, looked):
    batch = looked(MESSY.read_bytes())
    answer = act(desk, batch, "commit")
    assert answer.status_code == 409
    assert "17 rows of this batch failed" in answer.text
    assert session.scalar(select(func.count()).select_from(Student)) == 0


def test_what_changed_since_is_given_back_and_said(session, desk, looked):
    row = a_row()
    batch = looked(a_book([row]))
    act(desk, batch, "commit")
    own = scope.current()
    scope.enter(make.WHOLE, session)
    room = session.scalars(select(SchoolClass).filter_by(number=row["班号"])).one()
    make.a_pupil(session, room, id_number=row["身份证件号"])
    scope.enter(own, session)
    commit(session, batch.id)
    page = desk.get(f"/import/{batch.id}").text
    assert "Something changed between your look and the writing" in page
    assert tiles(page)[5] == 1


def test_a_discarded_batch_keeps_its_reasons_and_no_row(desk, looked):
    batch = looked(MESSY.read_bytes())
    answer = desk.post(f"/import/{batch.id}/discard", follow_redirects=True)
    assert "was discarded" in answer.text
    page = desk.get(f"/import/{batch.id}?show=new").text
    assert "The rows were removed" in page
    assert "Why rows are refused" in page
    assert desk.post(f"/import/{batch.id}/discard").status_code == 409


def test_the_error_workbook_holds_the_failed_rows(desk, looked):
    batch = looked(MESSY.read_bytes())
    answer = desk.get(f"/import/{batch.id}/errors.xlsx")
    page = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert page.max_row == 18
    assert page.cell(2, 73).value.startswith("row 2 of the file")
    clean = looked(CLEAN.read_bytes())
    assert desk.get(f"/import/{clean.id}/errors.xlsx").status_code == 404


@pytest.mark.parametrize("kind", ["check", "commit"])
def test_a_job_that_died_can_be_asked_for_again_once(session, desk, looked, kind):
    batch = looked(CLEAN.read_bytes())
    if kind == "check":
        batch.state = BatchState.CHECKING
    else:
        act(desk, batch, "commit")
    dead = Job(
        kind=f"import.{kind}",
        args={"batch": batch.id},
        state=JobState.FAILED,
        ended_at=func.now(),
        organisation_id=batch.school_id,
    )
    session.add(dead)
    session.flush()
    batch.job_id = dead.id
    session.flush()
    page = desk.get(f"/import/{batch.id}").text
    assert ("Check it again" if kind == "check" else "Write it again") in page
    for _ in range(2):
        assert act(desk, batch, kind).status_code == 302
    session.refresh(batch)
    assert batch.job_id != dead.id
    assert 'class="figure">In the queue' in desk.get(f"/import/{batch.id}").text


# ── whose it is ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [None, SCHOOL[:-1] + "9"])
def test_a_foreign_batch_is_not_there(session, web, looked, code):
    batch = looked(MESSY.read_bytes())
    scope.enter(make.WHOLE, session)
    other = make.a_school(session, code=code) if code else make.a_school(session, "419901")
    client = web(make.an_account(session, "SR", other))
    for path in ("", "/live", "/errors.xlsx"):
        assert client.get(f"/import/{batch.id}{path}").status_code == 404
    for path in ("commit", "discard", "check", "choose", "match", "halt", "undo"):
        answer = client.post(f"/import/{batch.id}/{path}", data={"seen": batch.revision})
        assert answer.status_code == 404, path
    assert "pupils.xlsx" not in client.get("/import/").text


def test_a_number_too_large_for_any_batch_is_not_there_either(desk):
    assert desk.get("/import/99999999999999").status_code == 404


@pytest.mark.parametrize("role", ["SL", "CR", "CL"])
def test_who_only_looks_gets_no_button(session, web, registrar, looked, role):
    batch = looked(CLEAN.read_bytes())
    scope.enter(make.WHOLE, session)
    home = registrar.organisation if role == "SL" else "411302"
    client = in_english(web(make.an_account(session, role, home)))
    page = client.get(f"/import/{batch.id}").text
    assert "The registrar of the school decides." in page
    assert "data-write" not in page
    assert "data-drop" not in client.get("/import/").text
    for path in ("upload", f"{batch.id}/commit", f"{batch.id}/discard", f"{batch.id}/check"):
        assert client.post(f"/import/{path}").status_code == 403
    assert client.get(f"/import/{batch.id}/errors.xlsx").status_code == 403


@pytest.mark.parametrize("role", ["CT", "MIN", "ADM", "SEC", "AUD"])
def test_who_has_no_business_with_imports_has_no_page(session, web, role):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session) if role == "CT" else None
    home, classes = (room.grade.school, (room,)) if room else (None, ())
    account = make.an_account(session, role, home, classes)
    assert web(account).get("/import/").status_code == 403


def test_nobody_is_sent_to_sign_in(web):
    answer = web().get("/import/")
    assert (answer.status_code, "/login" in answer.location) == (302, True)
