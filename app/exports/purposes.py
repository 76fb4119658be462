"""What data leave for: a short list of codes, because everybody has a purpose in their own words.

``groups`` are the fields a purpose has a use for; the fewest fields are looked at against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.exports.columns import Group
from app.messages.text import Text

OTHER = "OTHER"
WORDS = 5  # characters that say what OTHER means, at the least
BASE = frozenset({Group.IDENTITY, Group.SCHOOLING, Group.HOUSE})
ALL = frozenset(Group)


class Purpose(NamedTuple):
    """A purpose: its words, and the groups of fields it has a use for."""

    text: Text
    groups: frozenset[Group]


PURPOSES: Mapping[str, Purpose] = {
    "TEACHING": Purpose(Text("班级管理与教学", "Class management and teaching"), BASE),
    "CHECKING": Purpose(
        Text("学籍数据核对", "Checking of registry data"),
        BASE | {Group.BACKGROUND, Group.FAMILY, Group.CONTACT},
    ),
    "ENROLMENT": Purpose(Text("招生与升学衔接", "Admission to the next stage"), BASE),
    "SAFETY": Purpose(
        Text("安全与家校联系", "Safety and contact with families"),
        BASE | {Group.CONTACT, Group.FAMILY},
    ),
    "AID": Purpose(
        Text("资助与关爱", "Aid and care"), BASE | {Group.CARE, Group.FAMILY, Group.CONTACT}
    ),
    "STATISTICS": Purpose(
        Text("统计与上报", "Statistics and reports"),
        frozenset({Group.SCHOOLING, Group.HOUSE, Group.BACKGROUND, Group.CARE}),
    ),
    OTHER: Purpose(Text("其他（请写明）", "Other (say which)"), ALL),
}
