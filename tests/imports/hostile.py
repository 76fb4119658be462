"""A thousand files nobody should send: written by hand or bent at random, the same every time."""

# ruff: noqa: E501, S311  rows of data; chance, not secrecy

import codecs
import gzip
import io
import json
import random
import zipfile
from functools import partial

from tests.imports.books import CLEAN, HEADINGS, a_book, a_row
from tests.imports.hostile_xlsx import all_books, streamed, typed
from tests.imports.old_books import a_stream, an_old_book, boxed
from tests.imports.test_forms import a_text

SEED = 20261122
BENT = 640
LISTS = 0x85


def others():
    """What is no table, and tables by another name."""
    for name, data in {
        "nothing": b"", "blanks": b" \n" * 1000, "NULs": bytes(5000), "html": b"<html><table>",
        "xml 2003": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "mht": b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "pdf": b"%PDF-1.7\n",
        "png": b"\x89PNG\r\n\x1a\n" + bytes(99), "jpeg": b"\xff\xd8\xff\xe0" + bytes(99),
        "rar": b"Rar!\x1a\x07\x00", "7z": b"7z\xbc\xaf\x27\x1c", "gzip": gzip.compress(b"a,b"),
        "exe": b"MZ" + bytes(999), "elf": b"\x7fELF" + bytes(999), "rtf": b"{\\rtf1}",
        "json": json.dumps([{"姓名": "a"}]).encode(), "sqlite": b"SQLite format 3\0" + bytes(99),
        "a letter": "你好，世界".encode(), "eicar": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR",
        "script": b"#!/bin/sh\nrm -rf /tmp/x,y\n",
    }.items():  # fmt: skip
        yield f"other: {name}", partial(bytes, data)
    for inside in ("word/document.xml", "ppt/presentation.xml", "content.xml", "xl/workbook.bin"):
        yield f"other: zip with {inside}", partial(a_zip, {inside: b"<a/>"})


def a_zip(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


def old_books():
    table = [HEADINGS, typed(), typed()]
    for name, bends in {
        "sound": {}, "locked": {"more": [(0x2F, bytes(6))]}, "linked": {"more": [(0x1AE, bytes(9))]},
        "macros": {"storages": ["_VBA_PROJECT_CUR"]}, "macro sheet": {"kind": 1},
        "chart": {"kind": 2}, "module": {"kind": 6}, "embedded": {"storages": ["MBD01"]},
        "hidden": {"state": 1}, "very hidden": {"state": 2}, "an odd state": {"state": 77},
        "excel 95": {"version": 0x500}, "no version": {"version": 0}, "a name of none": {"name": ""},
        "a long name": {"name": "长" * 255}, "formulas": {"formulas": {(1, 1), (2, 5)}},
        "merged": {"within": [(0xE5, b"\x01\x00\x04\x00\x05\x00\x00\x00\x01\x00")]},
        "merged past the end": {"within": [(0xE5, b"\xff\xff")]},
        "a short record": {"within": [(0x203, b"\x01")]}, "a short text": {"within": [(0x204, b"\x01")]},
        "a text longer than told": {"within": [(0x204, bytes(6) + b"\xff\xff\x01a")]},
        "a far cell": {"within": [(0x203, b"\xff\xff\xff\x00\x00\x00" + bytes(8))]},
        "a very far cell": {"within": [(0x203, b"\xff\xff\xff\xff\x00\x00" + bytes(8))]},
        "no such string": {"within": [(0xFD, b"\x03\x00\x00\x00\x00\x00\xff\xff\xff\x7f")]},
        "strings that lie": {"more": [(0xFC, b"\xff\xff\xff\xff\xff\xff\xff\x7f\x05\x00\x01a")]},
        "strings torn": {"more": [(0xFC, b"\x01\x00\x00\x00\x01\x00\x00\x00\xff\xff\x00a"), (0x3C, b"")]},
        "many numbers at once": {"within": [(0xBD, b"\x03\x00\x00\x00" + bytes(60) + b"\xff\xff")]},
        "numbers backwards": {"within": [(0xBD, b"\x03\x00\xff\x00" + bytes(6) + b"\x01\x00")]},
        "packed numbers": {"within": [(0x27E, b"\x03\x00\x01\x00\x00\x00\xff\xff\xff\xff")]},
        "dimensions that lie": {"within": [(0x200, b"\0\0\0\0\xff\xff\xff\xff\0\0\xff\xff\0\0")]},
        "a thousand sheets": {"more": [(LISTS, b"\xff\xff\xff\x7f\0\0\x01\0x")] * 1000},
        "a sheet nowhere": {"more": [(LISTS, b"\xff\xff\xff\x7f\0\0\x01\0x")]},
        "a sheet that is the book": {"more": [(LISTS, b"\0\0\0\0\0\0\x01\0x")]},
        "books in books": {"within": [(0x809, bytes(16))] * 2000},
        "ends": {"within": [(0x0A, b"")] * 2000}, "another codepage": {"more": [(0x42, b"\xa8\x03")]},
        "an unknown codepage": {"more": [(0x42, b"\x39\x30")]}, "a format of days": {"more": [(0x41E, bytes(3))]},
        "1904": {"more": [(0x22, b"\x01\x00")]}, "a style short": {"more": [(0xE0, b"\x01")]},
        "a name of a formula": {"more": [(0x18, bytes(20))]}, "pictures": {"more": [(0xEB, b"\xff" * 99)]},
    }.items():  # fmt: skip
        yield f"xls: {name}", partial(an_old_book, table, **bends)
    for nth, row in enumerate(("\0", "\ud800", "𠮷", "\ue000", "=1+1", "x" * 9000, "\t", "\\N")):
        yield f"xls: {nth} in cells", partial(odd_text, row)
    stream = a_stream(table)
    for name, data in {
        "another stream": boxed({"WordDocument": stream}), "no stream": boxed({}, ["a"]),
        "both streams": boxed({"Book": stream, "Workbook": stream}), "a locked xlsx":
        boxed({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), "nothing in it": boxed({"Workbook": b""}),
        "noise in it": boxed({"Workbook": random.Random(1).randbytes(20_000)}),
        "an end too early": boxed({"Workbook": stream[:200]}), "a record to the end": boxed(
            {"Workbook": stream[:40] + b"\x85\x00\xff\xff" + stream[40:]}),
        "only the head": boxed({"Workbook": stream})[:512], "head of nothing": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "circles": circled(an_old_book(table)), "noughts": an_old_book(table)[:512] + bytes(40_000),
        "a sector size of nought": bent_at(an_old_book(table), 30, b"\0\0"),
        "a sector size past all": bent_at(an_old_book(table), 30, b"\xff\xff"),
        "tables past all": bent_at(an_old_book(table), 44, b"\xff\xff\xff\x7f"),
        "lists past all": bent_at(an_old_book(table), 48, b"\xff\xff\xff\x7f"),
        "more tables past all": bent_at(an_old_book(table), 68, b"\0\0\0\0\xff\xff\xff\x7f"),
    }.items():  # fmt: skip
        yield f"box: {name}", partial(bytes, data)


def odd_text(text):
    cells = [part.encode("utf-16-le", "surrogatepass") for part in (text, f"李{text}")]
    row = [
        (0x204, bytes((3 + n, 0, 1, 0, 0, 0)) + len(c).to_bytes(4, "little")[:2] + b"\x01" + c)
        for n, c in enumerate(cells)
    ]
    return an_old_book([HEADINGS, typed()], within=row)


def bent_at(data, at, put):
    return data[:at] + put + data[at + len(put) :]


def circled(data):
    """Make the first run of sectors lead back to itself."""
    table = int.from_bytes(data[76:80], "little")
    return bent_at(data, (table + 1) * 512 + 4, b"\0\0\0\0")


def texts():
    table = [HEADINGS, typed(), typed()]
    sound = a_text(table)
    for coding in (
        "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "big5",
        "shift_jis", "hz", "euc_kr", "cp1252",
    ):  # fmt: skip
        yield f"csv: {coding}", partial(coded, table, coding)
    for name, data in {
        "mixed": a_text(table, "gb18030") + sound, "mixed again": sound + a_text(table, "gb18030"),
        "one torn byte": sound + b"\xe6\x9d", "NUL": sound.replace(b",", b"\0,", 90),
        "an open quote": sound + b'"' * 3, "an open quote first": b'"' + sound,
        "quotes": b'"' * 3_000_000, "pairs of quotes": b'"a""b",' * 300_000, "commas": b"," * 2_000_000,
        "semicolons": b";" * 701, "lines": b"\n" * 2_000_000, "returns": b"\r" * 200_000,
        "blank cells": b",,,\n" * 300_000, "one long line": b"a," + b"x" * 20_000_000,
        "one long cell": sound + b'"' + b"x" * 200_000 + b'",2\n', "many short": b"a,b\n" * 300_005,
        "old lines": sound.replace(b"\r\n", b"\r"), "all kinds of lines": sound.replace(b"\r\n", b"\r\r\n\n"),
        "sep=": b"sep=;\n" + sound, "tabs": a_text(table, separator="\t"), "bars": a_text(table, separator="|"),
        "torn by a comma": sound.replace("李".encode(), "李,".encode()), "odd UTF-16": b"\xff\xfea\0,\0b",
        "half of UTF-16": b"\xff\xfe" + "姓,名".encode("utf-16-le") + b"\x00\xd8,\x00", "the other half": b"\xfe\xff\xdc\x00\x00,",
        "marks": codecs.BOM_UTF8 * 3 + sound, "a mark of 32 bits": codecs.BOM_UTF32_LE + sound,
        "hashes": b"#" * 100 + b"," + sound, "control": sound.replace(b"1", b"\x1a", 3), "escapes": sound.replace(b",", b",\x1b", 3),
        "surrogates": sound + b"\xed\xa0\x80,\xed\xb0\x80\n", "long way round": sound + b"\xc0\xaf,\n",
        "past the last": sound + b"\xf4\x90\x80\x80,\n", "copy": sound + b"\\.,\\N\n\\.\n",
        "dde": sound + b'"=cmd|\'/c calc\'!A0",+1,-1,@a\n', "headings alone": a_text(table[:1]), "no headings": a_text(table[1:]),
        "headings twice": a_text([HEADINGS, *table]), "headings doubled": a_text([HEADINGS * 2, *table[1:]]),
    }.items():  # fmt: skip
        yield f"csv: {name}", partial(bytes, data)
    for nth in range(12):
        yield f"csv: nasty {nth}", partial(noisy, nth)


def coded(table, coding):
    return a_text(table).decode().encode(coding, "replace")


def noisy(nth):
    chance = random.Random(nth)
    rows = [[chance.choice(ODD) for _ in HEADINGS] for _ in range(40)]
    return a_text([HEADINGS, *rows])


ODD = ("", "a", "=1", "\\N", "\\", "\t", "\n", '"', "'", "１２３", "\u202e", "\ue000", "𠮷", "1e400", "-", "2020-02-30", "女", "是")  # fmt: skip


# ── bent at random ──────────────────────────────────────────────────────────────────────────


def bent():
    """What is left of sound files after a few strokes."""
    table = [HEADINGS, *(typed() for _ in range(5))]
    sound = {
        "xlsx": a_book([a_row() for _ in range(5)]), "sample": CLEAN.read_bytes(),
        "row by row": streamed(), "xls": an_old_book(table), "csv": a_text(table),
        "gb18030": a_text(table, "gb18030"), "utf-16": a_text(table, "utf-16", "\t"),
    }  # fmt: skip
    kinds = [
        "xlsx",
        "xlsx",
        "row by row",
        "row by row",
        "sample",
        "xls",
        "xls",
        "csv",
        "gb18030",
        "utf-16",
    ]
    for nth in range(BENT):
        kind = kinds[nth % len(kinds)]
        inside = kind in ("xlsx", "row by row", "sample") and nth % 3
        yield f"bent {kind} {nth}", partial(within if inside else stroke, sound[kind], SEED + nth)


def stroke(data, seed):
    """Cut, flip, overwrite, double or drop some bytes."""
    chance = random.Random(seed)
    bent_ = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(bent_) or 1)
        size = chance.choice((1, 2, 4, 16, 300))
        way = chance.randrange(6)
        if way == 0 and len(bent_) > 600:
            del bent_[at:]
        elif way == 1:
            bent_[at : at + 1] = bytes((chance.randrange(256),))
        elif way == 2:
            bent_[at : at + size] = chance.randbytes(size)
        elif way == 3:
            bent_[at:at] = bent_[at : at + size] * chance.choice((1, 3, 50))
        elif way == 4:
            del bent_[at : at + size]
        else:
            bent_[at : at + 4] = chance.choice(
                (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f")
            )
    return bytes(bent_)


STROKES = (b"<", b">", b"&", b'"', b"\0", b"</c>", b"<c>", b"<row>", b"</row>", b"999999999", b"-1", b"A", b"\xff", b"<v>", b"<f>", b"/>", b" ", b"1048576", b"XFD", b"<!--", b"]]>", b"&#0;", b"<is>", b't="s"', b's="7"')  # fmt: skip


def within(data, seed):
    """Bend a part of a workbook and pack it again, so that the zip is sound."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {member.filename: source.read(member) for member in source.infolist()}
    name = chance.choice([*parts, *(["xl/worksheets/sheet1.xml"] * 8)])
    if name not in parts:
        name = next(one for one in parts if "worksheets/" in one)
    text = bytearray(parts[name])
    for _ in range(chance.choice((1, 2, 5, 30))):
        at = chance.randrange(len(text) or 1)
        if chance.random() < 0.5:
            text[at : at + chance.choice((0, 1, 5))] = chance.choice(STROKES)
        elif chance.random() < 0.5:
            del text[at : at + chance.choice((1, 3, 40))]
        else:
            text[at:at] = text[at : at + chance.choice((5, 60, 400))]
    return a_zip(parts | {name: bytes(text)})


KINDS = {  # what yields a name and a way to make the bytes, for every file of the corpus
    "others": others, "old books": old_books, "texts": texts, "books": all_books, "bent": bent,
}  # fmt: skip
