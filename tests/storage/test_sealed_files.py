"""Sealed files: one door for workbooks and evidence, whole or not at all, and clear when gone."""

import errno
import os
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem

from app.errors import BadFile, NoSpace
from app.models.sealed import Locked
from app.storage.sealed_files import Folder, keep, read


@pytest.fixture(autouse=True)
def files(house, tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")
    return tmp_path / "files"


def lying(files):
    return sorted(path for path in Path(files).rglob("*") if path.is_file())


def test_what_lies_there_says_nothing_and_comes_back_whole(files):
    digest = keep(Folder.EVIDENCE, b"a certificate")
    (path,) = lying(files)
    assert path.name == digest
    assert b"certificate" not in path.read_bytes()
    assert read(Folder.EVIDENCE, digest) == b"a certificate"


def test_the_same_file_twice_is_one_file(files):
    assert keep(Folder.EVIDENCE, b"twice") == keep(Folder.EVIDENCE, b"twice")
    assert len(lying(files)) == 1


def test_a_file_of_one_kind_opens_as_no_other(files):
    digest = keep(Folder.EVIDENCE, b"a certificate")
    (path,) = lying(files)
    other = files / "imports" / digest[:2] / digest
    other.parent.mkdir(parents=True)
    other.write_bytes(path.read_bytes())
    with pytest.raises(Locked):
        read(Folder.IMPORTS, digest)


def test_a_changed_byte_is_noticed(files):
    digest = keep(Folder.EVIDENCE, b"a certificate")
    (path,) = lying(files)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Locked):
        read(Folder.EVIDENCE, digest)


def test_a_missing_file_is_a_clear_answer():
    with pytest.raises(BadFile) as bad:
        read(Folder.EVIDENCE, "ab" * 32)
    assert bad.value.refusals[0].code == "E-FILE-LOST"


def test_a_full_disk_leaves_nothing_half(files, monkeypatch):
    local = LocalFileSystem

    def full(_self, path, data, **_facts):
        Path(path).write_bytes(data[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(local, "pipe_file", full)
    with pytest.raises(NoSpace):
        keep(Folder.EVIDENCE, b"too much")
    assert lying(files) == []
