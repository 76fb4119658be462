"""One event of the log as one sentence: who did what to what; names and numbers, never a pupil's.

Whatever somebody may not see is told by its number alone, because the sentence asks the database
as the person who reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g
from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.audit import AuditEvent
from app.models.case import Case
from app.models.organisation import Organisation
from app.models.school import Campus, SchoolClass
from app.policies.reasons import REASONS
from app.views.actor import session
from app.views.denials import DENIED
from app.views.labels import NONE, word_of
from app.views.screens.pupil_fields import LABELS
from app.views.words import lang

NAMED: Mapping[str, Any] = {  # whose rows have a name that is no secret
    "account": Account,
    "campus": Campus,
    "case": Case,
    "organisation": Organisation,
    "school": Organisation,
    "school_class": SchoolClass,
}
TOLD: Mapping[str, Any] = {  # the figures of an event that its sentence tells
    "status": _("status %(n)s"),
    "endpoint": _("page %(n)s"),
    "more": _("more than %(n)s in a minute"),
    "count": _("number: %(n)s"),
    "pupils": _("pupils: %(n)s"),
    "rows": _("rows: %(n)s"),
    "schools": _("schools: %(n)s"),
    "events": _("events: %(n)s"),
    "faults": _("faults: %(n)s"),
    "year": _("school year %(n)s"),
}


def sentence(number: int) -> Markup:
    """Say in one line what the event of this number tells."""
    event = session().get_one(AuditEvent, number)
    return Markup("<b>{}</b> {}").format(person(event.actor), deed(event))


def plain_sentence(event: AuditEvent) -> str:
    """Say the same without markup, for files."""
    return f"{person(event.actor)} {deed(event)}"


def deed(event: AuditEvent) -> str:
    """Say what was done, to what, and the figures that belong to it."""
    words = word_of("Deed", event.action)
    if lang() == "en":
        words = words[:1].lower() + words[1:]
    more = gettext(", ").join(_more(event.details))
    thing = _thing(event)
    return f"{words}{gettext(': ') + thing if thing else ''}{f' ({more})' if more else ''}"


def person(user_id: int | None) -> str:
    """Name an account by the person's name; nobody is the system."""
    if user_id is None:
        return str(pgettext("actor", "System"))
    name = _names().get(("account", user_id))
    if name is None and (account := session().get(Account, user_id)):  # not of a listed event
        return account.name
    return name or f"#{user_id}"


def place(path: str) -> str:
    """Name the organisation whose chain an event is of; nobody's is the system's."""
    events = [one for one in session().identity_map.values() if isinstance(one, AuditEvent)]
    known: dict[str, str] = g.setdefault("audit_places", {})
    if wanted := {event.owner_path for event in events} - known.keys():
        asked = select(Organisation.path, Organisation.name).where(Organisation.path.in_(wanted))
        known |= dict.fromkeys(wanted, "")
        known |= {row.path: row.name for row in session().execute(asked)}
    return known.get(path) or path or NONE


def _thing(event: AuditEvent) -> str:
    if event.object_type is None or event.object_id is None:
        return ""
    word, number = word_of("Thing", event.object_type), str(event.object_id)
    if event.action == DENIED:  # who guesses a number does not read whose it is
        return f"{word} {number}"
    return f"{word} {_names().get((event.object_type, event.object_id), number)}"


def _more(details: Mapping[str, Any]) -> Iterable[str]:
    if absent := details.get("for"):
        yield gettext("in place of %(name)s", name=person(absent))
    if substitute := details.get("substitute"):
        who, absent = person(substitute), person(details.get("absent"))
        yield gettext("%(who)s for %(absent)s", who=who, absent=absent)
    if field := details.get("field"):
        yield str(LABELS.get(field, field))
    if reason := REASONS.get(str(details.get("reason"))):
        yield reason.zh if lang() == "zh" else reason.en
    for key, word in TOLD.items():
        if key in details:
            yield str(word) % {"n": details[key]}


def _names() -> Mapping[tuple[str, int], str]:
    """Return the names of all that the loaded events are about: one question a table."""
    events = [one for one in session().identity_map.values() if isinstance(one, AuditEvent)]
    known: dict[tuple[str, int], str] = g.setdefault("audit_names", {})
    asked: set[tuple[str, int]] = g.setdefault("audit_asked", set())
    people = ((event.actor, event.details.get("for")) for event in events)
    wanted = {("account", one) for pair in people for one in pair if one}
    for event in events:
        if event.object_type and event.object_id and event.object_type in NAMED:
            wanted.add((event.object_type, event.object_id))
    for table in {table for table, _id in wanted - asked}:
        ids = {number for name, number in wanted - asked if name == table}
        known |= {(table, key): name for key, name in _found(session(), NAMED[table], ids)}
    asked |= wanted
    return known


def _found(held: Session, model: Any, ids: set[int]) -> Iterable[tuple[int, str]]:
    (key,) = model.__mapper__.primary_key
    for row in held.scalars(select(model).where(key.in_(ids))):
        yield row.__mapper__.primary_key_from_instance(row)[0], str(row)
