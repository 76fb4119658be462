"""An archive of an export opens with its password, in AES-256, and with nothing else."""

import zipfile

import pytest
import pyzipper

from app.exports.sealing_zip import LETTERS, new_password, seal_zip

ROWS = b"name,number\r\nLi,G1\r\n" * 500


def sealed(tmp_path, password):
    path = tmp_path / "part.csv"
    path.write_bytes(ROWS)
    into = tmp_path / "DC2026-000001.zip"
    seal_zip([("DC2026-000001-1.csv", path), ("DC2026-000001-2.xlsx", path)], password, into)
    return into


def test_the_password_opens_it(tmp_path):
    password = new_password()
    with pyzipper.AESZipFile(sealed(tmp_path, password)) as archive:
        archive.setpassword(password.encode())
        assert archive.read("DC2026-000001-1.csv") == ROWS
        assert archive.read("DC2026-000001-2.xlsx") == ROWS


@pytest.mark.parametrize("other", [b"", b"wrong", None])
def test_no_other_password_does(tmp_path, other):
    with pyzipper.AESZipFile(sealed(tmp_path, new_password())) as archive:
        if other is not None:
            archive.setpassword(other)
        with pytest.raises(RuntimeError):
            archive.read("DC2026-000001-1.csv")


def test_it_is_aes_and_nothing_of_it_lies_in_clear(tmp_path):
    into = sealed(tmp_path, new_password())
    with zipfile.ZipFile(into) as archive:
        assert {one.compress_type for one in archive.infolist()} == {99}  # the mark of WinZip's AES
        with pytest.raises((RuntimeError, NotImplementedError)):
            archive.read("DC2026-000001-1.csv")
    assert b"name,number" not in into.read_bytes()


def test_passwords_are_long_and_never_the_same():
    made = {new_password() for _ in range(500)}
    assert len(made) == 500
    assert {len(one.replace("-", "")) for one in made} == {20}
    assert set("".join(made)) - {"-"} <= set(LETTERS)
    assert not set(LETTERS) & set("0O1lIio")
