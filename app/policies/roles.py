"""Roles as data: who may press which button (domain: roles × tiers × functions).

Row scope says *which rows* (`policies/scope.py`), roles say *which doors*; both must agree. The
table is handed to Flask-AppBuilder as code roles, so a right is a line here and nowhere else.
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
    SR = "SR"
    SL = "SL"
    CR = "CR"
    CL = "CL"
    TR = "TR"
    TL = "TL"
    PR = "PR"
    PL = "PL"
    MIN = "MIN"
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
        return self not in (Role.MIN, *TECHNICAL)


_DESKS: dict[Role, tuple[Tier, Office]] = {
    Role.CT: (Tier.SCHOOL, Office.NONE),
    Role.SR: (Tier.SCHOOL, Office.REGISTRAR),
    Role.SL: (Tier.SCHOOL, Office.LEADER),
    Role.CR: (Tier.COUNTY, Office.REGISTRAR),
    Role.CL: (Tier.COUNTY, Office.LEADER),
    Role.TR: (Tier.CITY, Office.REGISTRAR),
    Role.TL: (Tier.CITY, Office.LEADER),
    Role.PR: (Tier.PROVINCE, Office.REGISTRAR),
    Role.PL: (Tier.PROVINCE, Office.LEADER),
    Role.MIN: (Tier.MINISTRY, Office.OPERATOR),
    Role.ADM: (Tier.MINISTRY, Office.NONE),
    Role.SEC: (Tier.MINISTRY, Office.NONE),
    Role.AUD: (Tier.MINISTRY, Office.NONE),
}

TECHNICAL = (Role.ADM, Role.SEC, Role.AUD)  # 三权分立: none of them sees a pupil or approves
REGISTRARS = (Role.SR, Role.CR, Role.TR, Role.PR)
LEADERS = (Role.SL, Role.CL, Role.TL, Role.PL)
SCHOOL = (Role.SR, Role.SL)
AUTHORITY = (Role.CR, Role.CL, Role.TR, Role.TL, Role.PR, Role.PL)
OFFICERS = (*SCHOOL, *AUTHORITY)
EVERYBODY = tuple(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person acting, reduced to what rules need to know."""

    user_id: int
    role: Role
    organisation_id: int
    path: str

    @property
    def office(self) -> Office:
        """The desk the person sits at."""
        return self.role.office


# Letters: R read · C create · E edit · D delete. Words: a page or a button of that name.
Rights = dict[str, tuple[Role, ...]]
RIGHTS: dict[str, Rights] = {
    "Desk": {"view": EVERYBODY},
    "Frame": {"view": EVERYBODY},
    "Lookup": {"view": EVERYBODY},
    "Organisation": {"R": EVERYBODY, "CE": (Role.ADM,)},
    "School": {
        "R": (Role.CT, *OFFICERS, Role.MIN, Role.ADM),
        "E": (Role.SR, Role.ADM),
        "C": (Role.ADM,),
    },
    "Campus": {"R": (Role.CT, *OFFICERS), "CED": (Role.SR,)},
    "Grade": {"R": (Role.CT, *OFFICERS, Role.MIN), "CE": (Role.SR,)},
    "SchoolClass": {"R": (Role.CT, *OFFICERS), "CED": (Role.SR,)},
    "Student": {
        "R": (Role.CT, *OFFICERS),
        "CE": (Role.SR,),
        "find": (Role.CT, *OFFICERS),
        "reveal": REGISTRARS,
    },
    "Guardian": {
        "R": (Role.CT, *OFFICERS),
        "CED": (Role.SR,),
        "reveal": REGISTRARS,
    },
    "CodeValue": {"R": EVERYBODY, "E": (Role.MIN, Role.PR)},
    "Division": {"R": EVERYBODY},
    "Inbox": {"view": (*OFFICERS, Role.MIN), "decide": (*OFFICERS, Role.MIN)},
    "Registration": {"view": (Role.SR,), "submit": (Role.SR,), "strike": (Role.SR,)},
    "Transfer": {"view": SCHOOL, "open": (Role.SR,)},
    "ImportBatch": {"view": OFFICERS, "upload": (Role.SR,), "commit": (Role.SR,)},
    "Promotion": {"view": (Role.PR, Role.PL, Role.MIN), "run": (Role.PR, Role.PL, Role.MIN)},
    "Job": {
        "R": (Role.CT, *OFFICERS, Role.MIN, Role.ADM),
        "cancel": (*REGISTRARS, Role.MIN, Role.ADM),
    },
    "AuditEvent": {"R": (Role.AUD,)},
    "Account": {"R": (Role.SEC, Role.ADM)},
}

LETTERS = {
    "R": ("can_list", "can_show"),
    "C": ("can_add",),
    "E": ("can_edit",),
    "D": ("can_delete",),
}


def permissions(right: str) -> tuple[str, ...]:
    """Return the FAB permission names of a line of `RIGHTS`: letters, or one word."""
    if set(right) <= set(LETTERS):
        return tuple(name for letter in right for name in LETTERS[letter])
    return (f"can_{right}",)


def may(role: Role, noun: str, permission: str) -> bool:
    """Tell whether a role holds a permission (``can_list``) on a noun."""
    return any(
        role in roles and permission in permissions(right)
        for right, roles in RIGHTS.get(noun, {}).items()
    )


def fab_roles() -> dict[str, list[list[str]]]:
    """Return the table as FAB code roles; FAB matches prefixes, so every pattern ends in ``$``.

    A noun one may do anything with is also seen in the menu, under the noun's own name.
    """
    own = [["UserInfoEditView$|ResetMyPasswordView$|AuthDBView$|LocaleView$", ".*$"]]
    given: dict[str, list[list[str]]] = {role.value: list(own) for role in Role}
    for noun, rights in RIGHTS.items():
        for role in Role:
            held = [p for right, who in rights.items() if role in who for p in permissions(right)]
            if held:
                given[role.value].append([f"{noun}$", f"({'|'.join([*held, 'menu_access'])})$"])
    return given
