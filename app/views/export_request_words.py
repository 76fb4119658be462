"""Export requests in words: what a field tells, what somebody did, what a purpose needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.exports.purposes import PURPOSES
from app.views.words import lang
from app.workflows.export_minimal import Kind
from app.workflows.export_steps import Press

KINDS: Mapping[Kind, Any] = {
    Kind.PLACE: _("School and class"),
    Kind.NAME: _("Name and gender"),
    Kind.NUMBER: _("Student number"),
    Kind.STANDING: _("Schooling"),
    Kind.BIRTH: _("Birth date"),
    Kind.ORIGIN: _("Origin and background"),
    Kind.COMMUTE: _("Way to school"),
    Kind.PHONE: _("Telephone and e-mail"),
    Kind.ADDRESS: _("Addresses"),
    Kind.CARE: _("Care and aid"),
    Kind.HEALTH: _("Health"),
    Kind.ID: _("ID document"),
    Kind.FAMILY: _("Family members"),
    Kind.FAMILY_MORE: _("Family members in full"),
    Kind.OTHER_FIELDS: _("Free text"),
}
DONE: Mapping[str, Any] = {
    Press.SUBMIT: _("submitted it"),
    Press.AGREE: _("agreed"),
    Press.SEND_BACK: _("sent it back to be mended"),
    Press.REJECT: _("rejected it"),
    Press.WITHDRAW: _("withdrew it"),
    Press.GENERATE: _("The file was made"),
    Press.FETCH: _("fetched the file"),
    Press.EXPIRE: _("The time is up; there is no file any more"),
    Press.DESTROY: _("destroyed the file"),
}
LOOKS: Mapping[str, str] = {  # how a line of the timeline is marked
    Press.SEND_BACK: "hold",
    Press.REJECT: "hold",
    Press.WITHDRAW: "",
    Press.EXPIRE: "",
    Press.DESTROY: "",
}
SAID: Mapping[Press, Any] = {  # after a press
    Press.SUBMIT: _("Submitted; it now waits for the review."),
    Press.AGREE: _("Agreed."),
    Press.SEND_BACK: _("Sent back; the applicant mends it."),
    Press.REJECT: _("Rejected; nothing will be exported."),
    Press.WITHDRAW: _("Withdrawn."),
}


def purposes() -> list[tuple[str, str]]:
    """Return every purpose with its words in the language of the page."""
    return [(code, purpose_name(code)) for code in PURPOSES]


def purpose_name(code: str) -> str:
    """Return the words of a purpose; one nobody knows is shown as it is."""
    known = PURPOSES.get(code)
    return code if known is None else known.zh if lang() == "zh" else known.en
