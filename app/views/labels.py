"""What codes, states, days and figures look like: labels, tags, masks. Formatters of columns.

A state is shown as glyph, word and colour; which ones is said here once, in `TAGS`, so that the
list, the card, the inbox and the print agree. FAB hands a formatter the `.value` of an enum,
which in this house equals the member's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape

from app.codes import masking
from app.codes.tables import table
from app.codes.workdays import BEIJING
from app.policies.roles import Role
from app.views.deeds import DEEDS, THINGS
from app.views.words import lang, lazy

NONE = "—"  # none; a 0 is shown only where zero is the news
Formatter = Callable[[Any], Any]


class Tag(NamedTuple):
    """The kind (token of the skin) and the glyph of a state."""

    kind: str
    icon: str = ""


OK, ACT, WARN = Tag("ok", "circle-check"), Tag("act", "circle-dot"), Tag("warn", "circle-pause")
BAD, HOLD, OFF = Tag("bad", "circle-xmark"), Tag("hold", "triangle-exclamation"), Tag("off")
TAGS: Mapping[str, Mapping[str, Tag]] = {
    "student_status": {
        "PENDING_REGISTRATION": Tag("act", "hourglass-half"),
        "IN_SCHOOL": OK,
        "SUSPENDED": WARN,
        "MISSING": Tag("bad", "circle-question"),
        "SUSPECTED_DROPOUT": Tag("bad", "circle-question"),
    },
    "ProblemFlag": {"OPEN": HOLD, "IN_PROCESS": ACT, "RESOLVED": OK},
    "SchoolState": {"ACTIVE": OK},
    "GradeState": {"IN_USE": OK, "OVER_STAGE": Tag("warn", "triangle-exclamation")},
    "ClassState": {"IN_USE": OK},
    "JobState": {
        "QUEUED": Tag("off", "clock"),
        "RUNNING": Tag("act", "hourglass-half"),
        "DONE": OK,
        "FAILED": BAD,
    },
    "BatchState": {
        "PENDING": Tag("off", "clock"),
        "MAPPING": Tag("warn", "table-columns"),
        "CHECKING": Tag("act", "hourglass-half"),
        "PREVIEW": Tag("warn", "eye"),
        "COMMITTING": Tag("act", "hourglass-half"),
        "COMMITTED": OK,
        "FAILED": BAD,
        "UNDOING": Tag("act", "hourglass-half"),
        "UNDONE": Tag("off", "rotate-left"),
    },
    "ExportState": {
        "QUEUED": Tag("act", "hourglass-half"),
        "READY": Tag("ok", "circle-check"),
        "FAILED": BAD,
    },
    "RequestState": {
        "DRAFT": Tag("off", "pen"),
        "DEPT_REVIEW": Tag("act", "hourglass-half"),
        "HEAD_APPROVAL": Tag("act", "hourglass-half"),
        "APPROVED": OK,
        "REJECTED": BAD,
        "GENERATED": Tag("ok", "file-shield"),
        "DOWNLOADED": Tag("ok", "download"),
    },
    "RunState": {
        "REHEARSED": Tag("warn", "eye"),
        "ASKED": Tag("warn", "user-clock"),
        "RUNNING": Tag("act", "hourglass-half"),
        "DONE": OK,
    },
    "Enabled": {"YES": OK},
    "Closed": {"UNCONFIRMED": Tag("warn", "user-clock"), "UNUSED": Tag("off", "lock")},
    "Verification": {"NONE": Tag("act", "hourglass-half"), "PASSED": OK, "FAILED": BAD},
    "Verdict": {
        "NEW": Tag("ok", "circle-plus"),
        "CHANGED": Tag("warn", "pen"),
        "SAME": Tag("off", "equals"),
        "LIKELY": Tag("hold", "clone"),
        "ELSEWHERE": Tag("hold", "school-flag"),
        "REFUSED": BAD,
    },
    "Severity": {"ERROR": BAD, "WARNING": Tag("warn", "triangle-exclamation")},
}
CODES = {"Status": "student_status"}  # enums whose words stand in a code table
WORDS: Mapping[str, Mapping[str, Any]] = {
    "Tier": {
        "MINISTRY": _("Ministry"),
        "PROVINCE": _("Province"),
        "CITY": _("City"),
        "COUNTY": _("County"),
        "SCHOOL": _("School"),
    },
    "Role": {role.value: lazy(f"role.{role}") for role in Role},
    "Enabled": {"YES": _("Enabled"), "NO": _("Account closed")},
    "Closed": {
        "BY_HAND": _("Closed by hand"),
        "UNUSED": _("Sealed: long unused"),
        "UNCONFIRMED": _("Waits for confirmation"),
    },
    "GroupKind": {"SYNCHRONISED": _("Follows the accounts"), "OWN": _("The school's own")},
    "Source": {"MANUAL": _("Opened one by one"), "WORKBOOK": _("Opened from a workbook")},
    "Stage": {"PRIMARY": _("Primary"), "JUNIOR": _("Junior high"), "SENIOR": _("Senior high")},
    "SchoolState": {"ACTIVE": _("In operation"), "CLOSED": _("Closed")},
    "GradeState": {
        "IN_USE": _("In use"),
        "OVER_STAGE": _("Over stage"),
        "GRADUATED": _("Graduated"),
    },
    "ClassState": {"IN_USE": _("In use"), "MERGED": _("Merged"), "CLOSED": _("Closed")},
    "NumberKind": {"G": _("Formal (G)"), "J": _("Formal (J)"), "L": _("Temporary (L)")},
    "Verification": {
        "NONE": _("Not verified yet"),
        "PASSED": _("Verified"),
        "FAILED": _("Does not match"),
    },
    "ProblemFlag": {
        "NONE": NONE,
        "OPEN": _("Problem record"),
        "IN_PROCESS": _("Being handled"),
        "RESOLVED": _("Resolved"),
    },
    "JobState": {
        "QUEUED": _("Queued"),
        "RUNNING": _("Running"),
        "DONE": _("Done"),
        "FAILED": _("Failed"),
        "CANCELLED": _("Cancelled"),
    },
    "BatchState": {
        "PENDING": _("Queued"),
        "MAPPING": _("Waits for its headings"),
        "CHECKING": _("Checking"),
        "PREVIEW": _("Waits for your look"),
        "COMMITTING": _("Writing"),
        "COMMITTED": _("Written"),
        "DISCARDED": _("Discarded"),
        "FAILED": _("Unreadable"),
        "UNDOING": _("Being undone"),
        "UNDONE": _("Undone"),
    },
    "ExportState": {
        "QUEUED": _("Being written"),
        "RUNNING": _("Being written"),
        "READY": _("Ready to be fetched"),
        "EXPIRED": _("Expired"),
        "DESTROYED": _("Destroyed"),
        "CANCELLED": _("Called off"),
        "FAILED": _("Not made"),
    },
    "RequestState": {
        "DRAFT": _("Draft"),
        "DEPT_REVIEW": _("Under review"),
        "HEAD_APPROVAL": _("Waits for the head"),
        "APPROVED": _("Approved"),
        "REJECTED": _("Rejected"),
        "WITHDRAWN": _("Withdrawn"),
        "GENERATED": _("File ready"),
        "DOWNLOADED": _("Fetched"),
        "EXPIRED": _("Expired"),
        "DESTROYED": _("Destroyed"),
    },
    "RunState": {
        "REHEARSED": _("Rehearsed"),
        "ASKED": _("Waits for a second person"),
        "RUNNING": _("Running"),
        "DONE": _("Done"),
        "UNDONE": _("Undone"),
        "EXPIRED": _("Expired"),
    },
    "Verdict": {
        "NEW": _("New"),
        "CHANGED": _("Changed"),
        "SAME": _("Unchanged"),
        "LIKELY": _("Perhaps a duplicate"),
        "ELSEWHERE": _("At another school"),
        "REFUSED": _("Refused"),
    },
    "Severity": {"ERROR": _("Blocks"), "WARNING": _("Does not block")},
    "CaseKind": {
        "REGISTRATION": _("Registration"),
        "TRANSFER": _("Transfer"),
        "MOVEMENT": _("Movement"),
        "KEY_CHANGE": _("Key data change"),
        "PROBLEM": _("Problem record"),
    },
    "Decision": {
        "SUBMIT": _("Submitted"),
        "AGREE": _("Agreed"),
        "DISAGREE": _("Disagreed"),
        "RETURN": _("Sent back"),
        "WITHDRAW": _("Withdrawn"),
        "CLEAN": _("Cleaned up"),
        "ESCALATE": _("Asked the next tier to decide"),
        "INTERVENE": _("Decided in its place"),
        "REPORT": _("Reported to"),
        "PULL": _("Archive pulled"),
    },
    "Deed": DEEDS,
    "Thing": THINGS,
}


def word_of(family: str, name: str) -> str:
    """Return the word for a code of a table or for a member of an enum, named by its class."""
    if family in WORDS:
        return str(WORDS[family].get(name, name))
    return code_name(CODES.get(family, family), name)


def code_name(name: str, code: str) -> str:
    """Return the name of a code; a code the table does not know is shown as it is."""
    codes = table(name)
    return codes[code].name(lang()) if code in codes else code


def choices_of(family: str | type[Enum]) -> list[tuple[str, str]]:
    """Return every code of a table, or member of an enum, with its word: for forms and filters."""
    if isinstance(family, str) and family in WORDS:
        return [(name, str(word)) for name, word in WORDS[family].items()]
    if isinstance(family, str):
        return [(entry.code, entry.name(lang())) for entry in table(family)]
    return [(member.name, word_of(family.__name__, member.name)) for member in family]


def tag(family: str, name: Any) -> Markup:
    """Return a state as glyph, word and colour; also a word of the templates."""
    if name in (None, ""):
        return Markup("{}").format(NONE)
    name = name.name if isinstance(name, Enum) else str(name)
    kind, icon = TAGS.get(CODES.get(family, family), {}).get(name, OFF)
    return tag_of(kind, word_of(family, name), icon)


def tag_of(kind: str, word: str, icon: str = "") -> Markup:
    """Return a tag of a kind: ok, act, warn, bad, hold, off."""
    glyph = Markup('<i class="fa fa-{}" aria-hidden="true"></i>').format(icon) if icon else ""
    return Markup('<span class="tag tag-{}">{}{}</span>').format(kind, glyph, word)


# ── formatters of columns ────────────────────────────────────────────────────────────────


def label_of(family: type[Enum] | str) -> Formatter:
    """Return the formatter that shows an enum's member or a code by its word."""
    name = family if isinstance(family, str) else family.__name__
    return lambda value: NONE if value in (None, "") else word_of(name, _name(value))


def state_of(family: type[Enum] | str) -> Formatter:
    """Return the formatter that shows a state as a tag."""
    name = family if isinstance(family, str) else family.__name__
    return lambda value: tag(name, value)


def masked_by(kind: str) -> Formatter:
    """Return the formatter that shows a personal value masked; kinds are those of `masking`."""
    mask: Callable[[str], str] = getattr(masking, kind)
    return lambda value: mask(value) if value else NONE


def yes_no(value: bool | None) -> str:
    """Say yes or no."""
    return NONE if value is None else str(_("Yes") if value else _("No"))


def day(value: date | None) -> str:
    """Show a day as 2026-06-30."""
    return f"{value:%Y-%m-%d}" if value else NONE


def moment(value: datetime | None) -> str:
    """Show a moment in China's time, to the minute."""
    return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}" if value else NONE


def figure(value: float | None) -> str:
    """Show a number with commas between the thousands."""
    return NONE if value is None else f"{value:,}"


def plain(value: Any) -> Any:
    """Show any value that has no formatter of its own."""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return NONE if value is None or value == "" else escape(value)


def _name(value: Any) -> str:
    return value.name if isinstance(value, Enum) else str(value)
