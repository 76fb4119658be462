"""导出申请 in the browser: asking, reviewing, approving, making the file, and who sees what."""

import io
from datetime import timedelta

import pytest
import pyzipper
from sqlalchemy import select

from app.exports.making import Mark, finish, share, write_part
from app.models.audit import AuditEvent
from app.models.export import Export, ExportRequest, ExportState
from app.models.export import RequestState as S
from app.policies import scope
from app.views.actor import now, today
from tests import make
from tests.workflows.requests import Office

ASK = "/export-requests"
WORDS = {
    "unit": "资助中心",
    "purpose_words": "核对春季资助对象",
    "scope_words": "仅资助中心内部",
    "manner_words": "在专用电脑上比对",
    "officer": "周安全",
    "handler": "李经办",
    "plan": "专人保管，用后销毁。",
}


@pytest.fixture
def office(session):
    made = Office(session)
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, made.school)
    made.pupil = make.a_pupil(session, room, name="李小满")
    session.commit()
    return made


def a_form(**bends):
    days = {"used_from": today().isoformat()}
    days["used_until"] = (today() + timedelta(days=20)).isoformat()
    fields = ["name", "number", "id_number", "needs_aid"]
    return {**WORDS, **days, "purpose": "AID", "columns": fields, "step": "keep", **bends}


def newest(session):
    scope.enter(make.WHOLE, session)
    session.expire_all()
    return session.scalars(select(ExportRequest).order_by(ExportRequest.id.desc())).first()


def version(session):
    return newest(session).row_version


def asked(web, office, who="SR", **bends):
    """Ask and submit in the browser; gives the browser and the request's id."""
    browser = web(office.people[who])
    sent = a_form(step="submit", **bends)
    answer = browser.post(f"{ASK}/new?source=pupils", data=sent)
    assert answer.status_code == 302, answer.text
    return browser, newest(office.session).id


def pressed(web, office, who, key, press, **sent):
    way = "press" if press in ("submit", "withdraw") else "decide"
    data = {"press": press, "seen": version(office.session), **sent}
    return web(office.people[who]).post(f"{ASK}/{key}/{way}", data=data)


def approved(web, office):
    browser, key = asked(web, office)
    fields = {"fields": "1", "keep": ["name", "number", "id_number"]}
    assert pressed(web, office, "CR", key, "agree", **fields).status_code == 302
    assert pressed(web, office, "SL", key, "agree").status_code == 302
    assert newest(office.session).state is S.APPROVED
    return browser, key


# ── asking ──────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_kept_and_gone_on_with(session, web, office):
    browser = web(office.people["SR"])
    page = browser.get(f"{ASK}/new?source=pupils")
    assert page.status_code == 200
    sent = a_form(plan="", columns=[], purpose="")
    assert browser.post(f"{ASK}/new?source=pupils", data=sent).status_code == 302
    draft = newest(session)
    assert (draft.state, draft.unit, draft.columns) == (S.DRAFT, "资助中心", [])
    key = draft.id
    page = browser.get(f"{ASK}/{key}/edit").text
    assert 'value="资助中心"' in page
    mended = a_form(seen=draft.row_version, unit="教育局资助中心")
    assert browser.post(f"{ASK}/{key}/edit", data=mended).status_code == 302
    assert newest(session).unit == "教育局资助中心"
    assert newest(session).state is S.DRAFT


def test_fields_the_purpose_has_no_use_for_are_shut_with_the_reason(web, office):
    browser = web(office.people["SR"])
    sent = a_form(purpose="TEACHING", step="look")
    page = browser.post(f"{ASK}/new?source=pupils", data=sent)
    assert page.status_code == 200
    box = next(part for part in page.text.split("<label") if 'value="id_number"' in part)
    assert " disabled" in box
    box = next(part for part in page.text.split("<label") if 'value="number"' in part)
    assert " disabled" not in box
    assert "用不到这类字段" in page.text
    assert newest(office.session) is None  # looking keeps nothing


def test_what_is_refused_keeps_the_draft_and_names_the_fields(session, web, office):
    browser = web(office.people["SR"])
    sent = a_form(step="submit", purpose="TEACHING", columns=["name", "id_number"])
    answer = browser.post(f"{ASK}/new?source=pupils", data=sent)
    assert answer.status_code == 409
    assert "身份证件号" in answer.text
    assert 'value="资助中心"' in answer.text
    assert newest(session).state is S.DRAFT


def test_what_was_refused_is_mended_on_the_page_that_says_so(session, web, office):
    browser = web(office.people["SR"])
    bad = a_form(step="submit", plan="")
    browser.post(f"{ASK}/new?source=pupils", data=bad)
    key = newest(session).id
    page = browser.post(f"{ASK}/{key}/edit", data={**bad, "seen": version(session)})
    assert page.status_code == 409
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    good = a_form(step="submit", seen=seen)
    assert browser.post(f"{ASK}/{key}/edit", data=good).status_code == 302
    assert newest(session).state is S.DEPT_REVIEW


def test_what_cannot_be_read_keeps_nothing_but_the_form(session, web, office):
    browser = web(office.people["SR"])
    sent = a_form(used_until="soon", plan="长" * 2001, unit="一\x00二")
    answer = browser.post(f"{ASK}/new?source=pupils", data=sent)
    assert answer.status_code == 422
    assert "used_until-e" in answer.text
    assert "plan-e" in answer.text
    assert newest(session) is None


def test_a_draft_changed_in_another_tab_loses_nothing(session, web, office):
    browser = web(office.people["SR"])
    browser.post(f"{ASK}/new?source=pupils", data=a_form())
    key, seen = newest(session).id, version(session)
    browser.post(f"{ASK}/{key}/edit", data=a_form(seen=seen, unit="甲"))
    answer = browser.post(f"{ASK}/{key}/edit", data=a_form(seen=seen, unit="乙"))
    assert answer.status_code == 409
    assert 'value="乙"' in answer.text
    assert newest(session).unit == "甲"


def test_a_form_sent_twice_is_one_request(session, web, office):
    browser = web(office.people["SR"])
    page = browser.get(f"{ASK}/new?source=pupils").text
    word = page.split('name="once" value="')[1].split('"')[0]
    assert browser.post(f"{ASK}/new?source=pupils", data=a_form(once=word)).status_code == 302
    assert browser.post(f"{ASK}/new?source=pupils", data=a_form(once=word)).status_code == 409
    scope.enter(make.WHOLE, session)
    assert len(session.scalars(select(ExportRequest)).all()) == 1


# ── deciding ────────────────────────────────────────────────────────────────────────────────


def test_the_reviewer_strikes_what_is_not_ticked(session, web, office):
    _browser, key = asked(web, office)
    page = web(office.people["CR"]).get(f"{ASK}/{key}").text
    assert 'name="keep" value="id_number"' in page
    fields = {"fields": "1", "keep": ["name", "number"]}
    assert pressed(web, office, "CR", key, "agree", **fields).status_code == 302
    request = newest(session)
    assert (request.columns, request.struck) == (["name", "number"], ["id_number", "needs_aid"])
    page = web(office.people["SL"]).get(f"{ASK}/{key}").text
    assert "<s>身份证件号</s>" in page
    assert 'name="keep"' not in page


def test_a_step_overtaken_says_so_and_keeps_the_words(session, web, office):
    browser, key = asked(web, office)
    seen = version(session)
    browser.post(f"{ASK}/{key}/press", data={"press": "withdraw", "seen": seen})
    sent = {"press": "reject", "seen": seen, "words": "与用途不符"}
    answer = web(office.people["CR"]).post(f"{ASK}/{key}/decide", data=sent)
    assert answer.status_code == 409
    assert newest(session).state is S.WITHDRAWN


def test_sending_back_needs_words_and_keeps_the_page(session, web, office):
    _browser, key = asked(web, office)
    answer = pressed(web, office, "CR", key, "send_back")
    assert answer.status_code == 409
    assert pressed(web, office, "CR", key, "send_back", words="写清用途").status_code == 302
    page = web(office.people["SR"]).get(f"{ASK}/{key}").text
    assert "写清用途" in page
    assert f"{ASK}/{key}/edit" in page


def test_what_no_button_sends_is_no_step(session, web, office):
    _browser, key = asked(web, office)
    for press in ("generate", "expire", "destroy", "submit", "", "x"):
        sent = {"press": press, "seen": version(session), "words": "x"}
        assert web(office.people["CR"]).post(f"{ASK}/{key}/decide", data=sent).status_code == 422
    assert newest(session).state is S.DEPT_REVIEW


def test_lists_by_whose_desk(web, office):
    _browser, key = asked(web, office)
    number = newest(office.session).number
    there = f"{ASK}/{key}"
    assert number in web(office.people["CR"]).get(f"{ASK}?tab=waiting").text
    assert there not in web(office.people["SL"]).get(f"{ASK}?tab=waiting").text
    assert there in web(office.people["SL"]).get(f"{ASK}?tab=all").text
    assert there in web(office.people["SR"]).get(f"{ASK}?tab=own").text
    assert there in web(office.people["PL"]).get(f"{ASK}?tab=all").text


# ── the file ────────────────────────────────────────────────────────────────────────────────


def written(office):
    """Write the newest export as its job does; gives it."""
    session = office.session
    office.as_("SR")
    export = session.scalars(select(Export).order_by(Export.id.desc())).first()
    mark = Mark()
    write_part(session, export, mark, lambda _rows: None)
    finish(session, export, mark, now())
    scope.enter(make.WHOLE, session)
    share(session, export, mark)
    session.commit()
    return export


def test_the_whole_way_to_an_archive_with_whole_values(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    assert browser.post(f"{ASK}/{key}/file", data=sent).status_code == 302
    export = written(office)
    assert newest(session).state is S.GENERATED
    page = browser.get(f"{ASK}/{key}").text
    assert export.password not in page
    shown = browser.post(f"{ASK}/{key}/file/password")
    assert export.password in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    fetched = browser.post(f"{ASK}/{key}/file/1")
    assert fetched.status_code == 200
    with pyzipper.AESZipFile(io.BytesIO(fetched.data)) as archive:
        archive.setpassword(export.password.encode())
        text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    scope.enter(make.WHOLE, session)
    assert office.pupil.id_number in text
    assert text.splitlines()[0].split(",")[:3] == ["姓名", "学籍号", "身份证件号"]
    assert "needs_aid" not in newest(session).columns
    assert newest(session).state is S.DOWNLOADED


def test_nobody_but_who_made_it_has_the_file_or_its_password(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    browser.post(f"{ASK}/{key}/file", data=sent)
    export = written(office)
    for who in ("CR", "SL", "CL", "PL", "PR"):
        other = web(office.people[who])
        for way in ("file/password", "file/1", "file/destroy"):
            assert other.post(f"{ASK}/{key}/{way}").status_code in (403, 404), (who, way)
        page = other.get(f"{ASK}/{key}").text
        assert export.password not in page
        assert "/file/password" not in page


def test_it_is_made_once_and_destroyed_with_a_certificate(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    browser.post(f"{ASK}/{key}/file", data=sent)
    again = {**sent, "seen": version(session)}
    assert browser.post(f"{ASK}/{key}/file", data=again).status_code == 409
    written(office)
    assert browser.get(f"{ASK}/{key}/file/certificate").status_code == 404
    assert browser.post(f"{ASK}/{key}/file/destroy").status_code == 302
    assert newest(session).state is S.DESTROYED
    assert browser.post(f"{ASK}/{key}/file/1").status_code == 404
    page = browser.get(f"{ASK}/{key}/file/certificate")
    assert page.status_code == 200
    assert f"{ASK}/{key}" in page.text


def test_a_file_that_is_out_of_time_is_not_there(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    browser.post(f"{ASK}/{key}/file", data=sent)
    export = written(office)
    scope.enter(make.WHOLE, session)
    export.expires_at = now() - timedelta(minutes=1)
    make.unwitnessed(session)
    session.commit()
    assert browser.post(f"{ASK}/{key}/file/1").status_code == 404
    assert browser.post(f"{ASK}/{key}/file/password").status_code == 404


def test_looking_at_the_password_is_one_line_of_the_audit(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    browser.post(f"{ASK}/{key}/file", data=sent)
    written(office)
    for _time in range(2):
        browser.post(f"{ASK}/{key}/file/password")
    scope.enter(scope.SYSTEM, session)
    looks = select(AuditEvent).where(AuditEvent.action == "export.password")
    assert len(session.scalars(looks).all()) == 2


def test_while_it_is_written_the_page_asks_how_far_it_is(session, web, office):
    browser, key = approved(web, office)
    sent = {"seen": version(session), "format": "csv", "language": "zh"}
    browser.post(f"{ASK}/{key}/file", data=sent)
    live = browser.get(f"{ASK}/{key}/file/live")
    assert live.status_code == 200
    assert "HX-Refresh" not in live.headers
    scope.enter(make.WHOLE, session)
    session.scalars(select(Export)).one().state = ExportState.FAILED
    make.unwitnessed(session)
    session.commit()
    assert browser.get(f"{ASK}/{key}/file/live").headers["HX-Refresh"] == "true"
    page = browser.get(f"{ASK}/{key}").text
    assert f'action="{ASK}/{key}/file"' in page  # once more
