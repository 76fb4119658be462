"""Canaries: invented people who occur nowhere else, and every place that may not know them.

``flock(n)`` makes them; ``tables``, ``valkey``, ``folder`` and `Browser` read what the house keeps,
logs and sends; ``songs(text, canaries)`` tells who was heard in it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask.testing import FlaskClient

from tests.imports.books import a_row
from tests.make import an_id_number

STREET = "河南省南阳市卧龙区金丝雀街"
RARE = 0x9E20  # a block of characters nobody's invented name is made of
NAMES_MAY_STAND_IN = {  # a name is how people speak of a pupil; numbers and addresses are sealed
    "student",
    "guardian",
    "import_row",
    "import_guardian",
    "case_file",  # the snapshot both sides see
    "row_history",
}
SONG = re.compile(  # every canary sings like this, and nobody else
    rb"411303\d{11}[\dX]|1984417\d{4}"
    + f"|{STREET}".encode()
    + rb"\d+\xe5\xbc\x84\d+\xe5\x8f\xb7|"
    + "缪".encode()
    + rb"(?:\xe9[\xb8-\xbf][\x80-\xbf]){2}"
)
HEX = re.compile(rb"343131333033(?:3\d){11}(?:3\d|58)|31393834343137(?:3\d){4}")
LINK = re.compile(r'(?:href|action|hx-\w+|data-\w+)="([^"]*)"')
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


@dataclass(frozen=True)
class Canary:
    name: str
    id_number: str
    phone: str
    address: str

    @property
    def sealed(self) -> tuple[str, ...]:
        return self.id_number, self.phone, self.address

    def row(self, **bends: str) -> dict[str, str]:
        """Its row of the template."""
        born = self.id_number[6:14]
        return a_row(
            **{
                "姓名": self.name,
                "身份证件号": self.id_number,
                "出生日期": born,
                "联系电话": self.phone,
                "现住址": self.address,
                **bends,
            }
        )


def flock(size: int) -> list[Canary]:
    return [
        Canary(
            name=f"缪{chr(RARE + n // 60)}{chr(RARE + 96 + n % 60)}",
            id_number=an_id_number(date(2020, 1 + n % 8, 1 + n % 28), "2", "411303", 1 + n % 499),
            phone=f"1984417{n:04d}",
            address=f"{STREET}{n + 1}弄{n + 7000}号",
        )
        for n in range(size)
    ]


def songs(heard: str | bytes, canaries: Iterable[Canary], *, names: bool = True) -> set[str]:
    """Whose sealed values, or names, are in a text or in bytes, also as the hex of their bytes."""
    data = heard.encode() if isinstance(heard, str) else heard
    known = {word for one in canaries for word in (*one.sealed, *([one.name] if names else ()))}
    found = {match.decode() for match in SONG.findall(data)}
    found |= {bytes.fromhex(match.decode()).decode() for match in HEX.findall(data)}
    return {word for word in found if word in known}


# ── places ───────────────────────────────────────────────────────────────────────────────


def tables(root) -> Iterator[tuple[str, str]]:
    """Every table and all its rows, as JSON text."""
    for (table,) in root.execute(TABLES).fetchall():
        rows = root.execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()  # noqa: S608
        yield table, "\n".join(row[0] for row in rows)


def valkey(store) -> Iterator[tuple[str, bytes]]:
    """Every key with its value, unpacked where RQ packs."""
    read = {
        "string": store.get,
        "hash": store.hgetall,
        "list": lambda key: store.lrange(key, 0, -1),
        "set": store.smembers,
        "zset": lambda key: store.zrange(key, 0, -1, withscores=True),
        "stream": store.xrange,
    }
    for key in store.scan_iter(count=1000):
        kind = store.type(key).decode()
        if kind == "none":
            continue
        value = read[kind](key)
        flat = value.values() if isinstance(value, dict) else [value]
        packed = b"".join(unpacked(part) for part in flat if isinstance(part, bytes))
        yield key.decode("utf-8", "replace"), key + repr(value).encode() + packed


def unpacked(data: bytes) -> bytes:
    with contextlib.suppress(zlib.error):
        return data + zlib.decompress(data)
    return data


def folder(place: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder; files that go while one looks are gone."""
    for path in place.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                yield path, path.read_bytes()


class Listener(logging.Handler):
    """Keeps what any logger says, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{self.format(record)} {record.args!r}")


class Browser(FlaskClient):
    """A browser that keeps every address and cookie it was given, and every page it opened."""

    sent: list[str] = []
    pages: list[tuple[str, str]] = []

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        self.sent.append(str(answer.headers))
        self.sent += [cookie_text(value) for value in answer.headers.getlist("Set-Cookie")]
        if answer.mimetype == "text/html":
            self.sent += LINK.findall(answer.text)
            if answer.request.method == "GET":
                self.pages.append((answer.request.path, answer.text))
        return answer


def cookie_text(header: str) -> str:
    """A cookie as it is and as the session it holds."""
    value = header.partition("=")[2].partition(";")[0].strip('"')
    packed = value.startswith(".")
    first = value.lstrip(".").partition(".")[0]
    try:
        data = urlsafe_b64decode(first + "=" * (-len(first) % 4))
        return header + json.dumps(json.loads(zlib.decompress(data) if packed else data))
    except (ValueError, zlib.error):
        return header
