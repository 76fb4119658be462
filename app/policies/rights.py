"""Doors: which function and letter of `policies.matrix` opens each page and button.

A right is a line here; roles follow from the matrix. Flask-AppBuilder gets the table as code
roles; what only some teachers were given is narrowed by `holds`, which the web asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.policies.matrix import MATRIX, When, letters_of
from app.policies.roles import Role

NO_GIFTS: frozenset[str] = frozenset()
NOT_A_DOOR = (When.OPENED, When.CASE)  # what opens these is asked where the work is done

# Letters: R read · C create · E edit · D delete. Words: a page or a button of that name.
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Desk": {"view": ("desk:R",)},
    "Frame": {"view": ("desk:R",)},
    "Lookup": {"view": ("desk:R",)},
    "Self": {"view": ("desk:R",), "stay": ("desk:R",)},
    "Organisation": {
        "R": ("organisations:R",),
        "C": ("organisations_setup:C",),
        "E": ("organisations_setup:E",),
    },
    "School": {"R": ("school:R",), "E": ("school:E",), "C": ("school:C",)},
    "Campus": {"R": ("structure:R",), "C": ("structure:C",), "ED": ("structure:E",)},
    "Grade": {"R": ("structure:R",), "C": ("structure:C",), "E": ("structure:E",)},
    "SchoolClass": {"R": ("structure:R",), "C": ("structure:C",), "ED": ("structure:E",)},
    "Student": {
        "R": ("archive:R",),
        "C": ("register:C",),
        "E": ("upkeep:E", "upkeep:E:opened"),  # a teacher's fields: `workflows.maintaining`
        "find": ("archive:R",),
        "reveal": ("unmask:R",),
        "access": ("access:R",),
        "move": ("movement:C",),
        "reseat": ("assign:C",),
    },
    "Guardian": {"R": ("archive:R",), "CED": ("upkeep:E",), "reveal": ("unmask:R",)},
    "ClassNames": {"view": ("names:R",)},
    "NationalLookup": {"view": ("lookup:R",)},
    "CodeValue": {"R": ("codes:R",), "E": ("codes_setup:S",)},
    "Division": {"R": ("codes:R",)},
    "Inbox": {"view": ("pending:R",), "decide": ("pending:R",)},
    "Registration": {
        "view": ("submission:C", "register:C"),  # a teacher: how far the own classes are
        "submit": ("submission:C",),
        "strike": ("submission:C",),
    },
    "RegistrationReview": {
        "view": ("school_review:A", "authority_review:A", "authority_review:R"),
    },
    "Transfer": {"view": ("transfer_in:C", "school_review:A"), "open": ("transfer_in:C",)},
    "Movement": {"view": ("movement:C", "movement:A", "movement:R"), "open": ("movement:C",)},
    "KeyChange": {
        "view": ("key_data:C", "key_data:A", "key_data:R"),
        "open": ("key_data:C",),
        "reveal": ("unmask:R", "key_data:A"),  # who decides compares: on the own desk
    },
    "Problem": {
        "view": ("problem:R", "problem:C", "problem:A"),
        "open": ("problem:C",),
    },
    "DeletedRecord": {"view": ("deleted:R",)},
    "Verification": {"view": ("verification:R",), "verify": ("verification:A",)},
    "ExpectedList": {"view": ("expected:R",), "upload": ("expected:C",)},
    "AuxRule": {"view": ("aux_rule:R",), "set": ("aux_rule:S",)},
    "Renumbering": {"view": ("renumbering:R",), "number": ("renumbering:C",)},
    "Attachment": {"view": ("pending:R",), "upload": ("movement:C", "transfer_in:C", "problem:C")},
    "ClassChange": {"view": ("assign:C",), "move": ("assign:C",)},
    "FieldChoice": {
        "view": ("controlled:R", "controlled:S", "upkeep:E"),
        "control": ("controlled:S",),
        "open": ("upkeep:E",),
    },
    "Pending": {"view": ("pending:R",), "clean": ("cleanup:A",)},
    "Overdue": {"view": ("pending:R",)},
    "Substitution": {"view": ("pending:R",), "set": ("pending:R",)},
    "Notice": {"view": ("pending:R",)},
    "ImportBatch": {"view": ("imports:R",), "upload": ("imports:C",), "commit": ("imports:C",)},
    "Export": {
        "view": ("export:X", "export:X:opened", "export_request:C", "export_request:A"),
        "ask": ("export:X", "export:X:opened"),
    },
    "ExportRequest": {
        "view": ("export_request:C", "export_request:A", "export_request:R"),
        "ask": ("export_request:C",),
        "decide": ("export_request:A",),  # the route says whose desk
    },
    "ExportLedger": {"view": ("export_request:C", "export_request:A", "export:A")},
    "Promotion": {
        "view": ("rehearsal:C",),
        "rehearse": ("rehearsal:C",),
        "run": ("promotion:S",),
    },
    "Job": {"R": ("jobs:R",), "cancel": ("jobs:E",)},
    "AuditEvent": {"R": ("audit:R",), "export": ("audit:X",)},
    "Account": {
        "R": ("accounts:R",),
        "C": ("accounts:C",),
        "E": ("accounts:E",),
        "confirm": ("confirm:A",),
    },
    "UserGroup": {"R": ("groups:R",), "C": ("groups:C",), "ED": ("groups:E",)},
    "Switch": {"view": ("switches:R", "guards:R"), "set": ("switches:S", "guards:S")},
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


# (noun, permission): the functions and letters that open it; any of them does.
DOORS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (noun, permission): needs
    for noun, rights in RIGHTS.items()
    for right, needs in rights.items()
    for permission in permissions(right)
}


def holds(role: Role, noun: str, permission: str, gifts: Collection[str] = NO_GIFTS) -> bool:
    """Tell whether a role holds a permission (``can_list``) on a noun.

    ``gifts`` are the ``function:letter`` keys this person was given by the school.
    """
    return any(opens(role, need, gifts) for need in DOORS.get((noun, permission), ()))


def opens(role: Role, need: str, gifts: Collection[str] = NO_GIFTS) -> bool:
    """Tell whether a role has a letter of a function, itself or by a gift.

    A need may name the condition it answers to: ``upkeep:E:opened`` asks for it behind the door.
    """
    function, letter, *asked = need.split(":")
    when = letters_of(role, function).get(letter)
    if when is None or when in NOT_A_DOOR:
        return when in asked
    return when is not When.GIVEN or need in gifts


def roles_with(noun: str, permission: str) -> tuple[Role, ...]:
    """Return the roles that may hold a permission, those that need a gift included."""
    return tuple(role for role in Role if holds(role, noun, permission, _ALL_GIFTS))


def switch_of(noun: str, permission: str) -> str:
    """Return the switch that can close a door, or nothing."""
    switches = {MATRIX[need.split(":")[0]].switch for need in DOORS.get((noun, permission), ())}
    return switches.pop() if len(switches) == 1 else ""


def fab_roles() -> dict[str, list[list[str]]]:
    """Return the table as FAB code roles; FAB matches prefixes, so every pattern ends in ``$``.

    A noun one may do anything with is also seen in the menu, under the noun's own name.
    """
    own = [["AuthDBView$|LocaleView$", ".*$"]]
    given: dict[str, list[list[str]]] = {role.value: list(own) for role in Role}
    for noun in RIGHTS:
        for role in Role:
            held = [p for n, p in DOORS if n == noun and role in roles_with(noun, p)]
            if held:
                given[role.value].append([f"{noun}$", f"({'|'.join([*held, 'menu_access'])})$"])
    return given


_ALL_GIFTS = frozenset(need for needs in DOORS.values() for need in needs)
