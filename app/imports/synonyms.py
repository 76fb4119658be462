"""Headings of other systems and hand-made lists for our columns: guesses, which a person checks."""

from __future__ import annotations

from collections.abc import Sequence

MEMBERS = {1: ("家长", "监护人", "父亲", "家长1", "监护人1", "家庭成员1"),
           2: ("母亲", "家长2", "监护人2", "家庭成员2")}  # fmt: skip
OF_A_MEMBER = {
    "name": ("", "姓名", "名字"),
    "relation": ("关系", "与学生关系", "称谓"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码"),
    "address": ("住址", "现住址", "地址", "家庭住址"),
    "id_type": ("证件类型", "身份证件类型"),
    "id_number": ("身份证号", "身份证号码", "证件号码", "身份证件号码"),
    "hukou_division": ("户口所在地", "户籍所在地"),
    "employer": ("工作单位", "单位"),
    "post": ("职务", "职业"),
    "ethnic": ("民族",),
}
OF_A_PUPIL = {
    "student_number": ("全国学籍号", "学籍编号", "学籍号码", "学生学籍号"),
    "pupil_id_number": ("学生身份证号", "学生身份证号码", "身份证号", "身份证号码", "身份证"),
    "pupil_name": ("学生姓名", "学生", "名字"),
    "school_code": ("学校代码", "学校编码", "学校标识", "标识码"),
    "name": ("学生姓名", "名字", "学生", "中文姓名"),
    "gender": ("学生性别",),
    "birth_date": ("出生年月日", "生日", "出生年月", "出生"),
    "birthplace": ("出生地代码", "出生地行政区划", "出生地行政区划代码"),
    "ethnic": ("民族名称",),
    "nationality": ("国籍", "国籍地区"),
    "id_type": ("证件类型", "身份证类型", "证件类别"),
    "id_number": ("身份证号", "身份证号码", "身份证", "证件号码", "证件号", "公民身份号码",
                  "身份证件号码", "学生身份证号"),
    "overseas_status": ("港澳台侨", "是否港澳台侨外"),
    "political": ("政治面目",),
    "health": ("健康", "身体状况"),
    "name_pinyin": ("拼音", "姓名全拼"),
    "hukou_division": ("户籍所在地", "户口所在地行政区划", "户口所在地代码", "户籍地"),
    "hukou_type": ("户籍性质", "户口类型", "户口类别"),
    "aux_number": ("辅号",),
    "seat_no": ("学号", "座号", "班级学号", "班内编号"),
    "class_number": ("班级", "班级号", "班级编号", "班级代码"),
    "entry_ym": ("入学日期", "入学时间", "入学年份"),
    "address_now": ("住址", "现住地址", "现居住地", "居住地址"),
    "address_mail": ("通讯地址", "邮寄地址"),
    "address_home": ("家庭住址", "家庭详细地址"),
    "phone": ("电话", "手机", "手机号", "手机号码", "电话号码"),
    "postcode": ("邮编",),
    "email": ("邮箱", "电子邮箱", "电子邮件"),
    "only_child": ("独生子女",),
    "preschool": ("学前教育", "受过学前教育"),
    "left_behind": ("留守儿童",),
    "migrant_child": ("随迁子女", "进城务工人员随迁子女", "是否随迁子女"),
    "orphan": ("孤儿",),
    "martyr_child": ("烈士或优抚子女",),
    "disability": ("残疾人类型", "残疾类别"),
    "commute_km": ("上学距离", "离校距离"),
    "commute_mode": ("上学方式",),
    "needs_bus": ("校车", "是否乘坐校车"),
    "remark": ("附注", "说明"),
}  # fmt: skip
SYNONYMS: Sequence[tuple[str, str]] = (  # a word may mean one column here, another there
    *((word, field) for field, words in OF_A_PUPIL.items() for word in words),
    *(
        (whose + word, f"member{ordinal}_{field}")
        for ordinal, names in MEMBERS.items()
        for whose in names
        for field, words in OF_A_MEMBER.items()
        for word in words
    ),
)
