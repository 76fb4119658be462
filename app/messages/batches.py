"""Words on import batches: what a writing or an undo waits for, and what stays as it is."""

from __future__ import annotations

from app.messages.text import Text, Texts, warning

TEXTS: Texts = {
    "E-BATCH-NOTHING": Text(
        "本批次没有可写入的行：全部无变化、未勾选或被拒收；可以放弃本批次。",
        "This batch has nothing to write: every row is unchanged, not taken or refused; "
        "discard it.",
    ),
    "E-BATCH-STALE": Text(
        "预览在您打开页面之后有了变化；请重新查看后再确认，尚未写入任何一行。",
        "The preview has changed since you opened the page; look at it again before you confirm. "
        "Nothing was written.",
    ),
    "E-BATCH-RIGHT": Text(
        "申请写入的账号已停用或不再有导入权限，未写入任何一行；请由学籍管理员重新确认。",
        "The account that asked is disabled or may not import any more, so nothing was written; "
        "a registrar confirms anew.",
    ),
    "E-MOVED": Text(
        "该生的档案在预览之后被改动过；已按现在的档案重新比对，请再看一遍。",
        "The record was changed after the preview; it has to be compared and looked at again.",
    ),
    "W-MOVED": warning(
        "该生的档案在预览之后被改动过；这里已按现在的档案重新比对，请再看一遍。",
        "The record was changed after the preview; this compares it anew, so look at it again.",
    ),
    "E-UNDO-LATE": Text(
        "写入已超过 {days} 天，不能再整批撤销；请逐个办理。",
        "It was written more than {days} days ago and is not undone as a whole any more; correct "
        "the records one by one.",
    ),
    "E-UNDO-NOTHING": Text(
        "本批次已没有可以撤销的行。",
        "No row of this batch is left that could be undone.",
    ),
    "U-EDITED": Text(
        "写入之后被人改动过，保留现在的内容。",
        "Somebody has changed it since; it stays as it is now.",
    ),
    "U-REGISTERED": Text(
        "已办理学籍注册，不能再随导入撤销。",
        "The pupil is registered meanwhile and does not leave with the import.",
    ),
    "U-CASE": Text(
        "有业务办理或办理过业务，不能随导入撤销。",
        "There is, or was, a case about the pupil.",
    ),
    "U-PROBLEM": Text(
        "问题学籍正在处理，须先办结。",
        "The problem record is being settled; that comes first.",
    ),
    "U-NUMBER": Text(
        "已有学籍号，不能随导入撤销。",
        "The pupil has a number already.",
    ),
    "U-GONE": Text(
        "档案已删除或已不在本校。",
        "The record was deleted, or is not at the school any more.",
    ),
    "U-TAKEN": Text(
        "原来的号码现已被另一名学生使用。",
        "Another pupil has the former number now.",
    ),
    "U-USED": Text(
        "已被其他记录使用，不能撤销。",
        "Other records rely on it.",
    ),
}
