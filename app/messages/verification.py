"""What the verification of identities may say (P04, P34)."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-VERIFY-STATUS": Text(
        "该生还没有学籍号，或学籍已经终止，不能核验身份；请先完成学籍注册。",
        "The pupil has no student number yet, or the record has ended, so the identity cannot be "
        "verified; complete the registration first.",
    ),
    "E-VERIFY-PASSED": Text(
        "该生的身份已经核验通过，无须重复标记。",
        "The pupil's identity is verified already; there is nothing to mark.",
    ),
    "E-VERIFY-FAILED": Text(
        "该生已经标记为核验不符，无须重复标记。",
        "The pupil is marked as not verified already; there is nothing to mark.",
    ),
    "E-VERIFY-NONE": Text(
        "请选择核验结果：通过或不符。", "Choose a result: verified, or does not match."
    ),
    "E-VERIFY-REASON": Text(
        "理由最多 {longest} 个字，请写得短一些。",
        "The reason takes {longest} characters at most; write it shorter.",
    ),
    "E-VERIFY-PAPER": Text(
        "缺少核验依据；请上传一份证明材料（图片、PDF、Word 或压缩包，2 MB 以内）。",
        "The paper is missing; upload the proof (a picture, PDF, Word file or archive, up to "
        "2 MB).",
    ),
    "E-VERIFY-STATE": Text(
        "该批次的状态已经改变，此操作不能进行；请刷新页面查看当前状态。",
        "The round has moved on, so this cannot be done now; load the page again to see how it "
        "stands.",
    ),
    "E-VERIFY-NOBODY": Text(
        "没有需要核验的学生：有身份证号而尚未核验的学生都已在办理中的批次里。",
        "Nobody is to be verified: whoever has an ID number and is not verified is in an open "
        "round already.",
    ),
    "E-VERIFY-LATE": Text(
        "下载时间已过（生成后 24 小时内有效）；请作废本批次后重新生成名单。",
        "The file could be fetched for 24 hours and is gone; give this round up and begin another.",
    ),
    "E-VERIFY-TYPE": Text(
        "文件不是 .xlsx 工作簿或 .csv 文本；请用下载的名单填写结果后上传。",
        "The file is neither an .xlsx workbook nor .csv text; fill the results into the list you "
        "fetched and upload that.",
    ),
    "E-VERIFY-HEADINGS": Text(
        "第 1 行的栏目不对，应依次为：{headings}；请使用下载的名单，不要改动栏目。",
        "The headings of row 1 must be, in this order: {headings}; use the list you fetched and "
        "leave the headings as they are.",
    ),
    "E-VERIFY-ROUND": Text(
        "这个文件属于另一个批次；请到该批次的页面上传，或上传本批次的文件。",
        "This file belongs to another round; upload it there, or upload the file of this round.",
    ),
    "E-VERIFY-FILE": Text(
        "文件里没有一行本批次的核验结果；请核对是否拿错了文件，结果栏填“通过”或“不通过”。",
        "The file holds no result for this round; make sure that it is the right one. Results "
        "read PASSED or FAILED.",
    ),
    "E-VERIFY-WORD": Text(
        "核验结果看不懂；请填“通过”或“不通过”。",
        "The result is not understood; write PASSED or FAILED.",
    ),
    "E-VERIFY-ROW": Text(
        "序号不在本批次中；请恢复名单中原来的序号。",
        "There is no such running number in this round; put the one of the list back.",
    ),
    "E-VERIFY-TWICE": Text(
        "序号与前面的行重复，以前面的行为准；请删去多余的行。",
        "The running number is that of a row before, which counts; take the row out.",
    ),
}
