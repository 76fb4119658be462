"""Every template: drawn, filled in like its example, read back, written."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.imports import error_book, template
from app.imports.desk import SPECS
from app.imports.spec import Problem
from app.models.import_batch import BatchState
from app.models.school import SchoolClass
from app.policies import scope
from tests import make
from tests.imports.books import a_row
from tests.imports.typed import looked_at, problems, verdicts, written


def filled(name, cells, out=None):
    """Draw a template and type a row into it; cells are by heading."""
    out = out or io.BytesIO()
    template.write(SPECS[name], out)
    book = load_workbook(out)
    page = book.worksheets[0]
    for at, column in enumerate(SPECS[name].columns, start=1):
        page.cell(2, at, cells.get(column.heading, column.example) or None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def pupil(session, registrar):
    scope.enter(make.WHOLE, session)
    room = session.scalars(select(SchoolClass).filter_by(number="2026101")).one()
    pupil = make.a_pupil(session, room, talent="围棋")
    scope.enter(scope.scope_of(session, registrar.user_id), session)
    return pupil


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("students", "NEW"), ("corrections", "CHANGED"), ("guardians", "CHANGED"), ("classes", "NEW")],
)
def test_a_drawn_template_filled_in_is_read_and_written(session, registrar, pupil, name, verdict):
    about = {"学籍号": pupil.number, "姓名": pupil.name, "学生姓名": pupil.name}
    about = a_row() if name == "students" else about
    batch = looked_at(session, registrar, name, data=filled(name, about))
    assert (batch.state, batch.failure, problems(session, batch)) == (BatchState.PREVIEW, None, [])
    if name != "students":
        assert verdicts(session, batch) == {2: verdict}
    written(session, batch)
    assert (batch.state, batch.written) == (BatchState.COMMITTED, 1)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_the_workbook_of_one_template_is_not_read_as_another(session, registrar, name):
    other = "classes" if name != "classes" else "students"
    batch = looked_at(session, registrar, name, data=filled(other, {}))
    assert (batch.state, batch.failure["code"]) == (BatchState.FAILED, "E-TPL-VERSION")


@pytest.mark.parametrize("name", ["corrections", "guardians", "classes"])
def test_an_error_workbook_is_in_the_same_template(session, registrar, pupil, name):
    spec, out = SPECS[name], io.BytesIO()
    cells = {column.field: column.example for column in spec.columns}
    cells |= {"student_number": pupil.number, "pupil_name": pupil.name}
    wrong = Problem(2, spec.columns[0].heading, "E-ROW-WHO", {}, None)
    assert error_book.write(spec, [error_book.Failed(2, cells, [wrong])], out) == 1
    batch = looked_at(session, registrar, name, data=out.getvalue())
    assert (batch.state, batch.total, batch.refused) == (BatchState.PREVIEW, 1, 0)
