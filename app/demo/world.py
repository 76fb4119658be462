"""Making the demo world: structure and accounts, then the pupils, several processes at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, exists, select

from app.demo.accounts import Access, write_accounts
from app.demo.cases import write_cases
from app.demo.pupils import write_pupils
from app.demo.structure import Room, write_authorities, write_rooms, write_schools
from app.models.organisation import Organisation
from app.models.sealed import KEYS
from app.policies import scope
from app.policies.audit import record
from config import ENGINE, Config

EVERYTHING = scope.Scope(scope.EVERYTHING, scope.EVERYTHING, reason="demo")
PUPILS_AT_ONCE = 8_000
PROCESSES = 2
UNPOOLED = {name: value for name, value in ENGINE.items() if not name.startswith("pool")}


@dataclass(frozen=True, slots=True)
class World:
    """What was made."""

    schools: int
    classes: int
    pupils: int
    cases: int
    accounts: list[Access]


def is_empty(config: Config) -> bool:
    """Tell whether the registry has no organisation yet."""
    with begin(config.database_url) as connection:
        return not connection.scalar(select(exists().where(Organisation.id > 0)))


def make(config: Config, scale: int = 1, processes: int = PROCESSES) -> World:
    """Make the world in an empty registry: at scale 1 whole or not at all, else bit by bit."""
    KEYS.unlock(config.key_file)
    url = config.database_url
    with begin(url) as connection:
        ids = write_authorities(connection)
        ids |= write_schools(connection, ids, scale)
        rooms = write_rooms(connection, ids, scale)
        accounts = write_accounts(connection, ids, rooms, config.demo_password)
        pupils = write_pupils(connection, rooms) if scale == 1 else 0
        cases = write_cases(connection) if scale == 1 else 0
        record(connection, "demo.made", scale=scale)
    if scale > 1:
        pupils = sum(write_together(url, config.key_file, rooms, processes))
        with begin(url) as connection:
            cases = write_cases(connection)
    schools = len({room.place.school_id for room in rooms})
    return World(schools, len(rooms), pupils, cases, accounts)


@contextmanager
def begin(url: str) -> Iterator[Connection]:
    """Open one transaction of the application's role that sees everything."""
    engine = create_engine(url, poolclass=NullPool, **UNPOOLED)
    scope.guard(engine)
    with scope.within(EVERYTHING), engine.begin() as connection:
        yield connection


def write_together(url: str, key_file: Path, rooms: list[Room], processes: int) -> Iterator[int]:
    """Write the pupils in several processes, since one only draws while the database writes."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(write_some, url, key_file, some) for some in shares(rooms)]
        for done in work:
            yield done.result()


def write_some(url: str, key_file: Path, rooms: list[Room]) -> int:
    """Write the pupils of some classes in a transaction of their own."""
    KEYS.unlock(key_file)
    with begin(url) as connection:
        written = write_pupils(connection, rooms)
        record(connection, "demo.pupils", pupils=written)
        return written


def shares(rooms: list[Room]) -> Iterator[list[Room]]:
    """Yield the classes in runs of some thousand pupils."""
    some: list[Room] = []
    for room in rooms:
        some.append(room)
        if sum(each.plan.size for each in some) >= PUPILS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some
