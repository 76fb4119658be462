"""How cells are read: small functions from text to a value, each raising `BadCell` with a hint.

What Excel hands over is text, a number, a truth value or a day; `plain` makes text of it and
never guesses: a number too long for Excel to have kept is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from app.codes import class_number, divisions, id_number
from app.codes.tables import CodeTable, table
from app.errors import BadCell, Refusal
from app.imports.spec import Kind

SEAT_DIGITS = 4
EXACT_NUMBER = 10**15  # Excel keeps 15 digits
BLANKS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
DOTS = dict.fromkeys(map(ord, "•‧∙⋅・･"), "·")  # look-alikes of the dot in 王·买买提
LINES = re.compile(r"\s+")
MOBILE_OR_LINE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?", re.ASCII)
DAY = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|([-/.年])(\d{1,2})(?:[-/.]|月)(\d{1,2})日?)", re.ASCII)
MONTH = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])", re.ASCII)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
HOMEPAGE = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
VALIDITY = re.compile(
    r"(\d{4}\.\d\d\.\d\d)-(\d{4}\.\d\d\.\d\d|长期)|\d{4}年-\d{4}年|长期", re.ASCII
)
KILOMETRES = re.compile(r"\d{1,4}(?:\.\d)?", re.ASCII)
OTHER_ID = re.compile(r"[A-Z0-9()/-]{4,30}", re.ASCII)


def plain(cell: object) -> str:
    """Return a cell as text without outer blanks; raise `BadCell` for a number cut short."""
    if isinstance(cell, str):
        if "\ufffd" in cell or "\0" in cell:  # half a character, or none: never kept
            raise misread("hint.text")
        return cell.strip()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, int | float):
        if not abs(cell) < EXACT_NUMBER:  # nor what is not a number
            raise misread("hint.number")
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y%m%d}" if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return f"{cell:%Y%m%d}"
    return str(cell)


def misread(hint: str, **params: object) -> BadCell:
    """Return the refusal of a cell that is written wrongly, and how it should be."""
    return BadCell(Refusal("E-FMT", {"hint": hint, **params}))


def narrow(raw: str) -> str:
    """Return codes and numbers as they are kept: half width, without blanks."""
    if raw.isascii() and raw.isalnum():
        return raw
    return "".join(unicodedata.normalize("NFKC", raw).translate(BLANKS).split())


def text(longest: int) -> Kind:
    """Read a line of text; line breaks become blanks, characters are kept as they are."""

    def read(raw: str) -> str:
        if raw.isprintable() and "  " not in raw:  # no blank but the plain one is printable
            value = raw
        else:
            value = LINES.sub(" ", raw.translate(BLANKS)).strip()
        if value[:1] in ("=", "＝"):
            raise misread("hint.formula")
        if not value.isprintable() and has_control(value):
            raise misread("hint.text")
        if len(value) > longest:
            raise BadCell(Refusal("E-LEN", {"longest": longest}))
        return value

    return Kind("text", read)


def has_control(value: str) -> bool:
    """Tell what no keyboard writes; the private characters of rare names may stay."""
    return any(unicodedata.category(mark) in ("Cc", "Cs", "Cf") for mark in value)


def name(longest: int, marks: str = "LMCP") -> Kind:
    """Read a name: blanks go, rare characters stay; ``marks`` names Unicode classes allowed."""

    def read(raw: str) -> str:
        value = raw
        if not raw.isalpha():
            value = "".join(raw.translate(BLANKS).translate(DOTS).split())
            strange = any(unicodedata.category(mark)[0] not in marks for mark in value)
            if strange or has_control(value):
                raise misread("hint.name")
        if len(value) > longest:
            raise BadCell(Refusal("E-LEN", {"longest": longest}))
        return value

    return Kind("name", read, expects="hint.name")


def digits(count: int) -> Kind:
    """Read exactly ``count`` digits."""

    def read(raw: str) -> str:
        value = narrow(raw)
        if not (len(value) == count and value.isascii() and value.isdigit()):
            raise misread("hint.digits", count=count)
        return value

    return Kind("digits", read, expects="hint.digits")


def code(name_of_table: str, allowed: str | None = None) -> Kind:
    """Read a code or a word of a table; ``allowed`` names the extra column that must say 1."""
    codes = table(name_of_table)
    return coded(codes.only(allowed) if allowed else codes)


def coded(codes: CodeTable) -> Kind:
    """Read a code or a word of these codes."""

    def read(raw: str) -> str:
        found = codes.find(raw)
        if found is None:
            raise BadCell(Refusal("E-CODE", {"table": codes.name}))
        return found

    return Kind("code", read, choices=codes)


def matching(
    kind: str, shape: re.Pattern[str], hint: str, clean: Callable[[str], str] = narrow
) -> Kind:
    """Read text that has a shape as a whole."""

    def read(raw: str) -> str:
        value = clean(raw)
        if not shape.fullmatch(value):
            raise misread(hint)
        return value

    return Kind(kind, read, expects=hint)


def _yes_no(raw: str) -> bool:
    found = table("yes_no").find(raw)
    if found is None:
        raise BadCell(Refusal("E-CODE", {"table": "yes_no"}))
    return found == "1"


def _day(raw: str) -> date:
    found = DAY.fullmatch(narrow(raw))
    if found is None:
        raise misread("hint.date")
    year, month, day = found[1], found[2] or found[5], found[3] or found[6]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise misread("hint.date") from None


def _division(raw: str) -> str:
    value = narrow(raw)
    if not divisions.is_division(value):
        raise misread("hint.digits", count=divisions.DIGITS)
    return value


def _class(raw: str) -> str:
    value = narrow(raw)
    if class_number.parse(value) is None:
        raise misread("hint.class")
    return value


def _id_number(raw: str) -> str:
    value = id_number.compact(raw)
    if not value.isprintable():
        raise misread("hint.id")
    return value


def _seat(raw: str) -> int:
    value = narrow(raw)
    if not (value.isascii() and value.isdigit() and 0 < len(value) <= SEAT_DIGITS and int(value)):
        raise misread("hint.whole")
    return int(value)


def _kilometres(raw: str) -> Decimal:
    value = narrow(raw)
    if not KILOMETRES.fullmatch(value):
        raise misread("hint.distance")
    return Decimal(value)


def _unknown_division(value: str) -> Refusal | None:
    return None if divisions.is_known(value) else Refusal("W-DIV")


YES_NO = Kind("yes_no", _yes_no, choices=table("yes_no"))
DATE = Kind("date", _day, expects="hint.date")
YEAR_MONTH = matching("month", MONTH, "hint.month")
DIVISION = Kind("division", _division, expects="hint.digits", doubt=_unknown_division)
CLASS = Kind("class", _class, expects="hint.class")
SEAT = Kind("whole", _seat, expects="hint.whole")
DISTANCE = Kind("distance", _kilometres, expects="hint.distance")
ID_NUMBER = Kind("id", _id_number, expects="hint.id")
PHONE = matching("phone", MOBILE_OR_LINE, "hint.phone")
POSTCODE = digits(6)
NAME = name(40)
INSTITUTION_OR_NAME = name(40, "LMCPN")  # a home or an office may be the guardian
ADDRESS = text(200)
EMAIL_ADDRESS = matching("email", EMAIL, "hint.email")
HOMEPAGE_ADDRESS = matching("homepage", HOMEPAGE, "hint.homepage")
ID_VALIDITY = matching("validity", VALIDITY, "hint.validity")
