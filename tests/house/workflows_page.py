"""The pages docs/workflows/*.md: every process drawn from its table, with its desks and guards.

`make workflows` runs this file; `test_law.py` holds pages, tables and law together.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

from app.codes.tables import table
from app.messages.catalogue import CATALOGUE
from app.models.change import MovementType
from app.models.school import Stage
from app.models.standing import Status
from app.workflows.desk import Desk, Ending, Trigger
from app.workflows.movement import MOVES
from app.workflows.processes import KEY_CHANGE, MOVEMENT, PROBLEM, REGISTRATION, TRANSFER
from config import ROOT
from tests.house.roles_page import NONE, head, line

FOLDER = ROOT / "docs" / "workflows"
HEAD = """# {zh} {en}

本页由流程表 `app/workflows/{source}.py` 生成（`make workflows`），请勿手工修改。
Drawn from the process table; do not edit by hand.

"""
PARTIES = {
    "OWNER_SCHOOL": "学籍所在学校 / the pupil's school",
    "OWNER_AUTHORITY": "其主管部门 / its authority",
    "RECEIVING_SCHOOL": "转入学校 / receiving school",
    "RECEIVING_AUTHORITY": "转入主管部门 / its authority",
    "STARTING_SCHOOL": "申请学校 / the school that applies",
    "STARTING_AUTHORITY": "其主管部门 / its authority",
    "MINISTRY": "教育部 / ministry",
}
OFFICES = {
    "REGISTRAR": "学籍管理员 / registrar",
    "LEADER": "主管领导 / leader",
    "OPERATOR": "部级学籍管理员 / operator",
}
BY_ALL = (  # what every process shares: who, and the codes with which it is refused
    ("is_offered", "当前环节可以办理 / the present desk offers it", ("E-CLOSED",)),
    ("is_here", "业务在本人岗位 / it lies on one's own desk", ("E-NOTMINE",)),
    ("is_other_person", "不审核本人提交或已审核的业务 / neither submitted nor agreed to it",
     ("E-SELF",)),
    ("has_reason", "不同意、退回、干预、清理须写明理由 / what stops a case is explained",
     ("E-REASON",)),
    ("may_withdraw", "由提交人撤销，且无人审核 / the one who submitted, until somebody agreed",
     ("E-NOTMINE", "E-AGREED")),
    ("may_clean", "由主管部门清理 / the authority of one of the schools", ("E-NOTMINE",)),
    ("may_escalate", "由等待的一方提请干预 / the side that waits", ("E-NOTMINE",)),
    ("has_waited", "已等满规定工作日 / the working days are over", ("E-WAIT",)),
    ("somebody_above", "上面还有可以干预的一级 / there is a tier above", ("E-NOTIER",)),
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page: its file, its names, the process, what its cases have (by condition)."""

    file: str
    zh: str
    en: str
    process: object
    source: str
    holds: tuple[str, ...] = ()


PAGES = (
    Page("registration", "学籍注册", "registration", REGISTRATION, "registration"),
    Page("movement", "学籍异动", "movement", MOVEMENT, "movement"),
    Page("key-change", "关键数据变更", "key data change", KEY_CHANGE, "key_change"),
    Page("transfer-same-county", "转学：同区县", "transfer, same county", TRANSFER, "transfer"),
    Page(
        "transfer-other-county", "转学：省内跨区县", "transfer, other county", TRANSFER, "transfer",
        ("other_county",),
    ),
    Page(
        "transfer-other-province", "转学：跨省", "transfer, other province", TRANSFER, "transfer",
        ("other_county", "other_province", "pulls_archive"),
    ),
    Page("problem", "问题学籍处理：佐证、变更", "problem record, evidence or change", PROBLEM,
         "problem", ("is_reviewed",)),
    Page("problem-deletion", "问题学籍处理：删除", "problem record, deletion", PROBLEM, "problem"),
)  # fmt: skip


def page(one: Page) -> str:
    """Return a whole page."""
    parts = [drawing(one), desks(one), guards(one)]
    if one.process is MOVEMENT:
        parts.append(moves())
    top = HEAD.format(zh=one.zh, en=one.en, source=one.source)
    return top + "\n".join("\n".join(lines) + "\n" for lines in parts)


def route(one: Page) -> list[Desk]:
    """Return the desks a case of this page passes."""
    return [desk for desk in one.process.desks if not desk.when or desk.when in one.holds]


def arrows(one: Page) -> list[tuple[str, str, str]]:
    """Return every arrow of the page: from, to, trigger; asked of the machine itself."""
    found, stops = [], route(one)
    for at, ahead in pairwise([*(desk.state for desk in stops), one.process.final]):
        desk = one.process.desk(at)
        assert machine_leads(one, at, desk.act) == ahead
        found.append((at, ahead, desk.act))
        found += [(at, at, mark) for mark in desk.marks]
    found.append((Ending.RETURNED, found[0][1], Trigger.SUBMIT))
    for desk in stops:
        if desk.act is Trigger.AGREE:
            found.append((desk.state, Ending.REJECTED, Trigger.DISAGREE))
            found.append((desk.state, Ending.RETURNED, Trigger.SEND_BACK))
            if not at_home(desk) and desk.party != "MINISTRY":  # above it stands nobody
                found.append((desk.state, desk.state, Trigger.ESCALATE))
    found += [
        (at, Ending.WITHDRAWN, Trigger.WITHDRAW)
        for at in (stops[0].state, Ending.RETURNED, *(desk.state for desk in stops[1:2]))
    ]
    found += [(d.state, Ending.CLEANED, Trigger.CLEAN) for d in stops]
    found.append((Ending.RETURNED, Ending.CLEANED, Trigger.CLEAN))
    return found


def at_home(desk: Desk) -> bool:
    """Tell whether a desk stands in the school that submitted: it does not wait for itself."""
    return desk.party in ("STARTING_SCHOOL", "RECEIVING_SCHOOL") or (
        desk.party == "OWNER_SCHOOL" and desk.state == "SCHOOL_REVIEW"
    )


@contextmanager
def holding(one: Page) -> Iterator[None]:
    """Let every case be one of this page, as far as the process's conditions can tell."""
    kind = type(one.process)
    names = {desk.when for desk in one.process.desks if desk.when}
    kept = {name: getattr(kind, name) for name in names}
    try:
        for name in names:
            setattr(kind, name, lambda _self, _case, answer=name in one.holds: answer)
        yield
    finally:
        for name, answer in kept.items():
            setattr(kind, name, answer)


def machine_leads(one: Page, state: str, trigger: str) -> str:
    """Ask the compiled machine where a trigger leads a case of this page."""
    case = SimpleNamespace(state=state)
    with holding(one):
        one.process.machine.events[trigger].trigger(case)
    return str(case.state)


# ── the parts of a page ──────────────────────────────────────────────────────────────────────


def drawing(one: Page) -> Iterator[str]:
    yield "## 流程图 Route"
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {one.process.desks[0].state}"
    for at, to, trigger in arrows(one):
        yield f"    {at} --> {to}: {trigger}"
    for end in (one.process.final, Ending.REJECTED, Ending.WITHDRAWN, Ending.CLEANED):
        yield f"    {end} --> [*]"
    yield "```"


def desks(one: Page) -> Iterator[str]:
    yield "## 环节 Desks"
    yield from head("环节 state", "单位 place", "岗位 desk", "办理 triggers", "检查 guards")
    for desk in route(one):
        asked = (*one.process.standing, *desk.guards)
        yield line(
            f"`{desk.state}`",
            PARTIES[desk.party],
            OFFICES[desk.office],
            " ".join(f"`{trigger}`" for trigger in desk.triggers),
            " ".join(f"`{name}`" for name in asked),
        )


def guards(one: Page) -> Iterator[str]:
    yield "## 检查 Guards"
    yield from head("检查 guard", "规则 rule", "不符合时 refusal", "中文", "English")
    for name, rule, codes in BY_ALL:
        yield from told(name, rule, codes)
    names = dict.fromkeys(n for d in route(one) for n in (*one.process.standing, *d.guards))
    for name in names:
        method = getattr(one.process, name)
        rule = " ".join((method.__doc__ or "").split())
        yield from told(name, rule, REFUSALS[name])


def told(name: str, rule: str, codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        text = CATALOGUE[code]
        yield line(f"`{name}`", rule, f"`{code}`", text.zh, text.en)


REFUSALS: dict[str, tuple[str, ...]] = {  # guard: the codes it answers with
    "attends": ("E-STATUS",),
    "aux_is_free": ("E-AUX-TAKEN",),
    "class_chosen": ("E-TARGET",),
    "class_is_open": ("E-CLASS",),
    "differs": ("E-CF-SAME",),
    "fields_are_set": ("E-CF-UNSET",),
    "fits": ("E-SIZE",),
    "fits_id": ("E-ID-CHK", "E-ID-DATE", "E-ID-SEX"),
    "has_cause": ("E-CAUSE", "E-REASON"),
    "has_papers": ("E-EVIDENCE",),
    "has_words": ("E-REASON",),
    "has_dates": ("E-FUTURE", "E-EARLY", "E-TERM"),
    "has_evidence": ("E-EVIDENCE",),
    "has_no_problem": ("E-PROBLEM",),
    "has_reported": ("E-PULL",),
    "in_school_open": ("E-SWITCH", "E-SWITCH-BY", "E-SWITCH-TILL"),
    "is_elsewhere": ("E-SELFSCHOOL", "E-STATUS"),
    "is_kept": ("E-STATUS",),
    "is_open": ("E-PROBLEM-NONE",),
    "is_pending": ("E-STATUS",),
    "is_there": ("E-SCHOOL",),
    "keeps_stage": ("E-STAGE",),
    "leaves_one": ("E-PROBLEM-LAST",),
    "no_id_allowed": ("E-SWITCH", "E-SWITCH-BY", "E-SWITCH-TILL"),
    "not_frozen": ("E-FREEZE",),
    "not_stopped": ("E-SWITCH", "E-SWITCH-BY", "E-SWITCH-TILL"),
    "old_enough": ("E-UNDER-AGE",),
    "only_controlled": ("E-CF-NOT",),
    "right_fields": ("E-PROBLEM-FIELDS",),
    "right_school": ("E-SCHOOL",),
    "stage_allows": ("E-STAGE",),
    "status_allows": ("E-STATUS", "E-RETURNTYPE"),
    "still_so": ("E-OVERTAKEN",),
    "year_turned": ("E-PROMO",),
}


def moves() -> Iterator[str]:
    yield "## 异动类别 Kinds of movement"
    yield from head(
        "类别 kind",
        "学段 stages",
        "从 from",
        "到 to",
        "在校经历 period",
        "班级 class",
        "须有 needs",
    )
    names = {entry.code: entry.name_zh for entry in table("movement_type")}
    words = {entry.code: entry.name_zh for entry in table("student_status")}
    for kind in MovementType:
        move = MOVES[kind]
        yield line(
            f"{names.get(kind.value, kind.value)} `{kind.value}`",
            "全部 all" if len(move.stages) == len(Stage) else "普通高中 senior high",
            "、".join(words[Status(state).value] for state in move.come_from),
            words[move.to.value],
            period(move),
            seat(move),
            needs(move) or NONE,
        )


def period(move: object) -> str:
    if move.end:
        return f"结束 ends `{move.end}`"
    return f"开始 begins `{move.start}`" if move.start else "继续 goes on"


def seat(move: object) -> str:
    if move.anywhere:
        return "同学段任一班 any of the stage" if move.same_stage else "任一班 any"
    return {None: NONE, -1: "低一级 one below", 1: "高一级 one above"}[move.seat]


def needs(move: object) -> str:
    asked = (
        (move.needs_evidence, "证明材料 evidence"),
        (move.needs_words, "文字说明 words"),
        (move.needs_term, "期限 until when"),
        (move.by_receiver, "接收学校可申请 a receiving school may ask"),
    )
    return "、".join(word for needed, word in asked if needed)


def write() -> int:
    """Write every page; give how many."""
    FOLDER.mkdir(exist_ok=True)
    for one in PAGES:
        (FOLDER / f"{one.file}.md").write_text(page(one), "utf-8")
    return len(PAGES)


if __name__ == "__main__":
    from tests.house import export_page  # which draws with the words above

    sys.stdout.write(f"{write() + export_page.write()} workflows: {FOLDER}\n")
