"""姓名拼音: how a Chinese name is spelt: surname, then the given name in one word (GB/T 28039).

Characters are read one by one; surnames that are read in a way of their own stand below. What no
table knows stays as it is written. No function here raises on any text.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from functools import cache

MOST = 80  # characters the field holds
OWN = (
    "单:shan 曾:zeng 仇:qiu 解:xie 翟:zhai 区:ou 查:zha 朴:piao 缪:miao 员:yun 盖:ge 冼:xian"
    " 洗:xian 种:chong 繁:po 秘:bi 黑:he 覃:qin 谌:chen 郗:xi 晁:chao 逄:pang 宓:mi 撒:sa"
    " 任:ren 沈:shen 石:shi 盛:sheng 车:che 贾:jia 柏:bai 葛:ge 阚:kan 纪:ji 那:na 乐:yue"
    " 尉迟:yuchi 万俟:moqi 长孙:zhangsun 欧阳:ouyang 司马:sima 上官:shangguan 诸葛:zhuge"
    " 令狐:linghu 皇甫:huangfu 东方:dongfang 慕容:murong 宇文:yuwen 夏侯:xiahou 司徒:situ"
    " 公孙:gongsun 端木:duanmu 百里:baili 呼延:huyan 南宫:nangong 澹台:tantai 轩辕:xuanyuan"
)
SURNAMES = dict(pair.split(":") for pair in OWN.split())
PARTS = re.compile(r"[\s·•・‧∙]+")
HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003FFFF〇]+")
LETTERS = str.maketrans({"ü": "v", "Ü": "v"})


def spelt(name: str) -> str:
    """Return the spelling of a name, such as ``Zhang Xiaoming``; empty for an empty name."""
    parts = [part for part in PARTS.split(unicodedata.normalize("NFKC", name)) if part]
    if len(parts) == 1 and HAN.fullmatch(parts[0]):
        family = parts[0][:2] if parts[0][:2] in SURNAMES else parts[0][:1]
        given = parts[0][len(family) :]
        words = [SURNAMES.get(family) or _read(family), _read(given)]
    else:
        words = [_read(part) for part in parts]
    return " ".join(word[:1].upper() + word[1:] for word in words if word)[:MOST]


def sound(spelling: str) -> str:
    """Return what of a spelling is compared: its letters alone, small; ü is v."""
    return "".join(filter(str.isalnum, spelling.translate(LETTERS))).lower()


def _read(text: str) -> str:
    return "".join(map(_reading, text))


@cache
def _reading(sign: str) -> str:
    return _reader()(sign) if HAN.match(sign) else sign


@cache
def _reader() -> Callable[[str], str]:
    """Return pypinyin's reader without its phrases: names are none, and they take 46 MB."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import lazy_pinyin  # noqa: PLC0415  it reads its tables as it is imported

    return lambda sign: "".join(lazy_pinyin(sign, v_to_u=True))
