"""Registrations and problem records of the demo world: who was entered, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.demo.newcomers import Newcomer
from app.demo.past import Step
from app.demo.scenes import At, Pupil, leader, registrar
from app.models.problem import ProblemAction
from app.workflows.desk import Trigger

BOOK, ABROAD, NONE = ("户口簿.jpg",), ("护照扫描件.jpg",), ("无证件就读证明.jpg",)
PASSPORT = (
    ("id_type", "A"), ("id_number", "M70426158"), ("nationality", "KOR"),
    ("overseas_status", "51"),
)  # fmt: skip
NO_ID = (("id_type", "Z"), ("id_number", None))


@dataclass(frozen=True, slots=True)
class Entry:
    """A newcomer entered so many working days ago; and submitted, when ``sent`` says so."""

    who: Newcomer
    ago: int
    sent: int | None = None
    steps: tuple[Step, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a school says about its record in a problem; ``wanted`` are the fields of a change."""

    who: Newcomer | Pupil
    action: ProblemAction
    words: str
    ago: int
    steps: tuple[Step, ...] = ()
    papers: tuple[str, ...] = BOOK
    wanted: tuple[tuple[str, Any], ...] = ()


def first(school: str, seat: int, name: str, born: date, sequence: int) -> Newcomer:
    """Return a newcomer of the first year of primary school."""
    return Newcomer(Pupil(school, "11", seat), name, born, sequence)


def both(place: str, county: str, ago: int) -> tuple[Step, ...]:
    """Return the two agreements of a case."""
    return leader(place, ago), registrar(county, ago - 1)


AGREE = Trigger.AGREE
NEW = tuple(
    first(At.HANZHONG, seat, name, date(2020, month, day), sequence)
    for seat, name, month, day, sequence in (
        (1, "岳清和", 3, 14, 711), (2, "卞若溪", 5, 9, 712), (3, "臧云舟", 7, 22, 713),
        (4, "柏思源", 2, 27, 714), (5, "卓亦凡", 8, 3, 715), (6, "蔺书瑶", 1, 19, 716),
        (7, "景行之", 6, 30, 717), (8, "滕语桐", 4, 11, 718), (9, "邬知夏", 3, 2, 719),
        (10, "鲜于乐", 5, 28, 721),
    )
)  # fmt: skip
RETURNED = Newcomer(Pupil(At.BAIHE, "13", 3), "慕容星", date(2018, 4, 6), 722)
LATE = Newcomer(Pupil(At.BAIHE, "13", 4), "巫知远", date(2018, 2, 8), 723)
KOREAN = Newcomer(Pupil(At.BAIHE, "14", 5), "金敏俊", date(2017, 3, 5), 725, odd=PASSPORT)
VISITOR = Newcomer(
    Pupil(At.BAIHE, "14", 6), "朴智妍", date(2017, 6, 9), 726,
    odd=(*PASSPORT[:1], ("id_number", "M70426933"), *PASSPORT[2:]),
)  # fmt: skip
FOUND = Newcomer(Pupil(At.HONGNIWAN, "11", 7), "水生", date(2020, 5, 1), 727, odd=NO_ID)

# The same child twice: moved without a transfer; a booklet that names another; and over the border.
MOVED = Newcomer(Pupil(At.SEVENTH, "13", 3), same=Pupil(At.BAIHE, "13", 21))
STAYED = Pupil(At.BAIHE, "14", 21)
DOUBLE = Newcomer(Pupil(At.HANZHONG, "14", 3), same=STAYED)
KEPT = Pupil(At.HANZHONG, "12", 21)
TWICE = Newcomer(Pupil(At.SEVENTH, "12", 3), same=KEPT)
HERE = Newcomer(Pupil(At.YIHE, "13", 4), "司徒安", date(2018, 5, 17), 731)
THERE = Newcomer(Pupil(At.CHAOYANG, "13", 4), same=HERE)
# Two children of one name and one birthday, and a number whose digits were changed over.
ONE = Newcomer(Pupil(At.BAIHE, "15", 3), "闻人悦", date(2016, 3, 8), 732)
OTHER = Newcomer(Pupil(At.HONGNIWAN, "15", 3), "闻人悦", date(2016, 3, 8), 734)
MISTYPED = Newcomer(
    Pupil(At.THIRD, "21", 3), "端木言", date(2014, 5, 12), 735, id_number="411302201412053510"
)

ENTRIES = (
    *(Entry(who, 4) for who in NEW[:2]),
    Entry(NEW[2], 4, 2, both(At.HANZHONG, At.WANCHENG, 1)),
    Entry(NEW[3], 5, 2),
    Entry(NEW[4], 5, 2),
    Entry(NEW[5], 6, 4, (leader(At.HANZHONG, 2),)),
    Entry(NEW[6], 6, 4, (leader(At.HANZHONG, 2),)),
    Entry(
        NEW[7], 8, 6,
        (leader(At.HANZHONG, 5),
         registrar(At.WANCHENG, 3, Trigger.SEND_BACK, "姓名与户口簿不一致，请核对。")),
    ),
    Entry(NEW[8], 8, 6, (leader(At.HANZHONG, 5, Trigger.DISAGREE, "该生未到校。"),)),
    Entry(NEW[9], 9, 7, both(At.HANZHONG, At.WANCHENG, 6)),
    Entry(RETURNED, 3),
    Entry(LATE, 5, 3),
    Entry(KOREAN, 6, 5, (leader(At.BAIHE, 3),), ABROAD),
    Entry(VISITOR, 3),
    Entry(FOUND, 7, 5, (leader(At.HONGNIWAN, 4),), NONE),
    Entry(MOVED, 3),
    Entry(DOUBLE, 9),
    Entry(TWICE, 12),
    Entry(HERE, 10),
    Entry(THERE, 9),
    Entry(ONE, 15),
    Entry(OTHER, 15),
    Entry(MISTYPED, 8),
)  # fmt: skip
A = ProblemAction
REPLIES = (
    Reply(STAYED, A.EVIDENCE, "该生一年级起即在本校就读，户口簿原件已核。", 2),
    Reply(
        DOUBLE, A.CHANGE, "录入时拿错户口簿，已按本人户口簿更正。", 5, (leader(At.HANZHONG, 3),),
        wanted=(("name", "公冶宁"), ("id_number", "")),
    ),
    Reply(TWICE, A.DELETE, "该生在汉冢校区就读，本校重复建籍。", 9, papers=()),
    Reply(
        HERE, A.EVIDENCE, "该生在本校报到。", 7,
        (leader(At.YIHE, 5, Trigger.DISAGREE, "请附户口簿首页后重新提交。"),),
    ),
    Reply(ONE, A.EVIDENCE, "同名同日出生，身份证件号不同，非同一人。", 13,
          both(At.BAIHE, At.WANCHENG, 12)),
    Reply(OTHER, A.EVIDENCE, "同名同日出生，身份证件号不同，非同一人。", 12,
          both(At.HONGNIWAN, At.WANCHENG, 11)),
    Reply(
        MISTYPED, A.CHANGE, "月日录反，按身份证更正。", 6,
        (leader(At.THIRD, 5),
         registrar(At.WANCHENG, 3, Trigger.SEND_BACK, "身份证照片不清，请重拍。")),
        wanted=(("id_number", ""),),
    ),
)  # fmt: skip
