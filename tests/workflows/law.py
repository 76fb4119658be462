"""The law as a table: states, triggers, who and what is asked, as P06 to P11 and Q-22 have it.

Written from the processes' own description and not from the program: the walks play it against the
program, and `tests/house/test_law.py` holds it, the process tables and the drawings together.
Where the house decided otherwise than the first sketch of the law, the line stands in `OTHERWISE`.

Roles: SR, SL registrar and leader of the starting school; OL leader of the school that holds the
pupil; CR, OR registrars of the authorities of either side; MIN the ministry.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One arrow: from where to where, who, and the condition under which it is this one."""

    trigger: str
    source: str
    dest: str
    who: str
    when: str = ""


def ending(first: str, desks: dict[str, str], withdraws: tuple[str, ...]) -> tuple[Row, ...]:
    """The arrows every process shares (0.3): no, back, take back, clean up."""
    holder = f"{first} RETURNED".split()
    return (
        *(Row("disagree", at, "REJECTED", who) for at, who in desks.items()),
        *(Row("send_back", at, "RETURNED", who) for at, who in desks.items()),
        *(Row("withdraw", at, "WITHDRAWN", "SR") for at in (*holder, *withdraws)),
    )


def plain(final: str) -> tuple[Row, ...]:
    """The school's leader, then the authority: registration, movement, key data change."""
    desks = {"SCHOOL_REVIEW": "SL", "AUTHORITY_REVIEW": "CR"}
    return (
        Row("submit", "DRAFT", "SCHOOL_REVIEW", "SR"),
        Row("submit", "RETURNED", "SCHOOL_REVIEW", "SR"),
        Row("agree", "SCHOOL_REVIEW", "AUTHORITY_REVIEW", "SL"),
        Row("agree", "AUTHORITY_REVIEW", final, "CR"),
        *ending("DRAFT", desks, ("SCHOOL_REVIEW",)),
    )


SAME, COUNTY, PROVINCE, PULLS = "same county", "other county", "other province", "pulls"
ALONG = ("IN_SCHOOL", "IN_AUTHORITY", "OUT_SCHOOL", "OUT_AUTHORITY")
TRANSFER = (
    *(Row("submit", at, "OUT_SCHOOL", "SR", SAME) for at in ("DRAFT", "RETURNED")),
    *(Row("submit", at, "IN_SCHOOL", "SR", COUNTY) for at in ("DRAFT", "RETURNED")),
    Row("agree", "IN_SCHOOL", "IN_AUTHORITY", "SL"),
    Row("agree", "IN_AUTHORITY", "OUT_SCHOOL", "CR", COUNTY),
    Row("agree", "IN_AUTHORITY", "MINISTRY_RELAY", "CR", PROVINCE),
    Row("agree", "MINISTRY_RELAY", "OUT_SCHOOL", "MIN"),
    Row("agree", "OUT_SCHOOL", "OUT_AUTHORITY", "OL"),
    Row("agree", "OUT_AUTHORITY", "COMPLETED", "OR"),
    Row("agree", "OUT_AUTHORITY", "AWAITING_PULL", "OR", PULLS),
    Row("report", "AWAITING_PULL", "AWAITING_PULL", "SR"),
    Row("pull", "AWAITING_PULL", "COMPLETED", "SR"),
    *ending(
        "DRAFT",
        {
            "IN_SCHOOL": "SL",
            "IN_AUTHORITY": "CR",
            "MINISTRY_RELAY": "MIN",
            "OUT_SCHOOL": "OL",
            "OUT_AUTHORITY": "OR",
        },
        ("IN_SCHOOL", "OUT_SCHOOL"),
    ),
)
GOES, STAYS = "the record is to go", "the record stays"
PROBLEM = (  # 002 VI.2: what is to go, goes at once; all else is agreed to twice
    *(Row("submit", at, "SCHOOL_REVIEW", "SR", STAYS) for at in ("DRAFT", "RETURNED")),
    *(Row("submit", at, "RESOLVED", "SR", GOES) for at in ("DRAFT", "RETURNED")),
    Row("agree", "SCHOOL_REVIEW", "AUTHORITY_REVIEW", "SL"),
    Row("agree", "AUTHORITY_REVIEW", "RESOLVED", "CR"),
    *ending("DRAFT", {"SCHOOL_REVIEW": "SL", "AUTHORITY_REVIEW": "CR"}, ("SCHOOL_REVIEW",)),
)
LAW: dict[str, tuple[Row, ...]] = {
    "REGISTRATION": plain("REGISTERED"),
    "MOVEMENT": plain("APPROVED"),
    "KEY_CHANGE": plain("APPROVED"),
    "TRANSFER": TRANSFER,
    "PROBLEM": PROBLEM,
}
FINAL = {
    "REGISTRATION": "REGISTERED",
    "MOVEMENT": "APPROVED",
    "KEY_CHANGE": "APPROVED",
    "TRANSFER": "COMPLETED",
    "PROBLEM": "RESOLVED",
}
OTHERWISE = {  # what the sketch of the law said: what the house does, and why
    "intervene: the province alone": "the next city, then the province, between provinces the "
    "ministry; a switch leads straight to the province: the rights say who decides at which tier, "
    "and the national FAQ itself asks for step by step (Q-22)",
    "intervene moves the case on": "the case is laid on the intervener's desk first, who may also "
    "refuse it or send it back, and whose yes is written down as an intervention",
    "disagree alone": "a case may be sent back as well, for every kind: parents bring papers late",
    "withdraw from a draft": "a draft is submitted in the breath that makes it, so the first desk "
    "and a returned case are what is left to withdraw",
    "checking, clean, problem": "looked at by the import, before there is a case",
    "delete a draft": "a record made by mistake is struck, which is no case",
    "relay by the system": "somebody at the ministry looks at each case between provinces",
    "awaiting pull after an intervention": "the route is the same whoever agrees at a desk",
}


# ── movements (P08, P10, P11): what each starts from, in which stages, where it leads ────────


@dataclass(frozen=True)
class Leave:
    """One kind of movement; ``period`` is what happens to the period at the school."""

    sources: tuple[str, ...]
    to: str
    senior_only: bool = False
    period: str = "goes on"  # goes on, ends, begins
    seat: str = ""  # where the pupil sits then: "", below, above, any, any of the stage
    papers: bool = False
    words: bool = False
    term: bool = False
    elsewhere: bool = False  # another school, which receives the pupil, may start it


AWAY = ("WITHDRAWN", "EXPELLED", "OTHER_LEAVE", "MISSING", "SUSPECTED_DROPOUT", "DROPPED_OUT")
IN, OUT = "IN_SCHOOL", "SUSPENDED"
MOVEMENTS: dict[str, Leave] = {
    "SUSPEND": Leave((IN,), OUT, period="ends", papers=True, term=True),
    "RESUME": Leave((OUT,), IN, period="begins", seat="any of the stage"),
    "WITHDRAW": Leave((IN, OUT), "WITHDRAWN", senior_only=True, period="ends", papers=True),
    "EXPEL": Leave((IN, OUT), "EXPELLED", senior_only=True, period="ends", papers=True),
    "REPEAT": Leave((IN,), IN, senior_only=True, seat="below", words=True),
    "SKIP": Leave((IN,), IN, seat="above", papers=True),
    "DEATH": Leave((IN, OUT, "ABROAD", *AWAY), "DECEASED", period="ends", papers=True),
    "MISSING": Leave((IN, "SUSPECTED_DROPOUT"), "MISSING", words=True),
    "ABROAD": Leave((IN, OUT), "ABROAD", period="ends", papers=True),
    "RETURN_HOME": Leave(("ABROAD",), IN, period="begins", seat="any", elsewhere=True),
    "OTHER_LEAVE": Leave((IN,), "OTHER_LEAVE", period="ends", words=True),
    "RESTORE": Leave(AWAY, IN, period="begins", seat="any", elsewhere=True),
    "SUSPECT_DROPOUT": Leave((IN,), "SUSPECTED_DROPOUT", words=True),
    "DROPOUT": Leave(("SUSPECTED_DROPOUT",), "DROPPED_OUT", period="ends", words=True),
}
RETURNS = {source: kind for kind, it in MOVEMENTS.items() if it.period == "begins"
           for source in it.sources}  # fmt: skip


# ── who decides in place of a silent office (roles.md 2, P09.5, Q-22) ────────────────────────

CLEANERS = ("CR", "CL", "TR", "TL", "PR", "PL", "MIN")
ASKERS = ("SR", "SL", "CR", "CL")  # the waiting side may ask for an intervention
WAIT = 10  # working days at one step
