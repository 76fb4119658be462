"""依申请导出 (P30): whole values leave only on a request that two other people have agreed to.

    DRAFT ──submit──▶ DEPT_REVIEW ──agree──▶ HEAD_APPROVAL ──agree──▶ APPROVED ──generate──▶
      ▲                    │                       │            GENERATED ──fetch──▶ DOWNLOADED
      └─────send_back──────┴───────────────────────┤                 └─▶ EXPIRED · DESTROYED
                                                   └─reject─▶ REJECTED       withdraw ▶ WITHDRAWN

The steps as a table, compiled once. Whose desks these are is `export_route`, which fields a purpose
justifies `export_minimal`, what is asked before a step `export_guards`. The last steps are nobody's
press: the job that carries a request out, the door a file is fetched at and the clock note them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from transitions import Machine

from app.models.export import RequestState as S
from app.policies.roles import Actor


class Press(StrEnum):
    """What can happen to a request; the last four are written down, not pressed."""

    SUBMIT = "submit"
    AGREE = "agree"
    SEND_BACK = "send_back"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    GENERATE = "generate"
    FETCH = "fetch"
    EXPIRE = "expire"
    DESTROY = "destroy"


class Who(StrEnum):
    """Who takes a step: the applicant, whoever sits at the desk, or nobody by hand."""

    APPLICANT = "APPLICANT"
    DESK = "DESK"
    HOUSE = "HOUSE"


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow: from which states to which, who takes it, and what is asked first."""

    press: Press
    sources: tuple[S, ...]
    dest: S
    who: Who
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do: who, what, when, in which words, striking which fields."""

    actor: Actor
    press: Press
    today: date
    words: str = ""
    struck: tuple[str, ...] = ()


P, W = Press, Who
DESKS = (S.DEPT_REVIEW, S.HEAD_APPROVAL)
LYING = (S.GENERATED, S.DOWNLOADED)  # states in which there may be a file
STEPS: tuple[Step, ...] = (
    Step(
        P.SUBMIT, (S.DRAFT,), S.DEPT_REVIEW, W.APPLICANT,
        ("is_whole", "fields_fit", "has_period", "is_in_time", "has_desks"),
    ),
    Step(
        P.AGREE, (S.DEPT_REVIEW,), S.HEAD_APPROVAL, W.DESK,
        ("is_other_person", "strikes_well", "fields_fit", "is_in_time", "has_desks"),
    ),
    Step(
        P.AGREE, (S.HEAD_APPROVAL,), S.APPROVED, W.DESK,
        ("is_other_person", "strikes_nothing", "fields_fit", "is_in_time"),
    ),
    Step(P.SEND_BACK, DESKS, S.DRAFT, W.DESK, ("is_other_person", "has_words")),
    Step(P.REJECT, DESKS, S.REJECTED, W.DESK, ("is_other_person", "has_words")),
    Step(P.WITHDRAW, (S.DRAFT, *DESKS), S.WITHDRAWN, W.APPLICANT),
    Step(P.GENERATE, (S.APPROVED,), S.GENERATED, W.HOUSE),
    Step(P.FETCH, (S.GENERATED,), S.DOWNLOADED, W.HOUSE),
    Step(P.EXPIRE, (S.APPROVED, *LYING), S.EXPIRED, W.HOUSE),
    Step(P.DESTROY, LYING, S.DESTROYED, W.HOUSE),
)  # fmt: skip
MACHINE = Machine(
    model=None,
    states=S,
    initial=S.DRAFT,
    transitions=[
        {"trigger": step.press.value, "source": list(step.sources), "dest": step.dest}
        for step in STEPS
    ],
    auto_transitions=False,
)


def step_of(state: S, press: Press) -> Step | None:
    """Return the arrow a press takes from a state, or None."""
    return next((one for one in STEPS if one.press is press and state in one.sources), None)
