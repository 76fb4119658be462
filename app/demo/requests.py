"""Export requests of the demo world: one at every desk, one approved, one sent back, one rejected.

Files are made by jobs alone, so none of these has one yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.demo.past import Past
from app.demo.scenes import At
from app.exports.on_request import submit
from app.models.export import ExportRequest
from app.workflows import export_draft
from app.workflows.export_request import fire
from app.workflows.export_steps import Act, Press

Story = Iterator[date]
PERIOD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Did:
    """Who did what to a request, how many working days ago, in which words, striking what."""

    who: str  # login
    press: Press
    ago: int
    words: str = ""
    struck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for which fields, for what, and what became of it."""

    by: str  # login
    ago: int
    purpose: str
    words: str
    columns: tuple[str, ...]
    did: tuple[Did, ...] = ()
    unit: str = "宛城区学生资助管理中心"
    source: str = "pupils"


SCHOOL, HEAD = f"registrar@{At.BAIHE}", f"leader@{At.BAIHE}"
COUNTY, CITY = f"registrar@{At.WANCHENG}", f"registrar@{At.NANYANG}"
AID = ("name", "number", "id_number", "class_name", "needs_aid", "gets_subsidy")
ASKS = (
    Ask(SCHOOL, 1, "SAFETY", "冬季校车路线调整，联系乘车学生家长", ("name", "class_name", "phone"),
        unit="白河第一小学安全办公室"),
    Ask(SCHOOL, 3, "AID", "核对秋季学期资助名单，与民政低保数据比对", (*AID, "phone"),
        (Did(SCHOOL, Press.SUBMIT, 2),)),
    Ask(COUNTY, 6, "STATISTICS", "义务教育在校生结构分析，报区政府教育督导室",
        ("school", "grade", "birth_date", "hukou_type", "left_behind"),
        (Did(COUNTY, Press.SUBMIT, 5), Did(CITY, Press.AGREE, 3, "字段与统计口径一致。")),
        unit="宛城区人民政府教育督导室"),
    Ask(SCHOOL, 9, "AID", "春季资助复核", (*AID, "address_now"),
        (Did(SCHOOL, Press.SUBMIT, 9),
         Did(COUNTY, Press.AGREE, 8, "住址与资助复核无关，已划去。", ("address_now",)),
         Did(HEAD, Press.AGREE, 7))),
    Ask(SCHOOL, 12, "CHECKING", "与公安部门核对身份信息", ("name", "id_number", "birth_date"),
        (Did(SCHOOL, Press.SUBMIT, 12), Did(COUNTY, Press.SEND_BACK, 10, "请写明核对依据的文件。")),
        unit="宛城区教育体育局基础教育科"),
    Ask(SCHOOL, 20, "OTHER", "校外培训机构推送课程信息", ("name", "class_name"),
        (Did(SCHOOL, Press.SUBMIT, 20), Did(COUNTY, Press.REJECT, 19, "用途不属于教育管理工作。")),
        unit="白河第一小学课后服务组"),
)  # fmt: skip


def stories(past: Past) -> list[Story]:
    """Return what happened to each request, day by day."""
    return [tell(past, ask) for ask in ASKS]


def tell(past: Past, ask: Ask) -> Story:
    """Let somebody ask, and everybody do their part; yields the day of what comes next."""
    day = past.day(ask.ago)
    yield day
    applicant = past.arrive(ask.by, day)
    request_id = export_draft.begin(past.session, applicant, wish_of(ask, day)).id
    for deed in ask.did:
        yield (day := past.day(deed.ago))
        act = Act(past.arrive(deed.who, day), deed.press, day, deed.words, deed.struck)
        request = past.session.get_one(ExportRequest, request_id, populate_existing=True)
        step = submit if deed.press is Press.SUBMIT else fire
        step(past.session, request, act, request.row_version)


def wish_of(ask: Ask, day: date) -> export_draft.Wish:
    """Return the application as its applicant filled it in."""
    return export_draft.Wish(
        unit=ask.unit,
        purpose=ask.purpose,
        purpose_words=ask.words,
        scope_words="仅限使用单位两名工作人员",
        manner_words="在不联网的专用电脑上比对，不打印",
        source=ask.source,
        columns=ask.columns,
        used_from=day,
        used_until=day + PERIOD,
        officer="周安全",
        handler="李经办",
        plan="文件存放在加密盘，由经办人保管；比对完成当日销毁并打印销毁证明。",
    )
