"""`xueji keys rotate` and `retire`: a new sealing key for everything, while people work.

A new key goes on top of the file, `key_check` learns it, running processes notice within
`LOOK_SECONDS`; then everything sealed with older keys is sealed anew, in passes until one finds
nothing. Each step is found done or not done by whoever runs the command again after a kill.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Engine, create_engine, select, text, update

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.key_files import drop_keys, put_key, raise_key, unlock
from app.cli.trouble import CannotStart
from app.models.audit import KeyCheck
from app.models.sealed import KEYS, LOOK_SECONDS
from app.policies.audit import record
from app.policies.key_checks import DIGEST_ID, RETIRED, add, checks, require_ours
from app.policies.resealing import ROWS, begin, old_places, places, reseal
from app.storage import sealed_files
from config import ENGINE, Config

PASSES = 5  # more than one writer with an old key file is a fault, not a coincidence
TELL_SECONDS, WAIT_SECONDS = 2.0, 60.0
ALONE = text("SELECT pg_try_advisory_lock(20261121)")
SEES = text(
    "SELECT current_user = ANY (roles) OR (SELECT rolsuper FROM pg_roles"
    " WHERE rolname = current_user) FROM pg_policies"
    " WHERE (tablename, policyname) = ('student', 'keys')"
)
NEWEST = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
Say = Callable[[str], object]


class Rotated(NamedTuple):
    """What one run sealed anew, in how many seconds."""

    rows: int
    seconds: float


def rotate(config: Config, rows: int, say: Say, *, retire: bool = False) -> Rotated:
    """Seal everything with a new key, or go on where a killed run stopped."""
    with owner(config) as (engine, ours):
        fresh = start(engine, ours)
        how = "is new" if fresh else "was new to a run that ended early"
        say(f"key {KEYS.held.active} {how}; older ones open what they sealed")
        time.sleep(LOOK_SECONDS * 1.25)
        done = settle(engine, rows, say)
        say(f"everything is sealed with key {KEYS.held.active}: {told(done)}")
        if retire:
            drop(engine, ours, say)
    return done


def retire(config: Config, say: Say) -> None:
    """Take keys out of the file with which nothing is sealed any more."""
    with owner(config) as (engine, ours):
        drop(engine, ours, say)


@contextmanager
def owner(config: Config) -> Iterator[tuple[Engine, Config]]:
    """Give the owner's engine, with our keys open, to one run at a time."""
    config = attach(config)
    if not config.owner_database_url:
        raise CannotStart("Only its owner may seal anew: set XUEJI_OWNER_DATABASE_URL.")
    with reach(config.owner_database_url, "XUEJI_OWNER_DATABASE_URL") as conn:
        require_current(conn)
    unlock(config)
    engine = create_engine(config.owner_database_url, **ENGINE)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as held:
            if not held.scalar(SEES):
                raise CannotStart(
                    "The role of XUEJI_OWNER_DATABASE_URL is not the one that ran `xueji init`, so"
                    " it does not see what is sealed: set the address of that role."
                )
            if not held.scalar(ALONE):
                raise CannotStart("Somebody else is sealing anew: wait until that has ended.")
            require_ours(checks(held), KEYS, config.key_file)
            yield engine, config
    finally:
        engine.dispose()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Give one transaction that triggers and policies know for what it is."""
    with engine.begin() as connection:
        begin(connection)
        yield connection


def start(engine: Engine, config: Config) -> bool:
    """Put a new key on top and tell the registry; False when a killed run did so before."""
    with transaction(engine) as connection:
        known = checks(connection)
        waiting = select(KeyCheck.key_id).where(KeyCheck.rotating_since.is_not(None))
        if KEYS.held.active in connection.scalars(waiting).all():
            return False
    unused = [number for number in KEYS.held.keys if number not in known]
    if not unused:
        put_key(config.key_file, frozenset(known), on_top=True)
    elif unused[0] != KEYS.held.active:
        raise_key(config.key_file, unused[0])
    unlock(config)
    with transaction(engine) as connection:
        add(connection, KEYS, KEYS.held.active, rotating=True)
        record(connection, "keys.rotate", key=KEYS.held.active)
    return True


def settle(engine: Engine, rows: int, say: Say) -> Rotated:
    """Seal anew until a whole pass finds nothing, then say so in the audit."""
    began = time.monotonic()
    total = passes(engine, rows, say)
    with transaction(engine) as connection:
        connection.execute(update(KeyCheck).values(rotating_since=None))
        record(connection, "keys.rotated", key=KEYS.held.active, rows=total)
    return Rotated(total, time.monotonic() - began)


def passes(engine: Engine, rows: int, say: Say) -> int:
    """Seal anew until a whole pass finds nothing; return how much was sealed anew."""
    total = 0
    for _ in range(PASSES):
        written = one_pass(engine, rows, say)
        total += written
        if not written:
            return total
    raise CannotStart(
        "Values keep coming that are sealed with an older key: a process or a host still has the"
        " old key file; carry the new one there, or restart it, and run this again."
    )


def one_pass(engine: Engine, rows: int, say: Say) -> int:
    """Go once through every table, the history and the files; return how much was sealed anew."""
    steps = [(place.name, reseal(engine, place, rows)) for place in places()]
    steps.append(("files", (1 for _ in sealed_files.reseal())))
    return sum(counted(name, written, say) for name, written in steps)


def counted(name: str, steps: Iterator[int], say: Say) -> int:
    """Return the sum of all steps in one place, telling it now and then."""
    began = spoke = time.monotonic()
    total = 0
    for written in steps:
        total += written
        if time.monotonic() - spoke > TELL_SECONDS:
            spoke = time.monotonic()
            say(f"  {name:<16}{told(Rotated(total, spoke - began))} …")
    if total:
        say(f"  {name:<16}{told(Rotated(total, time.monotonic() - began))}")
    return total


def told(done: Rotated) -> str:
    """Return a count with its speed, in words."""
    speed = done.rows / max(done.seconds, 0.001)
    return f"{done.rows:>12,} rows in {done.seconds:,.0f} s ({speed:,.0f}/s)"


def drop(engine: Engine, config: Config, say: Say) -> None:
    """Take the keys before the active one out of the file, unless something needs them."""
    wait_for_writers(engine)
    late = passes(engine, ROWS, say)  # what was sealed by a process that had not noticed yet
    with transaction(engine) as connection:
        needed = old_places(connection) + (["files"] if sealed_files.old() else [])
        if needed:
            raise CannotStart(
                f"Older keys stay in {config.key_file}, for they still seal something in"
                f" {', '.join(needed)}: carry the newest file to every host, then try again."
            )
        known = checks(connection)
        gone = set(known) - {DIGEST_ID, KEYS.held.active}
        fresh = sorted(number for number in gone if known[number] != RETIRED)
        if fresh:
            change = update(KeyCheck).where(KeyCheck.key_id.in_(fresh))
            connection.execute(change.values(sealed=RETIRED))
            record(connection, "keys.retire", keys=fresh, rows=late)
    drop_keys(config.key_file, gone)
    say(f"retired keys: {', '.join(map(str, fresh)) or 'none'}; backups of before still need them")


def wait_for_writers(engine: Engine) -> None:
    """Wait until every transaction has ended that may have written before now."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        horizon = connection.scalar(NEWEST)
        until = time.monotonic() + WAIT_SECONDS
        while connection.scalar(OLDEST) < horizon:
            if time.monotonic() > until:
                raise CannotStart(
                    "A transaction that began before is still open: try again when it has ended."
                )
            time.sleep(0.2)
