"""The language of this request, and refusals said in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel.speaklater import LazyString

from app.errors import Refusal
from app.imports.students import SPEC
from app.messages import catalogue


def lang() -> str:
    """Return the language of this request: zh or en."""
    locale = get_locale()
    return "zh" if locale is None else str(locale.language)


def say(refusal: Refusal) -> str:
    """Return a refusal as a sentence: what, where, what to do; fields go by their labels."""
    told: dict[str, Any] = dict(refusal.params)
    if "fields" in told:
        told["fields"] = field_words(told["fields"])
    if "field" in told:
        told.setdefault("heading", field_word(told["field"]))
    return catalogue.say(Refusal(refusal.code, told), lang())


def field_word(name: str) -> str:
    """Return the name of a field of a pupil; a field nobody knows is said as it is written."""
    column = SPEC.by_field.get(name)
    if column is None:
        return name
    return column.heading if lang() == "zh" else column.label[:1].upper() + column.label[1:]


def field_words(names: Iterable[str]) -> str:
    """Return the names of fields as one text."""
    return catalogue.MARKS[lang() == "zh"].join(map(field_word, names))


def lazy(code: str) -> LazyString:
    """Return the words of a code, said in the language of whoever reads them."""
    return LazyString(lambda: text(code))


def text(code: str) -> str:
    """Return the words of a code in the language of this request."""
    return say(Refusal(code))
