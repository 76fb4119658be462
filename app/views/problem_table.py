"""Records of a problem as a table: one column a record, what differs marked letter by letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _

from app.views.doors import allowed
from app.views.key_change_words import value_word
from app.views.labels import NONE, Tag, code_name, tag, word_of
from app.views.problem_words import KINDS, item_tag
from app.views.pupil_columns import SEALED
from app.views.words import field_word
from app.workflows.comparing_sides import KEY, TELLING, Side, Sides, differing
from app.workflows.controlled import CATALOGUE
from app.workflows.key_change import as_text

MARKED = ("name", "birth_date", "id_number")  # compared letter by letter


class Piece(NamedTuple):
    """A part of a value, and whether it is another than in the record compared with."""

    text: str
    is_other: bool = False


class Cell(NamedTuple):
    """A value in its pieces; ``look``: same, other, or nothing; ``reveal`` asks for it whole."""

    pieces: tuple[Piece, ...]
    look: str = ""
    reveal: str = ""
    tag: Any = None


class Line(NamedTuple):
    """A field and its value in every record; ``more``: only for who wants to see everything."""

    label: str
    cells: list[Cell]
    is_mono: bool = False
    is_more: bool = False


class Head(NamedTuple):
    """The head of a column: whose record, how it stands in each problem, where its page is."""

    school: str
    url: str
    parts: list[tuple[str, Tag, str]]
    is_shown: bool


def heads_of(found: Sides) -> list[Head]:
    """Return the heads of the columns, the record in question first."""
    return [_head(side) for side in (found.mine, *found.others)]


def lines_of(found: Sides) -> list[Line]:
    """Return the lines of the table: what collides first, then where each record stands."""
    return [*_identity(found), *_standing(found), *_telling(found)]


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _head(side: Side) -> Head:
    parts = [(str(KINDS[p.kind]), *item_tag(p.state, auto=p.auto)) for p in side.parts]
    readable = side.is_ours and allowed("can_show", "Student")
    url = url_for("StudentView.show", pk=side.student_id) if readable else ""
    return Head(side.school, url, parts, side.is_shown)


def _identity(found: Sides) -> Iterator[Line]:
    mine = found.mine
    for name in ("name", "gender", "birth_date"):
        ours = _word(name, getattr(mine, name))
        cells = [Cell((Piece(ours),))]
        cells += [_beside(name, ours, _word(name, getattr(one, name)), one) for one in found.others]
        yield Line(field_word(name), cells)
    cells = [_masked(side) for side in (mine, *found.others)]
    yield Line(field_word("id_number"), cells, is_mono=True)


def _standing(found: Sides) -> Iterator[Line]:
    every = (found.mine, *found.others)
    yield Line(_("Student number"), [_plain(s.number or NONE) for s in every], is_mono=True)
    yield Line(_("Grade"), [_plain(code_name("grade_level", s.grade)) for s in every])
    yield Line(_("Status"), [_plain("", tag("Status", s.status)) for s in every])


def _telling(found: Sides) -> Iterator[Line]:
    """Yield what tells persons apart; of a record out of scope only whether it is the same.

    Where every record is in scope the other fields follow, out of sight while they are the same.
    """
    ours = [one for one in found.others if one.is_shown]
    every = TELLING if any(not one.is_ours for one in ours) or not ours else CATALOGUE
    for name in (*TELLING, *(name for name in every if name not in TELLING)):
        if name in KEY and name != "id_type":
            continue
        mine = _word(name, found.mine.values[name])
        cells = [Cell((Piece(mine),), reveal=_reveal(found.mine, name))]
        cells += [_other(one, name) for one in found.others]
        is_same = all(one.same.get(name, True) for one in found.others)
        yield Line(field_word(name), cells, is_more=name not in TELLING and is_same)


def _other(side: Side, name: str) -> Cell:
    is_same = side.same.get(name, True)
    if side.is_ours:
        text = _word(name, side.values[name])
        return Cell((Piece(text),), "" if is_same else "other", _reveal(side, name))
    return Cell((Piece(_("same") if is_same else _("differs")),), "same" if is_same else "other")


def _beside(name: str, ours: str, theirs: str, side: Side) -> Cell:
    """Return a value with the letters that differ marked; a code word differs as a whole."""
    if side.same.get(name, ours == theirs):
        return Cell((Piece(theirs),))
    marks = differing(ours, theirs) if name in MARKED else set(range(len(theirs)))
    return Cell(tuple(_pieces(theirs, marks)), "other")


def _masked(side: Side) -> Cell:
    """Return a masked ID number with the digits that differ marked."""
    text = side.id_number or NONE
    look = "" if side.same.get("id_number", True) else "other"
    return Cell(tuple(_pieces(text, side.id_marks)), look, _reveal(side, "id_number"))


def _pieces(text: str, marks: Any) -> Iterator[Piece]:
    """Yield a text in runs of letters that differ and that do not."""
    begin = 0
    for n in range(1, len(text) + 1):
        if n == len(text) or (n in marks) != (begin in marks):
            yield Piece(text[begin:n], begin in marks)
            begin = n


def _plain(text: str, shown: Any = None) -> Cell:
    return Cell((Piece(text),), tag=shown)


def _reveal(side: Side, name: str) -> str:
    """Return where a sealed value of a record in scope is asked for whole, if one may."""
    held = side.values.get(name)
    if name not in SEALED or not held or not allowed("can_reveal", "Student"):
        return ""
    return url_for("StudentView.reveal", pk=side.student_id, field=name)


def _word(name: str, value: Any) -> str:
    if name == "gender":
        return word_of("gender", value)
    return value.isoformat() if isinstance(value, date) else value_word(name, as_text(value))
