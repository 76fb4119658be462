"""The form of an export request: what was typed, and which fields the purpose leaves open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.exports.purposes import PURPOSES
from app.exports.sources import Source
from app.models.export import ExportRequest
from app.views.export_request_words import KINDS, purpose_name
from app.views.words import lang
from app.workflows.export_draft import Wish
from app.workflows.export_minimal import Kind, justified, kind_of

TEXTS: Mapping[str, int] = {  # what is typed in words: how long it may be
    "unit": 120, "purpose_words": 500, "scope_words": 500, "manner_words": 500,
    "officer": 40, "handler": 40, "plan": 2000,
}  # fmt: skip
DAYS = ("used_from", "used_until")
USUAL = timedelta(days=29)  # how long a new request is good for, until somebody says otherwise


class Box(NamedTuple):
    """A field somebody may ask for; a shut one has no use for the purpose."""

    name: str
    heading: str
    is_on: bool
    is_shut: bool


class Boxes(NamedTuple):
    """The fields that tell the same kind of thing."""

    word: str
    why: str  # why they are shut, or nothing
    boxes: Sequence[Box]


class Typed(NamedTuple):
    """What a form holds, and what is wrong in it by field."""

    texts: Mapping[str, str]
    columns: Sequence[str]
    wrong: Mapping[str, str]


def groups_of(source: Source, purpose: str, chosen: Collection[str]) -> list[Boxes]:
    """Return every field of a list, kind by kind, the least harmful first."""
    allowed = justified(purpose)
    found = []
    for kind in Kind:
        fields = [each for each in source.fields if kind_of(source.name, each.name) is kind]
        is_shut = kind not in allowed
        boxes = [
            Box(each.name, each.heading(lang()), each.name in chosen, is_shut) for each in fields
        ]
        if boxes:
            why = _why(purpose, kind) if is_shut and purpose else ""
            found.append(Boxes(str(KINDS[kind]), why, boxes))
    return found


def _why(purpose: str, kind: Kind) -> str:
    if kind is Kind.OTHER_FIELDS:
        return str(_("Free text never leaves: nobody can judge beforehand what it says."))
    return str(_("“%(purpose)s” has no use for this.", purpose=purpose_name(purpose)))


def fresh(today: date, unit: str) -> Typed:
    """Return the form of a new request."""
    days = {"used_from": today.isoformat(), "used_until": (today + USUAL).isoformat()}
    return Typed({**dict.fromkeys(TEXTS, ""), "purpose": "", "unit": unit, **days}, (), {})


def held(request: ExportRequest) -> Typed:
    """Return the form of a draft as it was kept."""
    texts = {name: str(getattr(request, name)) for name in (*TEXTS, "purpose", *DAYS)}
    return Typed(texts, request.columns, {})


def read(form: MultiDict[str, str], source: Source) -> tuple[Typed, Wish | None]:
    """Return what was typed, and the wish when all of it can be kept."""
    texts: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, most in TEXTS.items():
        texts[name] = _text(form.get(name, ""), most, name, wrong)
    asked = form.get("purpose", "")
    texts["purpose"] = asked if asked in PURPOSES else ""
    since, until = (_day(form.get(name, ""), name, texts, wrong) for name in DAYS)
    columns = [each.name for each in source.fields if each.name in form.getlist("columns")]
    typed = Typed(texts, columns, wrong)
    if wrong or since is None or until is None:
        return typed, None
    facts: dict[str, Any] = {name: texts[name] for name in (*TEXTS, "purpose")}
    chosen = tuple(columns)
    return typed, Wish(
        source=source.name, columns=chosen, used_from=since, used_until=until, **facts
    )


def _text(raw: str, most: int, name: str, wrong: dict[str, str]) -> str:
    try:
        raw.encode()
    except UnicodeEncodeError:
        wrong[name] = _("This cannot be stored; type it again.")
        return ""
    text = raw.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > most:
        wrong[name] = _("At most %(n)s characters.", n=most)
    return text


def _day(raw: str, name: str, texts: dict[str, str], wrong: dict[str, str]) -> date | None:
    texts[name] = raw[:10]
    try:
        return date.fromisoformat(raw)
    except ValueError:
        wrong[name] = _("Give a day such as 2026-09-01.")
        return None
