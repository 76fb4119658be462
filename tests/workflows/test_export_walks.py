"""Random presses on export requests, beside a small model of the law that knows no code of ours.

The model holds P30 in its own words: who may press what in which state. Whatever anybody presses,
in any order, model and house agree; and whole values are never made without two other people.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from app.errors import NotFound, Refused
from app.exports.on_request import generate
from app.models.export import Export, ExportRequest, ExportState
from app.policies import scope
from app.workflows.export_request import Act, Press, fire, note
from tests import make
from tests.workflows.cases import TODAY
from tests.workflows.requests import Office

WALKS, PRESSES = 12, 40
PEOPLE = ("SR", "SL", "CR", "CR2", "CL", "TR", "TR2", "TL", "PR", "PR2", "PL")
REVIEW = {"SR": {"CR", "CR2"}, "CR": {"CR", "CR2"}, "TR": {"TR", "TR2"}, "PR": {"PR", "PR2"}}
HEAD = {"SR": {"SL"}, "CR": {"CL"}, "TR": {"PL"}, "PR": {"PL"}}
BELOW = {"S": ("SR",), "C": ("SR", "CR"), "T": ("SR", "CR", "TR"), "P": ("SR", "CR", "TR", "PR")}
REVIEWED, HEADED = ("DEPT_REVIEW", "desk"), ("HEAD_APPROVAL", "desk")
LAW = {  # the state, who: press, state afterwards
    ("DRAFT", "owner"): {"submit": "DEPT_REVIEW", "withdraw": "WITHDRAWN"},
    ("DEPT_REVIEW", "owner"): {"withdraw": "WITHDRAWN"},
    ("HEAD_APPROVAL", "owner"): {"withdraw": "WITHDRAWN"},
    ("APPROVED", "owner"): {"generate": "GENERATED"},
    REVIEWED: {"agree": "HEAD_APPROVAL", "send_back": "DRAFT", "reject": "REJECTED"},
    HEADED: {"agree": "APPROVED", "send_back": "DRAFT", "reject": "REJECTED"},
    ("APPROVED", "house"): {"expire": "EXPIRED"},
    ("GENERATED", "house"): {"fetch": "DOWNLOADED", "expire": "EXPIRED", "destroy": "DESTROYED"},
    ("DOWNLOADED", "house"): {"expire": "EXPIRED", "destroy": "DESTROYED"},
}
HOUSE = {"fetch", "expire", "destroy"}


class Model:
    """One request as the law has it."""

    def __init__(self, owner: str) -> None:
        self.owner, self.state, self.agreed, self.files = owner, "DRAFT", [], 0

    def takes(self, who: str, press: str) -> bool:
        """Do what somebody presses, if the law lets them; tell whether it did."""
        if self.owner not in BELOW[who[0]]:
            return False
        ahead = self._ahead(who, press)
        if ahead is None:
            return False
        if press == "agree":
            self.agreed.append(who)
        if press in ("submit", "send_back"):
            self.agreed = []
        if press == "generate":
            self.files += 1
        self.state = ahead
        return True

    def _ahead(self, who: str, press: str) -> str | None:
        desk = {"DEPT_REVIEW": REVIEW, "HEAD_APPROVAL": HEAD}.get(self.state, {})
        sits = who in desk.get(self.owner, ()) and who not in (self.owner, *self.agreed)
        parts = {"house": press in HOUSE, "owner": who == self.owner, "desk": sits}
        found = (
            LAW.get((self.state, part), {}).get(press) for part, is_so in parts.items() if is_so
        )
        return next((state for state in found if state), None)


class Walk:
    """The house beside the model."""

    def __init__(self, office: Office, owner: str) -> None:
        self.office, self.session = office, office.session
        self.key = office.draft(owner).id
        self.model = Model(owner)

    def press(self, who: str, press: str) -> bool:
        """Let somebody press in the house; tell whether it was carried out."""
        actor = self.office.as_(who)
        request = self.session.get(ExportRequest, self.key, populate_existing=True)
        if request is None:
            return False
        try:
            if press in HOUSE:
                return note(self.session, self.key, Press(press))
            if press == "generate":
                return self._make(actor, request)
            fire(
                self.session, request, Act(actor, Press(press), TODAY, "理由"), request.row_version
            )
        except (Refused, NotFound):
            return False
        return True

    def _make(self, actor, request):
        made = generate(self.session, (actor, TODAY), request, request.row_version, ("csv", "zh"))
        made.state = ExportState.READY  # as its job would leave it
        return note(self.session, self.key, Press.GENERATE)

    @property
    def state(self) -> str:
        scope.enter(make.WHOLE, self.session)
        request = self.session.get_one(ExportRequest, self.key, populate_existing=True)
        return request.state.name


def presses(dice: Random, model: Model) -> tuple[str, str]:
    """Draw who presses what: mostly what leads on, sometimes anything at all."""
    way = {
        "DRAFT": ("submit", [model.owner]),
        "DEPT_REVIEW": ("agree", sorted(REVIEW[model.owner])),
        "HEAD_APPROVAL": ("agree", sorted(HEAD[model.owner])),
        "APPROVED": ("generate", [model.owner]),
        "GENERATED": ("fetch", [model.owner]),
    }.get(model.state)
    if way and dice.random() < 0.35:
        return dice.choice(way[1]), way[0]
    return dice.choice(PEOPLE), dice.choice([press.value for press in Press])


@pytest.mark.parametrize("nth", range(WALKS))
def test_whatever_is_pressed_house_and_law_agree(session, tally, nth):
    dice = Random(20261122 + nth)  # noqa: S311  dice
    office = Office(session)
    walk = Walk(office, dice.choice(sorted(REVIEW)))
    seen: Counter[str] = Counter()
    for _time in range(PRESSES):
        who, press = presses(dice, walk.model)
        agreed = [one for one in walk.model.agreed if one != walk.model.owner]
        lawful = walk.model.takes(who, press)
        assert walk.press(who, press) == lawful, (walk.model.owner, walk.model.state, who, press)
        assert walk.state == walk.model.state
        seen[walk.model.state] += 1
        if lawful and press == "generate":
            assert len(set(agreed)) == 2
    scope.enter(make.WHOLE, session)
    assert session.query(Export).count() == walk.model.files <= 1
    tally["presses on export requests, beside the model"] += PRESSES
