"""The pages of verification: counts first, a mark by hand, a round out and back."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.imports import verification_book as book
from app.jobs import verifying as jobs
from app.models.job import Job
from app.models.numbering import RoundState, VerificationRound
from app.models.student import Student, Verification
from app.policies import scope
from app.storage.sealed_files import Folder, keep
from app.workflows import rounds
from tests import make
from tests.house.filled import fields_of
from tests.views.screens.town import Town
from tests.workflows.test_issuing import verified

URL = "/verification"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")


@pytest.fixture
def town(session):
    town = Town(session)
    town.waits = verified(session, town.room, verification=Verification.NONE, name="李小满")
    return town


def paper(data=b"%PDF-1.7 x", name="户口簿.pdf"):
    return io.BytesIO(data), name


def written(session):
    """Let the round's file be written, as the job does."""
    scope.enter(make.WHOLE, session)
    made = session.scalars(select(VerificationRound)).one()
    out = io.BytesIO()
    sent = rounds.lay(session, made)
    book.write(made.id, sent, out)
    made.digest, made.rows, made.state = keep(Folder.VERIFICATION, out.getvalue()), len(sent), "OUT"
    session.flush()
    return made


@pytest.mark.parametrize("role", ["SR", "CR", "TR", "CL", "PL"])
def test_everybody_sees_the_counts_of_their_own(web, town, role):
    page = web(town.account(role)).get(URL).text
    assert "李小满" in page
    assert town.waits.id_number not in page
    assert (f"{URL}/{town.waits.id}" in page) is (role in ("CL", "PL"))


@pytest.mark.parametrize("show", ["UNVERIFIED", "NO_ID", "FAILED", "PASSED", "STUCK", "nothing"])
def test_each_count_leads_to_its_pupils(web, town, show):
    page = web(town.account("CL")).get(f"{URL}?show={show}")
    assert page.status_code == 200
    assert ("李小满" in page.text) is (show in ("UNVERIFIED", "nothing"))


def test_a_mark_by_hand_keeps_the_words_of_a_refusal(web, town, session):
    browser = web(town.account("CL"))
    url = f"{URL}/{town.waits.id}"
    typed = {**fields_of(browser.get(url), url), "result": "PASSED", "reason": "核对一致"}
    refused = browser.post(url, data={**typed, "paper": paper(b"MZ", "x.exe")})
    assert refused.status_code == 422
    assert "核对一致" in refused.text
    stale = browser.post(url, data={**typed, "seen": "999", "paper": paper()})
    assert stale.status_code == 409
    assert browser.post(url, data={**typed, "paper": paper()}).status_code == 302
    assert session.get_one(Student, town.waits.id).verification is Verification.PASSED
    assert session.scalars(select(Job.kind).where(Job.kind == "numbers.issue")).all()
    assert "核对一致" in browser.get(url).text


def test_the_number_is_shown_whole_on_the_record(web, town):
    browser = web(town.account("CL"))
    answer = browser.post(f"{URL}/{town.waits.id}/reveal", data={"reason": "correct"})
    assert answer.json == {"value": town.waits.id_number}
    assert web(town.account("SR")).post(f"{URL}/{town.waits.id}/reveal").status_code == 403


def test_a_round_goes_out_comes_back_and_is_looked_at(web, town, session):
    browser = web(town.account("CL"))
    assert browser.get(f"{URL}/rounds").status_code == 200
    assert browser.post(f"{URL}/rounds/begin").status_code == 302
    made = written(session)
    page = f"{URL}/rounds/{made.id}"
    assert browser.get(page).status_code == 200
    fetched = browser.post(f"{page}/file")
    sheet = load_workbook(io.BytesIO(fetched.data)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["1", "李小满", town.waits.id_number]
    text = f"序号,姓名,身份证件号,核验结果\n1,李小满,{town.waits.id_number},通过\n"
    sent = {"file": (io.BytesIO(text.encode()), "结果.csv")}
    assert browser.post(f"{page}/answer", data=sent).status_code == 302
    scope.enter(make.WHOLE, session)
    session.expire_all()
    assert made.state is RoundState.READING
    assert browser.get(f"{page}/live").status_code == 200
    rounds.look(session, made, book.answers(made.answer, made.id))
    session.flush()
    for show in ("", "PASSED", "OTHER"):
        assert browser.get(f"{page}?show={show}").status_code == 200
    assert browser.post(f"{page}/apply").status_code == 302
    assert made.state is RoundState.APPLYING
    assert jobs.KINDS[made.state] == "verification.apply"
    assert browser.post(f"{page}/again").status_code == 302
    assert browser.post(f"{page}/forget").status_code == 409


def test_a_round_is_given_up_and_a_wrong_file_is_said(web, town, session):
    browser = web(town.account("CL"))
    browser.post(f"{URL}/rounds/begin")
    made = written(session)
    page = f"{URL}/rounds/{made.id}"
    told = browser.post(f"{page}/answer", data={"file": (io.BytesIO(b"x"), "x.exe")})
    assert told.status_code == 302
    assert made.state is RoundState.OUT
    assert browser.post(f"{page}/end").status_code == 302
    assert made.state is RoundState.ENDED
    assert browser.get(page).status_code == 200
    assert browser.post(f"{page}/file").status_code == 409


def test_a_round_is_its_own_authoritys(web, town, session):
    browser = web(town.account("CL"))
    browser.post(f"{URL}/rounds/begin")
    made = written(session)
    page = f"{URL}/rounds/{made.id}"
    province = web(town.account("PL"))
    assert province.get(page).status_code == 200
    assert province.post(f"{page}/file").status_code == 404
    assert (
        web(town.account("CL", make.an_authority(session, "450102"))).get(page).status_code == 404
    )
    assert web(town.account("SR")).get(page).status_code == 403
