"""Templates out and workbooks in, from the command line."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.cli.main import xueji
from app.jobs.sessions import engine
from app.policies import scope
from tests import make
from tests.imports.books import CLEAN, MESSY, SCHOOL, a_book, a_row, problems
from tests.imports.conftest import a_registrar

WHO = f"registrar@{SCHOOL}"


@pytest.fixture(scope="module", autouse=True)
def people(root):
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        a_registrar(session)
        make.an_account(session, "CR", "411302", login="registrar@411302")


def run(*words):
    return CliRunner().invoke(xueji, [str(word) for word in words])


def test_a_template_is_written(tmp_path):
    path = tmp_path / "t.xlsx"
    assert run("template", "students", "-o", path).exit_code == 0
    assert path.stat().st_size > 10_000
    gone = run("template", "students", "-o", tmp_path / "no" / "t.xlsx")
    assert gone.exit_code == 1
    assert gone.output.count("\n") == 1


def test_the_messy_file_is_refused_and_nothing_is_written(root):
    told = run("import", "students", MESSY, "--as", WHO, "--commit", "--json")
    assert told.exit_code == 3
    answer = json.loads(told.output)
    assert (answer["state"], answer["rows"], answer["new"], answer["refused"]) == (
        "preview", 84, 67, 17,
    )  # fmt: skip
    assert len(answer["errors"]) == 17
    assert set(answer["errors"][0]) == {"row", "heading", "code", "message"}
    assert root.execute("SELECT count(*) AS n FROM student").fetchone().n == 0


def test_a_clean_file_is_looked_at_then_imported_then_known(root):
    told = json.loads(run("import", "students", CLEAN, "--as", WHO, "--json").output)
    assert (told["state"], told["new"], told["errors"]) == ("preview", 84, [])
    done = run("import", "students", CLEAN, "--as", WHO, "--commit", "--json")
    assert done.exit_code == 0
    answer = json.loads(done.output)
    assert (answer["batch"], answer["state"]) == (told["batch"], "committed")
    assert root.execute("SELECT count(*) AS n FROM student").fetchone().n == 84
    again = run("import", "students", CLEAN, "--as", WHO, "--commit", "--json")
    assert again.exit_code == 1
    assert f"-{told['batch']:06d}" in again.output
    assert root.execute("SELECT count(*) AS n FROM student").fetchone().n == 84


def test_good_rows_alone_are_written_and_taken_back_on_request(root, tmp_path):
    path = a_book([a_row(姓名="孙晓晓"), a_row(姓名="")], tmp_path / "a.xlsx")
    stays = run("import", "students", path, "--as", WHO, "--commit", "--json")
    assert stays.exit_code == 3
    assert json.loads(stays.output)["refusals"][0]["code"] == "E-BATCH-REFUSED"
    done = run("import", "students", path, "--as", WHO, "--commit", "--keep-good", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["state"], told["refused"]) == (0, "committed", 1)
    batch = told["batch"]
    foretold = run("import-undo", batch, "--as", WHO)
    assert foretold.output == f"batch {batch}: committed; 1 reversed, 0 kept, 0 stuck\n"
    undone = json.loads(run("import-undo", batch, "--as", WHO, "--commit", "--json").output)
    assert undone == {"batch": batch, "state": "undone", "reversed": 1, "kept": 0, "stuck": 0}
    status = "SELECT DISTINCT status FROM student WHERE import_batch_id = %s"
    assert [row.status for row in root.execute(status, (batch,))] == ["DELETED"]
    gone = run("import-undo", batch, "--as", WHO)
    assert (gone.exit_code, gone.output.count("\n")) == (1, 1)


def test_words_for_people_when_json_is_not_asked_for(tmp_path):
    path = a_book([a_row(姓名="")], tmp_path / "a.xlsx")
    told = run("import", "students", path, "--as", WHO)
    assert told.exit_code == 3
    assert "1 rows, 0 new, 1 refused" in told.output
    assert "row 2: 姓名 is required" in told.output


@pytest.mark.parametrize(
    ("login", "said"),
    [("nobody@1", "no enabled account"), ("registrar@411302", "may not import")],
)
def test_who_may_not_import_is_told_in_one_sentence(login, said):
    told = run("import", "students", CLEAN, "--as", login)
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert said in told.output


def test_what_is_no_workbook_is_told_in_one_sentence(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_text("no workbook", "utf-8")
    told = run("import", "students", path, "--as", WHO, "--commit")
    assert (told.exit_code, told.output.count("\n")) == (3, 1)
    told = run("import", "students", path, "--as", WHO, "--json")
    assert json.loads(told.output)["failure"]["code"] == "E-FILE-TYPE"
    monkeypatch.setattr("app.imports.batch.FILE_BYTES", 10)
    told = run("import", "students", path, "--as", WHO)
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    monkeypatch.setattr("app.imports.batch.FILE_BYTES", 10**6)
    wrong = a_book([a_row()], tmp_path / "b.xlsx", headings=["x"])
    told = run("import", "students", wrong, "--as", WHO, "--json")
    assert told.exit_code == 3
    assert json.loads(told.output)["failure"]["code"] == "E-TPL"


def test_the_template_filled_in_can_be_read(tmp_path):
    assert problems(a_book([a_row()], tmp_path / "a.xlsx")) == []
