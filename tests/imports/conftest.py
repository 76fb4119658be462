"""The school that imports, with two classes in each of six grades, and its registrar."""

import pytest

from app.policies import scope
from tests import make
from tests.imports.books import SCHOOL


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")


def a_registrar(session, code=SCHOOL):
    """Make the school, its classes and its registrar."""
    scope.enter(make.WHOLE, session)
    school = make.a_school(session, code=code)
    for level in range(1, 7):
        grade = make.a_grade(session, school, level)
        for _ in range(2):
            make.a_class(session, school, grade)
    return make.an_account(session, "SR", school, login=f"registrar@{code}")


@pytest.fixture
def registrar(session):
    account = a_registrar(session)
    scope.enter(scope.scope_of(session, account.user_id), session)
    return account
