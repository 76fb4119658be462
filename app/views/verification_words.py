"""What the pages of verification say: results, stages of a round, why a number is temporary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from app.models.numbering import RoundState, Told
from app.workflows.number_reasons import Why


class Word(NamedTuple):
    """A word with its colour and glyph, and what is to be done."""

    word: Any
    kind: str
    icon: str
    todo: Any = ""


WHYS: Mapping[Why, Word] = {
    Why.UNVERIFIED: Word(
        _("Not verified yet"), "act", "hourglass-half", _("goes to the police in the next round")
    ),
    Why.NO_ID: Word(
        _("No resident ID number"), "warn", "id-card", _("is confirmed by hand, on a paper")
    ),
    Why.FAILED: Word(
        _("Does not match"),
        "bad",
        "circle-xmark",
        _("the school changes or proves it; then it is verified again"),
    ),
    Why.PROBLEM: Word(
        _("Open problem record"), "hold", "triangle-exclamation", _("the school handles it first")
    ),
    Why.WAITS: Word(
        _("Being compared"), "act", "hourglass-half", _("done within minutes, by itself")
    ),
    Why.DUE: Word(
        _("Number is being issued"), "ok", "circle-check", _("done within minutes, by itself")
    ),
    Why.STUCK: Word(
        _("No number to be had"),
        "bad",
        "ban",
        _("the number is or was another record's, or the day's numbers are used up"),
    ),
    Why.STAYS: Word(
        _("Stays temporary"), "off", "earth-asia", _("foreign, Hong Kong, Macao or Taiwan")
    ),
}
TOLDS: Mapping[Told, Word] = {
    Told.PASSED: Word(_("Match"), "ok", "circle-check", _("verified; a formal number follows")),
    Told.FAILED: Word(
        _("Do not match"), "bad", "circle-xmark", _("become problem records of their schools")
    ),
    Told.CHANGED: Word(
        _("Changed meanwhile"),
        "warn",
        "triangle-exclamation",
        _("the record is another now: left alone"),
    ),
    Told.OTHER: Word(
        _("Somebody else"), "hold", "user-slash", _("name or ID number is not what was sent")
    ),
}
STATES: Mapping[RoundState, Word] = {
    RoundState.WRITING: Word(_("The list is being written"), "act", "hourglass-half"),
    RoundState.OUT: Word(_("Waits for the results"), "warn", "paper-plane"),
    RoundState.READING: Word(_("The results are being read"), "act", "hourglass-half"),
    RoundState.LOOK: Word(_("Waits for your look"), "warn", "eye"),
    RoundState.APPLYING: Word(_("Being carried out"), "act", "hourglass-half"),
    RoundState.DONE: Word(_("Carried out"), "ok", "circle-check"),
    RoundState.ENDED: Word(_("Given up"), "off", "circle-xmark"),
}
