"""查重 (P04): comparing records with the whole registry, and opening what collides as problems.

Called with the scope widened. The database itself writes down whose identity is new or changed
(`check_waiting`); the job compares a window of them at a time, all in a handful of statements. A
step that changes an identity compares at once too, but leaves the line waiting: two such steps at
the same moment do not see each other, and the job afterwards does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from app.models.problem import CheckWaiting, EvidencedPair, ProblemItem, ProblemKind
from app.models.student import Status, Student
from app.workflows import settling
from app.workflows.identity import Identity, Key, among, identities

ENDED = (Status.GRADUATED, Status.COMPLETED, Status.DECEASED)
NOT_LIVE = (*ENDED, Status.DELETED)  # not compared by name, gender and birth date


def check(session: Session, student_ids: Collection[int]) -> set[int]:
    """Compare records with all others; return the ids of all whose problems moved. Never commits.

    Looks without a lock first; what collides, or belongs to a group already, is then looked at
    again and written, one transaction after another.
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


def waiting(session: Session, most: int) -> list[tuple[int, datetime]]:
    """Return records that wait to be compared, the longest waiting first, and since when."""
    asked = select(CheckWaiting.student_id, CheckWaiting.asked_at)
    ordered = asked.order_by(CheckWaiting.asked_at, CheckWaiting.student_id)
    return [(row.student_id, row.asked_at) for row in session.execute(ordered.limit(most))]


def checked(session: Session, done: Iterable[tuple[int, datetime]]) -> None:
    """Take compared records off the list, but for those that changed again meanwhile."""
    line = tuple_(CheckWaiting.student_id, CheckWaiting.asked_at)
    session.execute(delete(CheckWaiting).where(line.in_(list(done))))


def not_compared(session: Session, student_ids: Collection[int]) -> set[int]:
    """Return which of these records are still to be compared."""
    asked = select(CheckWaiting.student_id).where(among(CheckWaiting.student_id, student_ids))
    return set(session.scalars(asked))


# ── what collides ────────────────────────────────────────────────────────────────────────


def _concerned(session: Session, student_ids: Collection[int]) -> set[int]:
    """Return which of these records collide now, or did before."""
    before = select(ProblemItem.student_id).where(among(ProblemItem.student_id, student_ids))
    collide = {row[1] for row in session.execute(_pairs(student_ids))}
    wrong = {one.student_id for one in identities(session, student_ids) if one.is_wrong}
    return {*session.scalars(before), *collide, *wrong}


def _pairs(ids: Collection[int]) -> Select[str, int, int]:
    """Return the query of colliding pairs: the kind, one of these records, and another."""
    one, other = aliased(Student), aliased(Student)

    def pairs(kind: ProblemKind, same: ColumnElement[bool]) -> Select[str, int, int]:
        told = select(literal(kind.name).label("kind"), one.id.label("one"), other.id)
        return told.join_from(one, other, same & (other.id != one.id)).where(among(one.id, ids))

    same_id = and_(
        other.id_digest == one.id_digest,
        other.status != Status.DELETED,
        one.status != Status.DELETED,
    )
    same_nsb = and_(
        other.name_key == one.name_key,
        other.gender == one.gender,
        other.birth_date == one.birth_date,
        other.status.not_in(NOT_LIVE),
        one.status.not_in(NOT_LIVE),
    )
    both = union_all(pairs(ProblemKind.DUP_ID, same_id), pairs(ProblemKind.DUP_NSB, same_nsb))
    return select(both.subquery())


def _fresh(session: Session, known: dict[int, Identity]) -> Iterator[tuple[Key, int]]:
    """Yield every record that has to be opened, with what it collides in.

    A pair that was proven to be two persons is not raised again.
    """
    proven = _proven(session, known)
    for name, mine, other in session.execute(_pairs(known)).all():
        key = known[mine].keys[ProblemKind[name]]
        if (*key, *sorted((mine, other))) not in proven:
            yield from ((key, mine), (key, other))
    for one in known.values():
        wrong = one.keys.get(ProblemKind.ID_ERROR)
        is_live = one.status is not Status.DELETED
        if wrong and is_live and (*wrong, one.student_id, one.student_id) not in proven:
            yield wrong, one.student_id


def _proven(session: Session, ids: Collection[int]) -> set[tuple[ProblemKind, bytes, int, int]]:
    pair = EvidencedPair
    asked = select(pair.kind, pair.key_digest, pair.first_id, pair.second_id)
    mine = or_(among(pair.first_id, ids), among(pair.second_id, ids))
    return {(row[0], row[1], row[2], row[3]) for row in session.execute(asked.where(mine))}
