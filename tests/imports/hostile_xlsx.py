"""Workbooks nobody should send: each is a name and a way to make its bytes."""

# ruff: noqa: E501  rows of data

import io
import struct
import zipfile
from functools import partial

from app.imports.students import SPEC
from tests.imports.books import HEADINGS, a_book, a_row

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACK = "http://schemas.openxmlformats.org/package/2006/"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "entity": '<!DOCTYPE a [<!ENTITY b "PWNED">]>',
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY b "{"x" * 100_000}">]>',
    "a file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE a [<!ENTITY b SYSTEM "http://127.0.0.1:9/x">]>',
    "parameters": '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd"> %b;]>',
    "outside": '<!DOCTYPE a SYSTEM "file:///dev/zero">',
}
EVERYWHERE = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 50_000 + "</mergeCells>"
STYLES = "".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 22, 46))


def column(at):
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def inline(value):
    text = str(value).replace("&", "&amp;").replace("<", "&lt;")
    return f't="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


def line(number, cells):
    drawn = "".join(
        f'<c r="{column(at)}{number}" {inline(cell)}</c>' for at, cell in enumerate(cells)
        if cell != ""
    )  # fmt: skip
    return f'<row r="{number}">{drawn}</row>'


def typed(**bends):
    row = a_row(**bends)
    return [row.get(heading, "") for heading in HEADINGS]


def lines(*more):
    return line(1, HEADINGS) + line(2, typed()) + "".join(more)


def parts(rows="", *, sheet="", strings="<si><t>a</t></si>", after="", **bends):
    """Return the parts of the smallest whole workbook, any of them bent."""
    rows = rows or lines()
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"),
             ("styles", "styles.xml")), start=1)
    )  # fmt: skip
    whole = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACK}content-types"><Default Extension="xml"'
        ' ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACK}relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACK}relationships">'
        f"{relations}</Relationships>",
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr/>'
        f'<sheets><sheet name="{SPEC.sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs>{STYLES}</cellXfs>'
        "</styleSheet>",
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
        "docProps/core.xml": f"{HEAD}<coreProperties/>",
        "docProps/app.xml": f"{HEAD}<Properties/>",
        "xl/worksheets/sheet1.xml": sheet
        or f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
    }
    return whole | {name.replace("__", "/"): text for name, text in bends.items()}


def packed(whole, way=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as book:
        for name, text in whole.items():
            book.writestr(name, text)
    return out.getvalue()


def book(*args, drop=(), more=None, **bends):
    whole = parts(*args, **bends) | (more or {})
    return packed({name: text for name, text in whole.items() if name not in drop})


def as_large(whole):
    """Pack a book whose sheet says it is large, so that it is read row by row."""
    name = "xl/worksheets/sheet1.xml"
    told = whole[name].replace("<sheetData>", '<dimension ref="A1:BT200000"/><sheetData>')
    return packed(whole | {name: told})


def streamed(*args, **bends):
    """Return a book that is read row by row."""
    return as_large(parts(*args, **bends))


# ── the XML ─────────────────────────────────────────────────────────────────────────────────


def doctypes():
    for part in parts():
        for name, doctype in DOCTYPES.items():
            yield f"doctype {name} in {part}", partial(with_doctype, part, doctype)
        yield f"doctype in UTF-16 in {part}", partial(in_utf_16, part)


def with_doctype(part, doctype):
    whole = parts()
    return packed(whole | {part: whole[part].replace(HEAD, HEAD + doctype)})


def in_utf_16(part):
    whole = parts()
    text = whole[part].replace(HEAD, HEAD.replace("UTF-8", "UTF-16") + DOCTYPES["entity"])
    return packed(whole | {part: text.encode("utf-16")})


def sheets():
    """Odd sheets, each read by both readers."""
    deep = "<a>" * 50_000
    cell = '<row r="1"><c r="A1"><v>1</v></c></row>'
    odd = {
        "far cells": cell + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "a far cell in a near row": '<row r="1"><c r="ZZ399999"><v>1</v></c></row>' * 2,
        "a wide and high corner": cell + '<row r="390000"><c r="ZZ390000"><v>1</v></c></row>',
        "row nought": '<row r="0"><c r="A0"><v>1</v></c></row>',
        "a row below nought": '<row r="-5"><c r="A-5"><v>1</v></c></row>',
        "a row past counting": f'<row r="{"9" * 30}"><c r="A{"9" * 30}"><v>1</v></c></row>',
        "rows backwards": "".join(line(n, typed()) for n in (5, 4, 3, 2)) + line(1, HEADINGS),
        "one row twice": lines(line(2, typed())),
        "places the wrong way round": '<row r="1"><c r="1A"><v>1</v></c></row>',
        "small letters": lines().lower(),
        "no places": "<row>" + "<c><v>1</v></c>" * 72 + "</row>",
        "eight hundred unplaced": "<row>" + "<c><v>1</v></c>" * 800 + "</row>",
        "one cell twice": '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        "deep": lines() + deep,
        "deep in a cell": f'<row r="1"><c r="A1"><v>{deep}</v></c></row>',
        "rows in rows": "<row>" * 5000 + "</row>" * 5000,
        "no string there": lines('<row r="3"><c r="A3" t="s"><v>99</v></c></row>'),
        "a string below nought": lines('<row r="3"><c r="A3" t="s"><v>-1</v></c></row>'),
        "no number of a string": lines('<row r="3"><c r="A3" t="s"><v>x</v></c></row>'),
        "numbers": lines(*(f'<row r="{n}"><c r="B{n}"><v>{v}</v></c></row>' for n, v in enumerate(
            ("NaN", "Infinity", "-INF", "1e400", "1e15", "1E308", "0x10", "", " 1 ", "--1", "١٢"), 3))),
        "days": lines(*(f'<row r="{n}"><c r="D{n}" s="1"><v>{v}</v></c></row>' for n, v in enumerate(
            ("-1", "0", "59", "60", "61", "2958465", "2958466", "1e12", "43952.99999999"), 3))),
        "days in words": lines(*(f'<row r="{n}"><c r="D{n}" t="d"><v>{v}</v></c></row>' for n, v in
            enumerate(("2020-05-01", "2020-13-01", "0000-00-00", "x", "2020-05-01T00:00Z"), 3))),
        "a style that is none": lines('<row r="3"><c r="D3" s="999"><v>43952</v></c></row>'),
        "a style below nought": lines('<row r="3"><c r="D3" s="-1"><v>43952</v></c></row>'),
        "a kind that is none": lines('<row r="3"><c r="D3" t="zz"><v>43952</v></c></row>'),
        "errors": lines('<row r="3"><c r="B3" t="e"><v>#REF!</v></c></row>'),
        "truth": lines('<row r="3"><c r="B3" t="b"><v>maybe</v></c></row>'),
        "a formula": lines('<row r="3"><c r="B3"><f>1+1</f><v>2</v></c></row>'),
        "a shared formula": lines('<row r="3"><c r="B3"><f t="shared" ref="B3:B9" si="0"/></c></row>'),
        "a formula behind its value": lines('<row r="3"><c r="B3"><v>2</v><f>1+1</f></c></row>'),
        "a formula nowhere": lines("<row><c><f>1+1</f></c></row>"),
        "a call": lines('<row r="3"><c r="B3"><f>cmd|\'/c calc\'!A0</f></c></row>'),
        "comments": lines("<!-- " + "x" * 10_000 + " -->"),
        "instructions": lines("<?php echo 1 ?>"),
        "a section": lines('<row r="3"><c r="B3" t="str"><v><![CDATA[<b>]]></v></c></row>'),
        "an unknown entity": lines('<row r="3"><c r="B3" t="str"><v>&nope;</v></c></row>'),
        "character nought": lines('<row r="3"><c r="B3" t="str"><v>&#0;</v></c></row>'),
        "half a character": lines('<row r="3"><c r="B3" t="str"><v>&#xD800;</v></c></row>'),
        "blank rows": lines('<row r="399999"/>'),
        "twenty megabytes in a cell": lines(line(3, ["", "名" * 7_000_000])),
        "nothing": " ",
        "an open end": '<row r="1"><c r="A1"><v>1</v>',
    }  # fmt: skip
    for name, rows in odd.items():
        yield f"sheet: {name}", partial(book, rows)
        yield f"sheet, row by row: {name}", partial(streamed, rows)
    yield "a million styled rows", lambda: book(
        "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(1, 1_048_577)))  # fmt: skip
    yield "more rows than are read", lambda: streamed(
        line(1, HEADINGS) + "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>'
                                    for n in range(2, 300_003)))  # fmt: skip
    for way in (book, streamed):
        told = "" if way is book else ", row by row"
        yield (
            f"merged{told}",
            partial(way, after='<mergeCells><mergeCell ref="A3:B9"/></mergeCells>'),
        )
        yield (
            f"merged everywhere{told}",
            partial(way, after=EVERYWHERE),
        )
        yield (
            f"merged nowhere{told}",
            partial(way, after='<mergeCells><mergeCell ref="x"/></mergeCells>'),
        )


def codings():
    whole = parts()
    name = "xl/worksheets/sheet1.xml"
    for coding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "gb18030", "utf-7", "cp037"):
        yield (
            f"sheet in {coding}",
            partial(packed, whole | {name: whole[name].encode(coding, "replace")}),
        )
        told = whole[name].replace("UTF-8", coding)
        yield f"sheet told as {coding}", partial(packed, whole | {name: told})
    torn = whole[name].encode().replace("李".encode(), b"\xe6\x9d")
    yield "sheet with half a character", partial(packed, whole | {name: torn})
    yield "sheet with NUL", partial(packed, whole | {name: whole[name].replace("女", "\0")})
    prefixed = f'{HEAD}<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>'
    yield "sheet with prefixes", partial(book, sheet=prefixed)
    strict = whole[name].replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    yield "strict", partial(packed, whole | {name: strict})
    yield "no namespace", partial(packed, whole | {name: whole[name].replace(MAIN, "")})
    yield "a picture as a sheet", partial(packed, whole | {name: b"\x89PNG" * 1000})


def strings():
    for told, text in {
        "deep": "<si>" + "<r>" * 50_000,
        "many": "<si><t>x</t></si>" * 500_000,
        "empty": "",
        "a huge one": f"<si><t>{'名' * 7_000_000}</t></si>",
        "a spoken one": "<si><t>a</t><rPh sb='0'><t>b</t></rPh></si>",
        "a nought": "<si><t>_x0000__xD800__xFFFF_</t></si>",
        "torn": "<si><t>",
    }.items():
        rows = lines('<row r="3"><c r="B3" t="s"><v>0</v></c></row>')
        yield f"strings: {told}", partial(book, rows, strings=text)
        yield f"strings, row by row: {told}", partial(streamed, rows, strings=text)


def books():
    whole = parts()
    name = "xl/workbook.xml"
    one = f'<sheet name="{SPEC.sheet}" sheetId="1" r:id="rId1"/>'
    for told, sheets_ in {
        "hidden": one.replace("sheetId", 'state="hidden" sheetId'),
        "very hidden": one.replace("sheetId", 'state="veryHidden" sheetId'),
        "an odd state": one.replace("sheetId", 'state="x" sheetId'),
        "none": "",
        "a thousand": one * 1000,
        "twice": one * 2,
        "no name": one.replace(SPEC.sheet, ""),
        "a long name": one.replace(SPEC.sheet, "长" * 3000),
        "a broken link": one.replace("rId1", "rId99"),
        "no link": one.replace('r:id="rId1"', ""),
        "ours, hidden, and another": one.replace("sheetId", 'state="hidden" sheetId')
        + one.replace(SPEC.sheet, "b"),
        "a version that is none": one + '<sheet name="_xueji" sheetId="2" state="hidden" r:id="rId2"/>',
        "a version of the data": one + '<sheet name="_xueji" sheetId="2" state="hidden" r:id="rId1"/>',
    }.items():  # fmt: skip
        yield f"sheets: {told}", partial(packed, whole | {name: whole[name].replace(one, sheets_)})
    after_1904 = whole[name].replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    days = lines('<row r="3"><c r="D3" s="1"><v>42490</v></c></row>')
    yield "1904", partial(packed, parts(days) | {name: after_1904})
    relations = "xl/_rels/workbook.xml.rels"
    for told, target in {
        "out of the box": "../../../../etc/passwd", "the web": "http://127.0.0.1:9/x",
        "absolute": "/xl/worksheets/sheet1.xml", "a folder": "worksheets/", "itself": "workbook.xml",
        "another case": "Worksheets/SHEET1.XML", "nothing": "",
    }.items():  # fmt: skip
        bent = whole[relations].replace("worksheets/sheet1.xml", target)
        yield f"the sheet lies at {told}", partial(packed, whole | {relations: bent})
    for part in whole:
        yield f"without {part}", partial(book, drop=(part,))
        yield f"empty {part}", partial(packed, whole | {part: ""})
        yield f"blanks for {part}", partial(packed, whole | {part: " " * 9_000_000})
    yield (
        "a heavy styles part",
        lambda: streamed(
            **{
                "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{"<xf/>" * 3_000_000}</styleSheet>'
            }
        ),
    )


def loads():
    """What carries more than cells."""
    for part in (
        "xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin",
        "xl/activeX/activeX1.bin", "xl/connections.xml", "xl/VBAPROJECT.BIN", "xl/macrosheets/m.xml",
        "customXml/item1.xml", "xl/queryTables/q.xml", "xl/media/image1.emf", "../../evil.xml",
        "/etc/passwd", "xl\\evil.xml", "C:/evil.xml", "xl/" + "d/" * 200 + "x.xml", "\u202egnp.xml",
    ):  # fmt: skip
        yield f"with {part!r:.40}", partial(book, more={part: b"x" * 100})
    whole = parts()
    name = "[Content_Types].xml"
    for kind in ("sheet.macroEnabled.main+xml", "addin.macroEnabled.main+xml", "sheet.binary"):
        bent = whole[name].replace("application/xml", f"application/vnd.ms-excel.{kind}")
        yield f"as {kind}", partial(packed, whole | {name: bent})


# ── the zip ─────────────────────────────────────────────────────────────────────────────────


def zips():
    sound = book()
    yield "an empty zip", lambda: packed({})
    yield "a zip in a zip", lambda: packed({"a.xlsx": sound})
    yield "a bomb of blanks", lambda: book(" " * 120_000_000)
    yield "a bomb of rows", lambda: book("<row/>" * 20_000_000)
    yield (
        "a bomb of unread parts",
        lambda: book(more={f"xl/{n}.bin": bytes(9_000_000) for n in range(20)}),
    )
    yield "a hundred thousand members", lambda: packed(
        parts() | {f"xl/x{n}.xml": "" for n in range(100_000)}, zipfile.ZIP_STORED)  # fmt: skip
    yield "three hundred members", lambda: book(more={f"xl/x{n}.xml": "" for n in range(300)})
    yield "the sheet twice", partial(twice, parts())
    yield "stored", lambda: packed(parts(), zipfile.ZIP_STORED)
    yield "bzip2", lambda: packed(parts(), zipfile.ZIP_BZIP2)
    yield "lzma", lambda: packed(parts(), zipfile.ZIP_LZMA)
    yield "a tail", lambda: sound + b"x" * 100_000
    yield "a head", lambda: b"MZ" + b"x" * 1000 + sound
    yield "a head like a zip", lambda: b"PK\x03\x04" + b"x" * 1000 + sound
    yield "a comment like an end", lambda: sound[:-2] + b"\x16\x00" + sound[-22:]
    yield "two books", lambda: sound + book("<row/>")
    for told, at, size, value in (
        ("a member larger than told", 24, 4, 10), ("a member smaller than told", 24, 4, 10**9),
        ("packed larger than told", 20, 4, 1), ("packed smaller than told", 20, 4, 2**31),
        ("an odd way of packing", 10, 2, 99), ("locked", 8, 2, 1), ("a wrong sum", 16, 4, 7),
        ("another place", 42, 4, 0), ("a place behind the end", 42, 4, 2**31),
        ("a long name", 28, 2, 65_000), ("a long extra", 30, 2, 65_000),
    ):  # fmt: skip
        yield f"list of members: {told}", partial(lying, sound, at, size, value)
    yield "overlapping members", partial(overlapping, sound)
    yield (
        "an end that lies of its size",
        lambda: sound[:-10] + struct.pack("<I", 2**31) + sound[-6:],
    )
    yield "an end that lies of its place", lambda: sound[:-6] + struct.pack("<IH", 2**31, 0)
    yield "a second end of 64 bits", lambda: (
        sound[:-22] + b"PK\x06\x07" + bytes(16) + sound[-22:])  # fmt: skip


def twice(whole):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, text in whole.items():
            target.writestr(name, text)
        info = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        target.filelist, names = list(target.filelist), target.NameToInfo.pop(info.filename)
        target.writestr(info, "<worksheet/>")
        assert names is not None
    return out.getvalue()


def listed(data):
    """Return where the entries of the list stand."""
    found, at = [], data.find(b"PK\x01\x02")
    while at >= 0:
        found.append(at)
        at = data.find(b"PK\x01\x02", at + 1)
    return found


def lying(data, at, size, value):
    bent = bytearray(data)
    place = listed(data)[-1] + at
    bent[place : place + size] = value.to_bytes(size, "little")
    return bytes(bent)


def overlapping(data):
    bent = bytearray(data)
    *_, other, last = listed(data)
    bent[last + 42 : last + 46] = bent[other + 42 : other + 46]
    return bytes(bent)


# ── cells and headings ──────────────────────────────────────────────────────────────────────

NASTY = (
    "_x0000_", "_xD800_", "\ue000\uf8ff", "𠮷" * 40, "王·" * 50, "李" * 100, "e" + "\u0301" * 500,
    "٢٠٢٠٠٥٠١", "２０２０", "\u200b\u2060\ufeff", "\u202e李小满", "a\tb", "a\nb", "\\N", "\\.",
    "\\x00", "'; DROP TABLE student; --", '"', "=1+1", "＝1+1", "+86", "-", "@SUM(A1)", "{0}",
    "%(x)s", "<script>", "&amp;", "1e308", "1" * 400, "null", "NaN", "\u2028", "\x85", "\ufffd",
    "\U0010fffd", "💣", "ﷺ" * 40, "x" * 40_000,
)  # fmt: skip


def cells():
    for nth, value in enumerate(NASTY):
        yield f"{nth}: {value!r:.20} in every cell", partial(nasty, value)


def nasty(value):
    out = line(1, HEADINGS)
    for number, heading in enumerate(HEADINGS, start=2):
        out += line(number, typed(**{heading: value}))
    return book(out)


def templates():
    heads = list(HEADINGS)
    for told, bent in {
        "missing": heads[1:], "doubled": [*heads, heads[0]], "all doubled": heads * 2,
        "backwards": heads[::-1], "blank": [""] * 72, "numbers": list(range(72)),
        "strange": [f"x{n}" for n in range(72)], "one": heads[:1], "none": [],
        "odd": ["_x0000_" + head for head in heads], "long": [head * 3000 for head in heads],
        "wide": [*heads, *(f"y{n}" for n in range(600))], "the same": ["姓名"] * 72,
    }.items():  # fmt: skip
        yield f"headings: {told}", partial(book, line(1, bent) + line(2, typed()))
    yield "an old template", lambda: a_book([a_row()], write=old_version)
    yield "a reason column", lambda: a_book([a_row()], headings=[*HEADINGS, "错误原因"])


def old_version(out, _page):
    out.add_worksheet("_xueji").write(0, 0, "students 1999.1")


def all_books():
    for kind in (doctypes, sheets, codings, strings, books, loads, zips, cells, templates):
        yield from kind()
