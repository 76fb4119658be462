"""Words of problem records: kinds, how each stands, what a school does about it, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.models.problem import ItemState, ProblemAction, ProblemKind
from app.views.labels import Tag
from app.workflows.answering import SAYS_NOTHING

A = ProblemAction
KINDS: Mapping[ProblemKind, Any] = {
    ProblemKind.DUP_ID: _("Same ID number"),
    ProblemKind.DUP_NSB: _("Same name, gender and birth date"),
    ProblemKind.ID_ERROR: _("Wrong ID number"),
}
ABOUT: Mapping[ProblemKind, Any] = {
    ProblemKind.DUP_ID: _("Two or more records carry this ID number; it belongs to one person."),
    ProblemKind.DUP_NSB: _("Name, gender and birth date are those of another record."),
    ProblemKind.ID_ERROR: _(
        "Compare the number with ID card or household booklet; where the papers are wrong, ask the"
        " police station."
    ),
}
ITEMS: Mapping[ItemState, tuple[Tag, Any]] = {
    ItemState.OPEN: (Tag("hold", "triangle-exclamation"), _("Not settled")),
    ItemState.EVIDENCED: (Tag("ok", "circle-check"), _("Proven genuine")),
    ItemState.CHANGED: (Tag("ok", "circle-check"), _("Changed")),
    ItemState.DELETED: (Tag("off", "circle-minus"), _("Deleted")),
}
BY_SYSTEM = _("Proven genuine by the system: the last record left")
ACTIONS: Mapping[ProblemAction, Any] = {
    A.EVIDENCE: _("Prove"),
    A.CHANGE: _("Change data"),
    A.DELETE: _("Delete"),
}
KIND_OF: Mapping[ProblemAction, Any] = {  # the kind of a case, as lists say it
    A.EVIDENCE: _("Problem: evidence"),
    A.CHANGE: _("Problem: change"),
    A.DELETE: _("Problem: deletion"),
}
TOLD: Mapping[ProblemAction, Any] = {  # what each is for
    A.EVIDENCE: _("The record is right as it stands: prove it with papers."),
    A.CHANGE: _("Something in this record is wrong: correct it, with papers that show the right."),
    A.DELETE: _("This record should not exist; another one of the same child stays."),
}
ENDS: Mapping[ProblemAction, Any] = {  # how the record stands then, in a table
    A.EVIDENCE: _("proven genuine"),
    A.CHANGE: _("compared again"),
    A.DELETE: _("deleted"),
}
AFTER: Mapping[ProblemAction, Any] = {  # what becomes of the record
    A.EVIDENCE: _("proven genuine: the same records are not raised against each other again"),
    A.CHANGE: _("carries the new values, and is compared with the whole registry again"),
    A.DELETE: _("deleted; school and authorities can still read it"),
}
BUTTON: Mapping[ProblemAction, Any] = {
    A.EVIDENCE: _("Agree: the record is genuine"),
    A.CHANGE: _("Agree and write the new values"),
    A.DELETE: _("Delete"),
}
PROMISES: Mapping[ProblemAction, Any] = {
    A.EVIDENCE: _(
        "The record counts as proven from today. Once all problems of the pupil are settled, other"
        " business may begin and a number is issued."
    ),
    A.CHANGE: _(
        "The new values are written today and compared with the whole registry; what still"
        " collides stays an open problem."
    ),
    A.DELETE: _("The record is deleted at once; it stays readable."),
}


def action_of(case: Any) -> ProblemAction:
    """Return what a problem case asks for, as its line in every list knows it."""
    return A(case.variant)


def problem_word(case: Any) -> str:
    """Return the kind of a problem case, such as 问题学籍：佐证."""
    return str(KIND_OF[action_of(case)])


def problem_promise(case: Any) -> str:
    """Say what the last step does."""
    return str(PROMISES[action_of(case)])


def goes_unsaid(case: Any, guard: str) -> bool:
    """Tell whether it says nothing of this case that a guard has let it pass."""
    return guard in SAYS_NOTHING[action_of(case)]


def item_tag(state: ItemState, *, auto: bool = False) -> tuple[Tag, str]:
    """Return how a record's part in a problem stands, as a tag and a word."""
    tag, word = ITEMS[state]
    return tag, str(BY_SYSTEM if auto else word)


def kinds_word(kinds: Any) -> str:
    """Return kinds as one text."""
    return " · ".join(str(KINDS[kind]) for kind in kinds)
