"""What a file is, told by its first bytes; its name says nothing."""

from __future__ import annotations

from enum import StrEnum

OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"
HEAD_BYTES = 4096
VERSION_SHEET = "_xueji"  # hidden in our templates; its first cell names the template
NO_TABLE = (b"<", b"%PDF", b"{\\rtf", b"Rar!", b"PK", b"7z\xbc\xaf", b"\x1f\x8b", b"GIF8")
WRITTEN = frozenset(b"\t\n\r\f")  # the control characters a text may have
SEPARATORS = (b",", b";", b"\t")


class Form(StrEnum):
    """How a table is written down."""

    XLSX = "xlsx"  # ECMA-376, and its sibling with macros until it is looked into
    XLS = "xls"  # Excel 97 to 2003; a locked .xlsx lies in the same box
    TEXT = "text"  # cells separated by , ; or TAB


def form_of(head: bytes) -> Form | None:
    """Return the form a file that begins so must have, or None when it is no table."""
    if head.startswith(OLE):
        return Form.XLS
    if head.startswith(ZIP):
        return Form.XLSX
    if head.startswith(UTF_16):
        return Form.TEXT
    text = head.removeprefix(UTF_8_MARK).lstrip()
    if not text or text.startswith(NO_TABLE):
        return None
    if any(byte < ord(" ") and byte not in WRITTEN for byte in head):
        return Form.TEXT if _is_torn_text(head) else None
    line = text.splitlines()[0]
    return Form.TEXT if any(mark in line for mark in SEPARATORS) or b'"' in line else None


def _is_torn_text(head: bytes) -> bool:
    """Tell a text with some strange bytes in it from what never was one: the child says more."""
    strange = sum(byte < ord(" ") and byte not in WRITTEN for byte in head)
    line = head.splitlines()[0]
    return strange * 50 < len(head) and any(mark in line for mark in SEPARATORS)
