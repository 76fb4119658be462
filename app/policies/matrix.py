"""角色权限表: who may do what, function by function, as roles.md §2 has it. Data alone.

A cell holds letters: C create or submit, E edit, R read, A approve or decide, S set or switch,
X export or print. A letter may carry a condition: ``A:own`` only for what the own authority runs,
``C:given`` only for whom the school gave it. `policies.rights` turns cells into doors, the
manual's table is drawn from them, and a function without a screen has no door at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.messages.text import Text
from app.policies.roles import Role


class When(StrEnum):
    """Under which condition a letter holds; who asks it stands beside it."""

    ALWAYS = ""
    OWN = "own"  # of the schools one's own authority runs: the case's desk says which
    GIVEN = "given"  # to the person, or to a group of theirs, by the school's registrar
    RELAY = "relay"  # inside a case between provinces
    CASE = "case"  # inside a case
    MASKED = "masked"  # personal values masked
    LOGGED = "logged"  # a line in the ledger each time
    OPENED = "opened"  # fields, or exports, a higher authority opened
    MINE = "mine"  # the own deeds


WHEN: Mapping[When, Text] = {
    When.OWN: Text("直管学校", "own schools"),
    When.GIVEN: Text("须授权", "if given"),
    When.RELAY: Text("转办", "relay"),
    When.CASE: Text("业务内", "in a case"),
    When.MASKED: Text("脱敏", "masked"),
    When.LOGGED: Text("留痕", "logged"),
    When.OPENED: Text("须开放", "if opened"),
    When.MINE: Text("本人", "own deeds"),
}
LETTERS: Mapping[str, Text] = {
    "C": Text("新建、提交", "create, submit"),
    "E": Text("修改", "edit"),
    "R": Text("查看", "read"),
    "A": Text("审核、决定", "approve, decide"),
    "S": Text("设置", "set"),
    "X": Text("导出、打印", "export, print"),
}
Cells = Mapping[Role, Mapping[str, When]]


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the table; ``switch`` is the key of the switch that can close it."""

    name: Text
    cells: Cells
    switch: str = ""


def row(zh: str, en: str, switch: str = "", /, **cells: str) -> Function:
    """Read a row; a cell's key is roles joined by ``_``, such as ``CR_TR="RA:own"``."""
    read = {
        Role(name): dict(_letters(cell))
        for names, cell in cells.items()
        for name in names.split("_")
    }
    return Function(Text(zh, en), read, switch)


def _letters(cell: str) -> list[tuple[str, When]]:
    """Read ``RE:own A`` as R, E of one's own, A: a condition binds the letter before it."""
    found = []
    for word in cell.split():
        letters, _colon, when = word.partition(":")
        found += [(letter, When.ALWAYS) for letter in letters[:-1]]
        found.append((letters[-1], When(when)))
    return found


ALL: Final = "CT_TE_SR_SL_CR_CL_TR_TL_PR_PL_MIN_NU_ADM_SEC_AUD"
BUT_NU: Final = ALL.replace("_NU", "")
BUT_TE_NU: Final = BUT_NU.replace("_TE", "")
MATRIX: Mapping[str, Function] = {
    "desk": row("工作台", "desk", **{ALL: "R"}),
    "school": row(
        "学校信息",
        "school information",
        CT_SL_CL_TR_TL_PR_PL_MIN_NU="R",
        SR="RE",
        CR="RE:own",
        ADM="RCE",
    ),
    "structure": row(
        "校区、年级、班级", "campus, grade, class", CT_SL_CR_CL_TR_TL_PR_PL="R", SR="CER"
    ),
    "archive": row(
        "学生列表与学籍档案", "pupil list and archive", CT_SR_SL_CR_CL_TR_TL_PR_PL="R", MIN="R:case"
    ),
    "names": row("班级名单（仅姓名）", "class list, names only", CT_TE="R"),
    "unmask": row("查看完整敏感信息", "see masked values whole", SR_CR_TR_PR="R:logged"),
    "lookup": row(
        "全国查询（姓名加学籍号）",
        "national look-up, name and number",
        "national_lookup",
        SR_CR_TR_PR="R:logged",
    ),
    "access": row("谁能看、谁看过", "who can see a pupil, who did", SR_SL_CR_CL_TR_TL_PR_PL="R"),
    "register": row("学籍注册、导入", "register pupils, import", CT="C:given", SR="C"),
    "submission": row("提交注册申请", "submit registrations", SR="C"),
    "imports": row("导入记录", "imports", SR="RC", SL_CR_CL_TR_TL_PR_PL="R"),
    "school_review": row("注册学校审核", "school review of registrations", SL="A"),
    "authority_review": row(
        "注册主管部门审核", "authority review of registrations", CR="A", CL="R", TR_TL_PR_PL="A:own"
    ),
    "upkeep": row(
        "学籍数据维护",
        "direct maintenance of non-key fields",
        CT="RE:opened",
        SR="RE",
        SL_CR_CL_TR_TL_PR_PL="R",
    ),
    "key_data": row("关键数据变更", "key data change", SR="C", SL_CR_TR_TL_PR_PL="A", CL="R"),
    "controlled": row("受控字段设置", "controlled fields setting", CR="R", CL_TR_TL_PR_PL="S"),
    "problem": row(
        "问题学籍处理", "problem records", CT_CL_MIN="R", SR="C", SL_CR="A", TR_TL_PR_PL="A:own"
    ),
    "verification": row(
        "身份核验、学籍号签发", "identity verification, issue of numbers", SR_CR_TR="R", CL_PL="RA"
    ),
    "expected": row("应注册名单核对", "expected list", SR_CR_TR_PR="CR", SL_CL_TL_PL="R"),
    "aux_rule": row("学籍辅号规则", "auxiliary number rule", SR_SL_CR_CL_TR_TL_PR="R", PL="RS"),
    "renumbering": row("班内学号、学籍辅号编排", "numbering a class", SR="CR", SL="R"),
    "deleted": row("查看已删除学籍", "view deleted records", SR_SL_CR_CL_TR_TL_PR_PL="R"),
    "movement": row(
        "学籍异动（转学除外）",
        "movements other than transfer",
        SR="C",
        SL_CR="A",
        CL="R",
        TR_TL_PR_PL="A:own",
    ),
    "transfer_in": row(
        "转学：转入方",
        "transfer, receiving side",
        "freeze_transfer",
        SR="C",
        SL_CR_TR_TL_PR_PL="A",
        CL="R",
        MIN="A:relay",
    ),
    "transfer_out": row(
        "转学：转出方", "transfer, sending side", SR_CL="R", SL_CR_TR_TL_PR_PL="A", MIN="A:relay"
    ),
    "pull": row("调档", "pull archive", SR="C", SL_CR_CL_TR_TL_PR_PL_MIN="R"),
    "intervention": row(
        "强制干预",
        "forced intervention",
        SR_SL_CR_CL="C",
        TR_TL="A:opened",
        PR_PL="A",
        MIN="A:relay",
    ),
    "graduate": row("义务教育毕业", "graduation, compulsory", SR="C", SL_CR_CL_TR_TL_PR_PL_MIN="R"),
    "graduate_senior": row(
        "高中毕业、结业",
        "graduation, senior high",
        SR="C",
        SL_CL_MIN="R",
        CR="A",
        TR_TL_PR_PL="A:own",
    ),
    "certificate": row(
        "毕业评语、去向、证书",
        "graduation comment, destination, certificate",
        CT="E:given",
        SR="RE",
        SL_CR_CL_TR_TL_PR_PL="R",
    ),
    "pending": row("在办业务查询", "pending-business query", SR_SL_CR_CL_TR_TL_PR_PL_MIN="R"),
    "cleanup": row(
        "在办业务清理", "pending-business clean-up", CR_CL="A", TR_TL_PR_PL="A:own", MIN="A"
    ),
    "rehearsal": row("升级预演", "promotion, rehearsal", PR_PL_MIN="C"),
    "promotion": row(
        "升级", "promotion run", "province_may_promote", CR_CL_TR_TL="R", PR_PL="RS:own", MIN="RS"
    ),
    "plan": row(
        "招生计划", "admission plan", SR="C", SL_MIN="R", CR_TR_TL="SA", CL="S", PR_PL="S A:opened"
    ),
    "results": row("录取结果导入", "admission result import", CR_TR_PR="C", CL_TL_PL="R"),
    "admit": row("招生录取", "admit new pupils", SR="C", SL_CL="R", CR_TR_TL_PR_PL="A"),
    "outside": row(
        "外地就读学生审核",
        "outside-enrolment review",
        SR_SL_CL="R",
        CR_TR_TL_PR_PL="A",
        MIN="A:relay",
    ),
    "double": row(
        "重复录取处理", "duplicate admission handling", SR="C", SL_CR_TR_TL_PR_PL="A", CL="R"
    ),
    "arbitration": row("仲裁", "arbitration", CR_CL_TR_TL_PR_PL="A", MIN="A:relay"),
    "assign": row("分班、调班", "class assignment and change", CT="C:given", SR="C", SL="R"),
    "switches": row("业务控制开关", "business switches", SR_SL_CR_TR_PR="R", CL_TL_PL_MIN="RS"),
    "guards": row("安全策略开关", "security switches", ADM_AUD="R", SEC="RS"),
    "districts": row("学区", "districts", SR_SL_PR_PL="R", CR_TR_TL="CE", CL="RS"),
    "photos": row("照片", "photos", CT="C:given", SR="C", SL_CR="R"),
    "statistics": row("统计", "statistics", CT_SR_SL_CR_CL_TR_TL_PR_PL_MIN="R"),
    "export": row(
        "页面导出、打印",
        "page export and print",
        "county_export",
        CT="X:masked",
        SR_SL="X:logged",
        CR="X:opened",
        CL_PR_PL="A",
    ),
    "export_request": row(
        "导出申请", "export request", SR="C", CR_TR_PR="CA", SL_CL_PL="A", TL="R"
    ),
    "proof": row("在读证明", "certificate of enrolment", SR="CX", SL="A", CR_CL="R"),
    "growth": row("成长档案", "courses, marks, rewards", CT_TE="E:given", SR="SE", SL_CR_CL="R"),
    "accounts": row(
        "账号", "accounts", SR_CR_TR_TL_PR_PL_MIN="RCE", SL_CL="R", ADM="RCE", SEC_AUD="R"
    ),
    "groups": row("用户组与班级权限", "user groups and class permissions", SR="RCE", SL="R"),
    "confirm": row("账号复核启用", "second confirmation of an account", SEC="A"),
    "organisations": row("机构", "organisations", **{BUT_TE_NU: "R"}),
    "organisations_setup": row("机构设置", "setting up organisations", ADM="CE"),
    "nutrition": row(
        "营养改善计划", "nutrition plan", CT_SL_CR_CL_TR_TL_PR_PL_MIN="R", SR="C", NU="RS"
    ),
    "codes": row("代码表、行政区划", "code tables, divisions", **{BUT_NU: "R"}),
    "codes_setup": row("代码表设置", "setting code tables", MIN="S"),
    "jobs": row("后台任务", "background jobs", CT_SL_CL_TL_PL="R", SR_CR_TR_PR_MIN_ADM="RE"),
    "audit": row(
        "审计日志",
        "audit log",
        CT_TE="R:mine",
        SR_SL_CR_CL_TR_TL_PR_PL_MIN="R:masked",
        AUD="RX:masked",
    ),
}


def letters_of(role: Role, function: str) -> Mapping[str, When]:
    """Return what a role may do of a function, and under which condition."""
    return MATRIX[function].cells.get(role, {})


def holders(function: str, letter: str) -> tuple[Role, ...]:
    """Return the roles with this letter in this row, given ones included."""
    return tuple(role for role in Role if letter in letters_of(role, function))


# What a school's registrar may give to a teacher, or to a group of them: ``function:letter``.
GIVEN: tuple[str, ...] = tuple(
    f"{key}:{letter}"
    for key, function in MATRIX.items()
    for letter, when in function.cells.get(Role.CT, {}).items()
    if when is When.GIVEN
)
