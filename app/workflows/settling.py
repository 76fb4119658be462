"""问题学籍的了结: opening items of a problem, giving them their end, and the N−1 rule (P05).

Called with the scope widened and, but for `reflag`, under `hold`: two offices that settle records
of one group at the same moment do so one after the other, so that one record is always left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from app.models.problem import (
    EvidencedPair,
    ItemState,
    ProblemGroup,
    ProblemItem,
    ProblemKind,
)
from app.models.student import ProblemFlag, Status, Student
from app.policies.audit import record
from app.workflows.identity import Identity, Key, among

LOCK = 0x5E7  # key of the lock under which problems are opened and settled
GONE = (ItemState.DELETED, ItemState.CHANGED)
AGAIN = {"state": "OPEN", "auto": False, "case_id": None, "settled_at": None}


def hold(session: Session) -> None:
    """Let problems be opened and settled by one transaction at a time, until it ends."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def open_items(session: Session, found: Iterable[tuple[Key, int]]) -> set[int]:
    """Open groups and the items of records in them; return the ids of the groups."""
    members: defaultdict[Key, set[int]] = defaultdict(set)
    for key, student_id in found:
        members[key].add(student_id)
    if not members:
        return set()
    groups = insert(ProblemGroup).values(
        [{"kind": key.kind, "key_digest": key.digest} for key in members]
    )
    of_a_key = ["kind", "key_digest"]
    again = groups.on_conflict_do_update(index_elements=of_a_key, set_={"closed_at": None})
    group = ProblemGroup
    made = session.execute(again.returning(group.id, group.kind, group.key_digest))
    ids = {Key(row.kind, row.key_digest): row.id for row in made}
    items = insert(ProblemItem).values(
        [
            {"group_id": ids[key], "student_id": student_id}
            for key, held in members.items()
            for student_id in sorted(held)
        ]
    )
    session.execute(
        items.on_conflict_do_update(
            index_elements=["group_id", "student_id"],
            set_={**AGAIN, "opened_at": func.now()},
            where=ProblemItem.state != ItemState.OPEN,
        )
    )
    return set(ids.values())


def leave(session: Session, known: Mapping[int, Identity]) -> set[int]:
    """End the items of records that do not carry what collides any more; return their groups."""
    asked = (
        select(ProblemItem.id, ProblemItem.group_id, ProblemItem.student_id)
        .add_columns(ProblemGroup.kind, ProblemGroup.key_digest)
        .join(ProblemGroup, ProblemGroup.id == ProblemItem.group_id)
        .where(among(ProblemItem.student_id, known), ProblemItem.state.not_in(GONE))
    )
    ended: dict[ItemState, list[int]] = {state: [] for state in GONE}
    groups = set()
    for item_id, group_id, student_id, kind, digest in session.execute(asked):
        one = known[student_id]
        is_struck = one.status is Status.DELETED
        if is_struck or one.keys.get(kind) != Key(kind, digest):
            ended[ItemState.DELETED if is_struck else ItemState.CHANGED].append(item_id)
            groups.add(group_id)
    for state, item_ids in ended.items():
        _become(session, item_ids, state)
    return groups


def take_up(session: Session, student_id: int, case_id: int) -> None:
    """Let a case take up every open item of its pupil."""
    session.execute(
        update(ProblemItem)
        .where(ProblemItem.student_id == student_id, ProblemItem.state == ItemState.OPEN)
        .values(case_id=case_id)
    )
    reflag(session, [student_id])


def lay_down(session: Session, case_id: int) -> None:
    """Let go of what a case had taken up that ended without effect: it is open as before."""
    let_go = update(ProblemItem).where(
        ProblemItem.case_id == case_id, ProblemItem.state == ItemState.OPEN
    )
    back = let_go.values(case_id=None).returning(ProblemItem.group_id)
    settle(session, set(session.scalars(back)))


def close(session: Session, case_id: int, state: ItemState) -> set[int]:
    """Give the items that a case has taken up their end; return their groups."""
    asked = select(ProblemItem).where(
        ProblemItem.case_id == case_id, ProblemItem.state == ItemState.OPEN
    )
    items = session.scalars(asked.execution_options(populate_existing=True)).all()
    if state is ItemState.EVIDENCED:
        _remember(session, items)
    _become(session, [item.id for item in items], state)
    return {item.group_id for item in items}


def settle(session: Session, group_ids: Collection[int]) -> set[int]:
    """N−1 (002 VI.5): let the last record left of a group be proven; close what is settled.

    Return the ids of all records of the groups. Never a wrong number, which is a group of one.
    A change that is still asked for does not count, nor a sibling that was evidenced.
    """
    asked = select(ProblemItem).where(among(ProblemItem.group_id, group_ids))
    fresh = asked.order_by(ProblemItem.id).execution_options(populate_existing=True)
    items: defaultdict[int, list[ProblemItem]] = defaultdict(list)
    for item in session.scalars(fresh):
        items[item.group_id].append(item)
    for group_id, held in items.items():
        group = session.get_one(ProblemGroup, group_id, populate_existing=True)
        last = _last(group, held)
        if last is not None:
            _become(session, [last.id], ItemState.EVIDENCED, auto=True)
            record(session, "problem.auto_evidenced", object_type="student",
                   object_id=last.student_id, group=group_id)  # fmt: skip
        is_open = any(item.state is ItemState.OPEN and item is not last for item in held)
        group.closed_at = None if is_open else func.now()
    session.flush()
    touched = {item.student_id for held in items.values() for item in held}
    reflag(session, touched)
    return touched


def reflag(session: Session, student_ids: Collection[int]) -> set[int]:
    """Let the flag of records say how their problems stand; return those it changed for."""
    held = exists().where(ProblemItem.student_id == Student.id)
    is_open = held.where(ProblemItem.state == ItemState.OPEN)
    flag = case(
        (is_open.where(ProblemItem.case_id.is_not(None)), ProblemFlag.IN_PROCESS),
        (is_open, ProblemFlag.OPEN),
        (held, ProblemFlag.RESOLVED),
        else_=ProblemFlag.NONE,
    )
    change = (
        update(Student)
        .where(among(Student.id, student_ids), Student.problem_flag != flag)
        .values(problem_flag=flag)
        .returning(Student.id)
        .execution_options(synchronize_session=False)
    )
    changed = set(session.scalars(change))
    for student_id in changed:
        if one := session.identity_map.get(identity_key(Student, student_id)):
            session.expire(one)
    return changed


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _last(group: ProblemGroup, items: list[ProblemItem]) -> ProblemItem | None:
    """Return the one record left of a group when all others were deleted or changed.

    While a case has taken it up, its offices decide; should that come to nothing, this is asked
    again.
    """
    left = [item for item in items if item.state not in GONE]
    if len(left) != 1 or len(items) == 1 or group.kind is ProblemKind.ID_ERROR:
        return None
    return left[0] if left[0].state is ItemState.OPEN and left[0].case_id is None else None


def _remember(session: Session, items: Iterable[ProblemItem]) -> None:
    """Keep in mind that a record was proven: against each sibling, or its own number right."""
    pairs = []
    for item in items:
        group, mine = session.get_one(ProblemGroup, item.group_id), item.student_id
        others = select(ProblemItem.student_id).where(ProblemItem.group_id == item.group_id)
        for other in session.scalars(others):
            if other != mine or group.kind is ProblemKind.ID_ERROR:
                first, second = sorted((mine, other))
                pairs.append(
                    {"kind": group.kind, "key_digest": group.key_digest,
                     "first_id": first, "second_id": second}
                )  # fmt: skip
    if pairs:
        session.execute(insert(EvidencedPair).values(pairs).on_conflict_do_nothing())


def _become(
    session: Session, item_ids: Collection[int], state: ItemState, *, auto: bool = False
) -> None:
    if item_ids:
        session.execute(
            update(ProblemItem)
            .where(among(ProblemItem.id, item_ids))
            .values(state=state, auto=auto, settled_at=func.now())
        )
