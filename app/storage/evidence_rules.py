"""What may be evidence: the kind is read from the content, and pictures are drawn anew.

Types and the size of 2 MiB are 002 VI.2 with the pictures of newer movements (Q-09). A picture that
was decoded and encoded again carries nothing but its pixels: no place it was taken at, no
comment, no second file behind it. Archives and documents stay as they are and are never opened.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from PIL import Image, ImageOps

from app.errors import BadFile, Refusal

MOST_BYTES = 2 * 1024 * 1024  # as uploaded
MOST_FILES = 10  # a case
MOST_PIXELS = 36_000_000  # A4 at 600 dots an inch is 34.8 million
LONGEST_NAME = 120
TEN_THOUSAND = 10_000  # how pixels are counted in Chinese
ENDINGS: Mapping[str, str] = {  # ending of a name: the kind it promises
    "jpg": "jpg",
    "jpeg": "jpg",
    "png": "png",
    "pdf": "pdf",
    "doc": "doc",
    "docx": "docx",
    "zip": "zip",
    "rar": "rar",
}
PICTURES: Mapping[str, str] = {"jpg": "JPEG", "png": "PNG"}
MARKS: Mapping[bytes, str] = {  # what a file of a kind begins with
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"%PDF-": "pdf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "doc",
    b"PK\x03\x04": "zip",
    b"Rar!\x1a\x07\x00": "rar",
    b"Rar!\x1a\x07\x01\x00": "rar",
}
WORD = "WordDocument".encode("utf-16-le")  # the stream that makes an OLE file a Word document
DRAWN = ("1", "L", "LA", "P", "RGB", "RGBA")  # modes a PNG may keep
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # kinds of characters no name needs


class Paper(NamedTuple):
    """A file as it is kept: its cleaned name, its kind, and the bytes."""

    name: str
    kind: str
    data: bytes


def judged(name: str, data: bytes) -> Paper:
    """Return a file as evidence, or raise `BadFile` with what is wrong with it."""
    shown = clean_name(name)
    if not data:
        raise BadFile(Refusal("E-PAPER-EMPTY", {"name": shown}))
    if len(data) > MOST_BYTES:
        raise BadFile(Refusal("E-PAPER-SIZE", {"name": shown, "limit": "2 MB"}))
    kind = kind_of(data)
    if kind is None or ENDINGS.get(ending(shown)) != kind:
        raise BadFile(Refusal("E-PAPER-TYPE", {"name": shown}))
    return Paper(shown, kind, drawn_anew(shown, kind, data) if kind in PICTURES else data)


def kind_of(data: bytes) -> str | None:
    """Return what the content of a file is, whatever it is called; None for what is not taken."""
    kind = next((kind for mark, kind in MARKS.items() if data.startswith(mark)), None)
    if kind == "doc":
        return kind if WORD in data else None
    return _kind_of_zip(data) if kind == "zip" else kind


def _kind_of_zip(data: bytes) -> str | None:
    """Return docx or zip by the list of names at its end; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return "zip"
    if "word/vbaProject.bin" in names:  # a document that would run something
        return None
    return "docx" if any(name.startswith("word/") for name in names) else "zip"


def drawn_anew(name: str, kind: str, data: bytes) -> bytes:
    """Return a picture encoded again, upright and with nothing but its pixels; or `BadFile`."""
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[PICTURES[kind]]) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise _unreadable(name)
                _encode(found, kind, out)
    except (
        OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError,
        Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError,
    ):  # fmt: skip
        raise _unreadable(name) from None
    return out.getvalue()


def _encode(found: Image.Image, kind: str, out: io.BytesIO) -> None:
    shown = ImageOps.exif_transpose(found)
    if kind == "jpg":
        shown = shown if shown.mode in ("L", "RGB") else shown.convert("RGB")
    elif shown.mode not in DRAWN:
        shown = shown.convert("RGBA" if "A" in shown.mode else "RGB")
    shown.info = {k: v for k, v in shown.info.items() if k == "transparency"}
    if kind == "jpg":
        shown.save(out, "JPEG", quality=88)
    else:
        shown.save(out, "PNG")


def _unreadable(name: str) -> BadFile:
    limit = MOST_PIXELS // TEN_THOUSAND
    return BadFile(Refusal("E-PAPER-PICTURE", {"name": name, "limit": limit}))


def clean_name(name: str) -> str:
    """Return a file's name without folders and hidden characters, its ending kept when cut."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if unicodedata.category(sign) not in HIDDEN)
    path = PurePosixPath(plain.strip().strip(".") or "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}"[-LONGEST_NAME:]


def ending(name: str) -> str:
    """Return the ending of a name in small letters, without its dot."""
    return PurePosixPath(name).suffix.lstrip(".").lower()
