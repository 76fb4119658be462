"""代理之所不及: what nobody does in another's place, whatever that other may do.

A cover keeps the daily work of a desk going: cases, pupils, classes, imports. It opens nothing by
which somebody comes to power or the house is run otherwise: that waits for whose it is, or for the
tier above. The person's own password and device are reached without the hat.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.policies.rights import holds
from app.policies.roles import OFFICERS, Role

COVERED = (*OFFICERS, Role.MIN)  # who can be away and be covered; never teachers or technicians
EVERY = ("",)  # all permissions of a noun
SHUT: Mapping[str, tuple[str, ...]] = {  # noun: the permissions a hat never opens
    "Account": EVERY,
    "UserGroup": EVERY,
    "AuditEvent": ("can_export",),
    "CodeValue": ("can_edit",),
    "FieldChoice": ("can_control",),
    "Organisation": ("can_add", "can_edit"),
    "Promotion": ("can_rehearse", "can_run"),
    "School": ("can_add",),
    "Self": ("can_view",),
    "Substitution": ("can_set",),  # a substitute passes nothing on
    "Switch": ("can_set",),
}


def wears(role: Role, noun: str, permission: str) -> bool:
    """Tell whether a permission is open to whoever acts in the place of somebody of this role."""
    shut = SHUT.get(noun, ())
    return shut != EVERY and permission not in shut and holds(role, noun, permission)
