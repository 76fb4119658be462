"""The reasons of a preview in words: what is wrong, in which rows, what to do."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from app.imports.findings import Reason
from app.views.words import lang

MOST_RANGES = 5


class Line(NamedTuple):
    """A reason in words: what is wrong, in which rows, what to do."""

    reason: Reason
    what: str
    where: str
    todo: str


def line_of(reason: Reason) -> Line:
    """Return a reason in words of the page's language."""
    what, todo = halves(reason.sentence(lang()), is_hint=bool(reason.key.hint))
    return Line(reason, what, ranges(reason.ranges), todo)


def halves(sentence: str, *, is_hint: bool = False) -> tuple[str, str]:
    """Split "what is wrong; what to do" where the house's sentences have their semicolon.

    A sentence with a hint has a colon there: "is written wrongly: 8 digits are expected".
    """
    marks = (("：", ": ") if is_hint else ("；", "; "))[lang() != "zh"]
    what, _mark, todo = sentence.partition(marks)
    return what.rstrip("。."), todo[:1].upper() + todo[1:]


def ranges(rows: list[tuple[int, int]]) -> str:
    """Say rows as ranges: 9–12, 40, and so on."""
    told = [f"{first:,}–{last:,}" if last > first else f"{first:,}" for first, last in rows]
    text = ("、" if lang() == "zh" else ", ").join(told[:MOST_RANGES])
    if len(told) > MOST_RANGES:
        return str(_("rows %(rows)s and others", rows=text))
    is_one = len(rows) == 1 and rows[0][0] == rows[0][1]
    return str(_("row %(row)s", row=text) if is_one else _("rows %(rows)s", rows=text))
