"""Every code that may be said has its sentence, in both languages."""

import ast
import re
from string import Formatter

import pytest

from app.errors import AppError, Refusal
from app.messages.catalogue import AREAS, CATALOGUE, level_of, say
from app.messages.text import Level
from config import ROOT

CODE = re.compile(r"[EW](-[A-Z]+)+|hint\.[a-z_]+")
NAMED = {"Refusal": 0, "refuse_unless": 1}


def used():
    """Yield every code the application can say, and where."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        if "messages" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if CODE.fullmatch(node.value):
                    yield node.value, path
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = NAMED.get(node.func.id)
                if at is not None and len(node.args) > at:
                    said = node.args[at]
                    if isinstance(said, ast.Constant):
                        yield said.value, path


def test_every_code_in_the_application_has_its_sentence():
    missing = {(code, path.name) for code, path in used() if code not in CATALOGUE}
    assert not missing


def kinds(root=AppError):
    """Yield every sort of error that has been imported."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def test_every_sort_of_error_has_its_sentence():
    assert not {kind.__name__ for kind in kinds() if kind.code not in CATALOGUE}


def test_no_code_is_told_twice():
    codes = [code for area in AREAS for code in area.TEXTS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_both_languages_are_complete_and_have_the_same_blanks(code):
    text = CATALOGUE[code]
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    assert not re.search(r"[\u4e00-\u9fff]", text.en.replace("2020年-2030年 or 长期", ""))
    blanks = [{name for _, name, _, _ in Formatter().parse(t) if name} for t in text[:2]]
    assert blanks[0] == blanks[1]


def test_a_blank_may_hold_another_code():
    refusal = Refusal("E-FMT", {"heading": "班号", "hint": "hint.digits", "count": 7})
    assert say(refusal) == "“班号”格式不对：应为 7 位数字。"
    assert say(refusal, "en") == "班号 is written wrongly: 7 digits are expected."


def test_what_is_missing_shows_and_breaks_nothing():
    assert say(Refusal("E-REQ"), "en") == "{heading} is required and empty; fill it in."
    assert say(Refusal("no.such.code"), "en") == say(Refusal("app.broken"), "en")


def test_levels():
    assert level_of("E-REQ") is Level.ERROR
    assert level_of("W-AGE") is Level.WARNING
    assert level_of("hint.date") is Level.HINT
