"""What a scene of the demo world is made of: whose pupil, what was asked, who did what since."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.demo.past import Step
from app.demo.plan import SCHOOL_YEAR
from app.models.change import MovementType
from app.workflows.desk import Trigger


class At(StrEnum):
    """The desks the story is told of: authorities, then schools, by their codes."""

    WANCHENG = "411302"
    WOLONG = "411303"
    NANYANG = "4113"
    ZHONGYUAN = "410102"
    XINGNING = "450102"
    QINGXIU = "450103"
    NANNING = "4501"
    BAIHE = "2141000101"
    HANZHONG = "2141000102"
    THIRD = "3141000103"
    HONGNIWAN = "3141000104"
    HIGH = "3141000105"
    SEVENTH = "2141000201"
    TWELFTH = "3141000202"
    FIRST_HIGH = "3141000203"
    YIHE = "2141000301"
    ZZ73 = "3141000302"
    CHAOYANG = "2145000401"
    BINHU = "2145000501"
    NN2 = "3145000502"


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil of the first class of a grade, by the seat; ``grade`` is a code such as ``15``."""

    school: str
    grade: str
    seat: int

    @property
    def room(self) -> str:
        """The number of the class."""
        return room(self.grade)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A school asks for a pupil of another one."""

    pupil: Pupil
    reason: str  # code table transfer_reason
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A school asks that something happen to a pupil's standing.

    It happened on the day it was asked; ``until`` is in calendar days from the day the world is
    made. ``grade`` is where the pupil is to sit, in the first class.
    """

    type: MovementType
    pupil: Pupil
    reason: str = "99"  # code table movement_reason
    note: str | None = None
    until: int | None = None
    grade: str = ""
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A school asks that a controlled field hold something else; ``{}`` is what it holds now."""

    pupil: Pupil
    field: str
    wanted: str
    note: str
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about a case."""

    who: str
    ago: int
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One case: what was asked, by which school, how many working days ago, and what came then."""

    what: Transfer | Move | Correction
    by: str  # code of the school
    ago: int
    steps: tuple[Step, ...] = ()
    said: tuple[Remark, ...] = ()
    sent_ago: int | None = None  # a paper archive on its way, in working days


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody away since so many working days, for so many days more, and who sits there."""

    who: str
    by: str
    ago: int
    until: int
    note: str


def room(grade: str) -> str:
    """Return the number of the first class of a grade, such as ``2022101`` for ``15``."""
    return f"{SCHOOL_YEAR + 1 - int(grade[1:])}{grade[0]}01"


def leader(place: str, ago: int, did: Trigger = Trigger.AGREE, remark: str | None = None) -> Step:
    """Return a leader's step."""
    return Step(f"leader@{place}", did, ago, remark)


def registrar(
    place: str, ago: int, did: Trigger = Trigger.AGREE, remark: str | None = None
) -> Step:
    """Return a registrar's step."""
    return Step(f"registrar@{place}", did, ago, remark)


def operator(ago: int, did: Trigger = Trigger.AGREE, remark: str | None = None) -> Step:
    """Return a step of the ministry's relay."""
    return Step("operator@000000", did, ago, remark)
