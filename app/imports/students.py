"""学生基本信息: pupils to be registered, one row each, in the layout of the national form.

72 columns: the school, the form's fields in order, then two family members of twelve each.
The template, the guide sheet, the preview and the error workbook are all drawn from here.
"""

from __future__ import annotations

from app.codes import masking
from app.imports import readers as r
from app.imports.pupil_rules import RULES, SETTLES
from app.imports.spec import Column, ImportSpec, Kind

PUPIL = (
    Column("school_code", "学校标识码", r.digits(10), "School code", "xxbsm", example="2141000101"),
    Column("name", "姓名", r.NAME, "Name", "xm", mask=masking.name, example="李小满"),
    Column("gender", "性别", r.code("gender", "student_allowed"), "Gender", "xbm", example="女"),
    Column("birth_date", "出生日期", r.DATE, "Birth date", "csrq",
           mask=masking.everything, example="20200501"),
    Column("birthplace", "出生地", r.DIVISION, "Birthplace", "csdm", example="411302000000"),
    Column("native_place", "籍贯", r.text(60), "Native place", "jg", example="河南南阳"),
    Column("ethnic", "民族", r.code("ethnic_group"), "Ethnic group", "mzm", example="汉族"),
    Column("nationality", "国籍/地区", r.code("country"), "Nationality/region", "gjdqm",
           example="中国"),
    Column("id_type", "身份证件类型", r.code("id_document_type", "student_allowed"), "ID type",
           "sfzjlxm", example="居民身份证"),
    Column("id_number", "身份证件号", r.ID_NUMBER, "ID number", "sfzjh", required=False,
           conditional=True, mask=masking.id_number, example="411302202005010024"),
    Column("overseas_status", "港澳台侨外", r.code("overseas_status"),
           "HK/Macao/Taiwan/overseas/foreign", "gatqwm", example="否"),
    Column("political", "政治面貌", r.code("political_status", "student_allowed"),
           "Political status", "zzmmm", required=False, example="群众"),
    Column("health", "健康状况", r.code("health_status"), "Health", "jkzkm", example="健康或良好"),
    Column("name_pinyin", "姓名拼音", r.text(80), "Pinyin", "xmpy", required=False,
           mask=masking.name),
    Column("former_name", "曾用名", r.NAME, "Former name", "cym", required=False,
           mask=masking.name),
    Column("id_validity", "身份证件有效期", r.ID_VALIDITY, "ID validity", "sfzjyxq",
           required=False, example="2022.05.01-2027.05.01"),
    Column("hukou_division", "户口所在地", r.DIVISION, "Household location", "hkszdm",
           example="411302000000"),
    Column("hukou_type", "户口性质", r.code("household_type"), "Household type", "hkxzm",
           example="农业户口"),
    Column("talent", "特长", r.text(100), "Special talent", "tc", required=False),
    Column("aux_number", "学籍辅号", r.text(30), "Auxiliary number", "xjfh", required=False,
           mask=masking.id_number),
    Column("seat_no", "班内学号", r.SEAT, "Number in class", "bnxh", required=False, example="1"),
    Column("class_number", "班号", r.CLASS, "Class", "bh", example="2026101"),
    Column("entry_ym", "入学年月", r.YEAR_MONTH, "Entry year-month", "rxny", example="202609"),
    Column("entry_method", "入学方式", r.code("enrolment_method"), "Entry method", "rxfsm",
           example="就近入学"),
    Column("attendance", "就读方式", r.code("attendance_method"), "Attendance", "jdfsm",
           example="走读"),
    Column("source", "学生来源", r.code("student_source"), "Source", "xslym", required=False,
           example="正常入学"),
    Column("address_now", "现住址", r.ADDRESS, "Present address", "xzz",
           mask=masking.address, example="河南省南阳市宛城区光武路1号"),
    Column("address_mail", "通信地址", r.ADDRESS, "Mailing address", "txdz",
           mask=masking.address, example="河南省南阳市宛城区光武路1号"),
    Column("address_home", "家庭地址", r.ADDRESS, "Home address", "jtzz",
           mask=masking.address, example="河南省南阳市宛城区光武路1号"),
    Column("phone", "联系电话", r.PHONE, "Phone", "lxdh", mask=masking.phone,
           example="0377-60000000"),
    Column("postcode", "邮政编码", r.POSTCODE, "Postcode", "yzbm", example="473000"),
    Column("email", "电子信箱", r.EMAIL_ADDRESS, "E-mail", "dzxx", required=False,
           mask=masking.everything),
    Column("homepage", "主页地址", r.HOMEPAGE_ADDRESS, "Home page", "zydz", required=False,
           mask=masking.everything),
    Column("only_child", "是否独生子女", r.YES_NO, "Only child", "sfdsznm", example="否"),
    Column("preschool", "是否受过学前教育", r.YES_NO, "Had pre-school", "sfsgxqjym",
           example="是"),
    Column("left_behind", "是否留守儿童", r.code("left_behind_child"), "Left-behind child",
           "sflsetm", required=False, conditional=True, example="非留守儿童"),
    Column("migrant_child", "是否进城务工人员随迁子女", r.YES_NO,
           "Child of migrant workers in town", "sfsqznm", required=False, conditional=True,
           example="否"),
    Column("orphan", "是否孤儿", r.YES_NO, "Orphan", "sfge", example="否"),
    Column("martyr_child", "是否烈士或优抚子女", r.YES_NO,
           "Child of martyr or preferential group", "sflshyfzn", example="否"),
    Column("mainstreaming", "随班就读", r.code("mainstreaming"), "Learning in regular class",
           "sbjdm", required=False),
    Column("disability", "残疾类型", r.code("disability_type"), "Disability", "cjlxm",
           required=False, conditional=True, example="无残疾"),
    Column("bought_place", "是否由政府购买学位", r.YES_NO, "Place bought by government",
           "sfgmxwm", example="否"),
    Column("needs_aid", "是否需要申请资助", r.YES_NO, "Needs to apply for aid", "sfxysqzz",
           example="否"),
    Column("gets_subsidy", "是否享受一补", r.YES_NO, "Receives boarding subsidy", "sfxsybm",
           example="否"),
    Column("commute_km", "上下学距离", r.DISTANCE, "Distance to school", "sxxjl", example="1.5"),
    Column("commute_mode", "上下学方式", r.code("commute_mode"), "Way to school", "sxxfsm",
           example="步行"),
    Column("needs_bus", "是否需要乘坐校车", r.YES_NO, "Needs school bus", "sfczxcm",
           example="否"),
    Column("remark", "备注", r.text(500), "Remark", "bz", required=False),
)  # fmt: skip


def member(ordinal: int) -> tuple[Column, ...]:
    """Return the twelve columns of a family member (data of form part 成员1 and 成员2)."""
    first = ordinal == 1

    def column(
        field: str, heading: str, kind: Kind, label: str, key: str, **rest: object
    ) -> Column:
        return Column(
            f"member{ordinal}_{field}", f"成员{ordinal}{heading}", kind,
            f"Member {ordinal} {label}", f"cy{ordinal}_{key}", **rest,  # type: ignore[arg-type]
        )  # fmt: skip

    return (
        column("name", "姓名", r.INSTITUTION_OR_NAME, "name", "cyxm", mask=masking.name,
               example="李大江" if first else "王小河"),
        column("relation", "关系", r.code("guardian_relation"), "relation", "gxm",
               example="父亲" if first else "母亲"),
        column("relation_note", "关系说明", r.text(40), "relation note", "gxsm", required=False,
               conditional=True),
        column("address", "现住址", r.ADDRESS, "present address", "xzz", mask=masking.address,
               example="河南省南阳市宛城区光武路1号"),
        column("hukou_division", "户口所在地行政区划", r.DIVISION, "household location", "hkszd",
               example="411302000000"),
        column("phone", "联系电话", r.PHONE, "phone", "lxdh", mask=masking.phone,
               example="0377-60000000"),
        column("is_guardian", "是否监护人", r.YES_NO, "guardian", "sfjhrm",
               example="是" if first else "否"),
        column("id_type", "身份证件类型", r.code("id_document_type", "guardian_allowed"),
               "ID type", "sfzjlxm", required=False, conditional=True, example="其他"),
        column("id_number", "身份证件号", r.ID_NUMBER, "ID number", "sfzjh", required=False,
               conditional=True, mask=masking.id_number),
        column("ethnic", "民族", r.code("ethnic_group"), "ethnic group", "mzm", required=False,
               example="汉族"),
        column("employer", "工作单位", r.text(60), "employer", "gzdw", required=False),
        column("post", "职务", r.text(60), "post", "zw", required=False),
    )  # fmt: skip


MEMBERS = (1, 2)
SPEC = ImportSpec(
    name="students",
    sheet="学生基本信息",
    version="2026.1",
    columns=(*PUPIL, *(column for ordinal in MEMBERS for column in member(ordinal))),
    rules=RULES,
    settles=SETTLES,
)
