"""What is evidence: read from the content, never from the name; pictures carry pixels alone."""

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.errors import BadFile
from app.storage.evidence_rules import LONGEST_NAME, MOST_BYTES, clean_name, judged
from tests.storage.papers import DOC, DOCM, DOCX, GOOD, JPG, PDF, PNG, XLS, ZIP, a_picture

HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def refused(name, data):
    with pytest.raises(BadFile) as bad:
        judged(name, data)
    return bad.value.refusals[0].code


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_is_taken_with_its_ending(name):
    paper = judged(name, GOOD[name])
    assert paper.kind == name.partition(".")[2].lower().replace("jpeg", "jpg")
    assert paper.name == name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", HTML),
        ("a.jpg", PNG),
        ("a.png", JPG),
        ("a.pdf", HTML),
        ("a.pdf", b"\n%PDF-1.7"),
        ("a.doc", XLS),
        ("a.doc", DOCX),
        ("a.docx", ZIP),
        ("a.docx", DOCM),
        ("a.docx", DOC),
        ("a.zip", DOCX),
        ("a.zip", b"PK\x03\x04 not a zip at all"),
        ("a.rar", b"Rar!"),
        ("a.svg", SVG),
        ("a.html", HTML),
        ("a.xml", b"<?xml version='1.0'?><x/>"),
        ("a.exe", b"MZ" + bytes(60)),
        ("a.gif", a_picture("GIF", mode="P")),
        ("a.jpg.html", JPG),
        ("noending", JPG),
        ("a.docm", DOCM),
    ],
)
def test_what_lies_about_itself_or_is_no_evidence_is_refused(name, data):
    assert refused(name, data) == "E-PAPER-TYPE"


def test_size_is_measured_as_uploaded():
    whole = PDF + bytes(MOST_BYTES - len(PDF))
    assert judged("a.pdf", whole).data == whole
    assert refused("a.pdf", whole + b"1") == "E-PAPER-SIZE"
    assert refused("a.pdf", b"") == "E-PAPER-EMPTY"


def test_a_picture_loses_where_and_when_it_was_taken():
    exif = Image.Exif()
    exif[0x010F], exif[0x9003] = "SecretCamera", "2026:01:01 00:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    data = a_picture(exif=exif, comment=b"SecretComment")
    assert b"SecretCamera" in data
    stored = judged("a.jpg", data).data
    assert b"Secret" not in stored
    assert b"Exif" not in stored
    texts = PngInfo()
    texts.add_text("Author", "SecretAuthor")
    stored = judged("a.png", a_picture("PNG", pnginfo=texts, exif=exif)).data
    assert b"Secret" not in stored
    assert b"eXIf" not in stored


def test_a_turned_picture_is_stored_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = judged("a.jpg", a_picture(size=(60, 40), exif=exif)).data
    assert Image.open(io.BytesIO(stored)).size == (40, 60)


@pytest.mark.parametrize("tail", [HTML, ZIP, PDF])
@pytest.mark.parametrize(("name", "data"), [("a.jpg", JPG), ("a.png", PNG)])
def test_a_second_file_behind_a_picture_is_gone(name, data, tail):
    stored = judged(name, data + tail).data
    assert tail[:20] not in stored
    assert Image.open(io.BytesIO(stored)).format == {"a.jpg": "JPEG", "a.png": "PNG"}[name]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_every_mode_is_taken(mode):
    assert judged("a.png", a_picture("PNG", mode=mode)).kind == "png"


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_of_every_mode_is_taken(mode):
    assert judged("a.jpg", a_picture(mode=mode)).kind == "jpg"


def a_bomb(width, height):
    """A PNG of a few bytes that says it is that large."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = bytes((width // 8 + 2) * height) if 0 < height < 10_000 else bytes(1000)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    drawn = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        check = struct.pack(">I", zlib.crc32(kind + data))
        drawn += struct.pack(">I", len(data)) + kind + data + check
    return drawn


@pytest.mark.parametrize("side", [6_001, 12_000, 60_000, 2**31 - 1])
def test_a_bomb_is_refused_before_it_goes_off(side):
    assert refused("a.png", a_bomb(side, side)) == "E-PAPER-PICTURE"


@pytest.mark.parametrize("data", [JPG[:200], PNG[:40], JPG[:3] + bytes(50), a_bomb(0, 0)])
def test_a_damaged_picture_is_refused(data):
    name = "a.jpg" if data.startswith(b"\xff") else "a.png"
    assert refused(name, data) == "E-PAPER-PICTURE"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/a.jpg", "a.jpg"),
        ("C:\\户口\\a.jpg", "a.jpg"),
        ('a"\r\nSet-Cookie: x.jpg', 'a"Set-Cookie: x.jpg'),
        ("a\u202egpj.pdf", "agpj.pdf"),
        (".jpg", "jpg"),
        ("  .. ", "file"),
        ("", "file"),
        ("长" * 200 + ".pdf", "长" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_holds_no_folder_and_nothing_hidden(name, shown):
    assert clean_name(name) == shown
    assert len(clean_name(name)) <= LONGEST_NAME
