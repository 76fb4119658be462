"""What expected lists, seat numbers and auxiliary numbers may say (P02.1, P34)."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    # ── the auxiliary number: its pattern ────────────────────────────────────────────────
    "aux.province": Text("省代码", "province"),
    "aux.city": Text("市代码", "city"),
    "aux.county": Text("县代码", "county"),
    "aux.school": Text("学校标识码", "school code"),
    "aux.year": Text("入学年", "year of entry"),
    "aux.stage": Text("学段", "stage"),
    "aux.class": Text("班级序号", "class serial"),
    "aux.seat": Text("班内学号", "number in class"),
    "E-AUX-SIGN": Text(
        "第 {at} 个字符“{sign}”不能使用；只能写花括号中的组成部分、大写字母、数字和连字符。",
        "Character {at}, “{sign}”, cannot be used; write parts in braces, capitals, digits and "
        "hyphens only.",
    ),
    "E-AUX-PART": Text(
        "没有名为“{part}”的组成部分；请从右侧列表中选用。",
        "There is no part named “{part}”; take one of the list beside the field.",
    ),
    "E-AUX-WIDTH": Text(
        "“{part}”的位数应为 {least} 至 {most}。", "“{part}” has {least} to {most} digits."
    ),
    "E-AUX-LACKS": Text(
        "缺少：{parts}。缺少时会有两名学生得到相同的辅号，请补上。",
        "It lacks: {parts}. Without them two pupils would get the same number; add them.",
    ),
    "E-AUX-LONG": Text(
        "辅号将有 {length} 位，最多 {most} 位；请缩短。",
        "The number would have {length} characters, {most} at most; shorten it.",
    ),
    "E-AUX-SAME": Text(
        "与现行规则相同，无需重复设置。", "This is the rule already; there is nothing to set."
    ),
    # ── the auxiliary number: giving it ──────────────────────────────────────────────────
    "E-AUX-NONE": Text(
        "本省尚未设置学籍辅号规则，请联系省级主管部门。",
        "The province has set no rule for auxiliary numbers; ask the province.",
    ),
    "E-AUX-SEAT": Text(
        "没有班内学号；请先编排班内学号。", "There is no number in class; number the class first."
    ),
    "E-AUX-FITS": Text(
        "班内学号 {seat} 超出规则的位数；请重新编排班内学号，或请省级主管部门修改规则。",
        "The number in class {seat} has more digits than the rule; number the class anew, or ask "
        "the province to change the rule.",
    ),
    "E-AUX-TWICE": Text(
        "同班另有学生的班内学号相同；请先重新编排班内学号。",
        "Somebody else of the class has the same number in class; number the class anew first.",
    ),
    "E-AUX-TAKEN": Text(
        "本省另有学生已使用此辅号；请核对后更换，或请省级主管部门处理。",
        "Another pupil of the province has this number; check it and take another one, or ask the "
        "province.",
    ),
    "E-AUX-CONTROLLED": Text(
        "学籍辅号是受控字段，已有的辅号不能重新编排；没有辅号的仍可编排。",
        "The auxiliary number is a controlled field, so one that was given is not given anew; "
        "those without one can still get theirs.",
    ),
    "E-AUX-NOBODY": Text(
        "没有可以编排辅号的学生；原因见名单。",
        "There is nobody to give a number to; the reasons stand in the list.",
    ),
    # ── the number in class ──────────────────────────────────────────────────────────────
    "E-SEAT-WHOLE": Text(
        "班内学号应为 1 至 {most} 的整数。", "A number in class is a whole one from 1 to {most}."
    ),
    "E-SEAT-TWICE": Text(
        "班内学号 {seat} 出现了不止一次；请改为不同的号。",
        "Number {seat} is there more than once; give each pupil another one.",
    ),
    "E-SEAT-LOCK": Text(
        "该生有在办业务，班内学号保持 {seat} 不变。",
        "The pupil has business in progress and keeps number {seat}.",
    ),
    "E-SEAT-EMPTY": Text(
        "该生有在办业务，暂不能编排班内学号。",
        "The pupil has business in progress and gets no number for now.",
    ),
    "E-SEAT-SAME": Text(
        "班内学号没有变化，无需编排。", "No number would change; there is nothing to do."
    ),
    # ── the expected list ────────────────────────────────────────────────────────────────
    "expected.missing": Text("未注册", "not registered"),
    "expected.extra": Text("名单外", "not on the list"),
    "expected.differing": Text("不一致", "differs"),
    "expected.same": Text("一致", "agrees"),
    "E-EXP-HOME": Text(
        "学校名单只能有本校的学生；请核对学校标识码。",
        "A school's list has pupils of the school alone; check the school code.",
    ),
    "E-EXP-SCHOOL": Text(
        "“{heading}”不是本级管辖的学校，或该校没有这个学段；请核对。",
        "{heading} is no school of yours, or not one of this stage; check it.",
    ),
    "E-EXP-KNOWN": Text(
        "没有身份证件号的，请填写出生日期，否则无法核对。",
        "Without an ID number the birth date is needed, or nothing can be compared.",
    ),
    "E-EXP-BOOK": Text(
        "文件有 {count} 处错误，名单没有保存；请按下表修改后重新上传。",
        "The file has {count} errors and no list was kept; mend them as the table says and upload "
        "it again.",
    ),
    "E-EXP-YEAR": Text(
        "入学年应在 {least} 至 {most} 之间。", "The year of entry lies between {least} and {most}."
    ),
    "E-CSV": Text(
        "文本文件不能读取；请用逗号分隔，以 UTF-8 或 GBK 编码保存，或改用 Excel 文件。",
        "The text file cannot be read; separate cells by commas and save it as UTF-8 or GBK, or "
        "use a workbook.",
    ),
    "hint.aux_taken": hint(
        "本省另有学生已使用；请核对，确需时留空，由系统编排",
        "another pupil of the province has it; check it, or leave it empty and let it be given",
    ),
}
