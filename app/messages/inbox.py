"""待办、清理: refusals of the lists of cases, of saved filters and of the clean-up."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-FILTER-NAME": Text(
        "常用筛选的名称为 1–{most} 个字；请改短或填写名称。",
        "A saved filter's name has 1 to {most} characters; type or shorten it.",
    ),
    "E-FILTER-NONE": Text(
        "当前没有筛选条件；请先选择条件再保存。",
        "No filter is in force; choose one before saving it.",
    ),
    "E-FILTER-MANY": Text(
        "最多保存 {most} 个常用筛选；请先删除不用的。",
        "At most {most} filters are kept; delete one you no longer use.",
    ),
    "E-CLEAN-NONE": Text(
        "没有选中任何业务；请至少选一件。", "No case is picked; pick one at least."
    ),
}
