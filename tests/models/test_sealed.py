"""Sealing: nobody opens without the key, and a running process follows its key file."""

import os

import pytest

from app.models import sealed
from app.models.sealed import KeyFile, Keyring, Locked, fresh_key, fresh_key_file


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "sealing.key"
    made.write_text(fresh_key_file(), "ascii")
    return made


@pytest.fixture
def ring(path):
    made = Keyring()
    made.unlock(path)
    return made


@pytest.fixture
def impatient(monkeypatch):
    """Look at the file each time."""
    monkeypatch.setattr(sealed, "LOOK_SECONDS", -1.0)


def put_on_top(path, number=2):
    held = KeyFile.read(path)
    fresh = path.with_suffix(".fresh")
    fresh.write_text(KeyFile({number: fresh_key(), **held.keys}, held.digest).text, "ascii")
    fresh.replace(path)


def test_what_was_sealed_opens_for_its_purpose_only(ring):
    held = ring.seal("13900000001", "phone")
    assert ring.unseal(held, "phone") == "13900000001"
    with pytest.raises(Locked):
        ring.unseal(held, "address")


@pytest.mark.parametrize("bend", [slice(0, 0), slice(0, 5), slice(0, -1)])
def test_what_was_cut_does_not_open(ring, bend):
    with pytest.raises(Locked):
        ring.unseal(ring.seal("13900000001", "phone")[bend], "phone")


def test_the_same_text_is_never_sealed_alike_and_always_digested_alike(ring):
    assert ring.seal("一", "name") != ring.seal("一", "name")
    assert ring.digest("一") == ring.digest("一")


def test_many_are_sealed_as_each_alone_and_nothing_stays_nothing(ring):
    sealed = ring.seal_all(["甲", None, "甲", ""], "phone")
    assert sealed[1] is None
    assert [ring.unseal(value, "phone") for value in sealed if value] == ["甲", "甲", ""]
    assert len({value[1:13] for value in sealed if value}) == 3  # nonces


def test_a_ring_without_keys_opens_nothing():
    for use in (lambda r: r.seal("x", "p"), lambda r: r.digest("x"), lambda r: r.unseal(b"x", "p")):
        with pytest.raises(Locked):
            use(Keyring())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 00\ndigest 11\n",
        f"1 {'00' * 32}\n",
        f"digest {'00' * 32}\n",
        f"0 {'00' * 32}\ndigest {'00' * 32}\n",
        f"256 {'00' * 32}\ndigest {'00' * 32}\n",
        f"1 {'00' * 32}\n1 {'11' * 32}\ndigest {'00' * 32}\n",
        "one two three",
        "钥匙",
    ],
)
def test_a_bad_key_file_is_refused(path, text):
    path.write_text(text, "utf-8")
    with pytest.raises(Locked):
        Keyring().unlock(path)


def test_a_new_key_on_top_seals_within_seconds_and_the_old_one_still_opens(ring, path, impatient):
    before = ring.seal("李小满", "name")
    put_on_top(path)
    after = ring.seal("李小满", "name")
    assert (before[0], after[0]) == (1, 2)
    assert ring.unseal(before, "name") == ring.unseal(after, "name") == "李小满"


def test_a_process_looks_at_its_file_now_and_then_only(ring, path):
    put_on_top(path)
    assert ring.seal("李小满", "name")[0] == 1


def test_a_value_of_a_newer_key_makes_a_process_look_at_once(ring, path):
    put_on_top(path)
    other = Keyring()
    other.unlock(path)
    assert ring.unseal(other.seal("李小满", "name"), "name") == "李小满"
    assert ring.seal("李小满", "name")[0] == 2


def test_a_retired_key_opens_nothing_any_more(ring, path, impatient):
    old = ring.seal("李小满", "name")
    put_on_top(path)
    ring.seal("", "name")
    held = KeyFile.read(path)
    path.write_text(KeyFile({2: held.keys[2]}, held.digest).text, "ascii")
    ring.seal("", "name")
    with pytest.raises(Locked):
        ring.unseal(old, "name")


@pytest.mark.parametrize("bend", ["keys", "digest", "words", "gone"])
def test_a_file_of_other_keys_is_not_followed(ring, path, impatient, bend, caplog):
    held = KeyFile.read(path)
    texts = {
        "keys": KeyFile({1: fresh_key()}, held.digest).text,
        "digest": KeyFile({2: fresh_key(), **held.keys}, fresh_key()).text,
        "words": "nonsense",
    }
    if bend == "gone":
        path.unlink()
    else:
        path.write_text(texts[bend], "ascii")
        os.utime(path, ns=(1, 1))
    sealed_now = ring.seal("李小满", "name")
    again = Keyring.of(held)
    assert again.unseal(sealed_now, "name") == "李小满"
    assert bend == "gone" or "other keys" in caplog.text
