"""查看事由: why somebody looks at a masked value whole; a closed list, never free text."""

from __future__ import annotations

from collections.abc import Mapping

from app.messages.text import Text

REASONS: Mapping[str, Text] = {
    "family": Text("与家长核对信息", "Checking with the family"),
    "correct": Text("更正学籍数据", "Correcting data"),
    "exam": Text("考试、毕业报名", "Registering for an examination or for graduation"),
    "emergency": Text("紧急情况", "An emergency"),
    "inspection": Text("配合上级检查", "Inspection by a superior"),
    "duty": Text("其他履职需要", "Another duty"),
}
