"""Who works in the registry: roles, the tier each belongs to, the desk each sits at.

Row scope says *which rows* (`policies/scope.py`), rights say *which doors* (`policies/matrix.py`,
`policies/rights.py`); both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.models.organisation import Tier


class Office(StrEnum):
    """岗位: which desk of an organisation a case waits on."""

    REGISTRAR = "REGISTRAR"
    LEADER = "LEADER"
    OPERATOR = "OPERATOR"
    NONE = "NONE"


class Role(StrEnum):
    """角色; the value is the role's name in FAB."""

    CT = "CT"
    TE = "TE"
    SR = "SR"
    SL = "SL"
    CR = "CR"
    CL = "CL"
    TR = "TR"
    TL = "TL"
    PR = "PR"
    PL = "PL"
    MIN = "MIN"
    NU = "NU"
    ADM = "ADM"
    SEC = "SEC"
    AUD = "AUD"

    @property
    def tier(self) -> Tier:
        """The tier whose organisations employ the role."""
        return _DESKS[self][0]

    @property
    def office(self) -> Office:
        """The desk the role sits at."""
        return _DESKS[self][1]

    @property
    def sees_pupils(self) -> bool:
        """Tell whether the role reads pupils' records of its subtree (the ministry: in a case)."""
        return self not in (Role.MIN, Role.NU, *TECHNICAL)

    @property
    def is_teacher(self) -> bool:
        """Tell whether the role sees only the classes given to it."""
        return self in TEACHERS

    @property
    def decides(self) -> bool:
        """Tell whether the role approves anything, or holds the keys of the house."""
        return self in (Role.SL, *AUTHORITY, Role.MIN, *TECHNICAL)


_DESKS: dict[Role, tuple[Tier, Office]] = {
    Role.CT: (Tier.SCHOOL, Office.NONE),
    Role.TE: (Tier.SCHOOL, Office.NONE),
    Role.SR: (Tier.SCHOOL, Office.REGISTRAR),
    Role.SL: (Tier.SCHOOL, Office.LEADER),
    Role.CR: (Tier.COUNTY, Office.REGISTRAR),
    Role.CL: (Tier.COUNTY, Office.LEADER),
    Role.TR: (Tier.CITY, Office.REGISTRAR),
    Role.TL: (Tier.CITY, Office.LEADER),
    Role.PR: (Tier.PROVINCE, Office.REGISTRAR),
    Role.PL: (Tier.PROVINCE, Office.LEADER),
    Role.MIN: (Tier.MINISTRY, Office.OPERATOR),
    Role.NU: (Tier.PROVINCE, Office.NONE),
    Role.ADM: (Tier.MINISTRY, Office.NONE),
    Role.SEC: (Tier.MINISTRY, Office.NONE),
    Role.AUD: (Tier.MINISTRY, Office.NONE),
}

TECHNICAL = (Role.ADM, Role.SEC, Role.AUD)  # 三权分立: none of them sees a pupil or approves
TEACHERS = (Role.CT, Role.TE)
REGISTRARS = (Role.SR, Role.CR, Role.TR, Role.PR)
LEADERS = (Role.SL, Role.CL, Role.TL, Role.PL)
SCHOOL = (Role.SR, Role.SL)
AUTHORITY = (Role.CR, Role.CL, Role.TR, Role.TL, Role.PR, Role.PL)
OFFICERS = (*SCHOOL, *AUTHORITY)
EVERYBODY = tuple(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person acting, reduced to what rules need to know.

    Whoever covers for an absent colleague acts in the colleague's role; ``acting_for`` is that
    account, ``user_id`` stays the person: nobody reviews what they submitted, in whatever hat.
    """

    user_id: int
    role: Role
    organisation_id: int
    path: str
    acting_for: int | None = None

    @property
    def office(self) -> Office:
        """The desk the person sits at."""
        return self.role.office
