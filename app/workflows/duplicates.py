"""查重 (P04): comparing records with the whole registry, and opening what collides as problems.

Called with the scope widened. The database itself writes down whose identity is new or changed
(`check_waiting`); the job compares a window of them at a time, all in a handful of statements. A
step that changes an identity compares at once too, but leaves the line waiting: two such steps at
the same moment do not see each other, and the job afterwards does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from app.models.problem import CheckWaiting, EvidencedPair, ProblemItem, ProblemKind
from app.models.student import Status, Student
from app.workflows import settling
from app.workflows.identity import Identity, Key, among, identities, nsb

ENDED = (Status.GRADUATED, Status.COMPLETED, Status.DECEASED)
NOT_LIVE = (*ENDED, Status.DELETED)  # not compared by name, gender and birth date

Pair = tuple[int, int]  # two records, the lower id first
NO_PAIRS: frozenset[Pair] = frozenset()


class Collision(NamedTuple):
    """What several records have in common, and the ids of all of them."""

    key: Key
    members: tuple[int, ...]


def check(session: Session, student_ids: Collection[int]) -> set[int]:
    """Compare records with all others; return the ids of all whose problems moved. Never commits.

    Looks without a lock first; what collides, or belongs to a group already, is then looked at
    again and written, one transaction after another. Who has changed one of these records before
    calls `settling.hold` before that.
    """
    session.flush()
    ids = _concerned(session, student_ids)
    if not ids:
        return set()
    settling.hold(session)
    known = {one.student_id: one for one in identities(session, ids)}
    groups = settling.open_items(session, _fresh(session, known))
    groups |= settling.leave(session, known)
    return settling.settle(session, groups) | settling.reflag(session, ids)


def waiting(session: Session, most: int, after: int = 0) -> list[tuple[int, datetime]]:
    """Return records that wait to be compared, by their ids from ``after`` on, and since when."""
    asked = select(CheckWaiting.student_id, CheckWaiting.asked_at)
    ordered = asked.where(CheckWaiting.student_id > after).order_by(CheckWaiting.student_id)
    return [(row.student_id, row.asked_at) for row in session.execute(ordered.limit(most))]


def checked(session: Session, done: Iterable[tuple[int, datetime]]) -> None:
    """Take compared records off the list, but for those that changed again meanwhile.

    Nor is a line taken that somebody is changing at this moment: it is compared once more.
    """
    times = dict(done)
    free = (
        select(CheckWaiting.student_id, CheckWaiting.asked_at)
        .where(among(CheckWaiting.student_id, times))
        .order_by(CheckWaiting.student_id)
        .with_for_update(skip_locked=True)
    )
    still = [row.student_id for row in session.execute(free) if times[row[0]] == row.asked_at]
    if still:
        gone = delete(CheckWaiting).where(among(CheckWaiting.student_id, still))
        session.execute(gone.execution_options(synchronize_session=False))


def not_compared(session: Session, student_ids: Collection[int]) -> set[int]:
    """Return which of these records are still to be compared."""
    asked = select(CheckWaiting.student_id).where(among(CheckWaiting.student_id, student_ids))
    return set(session.scalars(asked))


# ── what collides ────────────────────────────────────────────────────────────────────────


def _concerned(session: Session, student_ids: Collection[int]) -> set[int]:
    """Return which of these records collide now, or did before."""
    asked, wanted = among(ProblemItem.student_id, student_ids), set(student_ids)
    concerned = set(session.scalars(select(ProblemItem.student_id).where(asked)))
    for found in _collisions(session, wanted):
        concerned |= wanted.intersection(found.members)
    return concerned | {one.student_id for one in identities(session, wanted) if one.is_wrong}


def _collisions(session: Session, ids: Collection[int]) -> Iterator[Collision]:
    """Yield what these records have in common with others, each once with all who have it."""
    for digest, members in session.execute(_same_id(ids)):
        assert digest is not None  # noqa: S101  those without a number were left out
        yield Collision(Key(ProblemKind.DUP_ID, digest), tuple(members))
    for name_key, gender, born, members in session.execute(_same_person(ids)):
        yield Collision(Key(ProblemKind.DUP_NSB, nsb(name_key, gender, born)), tuple(members))


def _same_id(ids: Collection[int]) -> Select[bytes | None, Sequence[int]]:
    """Return the query of ID numbers that these records share with others, and with whom."""
    one, other = aliased(Student), aliased(Student)
    is_kept = one.status != Status.DELETED
    mine = select(one.id_digest).where(among(one.id, ids), is_kept, one.id_digest.is_not(None))
    asked = mine.distinct().subquery()
    members = func.array_agg(aggregate_order_by(other.id, other.id))
    same = and_(other.id_digest == asked.c.id_digest, other.status != Status.DELETED)
    found = select(other.id_digest, members).join_from(asked, other, same)
    return found.group_by(other.id_digest).having(func.count() > 1)


def _same_person(ids: Collection[int]) -> Select[str, str, date, Sequence[int]]:
    """Return the query of names, genders and birth dates these records share, and with whom."""
    one, other = aliased(Student), aliased(Student)
    mine = select(one.name_key, one.gender, one.birth_date)
    asked = mine.where(among(one.id, ids), one.status.not_in(NOT_LIVE)).distinct().subquery()
    members = func.array_agg(aggregate_order_by(other.id, other.id))
    same = and_(
        other.name_key == asked.c.name_key,
        other.gender == asked.c.gender,
        other.birth_date == asked.c.birth_date,
        other.status.not_in(NOT_LIVE),
    )
    held = (other.name_key, other.gender, other.birth_date)
    found = select(*held, members).join_from(asked, other, same)
    return found.group_by(*held).having(func.count() > 1)


def _fresh(session: Session, known: dict[int, Identity]) -> Iterator[tuple[Key, int]]:
    """Yield every record that has to be opened, with what it collides in.

    A pair that was proven to be two persons is not raised again.
    """
    proven = _proven(session, known)
    for key, members in _collisions(session, known):
        pairs = proven.get(key, NO_PAIRS)
        raised = members if not pairs else _unproven(members, known, pairs)
        yield from ((key, student_id) for student_id in raised)
    for one in known.values():
        wrong, itself = one.keys.get(ProblemKind.ID_ERROR), (one.student_id, one.student_id)
        is_kept = one.status is not Status.DELETED
        if wrong is not None and is_kept and itself not in proven.get(wrong, NO_PAIRS):
            yield wrong, one.student_id


def _unproven(
    members: Collection[int], known: Collection[int], pairs: Collection[Pair]
) -> Iterator[int]:
    """Yield those of a group who are, each with one of these records, a pair nobody has proven."""
    for mine in (one for one in members if one in known):
        others = [o for o in members if o != mine and (min(o, mine), max(o, mine)) not in pairs]
        if others:
            yield from (mine, *others)


def _proven(session: Session, ids: Collection[int]) -> dict[Key, set[Pair]]:
    pair, found = EvidencedPair, defaultdict[Key, set[Pair]](set)
    asked = select(pair.kind, pair.key_digest, pair.first_id, pair.second_id)
    mine = or_(among(pair.first_id, ids), among(pair.second_id, ids))
    for kind, digest, first, second in session.execute(asked.where(mine)):
        found[Key(kind, digest)].add((first, second))
    return found
