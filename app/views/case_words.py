"""Words of cases: desks, endings, routes, guards that passed, buttons, what a step leads to.

The one place where a state or a trigger gets a name; refusals are said by `app.messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models.case import Case, CaseKind
from app.models.change import KeyChange, Movement
from app.policies.roles import Office
from app.views.key_change_words import key_change_promise
from app.views.labels import Tag
from app.views.movement_words import EFFECTS, movement_promise, movement_word
from app.views.problem_words import BUTTON, action_of, problem_promise, problem_word
from app.workflows.desk import Desk, Ending, Trigger
from app.workflows.processes import TRANSFER, flow_of


class Words(NamedTuple):
    """What a desk is called: in full, and in the narrow column of a list."""

    full: Any
    short: Any


DESKS: Mapping[str, Words] = {
    "DRAFT": Words(_("Submission"), _("submission")),
    "SCHOOL_REVIEW": Words(_("School review"), _("school")),
    "AUTHORITY_REVIEW": Words(_("Authority review"), _("authority")),
    "IN_SCHOOL": Words(_("Receiving school's review"), _("receiving school")),
    "IN_AUTHORITY": Words(_("Receiving authority's review"), _("receiving authority")),
    "MINISTRY_RELAY": Words(_("Ministry relay"), _("ministry")),
    "OUT_SCHOOL": Words(_("Sending school's review"), _("sending school")),
    "OUT_AUTHORITY": Words(_("Sending authority's review"), _("sending authority")),
    "AWAITING_PULL": Words(_("Arrival and archive"), _("archive")),
}
ENDINGS: Mapping[str, tuple[Tag, Any]] = {
    "REGISTERED": (Tag("ok", "circle-check"), _("Registered")),
    "COMPLETED": (Tag("ok", "circle-check"), _("Completed")),
    "APPROVED": (Tag("ok", "circle-check"), _("Carried out")),
    "RESOLVED": (Tag("ok", "circle-check"), _("Settled")),
    Ending.RETURNED: (Tag("hold", "rotate-left"), _("Sent back")),
    Ending.REJECTED: (Tag("bad", "circle-xmark"), _("Rejected")),
    Ending.WITHDRAWN: (Tag("off", "circle-minus"), _("Withdrawn")),
    Ending.CLEANED: (Tag("off", "broom"), _("Cleaned up")),
}
OFFICES: Mapping[str, Any] = {
    Office.REGISTRAR: _("registrar"),
    Office.LEADER: _("leader"),
    Office.OPERATOR: _("operator"),
}
ROUTES: Mapping[tuple[str, str], Any] = {  # how far a transfer goes, and on which side we stand
    ("county", "in"): _("In, same county"),
    ("county", "out"): _("Out, same county"),
    ("county", "both"): _("Within the county"),
    ("province", "in"): _("In, other county"),
    ("province", "out"): _("Out, other county"),
    ("province", "both"): _("Between counties"),
    ("nation", "in"): _("In, other province"),
    ("nation", "out"): _("Out, other province"),
    ("nation", "both"): _("Between provinces"),
}
PASSED: Mapping[str, Any] = {  # a guard's name: what it means that nothing stands in the way
    "is_here": _("The case is at your desk"),
    "is_other_person": _("Not your own submission, and you have not decided it before"),
    "may_withdraw": _("Your own submission, and nobody has agreed yet"),
    "is_pending": _("The pupil is not registered yet"),
    "has_no_problem": _("The pupil has no open problem record"),
    "class_is_open": _("The class takes pupils"),
    "year_turned": _("Graduation and promotion of the school are done"),
    "in_school_open": _("This kind of registration is open"),
    "old_enough": _("The pupil has reached the entry age"),
    "no_id_allowed": _("The pupil has an ID document, or none is needed"),
    "has_papers": _("The ID document is a resident ID, or its scan is attached"),
    "is_elsewhere": _("The pupil is at the other school"),
    "attends": _("The pupil is in school"),
    "keeps_stage": _("The target class is in the pupil's stage"),
    "fits": _("The target class has a place left"),
    "has_reported": _("The pupil has reported"),
    "right_school": _("Your school may ask for this"),
    "stage_allows": _("The pupil's stage allows this movement"),
    "status_allows": _("The pupil's status allows this movement"),
    "class_chosen": _("The class chosen fits the movement"),
    "not_frozen": _("No frozen period stands in the way"),
    "not_stopped": _("The authority has not stopped this business"),
    "has_cause": _("The reason is given"),
    "has_dates": _("The dates agree with the pupil's history"),
    "has_evidence": _("The evidence is attached"),
    "is_kept": _("The record is one that is kept up"),
    "fields_are_set": _("The authorities have set the controlled fields"),
    "only_controlled": _("Every field of the change is controlled"),
    "still_so": _("The record still holds the old values"),
    "differs": _("Every new value is another than the old one"),
    "aux_is_free": _("Nobody else of the province has the auxiliary number"),
    "fits_id": _("ID number, birth date and gender agree"),
    "is_there": _("The pupil is at the school that asks"),
    "is_open": _("Something is open against the record"),
    "leaves_one": _("Another record of the same group stays"),
    "right_fields": _("Only what identifies the pupil is changed"),
    "has_words": _("It is said what the matter is"),
    "is_free": _("The pupil is in no other business"),
    "has_waited": _("The step has lain long enough"),
    "somebody_above": _("Somebody stands above that office"),
    "may_clean": _("Your office runs one of the schools"),
    "may_escalate": _("You are on the waiting side"),
}


STAYS_AS_IT_IS = (CaseKind.MOVEMENT, CaseKind.KEY_CHANGE, CaseKind.PROBLEM)


class Button(NamedTuple):
    """A verb of the decision box; kind is the skin's, key the letter that presses it."""

    word: Any
    kind: str = ""
    key: str = ""
    icon: str = ""
    ask: Any = ""  # what is asked before an ending act


BUTTONS: Mapping[Trigger, Button] = {
    Trigger.SEND_BACK: Button(_("Send back"), key="R"),
    Trigger.DISAGREE: Button(_("Disagree"), "btn-bad", "D", ask=_("Disagree and end this case?")),
    Trigger.AGREE: Button(_("Agree"), "btn-primary", "A", "check"),
    Trigger.SUBMIT: Button(_("Submit again"), "btn-primary", "A", "paper-plane"),
    Trigger.REPORT: Button(_("Mark arrival"), icon="person-walking-arrow-right"),
    Trigger.PULL: Button(_("Pull archive"), "btn-primary", "A", "file-import"),
    Trigger.WITHDRAW: Button(_("Withdraw"), "btn-bad", ask=_("Withdraw this case?")),
}
ASIDES: Mapping[Trigger, Button] = {  # what is done to a case from beside its route
    Trigger.ESCALATE: Button(_("Ask the next tier to decide…"), icon="bolt"),
    Trigger.CLEAN: Button(
        _("Clean up…"), "btn-bad", icon="broom", ask=_("Clean this case up and end it?")
    ),
}
QUESTIONS: Mapping[Trigger, Any] = {
    Trigger.AGREE: _("Can I agree?"),
    Trigger.SUBMIT: _("Can it be submitted?"),
    Trigger.PULL: _("Can the archive be pulled?"),
}
DONE: Mapping[Trigger, Any] = {
    Trigger.AGREE: _("Agreed"),
    Trigger.DISAGREE: _("Disagreed; the case has ended"),
    Trigger.SEND_BACK: _("Sent back"),
    Trigger.SUBMIT: _("Submitted"),
    Trigger.REPORT: _("Arrival noted; the archive can be pulled now"),
    Trigger.PULL: _("Archive pulled"),
    Trigger.WITHDRAW: _("Withdrawn; the pupil is free for other business"),
    Trigger.ESCALATE: _("Asked; the next tier decides in place of the silent office"),
    Trigger.CLEAN: _("Cleaned up; the pupil is as before, and free for other business"),
}


def kind_word(case: Case, path: str) -> str:
    """Return the kind of a case as seen from an organisation, such as 跨省转入."""
    if isinstance(case, Movement):
        return movement_word(case.type)
    if isinstance(case, KeyChange):
        return str(_("Key data change"))
    if case.kind is CaseKind.PROBLEM:
        return problem_word(case)
    if case.kind is not CaseKind.TRANSFER or case.receiving is None:
        return str(_("Registration"))
    reach = "county"
    if TRANSFER.other_county(case):
        reach = "nation" if TRANSFER.other_province(case) else "province"
    is_out, is_in = case.owner.path.startswith(path), case.receiving.path.startswith(path)
    side = "both" if is_out == is_in else "in" if is_in else "out"
    return str(ROUTES[reach, side])


def desk_words(case: Case, desk: Desk) -> Words:
    """Return the words of a desk; where one authority stands over both schools it has no side."""
    if desk.state == "OUT_AUTHORITY" and not TRANSFER.other_county(case):
        return DESKS["AUTHORITY_REVIEW"]
    return DESKS[desk.state]


def step_word(case: Case, state: str = "") -> str:
    """Return where a case stands (or stood): ``2/4 receiving authority``, or how it ended."""
    state = state or case.state
    if state in ENDINGS:
        return str(ENDINGS[state][1])
    route = flow_of(case).route(case)
    at = next(n for n, desk in enumerate(route) if desk.state == state)
    return f"{at + 1}/{len(route)} {desk_words(case, route[at]).short}"


def office_word(office: str | None) -> str:
    """Return the word for a desk's office."""
    return str(OFFICES.get(office or "", ""))


def promise(case: Case, trigger: Trigger) -> str:
    """Say the consequence of moving on, before the button is pressed."""
    if trigger is Trigger.REPORT:
        return str(
            gettext("Noting the arrival keeps today's date; then the archive can be pulled.")
        )
    ahead = next_desk(case)
    if ahead is not None:
        desk = desk_words(case, ahead).full
        if case.kind in STAYS_AS_IT_IS:
            said = gettext("The case goes on to: %(desk)s. The record stays as it is.", desk=desk)
        else:
            said = gettext(
                "The case goes on to: %(desk)s. The record does not move yet.", desk=desk
            )
        return str(said)
    return LAST_STEPS[case.kind][0](case)


def registration_promise(_case: Case) -> str:
    """Say what the last step of a registration does."""
    return str(gettext("The pupil is in school from today and gets a temporary number (L)."))


def transfer_promise(case: Case) -> str:
    """Say what the last step of a transfer does."""
    return str(
        gettext(
            "The record moves to %(school)s today: number, archive and history go with the pupil.",
            school=case.receiving,
        )
    )


# What the last step of a case does, and the words of the button that does it.
LAST_STEPS: Mapping[CaseKind, tuple[Callable[[Any], str], Callable[[Any], Any]]] = {
    CaseKind.REGISTRATION: (registration_promise, lambda _case: _("Agree and register")),
    CaseKind.TRANSFER: (transfer_promise, lambda _case: _("Agree and move the record")),
    CaseKind.MOVEMENT: (movement_promise, lambda case: EFFECTS[case.type].button),
    CaseKind.KEY_CHANGE: (key_change_promise, lambda _case: _("Agree and write the new values")),
    CaseKind.PROBLEM: (problem_promise, lambda case: BUTTON[action_of(case)]),
}


def next_desk(case: Case) -> Desk | None:
    """Return the desk after the present one, or None when the next step completes the case."""
    flow = flow_of(case)
    here, route = flow.desk(case.state), flow.route(case)
    if here is None:
        return None
    after = route[route.index(here) + 1 :]
    return after[0] if after else None


def button_word(case: Case, trigger: Trigger) -> str:
    """Return the words of a button; agreeing names its effect."""
    if trigger is not Trigger.AGREE:
        return str(BUTTONS[trigger].word)
    ahead = next_desk(case)
    if ahead is not None:
        return str(gettext("Agree, on to: %(desk)s", desk=desk_words(case, ahead).short))
    return str(LAST_STEPS[case.kind][1](case))
