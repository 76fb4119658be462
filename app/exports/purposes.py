"""What data leave for: a short list of codes, because everybody has a purpose in their own words.

Which fields a purpose has a use for is said in `app.workflows.export_minimal`.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.messages.text import Text

OTHER = "OTHER"
WORDS = 5  # characters that say what OTHER means, at the least
PURPOSES: Mapping[str, Text] = {
    "TEACHING": Text("班级管理与教学", "Class management and teaching"),
    "CHECKING": Text("学籍数据核对", "Checking of registry data"),
    "ENROLMENT": Text("招生与升学衔接", "Admission to the next stage"),
    "SAFETY": Text("安全与家校联系", "Safety and contact with families"),
    "AID": Text("资助与关爱", "Aid and care"),
    "STATISTICS": Text("统计与上报", "Statistics and reports"),
    OTHER: Text("其他（请写明）", "Other (say which)"),
}
