"""代码表、任务、审计: the screens of the house itself."""

from sqlalchemy import text

from app.jobs.queue import ask
from app.models.code import CodeValue
from app.models.job import Job, JobState
from app.policies import scope
from tests import make
from tests.views.screens.town import deeds


def a_job(session, account):
    scope.enter(make.WHOLE, session)
    job_id = ask(session, "import.check", asked_by=account.user_id, batch_id=1)
    session.flush()
    return job_id


def test_a_job_is_seen_by_its_subtree_and_called_off_by_a_registrar(town, web, session):
    registrar = town.account("SR")
    job_id = a_job(session, registrar)
    assert web(town.account("CR")).get(f"/jobs/show/{job_id}").status_code == 200
    assert web(town.account("SR", town.other)).get(f"/jobs/show/{job_id}").status_code == 404
    assert web(town.account("SL")).post(f"/jobs/cancel/{job_id}").status_code == 403
    assert web(registrar).post(f"/jobs/cancel/{job_id}").status_code == 302
    assert session.get(Job, job_id).state is JobState.CANCELLED
    assert [row.object_id for row in deeds(session, "job.cancelled")] == [job_id]


def test_a_queue_that_stands_still_is_told_on_every_page(town, web, session):
    session.execute(text("DELETE FROM pulse"))
    page = web(town.account("SR")).get("/students/list/").text
    assert 'class="notice notice-warn"' in page
    for name in ("worker a", "scheduler a"):
        session.execute(text("INSERT INTO pulse VALUES (:name, now())"), {"name": name})
    page = web(town.account("SR")).get("/students/list/").text
    assert 'class="notice notice-warn"' not in page


def test_the_log_is_open_to_the_auditor_and_to_officers_and_to_no_other_administrator(town, web):
    for role in ("AUD", "SR", "SL", "CR", "CL", "PR", "MIN"):
        assert web(town.account(role)).get("/audit/list/").status_code == 200
    for role in ("ADM", "SEC", "NU"):
        assert web(town.account(role)).get("/audit/list/").status_code == 403


def test_nobody_writes_into_the_log_by_hand(town, web):
    browser = web(town.account("AUD"))
    for verb, url in (("add", "/audit/add"), ("edit", "/audit/edit/1")):
        assert browser.get(url).status_code == 403, verb
    assert browser.post("/audit/delete/1").status_code == 403


def test_codes_keep_their_standard_and_may_go_out_of_use(town, web, session):
    code = session.query(CodeValue).filter_by(table_name="transfer_reason").first()
    browser = web(town.account("MIN"))
    sent = {"name_en": "Another", "name_zh": "改", "code": "x", "disabled_on": "2027-01-01"}
    before = code.name_zh
    assert browser.post(f"/codes/edit/{code.id}", data=sent).status_code == 302
    kept = session.get(CodeValue, code.id)
    assert (kept.name_en, kept.name_zh, f"{kept.disabled_on}") == ("Another", before, "2027-01-01")
    assert web(town.account("SR")).get(f"/codes/edit/{code.id}").status_code == 403


def test_divisions_are_read_by_everybody(town, web):
    page = web(town.account("SR")).get("/divisions/list/?_flt_0_name_zh=宛城").text
    assert "411302000000" in page
