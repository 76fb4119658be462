"""The one table of codes and what they say; the areas lie in files beside this one."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import Refusal
from app.messages import (
    accounts,
    approvals,
    auditing,
    batches,
    class_numbers,
    covering,
    export_requests,
    exporting,
    files,
    general,
    inbox,
    previews,
    privacy,
    roles,
    rows,
    schools,
    sessions,
    switches,
    templates,
    verification,
)
from app.messages.text import Level, Text, Texts

AREAS = (
    general,
    files,
    batches,
    rows,
    approvals,
    schools,
    accounts,
    sessions,
    switches,
    privacy,
    roles,
    auditing,
    covering,
    inbox,
    previews,
    templates,
    class_numbers,
    verification,
    export_requests,
    exporting,
)
CATALOGUE: Texts = {code: text for area in AREAS for code, text in area.TEXTS.items()}
LANGUAGES = ("zh", "en")
MARKS = {True: "、", False: ", "}  # between the words of a list, in Chinese or not


class _Blanks(dict[str, object]):
    """A blank nobody filled stays visible instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def text_of(code: str) -> Text:
    """Return the sentence of a code; an unknown code says that something broke."""
    return CATALOGUE.get(code, CATALOGUE["app.broken"])


def level_of(code: str) -> Level:
    """Return how grave a code is."""
    return text_of(code).level


def say(refusal: Refusal, lang: str = "zh") -> str:
    """Return a refusal as one sentence; a blank may hold codes of this table, said first."""
    return fill(refusal.code, refusal.params, lang)


def fill(code: str, params: Mapping[str, object], lang: str) -> str:
    """Return the sentence of a code with its blanks filled; any language but zh gets English."""
    text = text_of(code)
    told = _Blanks(params)
    for name, value in params.items():
        if isinstance(value, tuple):
            told[name] = MARKS[lang.startswith("zh")].join(fill(code, {}, lang) for code in value)
        elif isinstance(value, str) and value in CATALOGUE:
            others = {key: other for key, other in params.items() if key != name}
            told[name] = fill(value, others, lang)
    return (text.zh if lang.startswith("zh") else text.en).format_map(told)
