"""What a school may give its teachers, in words: the functions of the matrix and their letters."""

from __future__ import annotations

from typing import NamedTuple

from app.policies.matrix import GIVEN, LETTERS, MATRIX
from app.policies.roles import Role
from app.views.words import lang
from app.workflows.authorising import is_for


class Gift(NamedTuple):
    """One right that can be given: its key, its words, whether it is given now."""

    key: str
    word: str
    is_given: bool = False


def gift_word(key: str) -> str:
    """Say a right: what it is about, and what one may do."""
    function, letter = key.split(":")
    about, does = MATRIX[function].name, LETTERS[letter]
    return f"{about.zh}（{does.zh}）" if lang() == "zh" else f"{about.en} ({does.en})"


def gifts(held: frozenset[str], role: Role | None = None) -> list[Gift]:
    """Return what can be given, to anybody or to one role, the given ones marked."""
    keys = [key for key in GIVEN if role is None or is_for(role, key)]
    return [Gift(key, gift_word(key), key in held) for key in keys]
