"""A pupil's page names the import the record came by, and the one that changed a cell."""

from datetime import date

from sqlalchemy import select

from app.imports import batch as batches
from app.imports.commit import because, commit
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.models.student import Student
from app.policies import scope
from tests import make
from tests.imports.books import a_book, a_row
from tests.imports.conftest import files, registrar

__all__ = ["files", "registrar"]
TODAY = date(2026, 9, 1)


def imported(session, account):
    received = batches.receive(session, account.user_id, "pupils.xlsx", a_book([a_row()]))
    batch = look(session, received.batch.id, TODAY, everywhere)
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    return batch, session.scalars(select(Student)).one()


def test_the_archive_leads_to_the_import_and_says_the_row(session, registrar, web):
    batch, pupil = imported(session, registrar)
    with because(session, f"import:{batch.id}"):
        pupil.remark = "甲"
    browser = web(registrar)
    for tab in ("", "?tab=changes"):
        page = browser.get(f"/students/show/{pupil.id}{tab}").text
        assert f"{batch.number}，第 2 行" in page or f"{batch.number}, row 2" in page
        assert f'href="/import/{batch.id}"' in page


def test_who_does_not_see_imports_reads_only_that_it_was_one(session, registrar, web):
    batch, pupil = imported(session, registrar)
    scope.enter(make.WHOLE, session)
    teacher = make.an_account(session, "CT", pupil.school, (pupil.school_class,))
    page = web(teacher).get(f"/students/show/{pupil.id}?tab=changes").text
    assert batch.number not in page
    assert f"/import/{batch.id}" not in page
