"""What is said of one cell of one row; ``{heading}`` is the heading as it stands in the file.

A sentence never tells the right check character and never a word about another person's record.
"""

from __future__ import annotations

from app.messages.text import Text, Texts, hint, warning

ERRORS: Texts = {
    "E-REQ": Text(
        "“{heading}”为必填项，未填写；请补填。", "{heading} is required and empty; fill it in."
    ),
    "E-CODE": Text(
        "“{heading}”的内容不在代码表中；请从下拉列表中选择，或填写代码。",
        "{heading} holds no word or code of its table; choose one from the drop-down.",
    ),
    "E-LEN": Text(
        "“{heading}”过长，最多 {longest} 个字；请缩短。",
        "{heading} is too long: at most {longest} characters; shorten it.",
    ),
    "E-FMT": Text("“{heading}”格式不对：{hint}。", "{heading} is written wrongly: {hint}."),
    "E-REF": Text(
        "“{heading}”在本校不存在；请核对，或先在系统中建立。",
        "{heading} does not exist in this school; check it, or set it up first.",
    ),
    "E-ID-LEN": Text(
        "“{heading}”位数不对，居民身份证号应为 18 位；请对照证件，15、16 位的请向派出所查询。",
        "{heading} does not have 18 characters; compare it with the document, and ask the "
        "police station about numbers of 15 or 16.",
    ),
    "E-ID-CHK": Text(
        "“{heading}”未通过校验；请对照证件逐位核对。",
        "{heading} fails its check; compare every character with the document.",
    ),
    "E-ID-DATE": Text(
        "“{heading}”与身份证件号中的日期不一致，或不是有效日期；请对照证件核对两项。",
        "{heading} does not agree with the date in the ID number, or is no valid date; compare "
        "both with the document.",
    ),
    "E-ID-SEX": Text(
        "“{heading}”与身份证件号不一致；请对照证件核对两项。",
        "{heading} does not agree with the ID number; compare both with the document.",
    ),
    "E-DUP": Text("“{heading}”重复：{where}。", "{heading} is there twice: {where}."),
}

WARNINGS: Texts = {
    "W-DUP": warning(
        "“{heading}”已在其他学校登记；可以导入，但双方都将列入问题学籍，请先核对是否应办理转学。",
        "{heading} is registered at another school; it can be imported, and both records then "
        "become a problem record. Check whether this is a transfer.",
    ),
    "W-AGE": warning(
        "“{heading}”：年龄与入学要求不符，请核对。", "{heading}: the age does not fit; check it."
    ),
    "W-DIV": warning(
        "“{heading}”的行政区划代码不在现行代码表中，请核对。",
        "{heading} holds a division code that is not in the current list; check it.",
    ),
    "W-MIG": warning(
        "“{heading}”与户口所在地、户口性质或是否留守儿童不符，请核对。",
        "{heading} does not agree with the household or with being left behind; check it.",
    ),
    "W-GAT": warning(
        "“{heading}”与国籍/地区或身份证件类型不符，请核对。",
        "{heading} does not agree with nationality or ID type; check it.",
    ),
    "W-ID-CHK": warning(
        "“{heading}”未通过校验，请对照证件核对；可以导入，导入后列为问题学籍。",
        "{heading} fails its check; compare it with the document. It may be imported and then "
        "becomes a problem record.",
    ),
}

HINTS: Texts = {
    "hint.registered": hint(
        "已有登记，不能重复建立学籍；请核对，如确为同一学生请办理转学",
        "it is registered already, so no second record can be made; check it, and ask for a "
        "transfer if it is the same pupil",
    ),
    "hint.same_row": hint(
        "与本文件第 {other} 行相同；请核对并删除其中一行",
        "row {other} of this file has the same; check both and remove one",
    ),
    "hint.text": hint(
        "有不能使用的字符，请删除", "it holds characters that cannot be used; remove them"
    ),
    "hint.name": hint("姓名只能有文字和间隔号“·”", "a name holds letters and the dot · only"),
    "hint.formula": hint(
        "单元格是公式，请改为填写内容", "the cell is a formula; type its value instead"
    ),
    "hint.number": hint(
        "长数字须以文本格式填写，数字格式已丢失末尾几位，请重新填写",
        "a long number must be stored as text; as a number it has lost its last digits, so type "
        "it again",
    ),
    "hint.digits": hint("应为 {count} 位数字", "{count} digits are expected"),
    "hint.date": hint(
        "应为 8 位日期，如 20200501", "a date of 8 digits is expected, such as 20200501"
    ),
    "hint.future": hint("日期晚于今天", "the day has not come yet"),
    "hint.month": hint(
        "应为 6 位年月，如 202609", "year and month in 6 digits are expected, such as 202609"
    ),
    "hint.class": hint(
        "应为 7 位：入学年 4 位、学段 1 位、序号 2 位，如 2026101",
        "7 digits are expected: year, stage, serial, such as 2026101",
    ),
    "hint.phone": hint(
        "应为 11 位手机号，或区号-号码，如 0377-60000000",
        "a mobile of 11 digits or area code-number is expected, such as 0377-60000000",
    ),
    "hint.email": hint("应为电子信箱，如 name@example.com", "an e-mail address is expected"),
    "hint.homepage": hint(
        "应以 http:// 或 https:// 开头", "it must begin with http:// or https://"
    ),
    "hint.validity": hint(
        "应为 2020.05.01-2030.05.01、2020年-2030年 或 长期",
        "2020.05.01-2030.05.01, 2020年-2030年 or 长期 is expected",
    ),
    "hint.distance": hint(
        "应为公里数，最多一位小数，不写单位，如 3.6",
        "kilometres with at most one decimal and no unit are expected, such as 3.6",
    ),
    "hint.whole": hint("应为整数", "a whole number is expected"),
    "hint.id": hint(
        "只能有数字、大写字母、括号、斜线和连字符，4 至 30 位",
        "4 to 30 digits, capitals, brackets, slashes and hyphens are expected",
    ),
    "hint.resident": hint(
        "前 17 位应为数字，末位为数字或 X", "17 digits and then a digit or X are expected"
    ),
    "hint.senior": hint("高中阶段不填", "it stays empty in senior high school"),
    "hint.cleared": hint("无身份证件号时不填", "it stays empty without an ID number"),
}

TEXTS: Texts = {**ERRORS, **WARNINGS, **HINTS}
