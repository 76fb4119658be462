"""学籍辅号 in a file: once in the file and once in the province, at the look and at the writing."""

from sqlalchemy import select

from app.imports import batch as batches
from app.imports.commit import commit
from app.models.import_batch import BatchState, ImportProblem
from app.policies import scope
from tests import make
from tests.imports.books import a_book, a_row
from tests.imports.test_batch import looked_at


def told(session, batch):
    found = select(ImportProblem).where(ImportProblem.batch_id == batch.id)
    return [
        (p.row_no, p.heading, p.code, p.params["where"])
        for p in session.scalars(found.order_by(ImportProblem.row_no))
    ]


def elsewhere(session, number, county):
    """Give a number to a pupil of a school that the registrar does not see."""
    here = scope.current()
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, make.a_class(session, make.a_school(session, county)), aux_number=number)
    scope.enter(here, session)


def test_a_repeated_number_is_an_error_of_its_row(session, registrar):
    elsewhere(session, "B-1", "410102")
    elsewhere(session, "C-1", "110101")  # another province
    rows = [a_row(学籍辅号=number) for number in ("A-1", "A-1", "B-1", "C-1", "")]
    batch = looked_at(session, registrar, a_book(rows))
    assert told(session, batch) == [
        (3, "学籍辅号", "E-DUP", "hint.same_row"),
        (4, "学籍辅号", "E-DUP", "hint.aux_taken"),
    ]


def test_a_number_given_away_since_the_look_brings_the_file_back(session, registrar):
    batch = looked_at(session, registrar, a_book([a_row(学籍辅号="A-1"), a_row(学籍辅号="A-2")]))
    elsewhere(session, "A-2", "410102")
    batches.begin_commit(session, batch.id)
    commit(session, batch.id)
    assert batch.state is BatchState.PREVIEW
    assert told(session, batch) == [(3, "学籍辅号", "E-DUP", "hint.aux_taken")]
