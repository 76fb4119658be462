"""The templates of the import desk: what each is called and for, and what is said of its rows."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "template.students": hint("学生登记", "New pupils"),
    "template.students.about": hint(
        "登记新生和在校生，每行一名学生及两名家庭成员。",
        "Registers pupils, one row each with two family members.",
    ),
    "template.corrections": hint("学生信息批量修改", "Corrections of pupils"),
    "template.corrections.about": hint(
        "按学籍号修改本校学生的非关键信息；只填要改的单元格，空单元格不改，填“〈清空〉”删除原内容。",
        "Changes what is no key data of the school's pupils, found by their number; fill in what "
        "changes only; an empty cell changes nothing, the word of the guide empties one.",
    ),
    "template.guardians": hint("家庭成员", "Family members"),
    "template.guardians.about": hint(
        "增加或修改家庭成员；按学生和成员的姓名、关系查找，查不到的新增。",
        "Adds and changes family members, found by pupil, name and relation; who is not there is "
        "added.",
    ),
    "template.classes": hint("班级", "Classes"),
    "template.classes.about": hint(
        "设立班级或修改班级；班号由系统编定，新设的班不填班号。",
        "Sets up and changes classes; the system gives the numbers, so a new class has none.",
    ),
    "template.teachers": hint("教师账号", "Accounts of teachers"),
    "template.teachers.about": hint(
        "一次开设多个教师账号；初始口令只显示一次。",
        "Opens many accounts at once; their first passwords are shown once.",
    ),
    "E-ROW-WHO": Text(
        "“{heading}”在本校查不到；请核对号码，或在学籍列表中查出该生再填写。",
        "{heading} is of no pupil of this school; check it against the list of pupils.",
    ),
    "E-ROW-NAME": Text(
        "“{heading}”与该学籍号登记的姓名不一致，为防改错人未予受理；请核对号码和姓名。",
        "{heading} is not the name on record for this number; so that nobody else is changed, "
        "check both.",
    ),
    "E-ROW-KEYS": Text(
        "“{heading}”与学籍号不是同一名学生；请核对，或只填其中一项。",
        "{heading} and the student number are not of one pupil; check them, or give one of them.",
    ),
    "E-ROW-NOKEY": Text(
        "“{heading}”未填写；尚无学籍号的学生请填身份证件号。",
        "{heading} is empty; for a pupil without a number give the ID number.",
    ),
    "E-ROW-KEEP": Text(
        "“{heading}”是必填信息，不能清空；请填写新的内容，或留空不改。",
        "{heading} is required and cannot be emptied; give a new value, or leave the cell empty.",
    ),
    "E-ROW-GRADE": Text(
        "“{heading}”与班号不符，班级不能换年级；请核对班号。",
        "{heading} is not that of the class number, and a class does not change its grade; check "
        "the number.",
    ),
    "E-ROW-STILL": Text(
        "“{heading}”：预览之后档案、受控字段或班级有了变动；请重新查看后再确认。",
        "{heading}: the record, the controlled fields or the class changed after the preview; "
        "look at it again.",
    ),
    "U-GUARDIAN": Text(
        "撤销后该生将没有监护人。",
        "The pupil would be left without a guardian.",
    ),
    "hint.student_number": hint(
        "应为 19 位学籍号，以 G、J 或 L 开头",
        "19 characters beginning with G, J or L are expected",
    ),
    "hint.year": hint("应为 4 位年份，如 2026", "a year in 4 digits is expected, such as 2026"),
    "hint.size": hint("应为 1 至 200 的整数", "a whole number from 1 to 200 is expected"),
}
