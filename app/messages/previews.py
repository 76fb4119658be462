"""What is said of an import between the reading and the writing: columns, doubts, the alarm."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint, warning

TEXTS: Texts = {
    "E-TPL-MAP": Text(
        "文件的栏目与模板不同；请先核对每一栏对应模板的哪一栏。",
        "The headings are not the template's; say first which column is which.",
    ),
    "E-MAP-FORM": Text(
        "栏目对应表与文件不符；请重新打开本页再核对。",
        "The choice of columns does not fit the file; open the page again.",
    ),
    "E-MAP-TWICE": Text(
        "以下栏目对应了不止一列：{headings}；每个栏目只选一列。",
        "These columns were chosen more than once: {headings}; choose each of them once.",
    ),
    "E-MAP-LACKS": Text(
        "以下必填栏目还没有对应的列：{headings}；请选出对应的列，文件里没有的请补上后重新上传。",
        "No column was chosen for what is required: {headings}; choose one, or add it to the "
        "file and upload that.",
    ),
    "E-AMEND-ROW": Text(
        "第 {row} 行不在可修改的拒收行中；请重新打开本批次，或下载错误工作簿修改。",
        "Row {row} is not among the refused rows that can be mended here; open the import again, "
        "or use the error workbook.",
    ),
    "E-REJOIN-OTHER": Text(
        "这份错误工作簿属于另一批导入（{other}）；请在那一批中上传，或改用本批的错误工作簿。",
        "This error workbook is of another import ({other}); hand it in there, or use the one of "
        "this import.",
    ),
    "E-REJOIN-KEYS": Text(
        "这份文件不是从本批下载的错误工作簿，或行的标记已被删除；请下载本批的错误工作簿，改好后原样上传。",
        "The file is no error workbook of this import, or the marks of its rows were removed; "
        "download it again, correct it and hand that in.",
    ),
    "E-REG-CLASS": Text(
        "“{heading}”与登记的班级（{room}）不同；已在册学生换班请办理调班，本行改回原班级再导入。",
        "{heading} is not the class on record ({room}); a registered pupil changes class by a "
        "class change, so put the old class here.",
    ),
    "E-REG-FIELD": Text(
        "“{heading}”与登记的不同，该项由关键数据变更办理；请改回登记的内容，或先办理变更。",
        "{heading} is not what is on record and changes by a key data change alone; put the value "
        "on record here, or ask for the change first.",
    ),
    "E-REG-DISPUTE": Text(
        "“{heading}”与登记的不同，该生有未了的问题学籍，身份信息待其处理；请改回登记的内容。",
        "{heading} is not what is on record, and a problem record of the pupil is open, which "
        "settles the identity; put the value on record here.",
    ),
    "W-LIKELY": warning(
        "“{heading}”疑似重复：{where}；请核对，确非同一学生的可以勾选写入。",
        "{heading} may be a child who is there already: {where}; check it, and take the row only "
        "if it is another child.",
    ),
    "hint.likely_nsb": hint(
        "本校{room}已有姓名、性别、出生日期都相同的学生",
        "this school has a pupil with the same name, gender and birth date ({room})",
    ),
    "hint.likely_swapped": hint(
        "本校{room}已有同名学生，出生的月和日正好相反",
        "this school has a pupil of that name, born with day and month the other way round "
        "({room})",
    ),
    "hint.likely_sound": hint(
        "本校{room}已有同日出生、姓名同音的学生",
        "this school has a pupil born that day whose name sounds the same ({room})",
    ),
    "hint.likely_one_off": hint(
        "本校{room}已有同名学生，身份证件号只差一位",
        "this school has a pupil of that name whose ID number differs in one character ({room})",
    ),
    "hint.likely_row": hint(
        "本文件第 {other} 行的姓名、性别、出生日期与它相同",
        "row {other} of this file has the same name, gender and birth date",
    ),
    "W-ALARM-UNKNOWN": warning(
        "{of} 行中有 {count} 行的学生在本校查不到；请确认没有拿错文件。",
        "{count} of {of} rows name pupils this school does not have; make sure that this is the "
        "right file.",
    ),
    "W-ALARM-CHANGED": warning(
        "这次导入将改动 {count} 名学生，超过在册 {of} 人的三成；请确认没有拿错文件。",
        "This import would change {count} pupils, more than three in ten of the {of} on record; "
        "make sure that this is the right file.",
    ),
    "W-ALARM-REFUSED": warning(
        "{of} 行中有 {count} 行被拒收，超过一半；请确认没有拿错文件。",
        "{count} of {of} rows are refused, more than half; make sure that this is the right file.",
    ),
}
