"""The page docs/workflows/export-request.md: steps, desks, guards and fields, from the tables."""

from __future__ import annotations

from collections.abc import Iterator

from app.exports.purposes import PURPOSES
from app.exports.sources import SOURCES
from app.messages.catalogue import CATALOGUE
from app.models.export import RequestState
from app.workflows.export_guards import GUARDS
from app.workflows.export_minimal import JUSTIFIES, Kind, kind_of
from app.workflows.export_route import ROUTES, Stop
from app.workflows.export_steps import STEPS
from tests.house.roles_page import NONE, head, line
from tests.house.workflows_page import FOLDER, HEAD, OFFICES, told

FILE = FOLDER / "export-request.md"
TIERS = {
    "SCHOOL": "学校 / school",
    "COUNTY": "区县 / county",
    "CITY": "市 / city",
    "PROVINCE": "省 / province",
}
PARTIES = {
    "OWN": "本单位 / the unit itself",
    "ABOVE": "上一级 / the authority above",
    "PROVINCE": "省级 / the province",
}
WHO = {
    "APPLICANT": "申请人 / applicant",
    "DESK": "当前岗位 / whoever sits there",
    "HOUSE": "系统 / the system",
}
ENDS = ("REJECTED", "WITHDRAWN", "EXPIRED", "DESTROYED")
REFUSALS: dict[str, tuple[str, ...]] = {  # guard: the codes it answers with
    "is_whole": ("E-EXPREQ-ITEMS",),
    "fields_fit": ("E-EXP-FIELD",),
    "has_period": ("E-EXPREQ-PERIOD",),
    "is_in_time": ("E-EXP-PERIOD",),
    "has_desks": ("E-EXPREQ-NOBODY",),
    "is_other_person": ("E-SELF",),
    "strikes_well": ("E-EXPREQ-STRIKE",),
    "strikes_nothing": ("E-EXPREQ-STRIKE",),
    "has_words": ("E-REASON",),
}


def page() -> str:
    """Return the whole page."""
    top = HEAD.format(zh="导出申请", en="export request", source="export_steps")
    parts = (drawing(), steps(), desks(), guards(), fields())
    return top + "\n".join("\n".join(lines) + "\n" for lines in parts)


def arrows() -> list[tuple[str, str, str]]:
    """Return every arrow: from, to, press."""
    return [(at.name, step.dest.name, step.press.value) for step in STEPS for at in step.sources]


def drawing() -> Iterator[str]:
    yield "## 流程图 Route"
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {RequestState.DRAFT.name}"
    for at, to, press in arrows():
        yield f"    {at} --> {to}: {press}"
    for end in ENDS:
        yield f"    {end} --> [*]"
    yield "```"


def steps() -> Iterator[str]:
    yield "## 步骤 Steps"
    yield from head("步骤 step", "从 from", "到 to", "由谁 by", "检查 guards")
    for step in STEPS:
        yield line(
            f"`{step.press}`",
            " ".join(f"`{at.name}`" for at in step.sources),
            f"`{step.dest.name}`",
            WHO[step.who],
            " ".join(f"`{name}`" for name in step.guards) or NONE,
        )


def desks() -> Iterator[str]:
    yield "## 环节 Desks"
    yield from head("申请单位 unit", "审核 review of the fields", "批准 approval of the head")
    for tier, route in ROUTES.items():
        yield line(TIERS[tier.name], seat(route.review), seat(route.head))


def seat(stop: Stop) -> str:
    places = "；否则 otherwise ".join(PARTIES[party] for party in stop.parties)
    return f"{OFFICES[stop.office.name]}：{places}"


def guards() -> Iterator[str]:
    yield "## 检查 Guards"
    yield from head("检查 guard", "规则 rule", "不符合时 refusal", "中文", "English")
    for name, guard in GUARDS.items():
        rule = " ".join((guard.__doc__ or "").split())
        yield from told(name, rule, REFUSALS[name])
        assert all(code in CATALOGUE for code in REFUSALS[name])


def fields() -> Iterator[str]:
    yield "## 最少数据字段 Fewest fields"
    kinds = [kind for kind in Kind if any(known(kind))]
    yield from head("字段 fields", *(PURPOSES[code].zh for code in JUSTIFIES))
    for kind in kinds:
        marks = ("✓" if kind in JUSTIFIES[code] else NONE for code in JUSTIFIES)
        yield line("、".join(known(kind)), *marks)


def known(kind: Kind) -> list[str]:
    """Return the headings of the fields of pupils and families that tell a kind of thing."""
    found = [
        each.zh
        for name in ("pupils", "guardians")
        for each in SOURCES[name].fields
        if kind_of(name, each.name) is kind
    ]
    return list(dict.fromkeys(found))


def write() -> int:
    """Write the page; give how many."""
    FILE.write_text(page(), "utf-8")
    return 1
