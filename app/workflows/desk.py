"""The words a process is written in: parties, desks, and the endings every process shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.policies.roles import Actor, Office


class Party(StrEnum):
    """Whose organisation a desk stands in."""

    OWNER_SCHOOL = "OWNER_SCHOOL"
    OWNER_AUTHORITY = "OWNER_AUTHORITY"
    RECEIVING_SCHOOL = "RECEIVING_SCHOOL"
    RECEIVING_AUTHORITY = "RECEIVING_AUTHORITY"
    STARTING_SCHOOL = "STARTING_SCHOOL"  # the one that submitted, on whichever side it is
    STARTING_AUTHORITY = "STARTING_AUTHORITY"
    MINISTRY = "MINISTRY"


class Ending(StrEnum):
    """The states every process shares: four ways to end without effect, and the way back."""

    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    CLEANED = "CLEANED"


class Trigger(StrEnum):
    """What can be done to a case; a desk's own act may be SUBMIT, AGREE or PULL."""

    SUBMIT = "submit"
    AGREE = "agree"
    DISAGREE = "disagree"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    REPORT = "report"
    PULL = "pull"
    ESCALATE = "escalate"
    CLEAN = "clean"


REVIEWS = (Trigger.AGREE, Trigger.DISAGREE, Trigger.SEND_BACK)
NEEDS_REASON = (Trigger.DISAGREE, Trigger.SEND_BACK, Trigger.ESCALATE, Trigger.CLEAN)


@dataclass(frozen=True, slots=True)
class Desk:
    """One row of a process: where the case waits, for whom, and what may be done there.

    ``act`` moves the case on; a desk whose act is AGREE is a review desk and can also disagree and
    send back. ``when`` names a condition of the process: the desk is passed over when it is false.
    ``guards`` and ``effects`` name methods of the process. ``marks`` note something and stay.
    """

    state: str
    party: Party
    office: Office
    act: Trigger = Trigger.AGREE
    when: str = ""
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    marks: tuple[Trigger, ...] = ()

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Everything that can be done here."""
        reviews = REVIEWS if self.act is Trigger.AGREE else (self.act,)
        return (*reviews, *self.marks)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, or asks whether they could.

    ``remark`` None means nobody has written yet: a missing reason is then no reason to refuse.
    """

    trigger: Trigger
    actor: Actor
    today: date
    remark: str | None = None
