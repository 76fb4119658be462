"""Words of movements: what each does to the pupil, said on the button and before it is pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models.change import Movement
from app.models.change import MovementType as M
from app.views.labels import code_name


class Effect(NamedTuple):
    """The last button of a movement, which names its effect, and the promise above it."""

    button: Any
    promise: Any


EFFECTS: Mapping[M, Effect] = {
    M.SUSPEND: Effect(
        _("Agree and suspend the pupil"),
        _("The pupil is suspended and leaves the rolls; class and number stay written down."),
    ),
    M.RESUME: Effect(
        _("Agree and let the pupil resume"),
        _("The pupil is in school again, in the class chosen."),
    ),
    M.WITHDRAW: Effect(
        _("Agree and let the pupil withdraw"),
        _("The pupil leaves the school; the record stays, and the enrolment can be restored."),
    ),
    M.EXPEL: Effect(
        _("Agree and expel the pupil"),
        _("The pupil leaves the school; the record stays, and the enrolment can be restored."),
    ),
    M.REPEAT: Effect(
        _("Agree and move the pupil a year down"),
        _("The pupil goes on in the class chosen, a year lower."),
    ),
    M.SKIP: Effect(
        _("Agree and move the pupil a year up"),
        _("The pupil goes on in the class chosen, a year higher."),
    ),
    M.DEATH: Effect(
        _("Agree and record the death"),
        _("Final: the record is kept and closed, and nothing brings it back into a roll."),
    ),
    M.MISSING: Effect(
        _("Agree and record the pupil as missing"),
        _("The pupil still counts as in school; restoring the enrolment ends it."),
    ),
    M.ABROAD: Effect(
        _("Agree and record the departure"),
        _("The pupil leaves the rolls; the archive stays here for the return."),
    ),
    M.RETURN_HOME: Effect(
        _("Agree and take the pupil back"),
        _("The pupil is in school again, in the class chosen."),
    ),
    M.OTHER_LEAVE: Effect(
        _("Agree and record that the pupil left"),
        _("The pupil leaves the rolls; the record stays, and the enrolment can be restored."),
    ),
    M.RESTORE: Effect(
        _("Agree and restore the enrolment"),
        _("The pupil is in school again, in the class chosen."),
    ),
    M.SUSPECT_DROPOUT: Effect(
        _("Agree and mark a suspected dropout"),
        _("The pupil still counts as in school and carries the mark until it is resolved."),
    ),
    M.DROPOUT: Effect(
        _("Agree and record the dropout"),
        _("The pupil leaves the rolls; the record stays, and the enrolment can be restored."),
    ),
}


def movement_word(kind: M) -> str:
    """Return what a movement is called: its name in the code table, such as 休学."""
    return code_name("movement_type", kind.value)


def movement_promise(case: Movement) -> str:
    """Say what the last agreement brings about, and that a record may come from elsewhere."""
    said = str(EFFECTS[case.type].promise)
    if case.receiving is None:
        return said
    moved = gettext("The record moves to %(school)s today.", school=case.receiving)
    return f"{said} {moved}"
