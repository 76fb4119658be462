"""Exports: what cannot be taken out, and why."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-EXP-SOURCE": Text(
        "不能导出该列表；请从可导出的列表中选择。",
        "This list cannot be exported; choose one of those offered.",
    ),
    "E-EXP-COLUMNS": Text(
        "请至少选择一个该列表中的栏目。", "Choose at least one column, of those of the list."
    ),
    "E-EXP-FILTER": Text(
        "筛选条件不属于该列表；请回到列表重新筛选。",
        "The filters are not those of this list; go back to the list and filter again.",
    ),
    "E-EXP-FORMAT": Text(
        "请选择文件格式（Excel、CSV 或 ODS）和语言。",
        "Choose a format (Excel, CSV or ODS) and a language.",
    ),
    "E-EXP-PURPOSE": Text("请选择导出用途。", "Choose what the data are for."),
    "E-EXP-WORDS": Text(
        "选择“其他”时请写明用途（{least} 至 {most} 个字）。",
        "Say what the data are for, in {least} to {most} characters, when it is none of the list.",
    ),
    "E-EXP-BUSY": Text(
        "您已有 {most} 个导出在排队；请等它们完成，或先取消一个。",
        "{most} of your exports already wait for their file; wait for them or cancel one.",
    ),
    "E-EXP-STATE": Text(
        "该导出当前不能进行此操作；请刷新页面查看它的状态。",
        "This cannot be done with the export now; reload the page to see how it stands.",
    ),
}
