"""Where the demo world's people live: five counties, and others that their neighbours came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.codes import divisions
from app.demo.mix import Mix
from app.demo.names import HAN, HUI, KAZAKH, MONGOL, TIBETAN, UYGHUR, ZHUANG

CENTRAL = Mix({HAN: 965, HUI: 18, "11": 6, UYGHUR: 4, MONGOL: 3, TIBETAN: 2, KAZAKH: 2})
SOUTHERN = Mix({HAN: 620, ZHUANG: 330, "13": 20, "06": 10, "12": 8, HUI: 6, UYGHUR: 4, TIBETAN: 2})
ROADS = (
    "人民路", "建设路", "中州路", "光武路", "文化路", "解放路", "新华路", "仲景路", "工业路",
    "学院路", "民主街", "东风街", "长江路", "朝阳路", "友爱路", "园湖路", "金湖路", "桃源路",
)  # fmt: skip
VILLAGES = (
    "大李庄", "王营", "白河村", "陈岗", "三里桥", "石塘村", "那马村", "上林屯", "黄台岗",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """One county: how its people are made up and which other counties some of them came from.

    No two counties share an ``outside``: an ID number's area and day are then used by one alone.
    """

    postcode: str
    outside: tuple[str, ...]
    ethnic: Mix[str]


COUNTIES = {
    "411302": County("473001", ("411322", "411327", "420625"), CENTRAL),
    "411303": County("473003", ("411325", "411328", "420381"), CENTRAL),
    "410102": County("450007", ("410122", "340621", "341221"), CENTRAL),
    "450102": County("530023", ("450126", "522323", "431122"), SOUTHERN),
    "450103": County("530022", ("450124", "520322", "450981"), SOUTHERN),
}
ENDINGS = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省")


def division(area: str) -> str:
    """Return a county's twelve digits."""
    return area.ljust(divisions.DIGITS, "0")


@cache
def address(area: str) -> str:
    """Return province, city and county as an address begins with them."""
    return divisions.full_name(division(area))


@cache
def native_place(area: str) -> str:
    """Return a place of origin as people write it: 河南方城."""
    province = divisions.full_name(division(area[:2]))
    county = address(area).removeprefix(divisions.full_name(division(area[:4])))
    for ending in ENDINGS:
        province = province.removesuffix(ending)
    return province + (county[:-1] if len(county) > 2 else county)  # 区, 县, 市
