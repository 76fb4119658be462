"""What is said about the log itself."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-AUDIT-MOST": Text(
        "一次最多导出 {most} 条日志；请用时间、人员或机构缩小范围。",
        "At most {most} events leave in one file; narrow them by time, person or organisation.",
    ),
}
