"""The smallest .xls there is, written byte by byte: [MS-CFB] around [MS-XLS], bent at will."""

from struct import pack

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR, LEAST = 512, 4096  # a shorter stream would lie among the small ones
NONE, FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
BOOK, SHEET = 0x05, 0x10
BIFF8 = 0x600


def record(kind, body=b""):
    return pack("<HH", kind, len(body)) + body


def boxed(streams, storages=()):
    """Put streams into a compound file, all in its root; storages are empty."""
    heads = [entry("Root Entry", ROOT, child=1 if streams or storages else NONE)]
    sectors, fat = [], []
    names = [(name, STREAM) for name in streams] + [(name, STORAGE) for name in storages]
    for nth, (name, kind) in enumerate(names, start=1):
        following = nth + 1 if nth < len(names) else NONE
        if kind == STORAGE:
            heads.append(entry(name, kind, right=following))
            continue
        data = streams[name].ljust(LEAST, b"\0")
        parts = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        heads.append(entry(name, kind, len(sectors), len(data), right=following))
        fat += [*range(len(sectors) + 1, len(sectors) + len(parts)), END]
        sectors += parts
    listing = b"".join(heads).ljust(-(-len(heads) // 4) * SECTOR, b"\0")
    first_of_list = len(sectors)
    count = len(listing) // SECTOR
    fat += [*range(first_of_list + 1, first_of_list + count), END]
    sectors += [listing[at : at + SECTOR] for at in range(0, len(listing), SECTOR)]
    tables = 1
    while (len(fat) + tables) > tables * (SECTOR // 4):
        tables += 1
    places = range(len(sectors), len(sectors) + tables)
    fat += [FAT] * tables
    fat += [FREE] * (tables * (SECTOR // 4) - len(fat))
    sectors.append(pack(f"<{len(fat)}I", *fat))
    places = [*places, *[FREE] * (109 - tables)]
    head = MAGIC + bytes(16) + pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables,
                                    first_of_list, 0, LEAST, END, 0, END, 0)  # fmt: skip
    return head + pack("<109I", *places) + b"".join(sectors)


def entry(name, kind, start=0, size=0, child=NONE, right=NONE):
    written = (name + "\0").encode("utf-16-le")
    head = written.ljust(64, b"\0") + pack("<HBBIII", len(written), kind, 1, NONE, right, child)
    return head + bytes(36) + pack("<IQ", start, size)


def text(value):
    return pack("<HB", len(value.encode("utf-16-le")) // 2, 1) + value.encode("utf-16-le")


def written(cell, row, at, *, formula=False):
    """Return the record of a cell; a number of class bool, float or text."""
    where = pack("<HHH", row, at, 0)
    if formula:
        return record(0x06, where + pack("<dHIH", 1.0, 0, 0, 3) + b"\x1e\x01\x00")
    if isinstance(cell, bool):
        return record(0x205, where + pack("<BB", cell, 0))
    if isinstance(cell, int | float):
        return record(0x203, where + pack("<d", cell))
    return record(0x204, where + text(cell))


def a_stream(rows, name="学生", formulas=(), version=BIFF8, state=0, kind=0, more=(), within=()):
    """Return the stream of a book of one sheet; ``more`` is the book's, ``within`` the sheet's."""
    cells = b"".join(
        written(cell, row, at, formula=(row, at) in formulas)
        for row, line in enumerate(rows)
        for at, cell in enumerate(line)
        if cell != "" or (row, at) in formulas
    )
    width = max(map(len, rows), default=0)
    size = record(0x200, pack("<IIHHH", 0, len(rows), 0, width, 0))
    sheet = record(0x809, pack("<HHHHII", version, SHEET, 0, 0, 0, 0)) + size + cells
    sheet += b"".join(record(*each) for each in within) + record(0x0A)
    label = name.encode("utf-16-le")
    start = record(0x809, pack("<HHHHII", version, BOOK, 0, 0, 0, 0))
    start += record(0x42, pack("<H", 1200)) + b"".join(record(*each) for each in more)
    length = len(start) + 4 + 8 + len(label) + 4
    bound = record(0x85, pack("<IBBBB", length, state, kind, len(label) // 2, 1) + label)
    return start + bound + record(0x0A) + sheet


def an_old_book(rows, stream="Workbook", storages=(), **bends):
    """Return the bytes of an .xls."""
    return boxed({stream: a_stream(rows, **bends)}, storages)
