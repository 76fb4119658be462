"""A case as the law has it: where it lies, who may do what, and why not.

Played beside the program by the walks. Nothing here knows the program's tables: the arrows come
from `law.py`, the offices from the world's map, the reasons from the catalogue of refusals.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.workflows.law import (
    ASKERS,
    CLEANERS,
    COUNTY,
    FINAL,
    GOES,
    LAW,
    PROVINCE,
    PULLS,
    SAME,
    STAYS,
)
from tests.workflows.model_world import ABOVE, HOMES

REVIEWS = ("agree", "disagree", "send_back")
EXPLAINED = ("disagree", "send_back", "escalate", "clean")
WRITTEN = {"send_back": "RETURN"}


@dataclass
class Paper:
    """A case of the model; ``facts`` answers the guards of its kind."""

    id: int
    kind: str
    pupil: object
    owner: str
    starter: str  # the school that submitted
    initiator: int
    state: str = "DRAFT"
    awaiting: str | None = None
    office: str | None = "REGISTRAR"
    silent: str | None = None
    reported: bool = False
    wish: object = None
    version: int = 1
    handled: set = field(default_factory=set)  # organisations on the timeline
    agreed: list = field(default_factory=list)  # persons, as they agreed
    story: list = field(default_factory=list)  # (decision, from, to, user)

    @property
    def is_open(self):
        return self.awaiting is not None

    @property
    def first_desk(self):
        crosses = self.kind == "TRANSFER" and self.apart in (COUNTY, PROVINCE)
        return {"TRANSFER": "IN_SCHOOL" if crosses else "OUT_SCHOOL"}.get(
            self.kind, "SCHOOL_REVIEW"
        )

    @property
    def apart(self):
        """How far the two schools are from each other."""
        here, there = HOMES[self.owner], HOMES[self.starter]
        if here == there:
            return SAME
        return COUNTY if here[:2] == there[:2] else PROVINCE

    def holds(self, when):
        if when == PULLS:
            return self.apart == PROVINCE
        if when == COUNTY:
            return self.apart in (COUNTY, PROVINCE)
        if when in (GOES, STAYS):
            return (self.wish.type == "DELETE") == (when == GOES)
        return not when or when == self.apart

    def arrow(self, trigger):
        """The arrow a trigger follows from here: of two that hold, the more particular one."""
        found = [
            row
            for row in LAW[self.kind]
            if row.trigger == trigger and row.source == self.state and self.holds(row.when)
        ]
        special = [row for row in found if row.when in (PROVINCE, PULLS)]
        return (special or found or [None])[0]

    def seats(self, who):
        """Where a role of the law sits: organisation and office."""
        return {
            "SR": (self.starter, "REGISTRAR"),
            "SL": (self.starter, "LEADER"),
            "CR": (ABOVE[self.starter], "REGISTRAR"),
            "OL": (self.owner, "LEADER"),
            "OR": (ABOVE[self.owner], "REGISTRAR"),
            "MIN": ("000000", "OPERATOR"),
        }[who]

    # ── who ─────────────────────────────────────────────────────────────────────────────────

    def is_seen_by(self, person):
        if person.role == "MIN":
            return self.common == "000000"
        return any(is_below(school, person.org) for school in (self.owner, self.starter))

    @property
    def common(self):
        """The lowest office above both schools, or the school when there is one alone."""
        if self.owner == self.starter:
            return self.owner
        above = chain(self.starter)
        return next(place for place in chain(self.owner) if place in above)

    def above(self):
        """Who decides in place of the office where the case lies, or None."""
        place = self.awaiting
        if place == "000000":
            return None
        if place in HOMES:
            place = ABOVE[place]
        place = ABOVE.get(place)
        if place != "000000":
            return place
        return place if self.common == "000000" else None

    def offered(self):
        """What can be done at all while the case lies where it lies."""
        if not self.is_open:
            return set()
        here = {row.trigger for row in LAW[self.kind] if row.source == self.state}
        here.discard("withdraw")
        if self.state in ("DRAFT", "RETURNED", self.first_desk):
            here.add("withdraw")
        if "agree" in here and self.awaiting != self.starter:
            here.add("escalate")
        return here | {"clean"}

    def why_not(self, person, trigger, remark, waited, guards):
        """The codes that stand in the way; ``guards`` tells those of the process itself."""
        if not self.is_seen_by(person):
            return {"app.not_found"}
        if trigger not in self.offered():
            return {"E-CLOSED"}
        found = self.person_codes(person, trigger)
        in_place = trigger == "agree" and self.silent
        if (trigger in EXPLAINED or in_place) and not remark.strip():
            found.add("E-REASON")
        if trigger == "escalate":
            found |= set() if waited else {"E-WAIT"}
            return found | (set() if self.above() else {"E-NOTIER"})
        if trigger in ("submit", "agree", "pull", "report"):
            found |= guards(self, trigger) - ({"E-PULL"} if trigger == "report" else set())
        return found

    def person_codes(self, person, trigger):
        here = self.awaiting == person.org and self.office == person.office
        if trigger == "withdraw":
            mine = self.initiator in (person.user, person.acting_for) and not self.agreed
            return set() if mine else {"E-AGREED" if self.agreed else "E-NOTMINE"}
        if trigger == "clean":
            return set() if self.may_clean(person) else {"E-NOTMINE"}
        if trigger == "escalate":
            waits = person.org in (self.handled | {self.starter}) - {self.awaiting}
            return set() if waits and person.role in ASKERS else {"E-NOTMINE"}
        found = set() if here else {"E-NOTMINE"}
        if trigger in REVIEWS and person.user in {self.initiator, *self.agreed}:
            found.add("E-SELF")
        return found

    def may_clean(self, person):
        if person.role not in CLEANERS:
            return False
        if person.role == "MIN":
            return self.common == "000000"
        return person.org in {ABOVE[self.owner], ABOVE[self.starter]}

    # ── what happens ────────────────────────────────────────────────────────────────────────

    def step(self, person, trigger):
        """Follow the arrow; tell whether the case has reached its effect."""
        before, self.version = self.state, self.version + 1
        decision = WRITTEN.get(trigger, trigger.upper())
        if trigger == "escalate":
            place, self.silent = self.above(), self.silent or self.awaiting
            self.awaiting, self.office = place, "OPERATOR" if place == "000000" else "REGISTRAR"
        elif trigger == "report":
            self.reported = True
        else:
            if trigger == "agree":
                decision = "INTERVENE" if self.silent else "AGREE"
                self.agreed.append(person.user)
            self.state = "CLEANED" if trigger == "clean" else self.arrow(trigger).dest
            self.lay()
        self.handled.add(person.org)
        self.story.append((decision, before, self.state, person.user))
        return self.state == FINAL[self.kind] and not self.is_open

    def lay(self):
        self.silent = None
        if self.state == "RETURNED":
            self.awaiting, self.office = self.starter, "REGISTRAR"
            return
        ways = [row for row in LAW[self.kind] if row.source == self.state]
        act = next((row for row in ways if row.trigger in ("agree", "pull")), None)
        self.awaiting, self.office = self.seats(act.who) if act else (None, None)


def chain(org):
    """An organisation's offices from the nearest up to the ministry."""
    found = []
    while org in ABOVE:
        org = ABOVE[org]
        found.append(org)
    return found


def is_below(org, place):
    return org == place or place in chain(org)
