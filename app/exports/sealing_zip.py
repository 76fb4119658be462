"""加密压缩包: what leaves on an approved request opens with a password alone (AES-256, WinZip).

Any archive program of today opens it; names inside an archive are readable without a password, so
they hold a number and never a person. The old ZIP cipher is broken and is not used.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pyzipper

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
GROUPS, IN_GROUP = 4, 5  # 55 letters, 20 of them: 115 bits
PACKED = (".xlsx", ".ods")  # archives themselves: packing them again gains nothing


def new_password() -> str:
    """Return a fresh password, in groups so that it can be read out and typed."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def sealed_zip(name: str, data: bytes, password: str) -> bytes:
    """Return one file in an archive that opens with a password; nothing touches a disk."""
    out = BytesIO()
    how = pyzipper.ZIP_STORED if name.endswith(PACKED) else pyzipper.ZIP_DEFLATED
    with pyzipper.AESZipFile(out, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(name, data, compress_type=how)
    return out.getvalue()


def seal_zip(parts: Iterable[tuple[str, Path]], password: str, into: Path) -> None:
    """Write files (name inside, where they lie) into one archive that opens with a password.

    Files are read in pieces; ``into`` is written anew.
    """
    with pyzipper.AESZipFile(into, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, path in parts:
            is_packed = name.endswith(PACKED)
            how = pyzipper.ZIP_STORED if is_packed else pyzipper.ZIP_DEFLATED
            archive.write(path, name, compress_type=how)
