"""The pages: the form, the file for whoever asked, the ledger of every school, the end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from app.exports import ending, making
from app.models.audit import AuditEvent
from app.models.export import Export, ExportDownload, ExportShare, ExportState
from app.models.switch import SwitchValue
from app.policies import scope
from app.storage.sealed_files import Folder, destroy
from tests import make
from tests.exports.conftest import asked, written

WANTED = {
    "columns": ["number", "name", "phone"],
    "purpose": "TEACHING",
    "format": "csv",
    "language": "zh",
}


def finished(session, export):
    _parts, mark = written(session, export)
    making.finish(session, export, mark, datetime.now(UTC))
    with scope.elevated(session, "test"):
        making.share(session, export, mark)
    session.flush()
    return export


def deeds(session):
    held = scope.current()
    scope.enter(make.WHOLE, session)
    found = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("export."))
    ).all()
    scope.enter(held, session)
    return list(found)


def test_a_list_leads_to_the_form_with_its_filters(session, web, at_work):
    account, _ = at_work("SR")
    client = web(account)
    page = client.get("/students/list/?_flt_0_status=IN_SCHOOL")
    assert "/exports/new?source=pupils&amp;_flt_0_status=IN_SCHOOL" in page.text
    form = client.get("/exports/new?source=pupils&_flt_0_status=IN_SCHOOL")
    assert '<b class="figure">4</b>' in form.text


def test_what_was_asked_for_waits_for_its_file_in_the_chosen_order(session, web, at_work):
    account, _ = at_work("SR")
    answer = web(account).post("/exports/new?source=pupils&_flt_0_gender=2", data=WANTED)
    assert answer.status_code == 302
    export = session.scalars(select(Export)).one()
    assert export.columns == WANTED["columns"]
    assert (export.filters, export.masked) == ('{"gender": ["2"]}', True)
    assert export.state is ExportState.QUEUED
    assert export.job_id
    assert deeds(session) == ["export.asked"]


def test_a_refusal_keeps_the_form(session, web, at_work):
    account, _ = at_work("SR")
    answer = web(account).post(
        "/exports/new?source=pupils", data={**WANTED, "purpose": "OTHER", "purpose_words": "无"}
    )
    assert answer.status_code == 422
    assert "5" in answer.text
    assert 'value="phone" checked' in answer.text
    assert session.scalars(select(Export)).all() == []


def test_the_form_remembers_the_last_choice(session, web, at_work):
    account, actor = at_work("SR")
    asked(session, actor, columns=["phone", "name"], format="ods")
    form = web(account).get("/exports/new?source=pupils").text
    assert 'data-order="phone name"' in form
    assert '<option value="ods" selected>' in form


def test_whoever_asked_fetches_and_each_time_is_written_down(session, web, at_work):
    account, actor = at_work("SR")
    export = finished(session, asked(session, actor, format="csv"))
    client = web(account)
    for _ in range(2):
        answer = client.post(f"/exports/{export.id}/file/1")
        assert answer.data.startswith("\ufeff姓名".encode())
        assert f"{export.number}-1.csv" in answer.headers["Content-Disposition"]
    assert len(session.scalars(select(ExportDownload)).all()) == 2
    assert deeds(session).count("export.fetched") == 2
    assert client.post(f"/exports/{export.id}/file/2").status_code == 404


@pytest.mark.parametrize("role", ["SL", "CR", "CL"])
def test_superiors_see_the_line_and_not_the_file(session, web, at_work, role):
    _, actor = at_work("SR")
    export = finished(session, asked(session, actor))
    other, _ = at_work(role)
    client = web(other)
    page = client.get(f"/exports/{export.id}")
    assert page.status_code == 200
    assert "/file/1" not in page.text
    for act in ("file/1", "cancel", "destroy", "again"):
        assert client.post(f"/exports/{export.id}/{act}").status_code == 404, act


def test_another_school_sees_nothing_of_it(session, web, at_work, county):
    _, actor = at_work("SR")
    export = finished(session, asked(session, actor))
    scope.enter(make.WHOLE, session)
    stranger = make.an_account(session, "SR", county["sibling"]["school"])
    client = web(stranger)
    assert client.get(f"/exports/{export.id}").status_code == 404
    assert client.post(f"/exports/{export.id}/file/1").status_code == 404
    assert export.number not in client.get("/exports/?show=all").text


def test_a_destroyed_file_is_gone_and_certified(session, web, at_work):
    account, actor = at_work("SR")
    export = finished(session, asked(session, actor))
    client = web(account)
    assert client.get(f"/exports/{export.id}/certificate").status_code == 404
    assert client.post(f"/exports/{export.id}/destroy").status_code == 302
    assert client.post(f"/exports/{export.id}/destroy").status_code == 409
    assert client.post(f"/exports/{export.id}/file/1").status_code == 404
    paper = client.get(f"/exports/{export.id}/certificate").text
    assert export.parts[0].sha256 in paper
    assert export.number in paper
    assert export.parts[0].sha256 not in ending.needed(session)


def test_time_ends_an_export(session, web, at_work):
    account, actor = at_work("SR")
    export = finished(session, asked(session, actor))
    export.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()
    client = web(account)
    assert client.post(f"/exports/{export.id}/file/1").status_code == 404
    gone = ending.expire(session, datetime.now(UTC))
    assert gone == [export.parts[0].sha256]
    destroy(Folder.EXPORTS, gone[0])
    destroy(Folder.EXPORTS, gone[0])
    assert export.state is ExportState.EXPIRED
    assert client.get(f"/exports/{export.id}/certificate").status_code == 200
    assert ending.expire(session, datetime.now(UTC)) == []


def test_a_routine_export_waits_seven_days(session, at_work):
    _, actor = at_work("SR")
    export = finished(session, asked(session, actor))
    assert export.expires_at - export.finished_at == timedelta(days=7)


def test_an_export_is_called_off_before_it_is_written(session, web, at_work):
    account, _ = at_work("SR")
    client = web(account)
    client.post("/exports/new?source=pupils", data=WANTED)
    export = session.scalars(select(Export)).one()
    assert client.post(f"/exports/{export.id}/cancel").status_code == 302
    session.refresh(export)
    assert export.state is ExportState.CANCELLED
    assert client.post(f"/exports/{export.id}/cancel").status_code == 409


# ── the ledger ───────────────────────────────────────────────────────────────────────────


def test_every_school_reads_who_took_out_its_pupils(session, web, at_work, county):
    _, actor = at_work("CR")
    export = finished(session, asked(session, actor, purpose_words="逐校核对"))
    scope.enter(make.WHOLE, session)
    shares = {line.school_id: line.rows for line in session.scalars(select(ExportShare)).all()}
    assert shares == {county["own"]["school"].id: 5, county["sibling"]["school"].id: 5}
    school = make.an_account(session, "SL", county["sibling"]["school"])
    page = web(school).get("/export-ledger").text
    assert export.number in page
    assert export.organisation.name in page
    assert "逐校核对" in page
    stranger = make.an_account(session, "SR", county["stranger"]["school"])
    assert export.number not in web(stranger).get("/export-ledger").text


def test_a_teacher_writes_the_ledger_and_does_not_read_it(session, web, at_work):
    account, actor = at_work("CT")
    finished(session, asked(session, actor, "roster"))
    assert web(account).get("/export-ledger").status_code == 403
    leader, _ = at_work("SL")
    assert "DC" in web(leader).get("/export-ledger").text


# ── the switch of the province ───────────────────────────────────────────────────────────


def test_a_county_exports_only_where_the_province_opened_it(session, web, at_work):
    account, _ = at_work("CR")
    client = web(account)
    assert client.get("/exports/new?source=pupils").status_code == 409
    assert client.post("/exports/new?source=pupils", data=WANTED).status_code == 409
    assert "disabled" in client.get("/students/list/").text
    scope.enter(make.WHOLE, session)
    leader = make.an_account(session, "PL", "41")
    session.add(
        SwitchValue(
            organisation_id=leader.organisation_id,
            key="county_export",
            value="on",
            valid_from=datetime.now(UTC).date() - timedelta(days=1),
            set_by=leader.user_id,
        )
    )
    session.flush()
    assert client.get("/exports/new?source=pupils").status_code == 200
    assert client.post("/exports/new?source=pupils", data=WANTED).status_code == 302


@pytest.mark.parametrize("role", ["CL", "TR", "PR"])
def test_those_without_the_right_ask_for_nothing(session, web, at_work, role):
    account, _ = at_work(role)
    assert web(account).get("/exports/new?source=pupils").status_code == 403


def test_a_name_somebody_filters_by_is_in_no_address_and_sealed_in_the_row(session, web, at_work):
    account, _ = at_work("SR")
    client = web(account)
    sought = client.post("/students/search", data={"_flt_0_name": "own甲"})
    sealed = sought.location.split("?", 1)[1]
    assert "own" not in sealed
    address = f"/exports/new?source=pupils&{sealed}"
    assert '<b class="figure">3</b>' in client.get(address).text
    assert client.post(address, data=WANTED).status_code == 302
    export = session.scalars(select(Export)).one()
    assert export.filters == '{"name": ["own甲"]}'
    raw = session.scalar(select(type_coerce(Export.filters, LargeBinary)))
    assert b"own" not in raw
