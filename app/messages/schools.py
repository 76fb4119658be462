"""What setting up a school may say: its cohorts, classes and campuses (P01)."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-SCHOOL-CLOSED": Text(
        "学校已关闭，其信息不能再修改。", "The school is closed; its data are not changed any more."
    ),
    "E-SCHOOL-STAGES": Text(
        "请至少填写一个学段的学制，并与办学类型一致。",
        "Give the system length of every stage that the school type teaches, and of no other.",
    ),
    "E-SCHOOL-PLACE": Text(
        "城乡分类须选到最末一级，如“主城区”“镇中心区”“村庄”。",
        "Choose the urban-rural class down to its last level, such as main city area or village.",
    ),
    "E-GRADE-STAGE": Text(
        "本校没有设置该学段的学制；请先在学校基本信息中填写。",
        "The school has no system length for this stage; set it in the school information first.",
    ),
    "E-GRADE-YEAR": Text(
        "{year} 年入学的学生本学年不在该学段；请核对入学年。",
        "Who entered in {year} is not in this stage in the present school year; check the year.",
    ),
    "E-GRADE-YEARS": Text(
        "学制不能短于该年级现在所在的年级。",
        "The system length cannot be shorter than the year the cohort has reached.",
    ),
    "E-CLASS-FULL": Text(
        "班号已用完：该年级在此校区的序号 {first:02d}–{last:02d} 都已使用；请调整校区的序号范围。",
        "No class number is left: serials {first:02d} to {last:02d} of this cohort are taken on "
        "this campus; widen the range of the campus.",
    ),
    "E-CLASS-TYPE": Text(
        "班级类型与年级的学段不符；请重新选择。",
        "The class type belongs to another stage; choose one of the grade's stage.",
    ),
    "E-CLASS-CLOSED": Text(
        "班级中还有 {pupils} 名学生，不能停用；请先调班。",
        "{pupils} pupils are in this class; move them before it is closed.",
    ),
    "E-CLASS-USED": Text(
        "班级曾编入学生，不能删除；不再使用的班级请停用。",
        "Pupils were placed in this class, so it stays; close it if it is not used any more.",
    ),
    "E-CAMPUS-RANGE": Text(
        "序号范围与校区“{other}”重叠；各校区的班级序号不能相同。",
        "The range overlaps that of campus {other}; each campus has serials of its own.",
    ),
    "E-CAMPUS-USED": Text(
        "校区下有班级，不能删除。", "Classes belong to this campus, so it cannot be deleted."
    ),
    "E-TIER": Text(
        "上级单位与层级不符：下级须比上级低一级。",
        "Tier and superior do not fit: an authority stands one tier below its superior.",
    ),
    "E-GUARDIAN-LAST": Text(
        "学生至少要有一名监护人；请先登记另一名监护人。",
        "A pupil has at least one guardian; register another one first.",
    ),
}
