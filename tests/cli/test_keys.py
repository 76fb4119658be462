"""`xueji keys`: a new key for everything while people work, after any kill, and no wrong one."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from random import Random

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.cli import rotating
from app.cli.key_files import put_key
from app.cli.main import xueji
from app.jobs.sessions import engine
from app.models.account import Account, Credential
from app.models.sealed import KEYS, KeyFile, fresh_key
from app.models.student import Guardian, NumberHistory, NumberKind, Student
from app.policies import key_checks, resealing, scope
from app.policies.audit import record
from app.policies.roles import Role
from app.storage import sealed_files
from app.storage.sealed_files import Folder
from config import ROOT, BadSetting, Config
from tests import make

PUPILS = 30
BOOK, PAPER = b"a workbook " * 9, b"a paper " * 9
SPENT, NOW = "13900000009", "13900000008"  # phones
TOLD = "SELECT action, details FROM audit_event WHERE action ^@ 'keys.' AND id > %s ORDER BY id"


@pytest.fixture(scope="module", autouse=True)
def key_file(root, house, tmp_path_factory):
    """Keys and files of this module's own, for its own database; ids grow from test to test."""
    folder = tmp_path_factory.mktemp("keys")
    path = shutil.copy(house.key_file, folder / "sealing.key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_KEY_FILE", str(path))
        patch.setenv("XUEJI_FILES_URL", f"file://{folder}/files")
        patch.setattr(rotating, "LOOK_SECONDS", 0.0)
        KEYS.unlock(path)
        yield path
        KEYS.unlock(house.key_file)


@pytest.fixture(scope="module", autouse=True)
def people(key_file):
    """Somebody in every table that holds sealed values, with changes behind them."""
    with writing() as session:
        room = make.a_class(session)
        pupils = [make.a_pupil(session, room) for _ in range(PUPILS)]
        family = [make.a_guardian(session, pupil, phone=SPENT) for pupil in pupils]
        account = make.an_account(session, Role.CR, phone=SPENT)
        session.add(Credential(user_id=account.user_id, totp_secret="JBSWY3DP"))
        session.add(old_number(pupils[0]))
        session.flush()
        for each in (*pupils, *family[1:], account):
            each.phone = NOW
        session.flush()
        session.delete(family[0])
        sealed_files.keep(Folder.EVIDENCE, PAPER)
        return sealed_files.keep(Folder.IMPORTS, BOOK)


@contextmanager
def writing():
    with scope.within(make.WHOLE), Session(engine()) as session, session.begin():
        yield session
        record(session, "test")


def old_number(pupil):
    number = "L" + pupil.id_number
    return NumberHistory(
        student_id=pupil.id,
        number=number,
        number_digest=KEYS.digest(number),
        kind=NumberKind.L.value,
    )


def run(*words):
    return CliRunner().invoke(xueji, ["keys", *words])


@pytest.fixture
def unchanged(root):
    """Gives a function that tells whether anything but the sealing has changed."""
    counts = (
        "SELECT ARRAY[(SELECT count(*)::text FROM row_history),"
        " (SELECT sum(row_version)::text FROM student),"
        " (SELECT sum(row_version)::text FROM guardian),"
        " (SELECT string_agg(coalesce(updated_at::text, '-'), '' ORDER BY id) FROM student),"
        " (SELECT string_agg(h::text, '' ORDER BY h::text) FROM headcount h)]"
    )
    before = root.execute(counts).fetchone(), opened()
    return lambda: (root.execute(counts).fetchone(), opened()) == before


def opened():
    """Everything that is sealed, in clear."""
    with scope.within(make.WHOLE), Session(engine()) as s:
        rows = [s.execute(select(place.table)).all() for place in resealing.places()[:-1]]
        told = s.execute(text("SELECT table_name, before, after FROM row_history ORDER BY id"))
        history = [
            sorted(
                KEYS.unseal(bytes.fromhex(side[name][2:]), to)
                for side in (row.before, row.after or {})
                for name, to in purposes(row.table_name).items()
                if side.get(name)
            )
            for row in told
        ]
    return [sorted(map(str, some)) for some in rows], history


def purposes(table):
    return resealing.places()[-1].purposes[table] if table in ("student", "guardian") else {}


def key_ids(root):
    """The ids of all keys anything is sealed with, asked of the rows themselves."""
    found = set()
    for place in resealing.places()[:-1]:
        for name in place.purposes:
            sql = f"SELECT DISTINCT get_byte({name}, 0) FROM {place.name} WHERE {name} IS NOT NULL"  # noqa: S608
            found |= {row[0] for row in root.execute(sql)}
    hexes = root.execute(
        r"SELECT DISTINCT substr(m[1], 1, 2) FROM row_history,"
        r" regexp_matches(concat(before, after), '\\x([0-9a-f]{60,})', 'g') m"
        " WHERE length(m[1]) <> 64"  # a digest is no sealed value
    )
    return found | {int(row[0], 16) for row in hexes}


def newest(root):
    return root.execute("SELECT coalesce(max(id), 0) FROM audit_event").fetchone()[0]


def deeds(root, since):
    return [row.action for row in root.execute(TOLD, (since,))]


def test_whoever_steals_the_database_reads_no_number_phone_or_address(root, key_file):
    """Neither in the tables, nor in their history, nor in the stored workbooks."""
    with scope.within(make.WHOLE), Session(engine()) as session:
        pupils = session.scalars(select(Student)).all()
        secrets = {SPENT, NOW, "JBSWY3DP", *(p.id_number for p in pupils)}
        secrets |= {p.address_now for p in pupils} | {p.number for p in pupils if p.number}
    tables = root.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in tables:
        dump = "\n".join(row[0] for row in root.execute(f"SELECT t::text FROM {table} t"))  # noqa: S608
        assert not [secret for secret in secrets if secret in dump], table
    files = [path for path in key_file.parent.rglob("files/**/*") if path.is_file()]
    assert files
    assert all(BOOK[:11] not in path.read_bytes() for path in files)


# ── rotating ─────────────────────────────────────────────────────────────────────────────


def test_every_sealed_column_is_found_and_holds_something(root):
    found = {(place.name, name) for place in resealing.places() for name in place.purposes}
    assert {("student", "phone"), ("account", "phone"), ("credential", "totp_secret")} <= found
    assert {place.name for place in resealing.places()} >= {"number_history", "row_history"}


def test_everything_is_sealed_with_the_new_key_and_nothing_else_changes(root, unchanged, people):
    since, before = newest(root), KEYS.held.active
    done = run("rotate", "--rows", "7")
    assert done.exit_code == 0, done.output
    assert KEYS.held.active == before + 1
    assert key_ids(root) == {before + 1}
    assert sealed_files.old() == []
    assert sealed_files.read(Folder.IMPORTS, people) == BOOK
    assert sealed_files.read(Folder.EVIDENCE, hashlib.sha256(PAPER).hexdigest()) == PAPER
    assert unchanged()
    assert deeds(root, since) == ["keys.rotate", "keys.rotated"]


def test_the_key_file_stays_private_and_keeps_the_old_keys(root, key_file):
    before = KeyFile.read(key_file)
    assert run("rotate").exit_code == 0
    after = KeyFile.read(key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert list(after.keys)[1:] == list(before.keys)
    assert after.digest == before.digest
    assert [path.name for path in key_file.parent.iterdir() if path.is_file()] == [key_file.name]


def test_an_open_form_can_still_be_saved(root):
    with scope.within(make.WHOLE), Session(engine()) as session:
        pupil = session.scalars(select(Student).limit(1)).one()
        session.rollback()  # the page is read, nobody holds the row
        assert run("rotate").exit_code == 0
        pupil.remark = "保存"
        record(session, "test")
        session.commit()


def test_retired_keys_leave_the_file_once_nothing_needs_them(root, key_file, unchanged):
    since = newest(root)
    done = run("rotate", "--retire")
    assert done.exit_code == 0, done.output
    assert list(KeyFile.read(key_file).keys) == [KEYS.held.active]
    assert deeds(root, since) == ["keys.rotate", "keys.rotated", "keys.retire"]
    assert unchanged()
    assert run("retire").output.startswith("retired keys: none")
    used = {row.key_id for row in root.execute("SELECT key_id FROM key_check")}
    assert run("rotate").exit_code == 0
    assert KEYS.held.active not in used  # an id is used once


def test_what_was_sealed_late_is_sealed_anew_before_a_key_is_retired(root, key_file):
    seal_late(key_file)
    assert len(key_ids(root)) > 1
    assert run("retire").exit_code == 0
    assert key_ids(root) == {KEYS.held.active} == set(KeyFile.read(key_file).keys)


def test_a_key_that_something_needs_is_not_retired(root, key_file, monkeypatch):
    seal_late(key_file)
    with monkeypatch.context() as patch:
        patch.setattr(rotating, "one_pass", lambda *_: 0)
        done = run("retire")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "they still seal something in guardian" in done.output
    assert len(KeyFile.read(key_file).keys) > 1


def test_a_writer_with_an_old_key_file_is_not_waited_for_for_ever(root, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(rotating, "one_pass", lambda *_: 1)
        done = run("rotate")
    assert done.exit_code == 1
    assert "Values keep coming" in done.output
    assert run("rotate").exit_code == 0


def seal_late(key_file):
    """Leave a value sealed with the key before, as a process that has not noticed would."""
    before = KEYS.held
    assert run("rotate").exit_code == 0
    number = put_on_top_again(key_file, before.active)
    with writing() as session:
        late = session.scalars(select(Guardian).limit(1)).one()
        late.phone = str(int(late.phone) + 1) if late.phone.isdigit() else NOW
    put_on_top_again(key_file, number)


def put_on_top_again(key_file, number):
    held = KeyFile.read(key_file)
    key_file.write_text(KeyFile({number: held.keys[number], **held.keys}, held.digest).text)
    KEYS.unlock(key_file)
    return held.active


def test_a_key_can_be_carried_to_every_host_before_it_is_used(root, key_file):
    before = KEYS.held.active
    assert run("add").exit_code == 0
    KEYS.unlock(key_file)
    added = list(KEYS.held.keys)[-1]
    assert KEYS.held.active == before
    assert run("rotate").exit_code == 0
    assert KEYS.held.active == added
    assert key_ids(root) == {added}


def test_two_do_not_rotate_at_once(root):
    with rotating.owner(Config.read()):
        done = run("rotate")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "Somebody else is sealing anew" in done.output


@pytest.mark.parametrize("url", ["", "XUEJI_DATABASE_URL"])
def test_only_the_owner_rotates(root, monkeypatch, url, key_file):
    before = key_file.read_text()
    monkeypatch.setenv("XUEJI_OWNER_DATABASE_URL", os.environ.get(url, ""))
    done = run("rotate")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "XUEJI_OWNER_DATABASE_URL" in done.output
    assert key_file.read_text() == before


# ── while people work, and when it is killed ─────────────────────────────────────────────


def test_people_read_and_write_all_the_while(root):
    """Two keys are read, the newer one writes, and no change of theirs is lost."""
    over, problems, written = threading.Event(), [], []

    def work():
        with scope.within(make.WHOLE):
            turn = 0
            while not over.is_set() and not problems:
                turn += 1
                try:
                    phone = f"139{turn:08}"
                    with writing() as session:
                        family = session.scalars(select(Guardian)).all()
                        assert all(len(each.phone) > 9 for each in family)
                        chosen = family[turn % len(family)]
                        chosen.phone, key = phone, chosen.id
                    written.append((key, phone))
                except Exception as problem:  # noqa: BLE001  any is a failure
                    problems.append(problem)

    with scope.within(make.WHOLE):
        writer = threading.Thread(target=work)
        writer.start()
        ends = [run("rotate", "--rows", "3").exit_code for _ in range(3)]
        over.set()
        writer.join()
    assert ends == [0, 0, 0]
    assert problems == [], problems
    assert len(written) > 3
    last = dict(written)
    with scope.within(make.WHOLE), Session(engine()) as session:
        found = {key: session.get_one(Guardian, key).phone for key in last}
    assert found == last
    assert key_ids(root) == {KEYS.held.active}


POINTS = {  # a step that dies: the function, the call at which it does
    "before the registry knows the key": (rotating, "add", 0),
    "between two tables": (rotating, "counted", 2),
    "between two rows of a table": (resealing.SealedTable, "write", 3),
    "in the history": (resealing.SealedHistory, "write", 1),
    "in the files": (sealed_files, "reseal", 1),
    "before the end is told": (rotating, "update", 0),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_died_is_carried_on(root, unchanged, monkeypatch, point):
    since, (where, name, at) = newest(root), POINTS[point]
    calls, whole = iter(range(1000)), getattr(where, name)

    def dying(*args, **kwargs):
        if next(calls) == at:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, dying)
        assert run("rotate", "--rows", "5").exit_code != 0
    KEYS.unlock(Config.read().key_file)
    active = KEYS.held.active
    assert unchanged()  # both keys are read
    assert run("rotate").exit_code == 0
    assert KEYS.held.active == active
    assert key_ids(root) == {active}
    assert unchanged()
    assert deeds(root, since) == ["keys.rotate", "keys.rotated"]


def test_a_run_killed_for_good_is_carried_on(root, unchanged):
    die_and_carry_on(root, unchanged, [2.4, 3.2])


@pytest.mark.soak
def test_a_run_killed_again_and_again_is_carried_on(root, unchanged):
    draw = Random(20261121)  # noqa: S311
    for _ in range(10):
        die_and_carry_on(root, unchanged, [draw.uniform(0.5, 4.5) for _ in range(4)])


def die_and_carry_on(root, unchanged, deaths):
    """Kill the command at such seconds of its life, one after the other, then let it end."""
    since, command = newest(root), [sys.executable, "-m", "app.cli.main", "keys", "rotate"]
    for seconds in deaths:
        child = subprocess.Popen([*command, "--rows", "1"], cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        child.kill()
        child.wait()
        KEYS.unlock(Config.read().key_file)
        assert unchanged()
    assert run("rotate").exit_code == 0
    assert key_ids(root) == {KEYS.held.active}
    assert unchanged()
    told = deeds(root, since)
    assert told == ["keys.rotate", "keys.rotated"] * (len(told) // 2)


# ── who may not ──────────────────────────────────────────────────────────────────────────


def test_the_application_cannot_pass_for_a_rotation(root):
    """What switches stamps and history off for the owner switches nothing off for the console."""
    lines = "SELECT count(*) FROM row_history"
    before = root.execute(lines).fetchone()[0]
    with writing() as session:
        session.connection().exec_driver_sql(resealing.BEGIN, (resealing.REASON,))
        pupil = session.scalars(select(Student).limit(1)).one()
        key, version = pupil.id, pupil.row_version
        session.execute(text("UPDATE student SET remark = '抹' WHERE id = :id"), {"id": key})
    assert root.execute(lines).fetchone()[0] == before + 1
    with scope.within(make.WHOLE), Session(engine()) as session:
        assert session.get_one(Student, key).row_version > version
    with scope.within(scope.NOBODY), Session(engine()) as session:
        session.connection().exec_driver_sql(resealing.BEGIN, (resealing.REASON,))
        assert session.scalars(select(Student)).all() == []


@pytest.mark.parametrize("deed", ["UPDATE key_check SET sealed = ''", "DELETE FROM key_check"])
def test_the_application_cannot_touch_the_checks(root, deed):
    with engine().connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(deed))


# ── a wrong key ──────────────────────────────────────────────────────────────────────────


def wrong(held, bend):
    """A key file bent by one fact."""
    first, keys = held.active, dict(held.keys)
    if bend == "another key":
        return KeyFile({**keys, first: fresh_key()}, held.digest)
    if bend == "a missing key":
        return KeyFile({first % 255 + 40: fresh_key()}, held.digest)
    return KeyFile(keys, fresh_key())


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        ("another key", "is not the one this registry was sealed with"),
        ("a missing key", "is missing from"),
        ("another digest key", "The digest key in"),
    ],
)
def test_a_wrong_key_file_is_known_from_what_it_once_sealed(root, tmp_path, bend, words):
    path = tmp_path / "wrong.key"
    path.write_text(wrong(KEYS.held, bend).text)
    ring = type(KEYS)()
    ring.unlock(path)
    with engine().connect() as connection, pytest.raises(BadSetting, match=words):
        key_checks.require_ours(key_checks.checks(connection), ring, path)


def test_a_registry_without_checks_wants_them_first():
    with pytest.raises(BadSetting, match="xueji init"):
        key_checks.require_ours({}, KEYS, Config.read().key_file)


def test_a_key_put_on_top_by_hand_is_vouched_for_and_the_rest_follows(root, key_file):
    put_key(key_file, frozenset(range(200)), on_top=True)
    KEYS.unlock(key_file)
    with rotating.owner(Config.read()) as (owner, _), owner.begin() as connection:
        key_checks.vouch(connection, KEYS, key_file)
    active = KEYS.held.active
    assert run("rotate").exit_code == 0
    assert KEYS.held.active == active
    assert key_ids(root) == {active}
    assert account_phone() == NOW


def account_phone():
    with scope.within(make.WHOLE), Session(engine()) as session:
        return session.scalars(select(Account).where(Account.role == "CR")).one().phone
