"""Evidence: the tray of a form, what a case holds, who opens it, and that nothing changes it."""

import io
import os
import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fsspec.implementations.local import LocalFileSystem
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.jobs import sweeping
from app.models.attachment import Attachment
from app.models.audit import AuditEvent
from app.policies import scope
from app.storage import evidence_rules
from app.views import evidence
from app.workflows.attaching import bind
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Wish, open_transfer
from tests import make
from tests.storage.papers import GOOD, JPG, PDF, PNG, a_picture
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do

KEY = re.compile(r'name="paper" value="(\d+)"')


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")
    return tmp_path / "files"


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def registrar(web, town):
    """The receiving school's registrar, signed in."""
    return web(town.people["to.registrar"])


def upload(client, *named, papers=()):
    """Lay files (name, data) on the tray; gives the answer."""
    chosen = [(io.BytesIO(data), name) for name, data in named]
    return client.post("/evidence/tray", data={"file": chosen, "paper": list(papers)})


def keys(answer):
    return [int(key) for key in KEY.findall(answer.text)]


def row(session, key):
    scope.enter(make.WHOLE, session)
    return session.get(Attachment, key)


def events(session, action):
    scope.enter(make.WHOLE, session)
    found = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return session.scalars(found).all()


@pytest.fixture
def filed(session, town, registrar):
    """A transfer with a picture and a document; gives the case's and the papers' keys."""
    papers = keys(upload(registrar, ("合同.jpg", JPG), ("证明.pdf", PDF)))
    pupil = town.pupil()
    wish = Wish(pupil.name, pupil.number, town.room.id, "2")
    act = Act(Trigger.SUBMIT, become(session, town.people["to.registrar"]), TODAY)
    case = open_transfer(session, wish, act, papers)
    return SimpleNamespace(case_id=case.id, picture=papers[0], document=papers[1])


# ── the tray ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_goes_onto_the_tray_with_one_event_that_names_its_digest(
    session, registrar, name
):
    answer = upload(registrar, (name, GOOD[name]))
    assert answer.status_code == 200
    (key,) = keys(answer)
    held = row(session, key)
    assert (held.name, held.case_id) == (name, None)
    (event,) = events(session, "attachment.added")
    assert event.details["digest"] == held.digest
    assert name.partition(".")[0] not in str(event.details)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.jpg", b"<html><script>alert(1)</script>", "jpg、png、pdf"),
        ("a.html", b"<html>", "jpg、png、pdf"),
        ("a.png", JPG, "jpg、png、pdf"),
        ("a.pdf", PDF + bytes(100_000), "2 MB"),
        ("a.jpg", b"", "空文件"),
        ("a.jpg", JPG[:150], "已损坏"),
    ],
)
def test_what_is_no_evidence_is_refused_in_words(registrar, files, monkeypatch, name, data, code):
    monkeypatch.setattr(evidence, "MOST_BYTES", 100_000)
    monkeypatch.setattr(evidence_rules, "MOST_BYTES", 100_000)
    registrar.post("/frame/prefer", data={"locale": "zh"})
    answer = upload(registrar, (name, data))
    assert answer.status_code == 422
    assert code in answer.text
    assert keys(answer) == []
    assert not files.exists()


def test_a_bad_file_does_not_take_a_good_one_with_it(registrar):
    answer = upload(registrar, ("a.jpg", JPG), ("b.exe", b"MZ"), ("c.png", PNG))
    assert answer.status_code == 422
    assert len(keys(answer)) == 2
    again = upload(registrar, ("d.pdf", PDF), papers=keys(answer))
    assert len(keys(again)) == 3


def test_a_tray_holds_ten(registrar):
    ten = upload(registrar, *[(f"{n}.pdf", PDF + b"%d" % n) for n in range(12)])
    assert len(keys(ten)) == 10
    assert ten.status_code == 422
    assert 'type="file"' not in ten.text


def test_a_file_of_another_tray_is_nobodys(session, web, town, registrar):
    (key,) = keys(upload(registrar, ("a.jpg", JPG)))
    colleague = web(make.an_account(session, "SL", town.new))
    for client in (colleague, web(town.people["to.authority"]), web(town.people["from.registrar"])):
        for path in (f"/evidence/{key}", f"/evidence/{key}/picture"):
            assert client.get(path).status_code == 404
    assert web(town.people["from.registrar"]).post(f"/evidence/{key}/take-off").status_code == 404
    assert keys(upload(web(town.people["from.registrar"]), papers=[key])) == []
    assert row(session, key) is not None


def test_taking_off_is_for_the_own_unbound_file(session, registrar, filed):
    (key,) = keys(upload(registrar, ("a.jpg", JPG)))
    answer = registrar.post(f"/evidence/{key}/take-off", data={"paper": [key]})
    assert (answer.status_code, keys(answer)) == (200, [])
    assert row(session, key) is None
    assert [e.object_id for e in events(session, "attachment.removed")] == [key]
    assert registrar.post(f"/evidence/{filed.picture}/take-off").status_code == 404


def test_only_those_who_submit_upload(web, town, session):
    for who in ("to.leader", "to.authority", "ministry"):
        assert upload(web(town.people[who]), ("a.jpg", JPG)).status_code == 403, who
    assert "/login" in upload(web(), ("a.jpg", JPG)).location


def test_a_full_disk_is_said_and_leaves_no_row(session, registrar, monkeypatch, caplog):
    def full(*_args, **_facts):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalFileSystem, "pipe_file", full)
    answer = upload(registrar, ("a.jpg", JPG))
    assert answer.status_code == 422
    assert "alert-danger" in answer.text
    scope.enter(make.WHOLE, session)
    assert session.scalars(select(Attachment)).all() == []
    assert events(session, "attachment.added") == []
    assert "a.jpg" not in caplog.text


# ── the evidence of a case ──────────────────────────────────────────────────────────────────


def test_both_sides_open_it_each_opening_is_written_down_and_strangers_find_nothing(
    session, web, town, filed
):
    for who in ("to.registrar", "to.authority", "from.leader", "from.authority"):
        client = web(town.people[who])
        answer = client.get(f"/evidence/{filed.document}")
        assert (answer.status_code, answer.data) == (200, PDF), who
        assert client.get(f"/evidence/{filed.picture}/picture").status_code == 200
    opened = events(session, "attachment.opened")
    assert len(opened) == 8
    assert {event.details["case"] for event in opened} == {filed.case_id}
    stranger = make.an_account(session, "SR", make.a_school(session, "411304"))
    for client in (web(stranger), web(town.people["ministry"])):
        assert client.get(f"/evidence/{filed.document}").status_code == 404
    teacher = make.an_account(session, "CT", town.new, (town.room,))
    assert web(teacher).get(f"/evidence/{filed.document}").status_code == 403


def test_nothing_is_ever_run_by_the_browser(registrar, filed):
    kept = registrar.get(f"/evidence/{filed.document}")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Content-Type"] == "application/octet-stream"
    shown = registrar.get(f"/evidence/{filed.picture}/picture")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    for answer in (kept, shown):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
    assert registrar.get(f"/evidence/{filed.document}/picture").status_code == 404


def test_a_picture_with_a_page_behind_it_holds_the_picture_alone(registrar):
    page = b"<html><script>alert(document.domain)</script></html>"
    (key,) = keys(upload(registrar, ("a.jpg", a_picture(comment=page) + page)))
    assert b"script" not in registrar.get(f"/evidence/{key}").data


def test_evidence_of_a_case_is_never_changed(session, registrar, filed):
    for statement in (
        "DELETE FROM attachment WHERE id = :key",
        "UPDATE attachment SET digest = repeat('0', 64) WHERE id = :key",
        "UPDATE attachment SET case_id = NULL WHERE id = :key",
        "UPDATE attachment SET name = 'x.pdf' WHERE id = :key",
    ):
        scope.enter(make.WHOLE, session)
        with pytest.raises(DBAPIError) as no, session.begin_nested():
            session.execute(text(statement), {"key": filed.document})
        assert no.value.orig.sqlstate == "XJ409"
    session.execute(
        text("UPDATE attachment SET owner_path = '' WHERE id = :key"), {"key": filed.document}
    )  # it only follows its organisation
    answer = registrar.post(
        f"/evidence/case/{filed.case_id}",
        data={"seen": "2", "file": [(io.BytesIO(PDF), "a.pdf")]},
    )
    assert answer.status_code == 409


def test_the_originator_adds_to_a_case_that_was_sent_back(session, web, town, registrar, filed):
    do(session, town.people["to.leader"], town.case(filed.case_id), "send_back", "缺户口本")
    url = f"/evidence/case/{filed.case_id}"

    def add(client, seen=None, **named):
        seen = seen or town.case(filed.case_id).version
        chosen = [(io.BytesIO(data), name.replace("_", ".")) for name, data in named.items()]
        return client.post(url, data={"seen": seen, "file": chosen})

    before = town.case(filed.case_id).version
    assert add(registrar, seen=1, a_pdf=PDF).status_code == 409
    assert add(web(town.people["from.registrar"]), a_pdf=PDF).status_code == 409
    assert add(registrar, a_pdf=PDF, b_jpg=JPG).status_code == 302
    scope.enter(make.WHOLE, session)
    of_it = select(Attachment).where(Attachment.case_id == filed.case_id)
    assert [paper.name for paper in session.scalars(of_it.order_by(Attachment.id))] == [
        "合同.jpg",
        "证明.pdf",
        "a.pdf",
        "b.jpg",
    ]
    assert town.case(filed.case_id).version == before
    assert add(registrar, a_exe=b"MZ").status_code == 302  # told on the page
    assert len(session.scalars(of_it).all()) == 4


def test_ten_files_a_case_and_no_more(session, town, registrar, filed):
    eight = keys(upload(registrar, *[(f"{n}.pdf", PDF + b"%d" % n) for n in range(9)]))
    case = town.case(filed.case_id)
    with pytest.raises(Exception, match="E-PAPER-COUNT"):
        bind(session, case, eight, town.people["to.registrar"].user_id)


def test_a_file_that_is_gone_from_the_disk_is_a_clear_answer(registrar, files, filed):
    registrar.post("/frame/prefer", data={"locale": "zh"})
    for path in files.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = registrar.get(f"/evidence/{filed.document}")
    assert answer.status_code == 404
    assert "不在存储中" in answer.text


# ── sweeping ────────────────────────────────────────────────────────────────────────────────


def test_a_tray_of_yesterday_is_cleared_and_its_file_goes(session, registrar, files, filed):
    (old,) = keys(upload(registrar, ("a.png", PNG)))
    (young,) = keys(upload(registrar, ("b.pdf", PDF + b"young")))
    scope.enter(make.WHOLE, session)
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    session.execute(
        text("UPDATE attachment SET uploaded_at = :at WHERE id = :id"), {"at": long_ago, "id": old}
    )
    for path in Path(files).rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))
    scope.enter(scope.SYSTEM, session)
    told = sweeping.sweep_files(SimpleNamespace(step=lambda: nullcontext(session)))
    assert (told["trays"], told["files"]) == (1, 1)
    assert row(session, old) is None
    assert row(session, young) is not None
    for key in (filed.picture, filed.document, young):
        assert registrar.get(f"/evidence/{key}").status_code == 200
