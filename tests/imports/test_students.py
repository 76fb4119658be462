"""The template of the national form: its layout, its contract, its rules."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from app.errors import BadFile
from app.imports import template
from app.imports.spec import Rule
from app.imports.students import SPEC
from tests.imports.books import (
    CLEAN,
    EXPECTED,
    FACTS,
    HEADINGS,
    MESSY,
    a_book,
    a_row,
    found,
    problems,
)
from tests.make import an_id_number

BORN = "20200501"
NUMBER = an_id_number(date(2020, 5, 1), "2", serial=1)


def test_the_headings_are_those_of_the_national_form():
    rows = CalamineWorkbook.from_path(CLEAN).get_sheet_by_index(0).iter_rows()
    assert next(rows) == HEADINGS
    assert len(HEADINGS) == 72


def test_every_name_of_a_column_is_its_own():
    names = [name for column in SPEC.columns for name in column.names]
    assert len(names) == len(set(names))


def test_the_clean_sample_has_nothing_to_say():
    assert problems(CLEAN) == []


def test_the_messy_sample_says_exactly_what_was_planted():
    with EXPECTED.open(encoding="utf-8") as lines:
        planted = sorted(
            (int(r["excel_row"]), r["heading"], r["code"]) for r in csv.DictReader(lines)
        )
    assert sorted((p.row, p.heading, p.code) for p in problems(MESSY)) == planted


SENIOR = {
    "班号": "2026301",
    "入学方式": "其他",
    "是否留守儿童": "",
    "是否进城务工人员随迁子女": "",
    "出生日期": "20100501",
    "身份证件号": an_id_number(date(2010, 5, 1), "2", serial=2),
}
ELSEWHERE = {"户口所在地": "450103000000", "户口性质": "农业户口"}
HOMELESS = {"身份证件类型": "其他", "身份证件号": "", "成员1身份证件号": ""}


@pytest.mark.parametrize(
    ("bend", "expected"),
    [
        ({}, []),
        ({"姓名": "  "}, [("姓名", "E-REQ")]),
        ({"姓名": " 顾 杰\u3000诗\u200b"}, []),
        ({"姓名": "张3"}, [("姓名", "E-FMT")]),
        ({"姓名": "长" * 41}, [("姓名", "E-LEN")]),
        ({"性别": "未知的性别"}, [("性别", "E-CODE")]),
        ({"性别": "男"}, [("性别", "E-ID-SEX")]),
        ({"民族": "01", "性别": "2"}, []),
        ({"民族": "Han", "国籍/地区": "CHN"}, []),
        ({"出生日期": "2020-05-01"}, []),
        ({"出生日期": "2020年5月1日"}, []),
        ({"出生日期": date(2020, 5, 1)}, []),
        ({"出生日期": "2020/13/01"}, [("出生日期", "E-FMT")]),
        ({"出生日期": "20200502"}, [("出生日期", "E-ID-DATE")]),
        ({"出生日期": "20260902", "身份证件号": an_id_number(date(2026, 9, 2), "2", serial=2)},
         [("出生日期", "E-FMT"), ("身份证件号", "E-ID-DATE"), ("出生日期", "W-AGE")]),
        ({"出生地": "411302108201"}, []),
        ({"出生地": "999999000000"}, [("出生地", "W-DIV")]),
        ({"出生地": "411302"}, [("出生地", "E-FMT")]),
        ({"身份证件类型": "军官证"}, [("身份证件类型", "E-CODE")]),
        ({"身份证件号": "", "成员1身份证件号": ""},
         [("身份证件号", "E-REQ"), ("成员1身份证件号", "E-REQ")]),
        ({"身份证件号": "４１１３０２２０２００５０１００２４"}, []),
        ({"身份证件号": "411302200501002"}, [("身份证件号", "E-ID-LEN")]),
        ({"身份证件号": "41130220200501002A"}, [("身份证件号", "E-FMT")]),
        ({"身份证件号": "411302202005010023"}, [("身份证件号", "W-ID-CHK")]),
        ({"身份证件号": 411302202005010024}, [("身份证件号", "E-FMT")]),
        ({"身份证件类型": "护照", "身份证件号": "G1234567"}, []),
        ({"身份证件类型": "护照", "身份证件号": "G12_4567"}, [("身份证件号", "E-FMT")]),
        ({**HOMELESS, "成员1身份证件类型": "其他", "成员1身份证件号": "ABCD12"}, []),
        (HOMELESS, [("成员1身份证件号", "E-REQ")]),
        ({"港澳台侨外": "外国人"}, [("港澳台侨外", "W-GAT")]),
        ({"国籍/地区": "美国"}, [("港澳台侨外", "W-GAT")]),
        ({"政治面貌": "共青团员"}, [("政治面貌", "W-AGE")]),
        ({"政治面貌": "民革党员"}, [("政治面貌", "E-CODE")]),
        ({"身份证件有效期": "10年"}, [("身份证件有效期", "E-FMT")]),
        ({"身份证件有效期": "2022.05.01-2027.05.01"}, []),
        ({"班内学号": 12.0}, []),
        ({"班内学号": "0"}, [("班内学号", "E-FMT")]),
        ({"班号": "2026188"}, [("班号", "E-REF")]),
        ({"班号": 2026101.0}, []),
        ({"学校标识码": "3141000103"}, [("学校标识码", "E-REF")]),
        ({"入学年月": "202613"}, [("入学年月", "E-FMT")]),
        ({"入学年月": "202509"}, [("出生日期", "W-AGE")]),
        ({"入学方式": "体育特招"}, [("入学方式", "E-CODE")]),
        ({"入学方式": "其他"}, []),
        ({"学生来源": "借读"}, [("学生来源", "E-CODE")]),
        ({"联系电话": "0377-63000000"}, []),
        ({"联系电话": "手机同上"}, [("联系电话", "E-FMT")]),
        ({"邮政编码": "47300"}, [("邮政编码", "E-FMT")]),
        ({"电子信箱": "a@b"}, [("电子信箱", "E-FMT")]),
        ({"主页地址": "javascript:alert(1)"}, [("主页地址", "E-FMT")]),
        ({"是否独生子女": "也许"}, [("是否独生子女", "E-CODE")]),
        ({"是否留守儿童": ""}, [("是否留守儿童", "E-REQ")]),
        ({"是否进城务工人员随迁子女": ""}, [("是否进城务工人员随迁子女", "E-REQ")]),
        ({"是否进城务工人员随迁子女": "是"}, [("是否进城务工人员随迁子女", "W-MIG")]),
        ({"是否进城务工人员随迁子女": "是", **ELSEWHERE}, []),
        ({"是否进城务工人员随迁子女": "是", **ELSEWHERE, "是否留守儿童": "单亲留守儿童"},
         [("是否进城务工人员随迁子女", "W-MIG")]),
        ({"随班就读": "视力残疾学生"}, [("残疾类型", "E-REQ")]),
        ({"随班就读": "视力残疾学生", "残疾类型": "视力残疾"}, []),
        ({"上下学距离": "2公里"}, [("上下学距离", "E-FMT")]),
        ({"上下学距离": 3.6}, []),
        ({"备注": "=cmd|' /C calc'!A0"}, [("备注", "E-FMT")]),
        ({"备注": "换\n行"}, []),
        ({"备注": "\x07"}, [("备注", "E-FMT")]),
        ({"成员1关系": "其他"}, [("成员1关系说明", "E-REQ")]),
        ({"成员1是否监护人": "否"}, [("成员1是否监护人", "E-REQ")]),
        ({"成员1是否监护人": "否", "成员2是否监护人": "也许"}, [("成员2是否监护人", "E-CODE")]),
        ({"成员1身份证件类型": ""}, [("成员1身份证件类型", "E-REQ")]),
        ({"成员1姓名": "宛城区第2福利院（民政局）"}, []),
        (SENIOR, []),
        ({**SENIOR, "是否留守儿童": "非留守儿童"}, [("是否留守儿童", "E-FMT")]),
        ({**SENIOR, "入学方式": "就近入学"}, [("入学方式", "E-CODE")]),
        ({**SENIOR, "学生来源": "借读"}, []),
    ],
)  # fmt: skip
def test_a_row_bent_by_one_fact_says_just_that(bend, expected):
    facts = replace(FACTS, classes={**FACTS.classes, "2026301": FACTS.classes["2026101"]})
    row = a_row(身份证件号=NUMBER, 出生日期=BORN, 户口所在地="411302000000") | bend
    assert found(row, facts) == expected


def test_the_check_character_blocks_when_the_switch_is_on():
    row = a_row(身份证件号="411302202005010023", 出生日期=BORN)
    strict = replace(FACTS, id_checksum_blocks=True)
    assert found(row, strict) == [("身份证件号", "E-ID-CHK")]


def test_a_rule_about_a_column_that_is_not_there_is_a_fault_of_ours():
    with pytest.raises(LookupError, match="no_such"):
        replace(SPEC, rules=(Rule("no_such", (), lambda _: None),))


# ── the template ─────────────────────────────────────────────────────────────────────────


def the_template():
    out = io.BytesIO()
    template.write(SPEC, out)
    return out


def test_the_template_carries_headings_lists_a_guide_and_its_version():
    book = load_workbook(the_template())
    data, codes, guide, example, version = book.worksheets
    assert codes.sheet_state == "hidden"
    assert [cell.value for cell in data[1]] == HEADINGS
    assert data["A1"].font.color.rgb == "FFC00000"
    assert data["N1"].font.color is None or data["N1"].font.color.rgb != "FFC00000"
    assert version["A1"].value == f"students {SPEC.version}"
    assert version.sheet_state == "veryHidden"
    lists = data.data_validations.dataValidation
    assert len(lists) == sum(column.kind.choices is not None for column in SPEC.columns)
    assert "女" in [cell.value for row in codes.iter_rows() for cell in row]
    assert guide.max_row == 73
    assert [cell.value or "" for cell in example[2]] == [c.example for c in SPEC.columns]
    assert "女" in guide["E4"].value


def test_the_example_of_the_guide_is_a_right_row():
    example = {column.heading: column.example for column in SPEC.columns}
    assert [p for p in found(example) if p[1].startswith("E")] == []


def test_an_empty_template_is_told_to_be_empty(tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(the_template().getvalue())
    with pytest.raises(BadFile, match="E-FILE-EMPTY"):
        problems(path)


@pytest.mark.parametrize("which", [1, 2])
def test_english_labels_and_exchange_keys_are_headings_too(tmp_path, which):
    names = [column.names[which] for column in SPEC.columns]
    assert problems(a_book([a_row()], tmp_path / "a.xlsx", headings=names)) == []


def test_red_stars_and_blanks_in_headings_do_no_harm(tmp_path):
    names = [f"* {name} " for name in HEADINGS]
    assert problems(a_book([a_row()], tmp_path / "a.xlsx", headings=names)) == []


def test_an_old_version_is_named(tmp_path):
    def old(book, _page):
        page = book.add_worksheet("_xueji")
        page.write(0, 0, "students 2019.1")

    with pytest.raises(BadFile) as bad:
        problems(a_book([a_row()], tmp_path / "a.xlsx", write=old))
    assert bad.value.refusals[0].code == "E-TPL-VERSION"
    assert bad.value.refusals[0].params["got"] == "students 2019.1"
