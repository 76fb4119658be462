"""核对差异: the differences of a list as a workbook; numbers masked, the list's rows named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

import xlsxwriter

from app.codes.tables import table
from app.messages.catalogue import fill
from app.workflows.reconciling import Outcome, Pair, Side

HEADINGS = {
    "zh": ("情况", "名单行号", "名单姓名", "名单性别", "名单出生日期", "学籍姓名", "学籍性别",
           "学籍出生日期", "班级", "不一致的项目"),
    "en": ("Outcome", "Row of the list", "Name on the list", "Gender on the list",
           "Birth date on the list", "Name in the registry", "Gender in the registry",
           "Birth date in the registry", "Class", "What differs"),
}  # fmt: skip
WIDTH = 16


def write(pairs: Iterable[Pair], words: Mapping[str, str], lang: str, out: IO[bytes]) -> int:
    """Write who is missing, extra or differing, and return how many; ``words`` name the fields."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    wrong = [pair for pair in pairs if pair.outcome is not Outcome.SAME]
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("核对差异" if lang == "zh" else "Differences")
        strong = book.add_format({"bold": True})
        for at, heading in enumerate(HEADINGS[lang]):
            sheet.write_string(0, at, heading, strong)
        sheet.set_column(0, len(HEADINGS[lang]) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for row, pair in enumerate(wrong, start=1):
            for at, cell in enumerate(_cells(pair, words, lang)):
                sheet.write_string(row, at, cell)
    return len(wrong)


def _cells(pair: Pair, words: Mapping[str, str], lang: str) -> list[str]:
    line, pupil = pair.line, pair.pupil
    return [
        fill(f"expected.{pair.outcome}", {}, lang),
        str(line.key) if line else "",
        *_told(line, lang),
        *_told(pupil, lang),
        (pupil.class_name or "") if pupil else "",
        ("、" if lang == "zh" else ", ").join(words[name] for name in pair.differs),
    ]


def _told(side: Side | None, lang: str) -> tuple[Any, ...]:
    if side is None:
        return ("", "", "")
    gender = table("gender").entries.get(side.gender or "")
    word = "" if gender is None else gender.name_zh if lang == "zh" else gender.name_en
    return side.name, word, side.birth_date.isoformat() if side.birth_date else ""
