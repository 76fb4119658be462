"""身份核验名单: the workbook that goes to the police, and the file that comes back (xlsx or csv).

Nothing but a running number, name and ID number goes out; the last column is theirs. It is made
in memory: no plain copy of it is ever on a disk of this house.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import xlsxwriter

from app.errors import BadCell, BadFile, Refusal
from app.imports import sandbox
from app.imports.form import VERSION_SHEET
from app.imports.readers import narrow, plain
from app.models.student import Verification
from app.storage.sealed_files import Folder, opened, read
from app.workflows.rounds import MOST, Answer, Sent

SHEET = "核验名单"
HEADINGS = ("序号", "姓名", "身份证件号", "核验结果")
WIDTHS = (8, 18, 24, 12)
WORDS: Mapping[str, Verification] = {
    **dict.fromkeys(("通过", "一致", "是", "1", "PASSED"), Verification.PASSED),
    **dict.fromkeys(("不通过", "不一致", "否", "0", "FAILED", "库中无此号"), Verification.FAILED),
}
CHOICES = ("通过", "不通过")
ZIP = b"PK"
CSV_BYTES = 8_000_000
ENCODINGS = ("utf-8-sig", "gb18030")


def version_of(round_id: int) -> str:
    """Return what the hidden sheet of a round's file says."""
    return f"verification {round_id}"


def write(round_id: int, rows: Iterable[Sent], out: IO[bytes]) -> None:
    """Write the list of a round."""
    book: Any = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    text = book.add_format({"num_format": "@"})
    strong = book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet(SHEET)
    for at, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.write_string(0, at, heading, strong)
        sheet.set_column(at, at, width, text)
    last = 0
    for last, row in enumerate(rows, start=1):
        for at, cell in enumerate((str(row.row_no), row.name, row.id_number)):
            sheet.write_string(last, at, cell, text)
    choice = {"validate": "list", "source": list(CHOICES)}
    sheet.data_validation(1, len(HEADINGS) - 1, max(last, 1), len(HEADINGS) - 1, choice)
    sheet.freeze_panes(1, 0)
    version = book.add_worksheet(VERSION_SHEET)
    version.write_string(0, 0, version_of(round_id))
    version.very_hidden()
    book.close()


def answers(digest: str, round_id: int) -> list[Answer]:
    """Read a file that came back, or raise `BadFile` with what is wrong with it."""
    data = read(Folder.VERIFICATION, digest)
    rows = _workbook(digest, round_id) if data[:2] == ZIP else _csv(data)
    heading = next(rows, (0, []))[1]
    if tuple(narrow(cell) for cell in heading[: len(HEADINGS)]) != HEADINGS:
        raise BadFile(Refusal("E-VERIFY-HEADINGS", {"headings": "、".join(HEADINGS)}))
    found = [_answer(at, cells) for at, cells in rows if any(cells)]
    if not found:
        raise BadFile(Refusal("E-FILE-EMPTY"))
    return found


def _workbook(digest: str, round_id: int) -> Iterator[tuple[int, list[str]]]:
    with opened(Folder.VERIFICATION, digest) as path, sandbox.opened(path, SHEET) as sheet:
        if sheet.rows > MOST + 1:
            raise BadFile(Refusal("E-FILE-ROWS", {"limit": f"{MOST:,}"}))
        if sheet.version is not None and sheet.version != version_of(round_id):
            raise BadFile(Refusal("E-VERIFY-ROUND"))
        for first, columns in sheet.blocks:
            for nth, cells in enumerate(zip(*columns[: len(HEADINGS)], strict=True)):
                yield first + nth, [_text(cell) for cell in cells]


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if len(data) > CSV_BYTES or b"\0" in data:
        raise BadFile(Refusal("E-VERIFY-TYPE"))
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        lines = csv.reader(io.StringIO(text, newline=""))
        try:
            yield from ((at, [cell.strip() for cell in row]) for at, row in enumerate(lines, 1))
        except csv.Error:
            raise BadFile(Refusal("E-VERIFY-TYPE")) from None
        return
    raise BadFile(Refusal("E-VERIFY-TYPE"))


def _text(cell: object) -> str:
    try:
        return plain(cell)
    except BadCell:
        return "?"  # a number Excel has cut short: it names nobody


def _answer(at: int, cells: Sequence[str]) -> Answer:
    row_no, name, number, said = [*cells, "", "", "", ""][: len(HEADINGS)]
    digits, word = narrow(row_no), narrow(said).upper()
    nth = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None  # noqa: PLR2004  more than MOST
    wrong = "" if not word or word in WORDS else "E-VERIFY-WORD"
    if nth is None:
        wrong = "E-VERIFY-ROW"
    return Answer(at, nth, name, number, WORDS.get(word), wrong)
