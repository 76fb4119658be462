"""问题学籍的了结: opening items of a problem, giving them their end, and the N−1 rule (P05).

Called with the scope widened and, but for `reflag`, under `hold`: two offices that settle records
of one group at the same moment do so one after the other, so that one record is always left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    LargeBinary,
    Select,
    String,
    TableValuedAlias,
    case,
    cast,
    column,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeEngine

from app.models.notice import NoticeKind
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
from app.workflows.noticing import tell_of

LOCK = 0x5E7  # key of the lock under which problems are opened and settled
GONE = (ItemState.DELETED, ItemState.CHANGED)
CALM = (ProblemFlag.NONE, ProblemFlag.RESOLVED)  # what a problem that opens is news after
AGAIN = {"state": "OPEN", "auto": False, "case_id": None, "settled_at": None}


def hold(session: Session) -> None:
    """Let problems be opened and settled by one transaction at a time, until it ends.

    Asked for before a record or a chain of the audit is touched: whoever holds those and then
    waits here, waits for somebody who may be waiting for them.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def open_items(session: Session, found: Iterable[tuple[Key, int]]) -> set[int]:
    """Open groups and the items of records in them; return the ids of the groups."""
    members = sorted(set(found), key=lambda one: (one[0].kind, one[0].digest, one[1]))
    if not members:
        return set()
    ids = _groups(session, list(dict.fromkeys(key for key, _ in members)))
    rows = _table(
        ("group_id", Integer, [ids[key] for key, _ in members]),
        ("student_id", Integer, [student_id for _, student_id in members]),
    )
    items = insert(ProblemItem).from_select(["group_id", "student_id"], select(rows))
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
    if not group_ids:
        return set()
    last = session.execute(_last(group_ids)).all()
    _become(session, [item.id for item in last], ItemState.EVIDENCED, auto=True)
    _close(session, group_ids)
    asked = select(ProblemItem.student_id).where(among(ProblemItem.group_id, group_ids))
    touched = set(session.scalars(asked))
    reflag(session, touched)
    for item in last:  # after the records: whoever edits one takes them in this order, too
        record(session, "problem.auto_evidenced", object_type="student",
               object_id=item.student_id, group=item.group_id)  # fmt: skip
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
    differ = select(Student.id, Student.problem_flag).where(
        among(Student.id, student_ids), Student.problem_flag != flag
    )
    in_order = differ.order_by(Student.id).with_for_update(key_share=True, of=Student)
    before = dict(session.execute(in_order).all())
    change = (
        update(Student)
        .where(among(Student.id, before))
        .values(problem_flag=flag)
        .returning(Student.id, Student.problem_flag)
        .execution_options(synchronize_session=False)
    )
    after = dict(session.execute(change).all())
    for student_id in after:
        if one := session.identity_map.get(identity_key(Student, student_id)):
            session.expire(one)
    opened = [one for one, now in after.items() if now is ProblemFlag.OPEN and before[one] in CALM]
    _tell_schools(session, opened)
    return set(after)


def _tell_schools(session: Session, student_ids: Collection[int]) -> None:
    """Tell every school how many of its pupils have become a problem now (P05)."""
    theirs = (
        select(Student.school_id, func.min(Student.id), func.count())
        .where(among(Student.id, student_ids))
        .group_by(Student.school_id)
        .order_by(Student.school_id)
    )
    told = session.execute(theirs).all() if student_ids else []
    tell_of(session, NoticeKind.PROBLEM, "OPEN", [(at, first, many) for at, first, many in told])


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _groups(session: Session, keys: list[Key]) -> dict[Key, int]:
    """Open the groups of these keys, made now where nothing ever collided so; return their ids."""
    rows = _table(
        ("kind", String, [key.kind.name for key in keys]),
        ("key_digest", LargeBinary, [key.digest for key in keys]),
    )
    groups = insert(ProblemGroup).from_select(["kind", "key_digest"], select(rows))
    again = groups.on_conflict_do_update(
        index_elements=["kind", "key_digest"], set_={"closed_at": None}
    )
    group = ProblemGroup
    made = session.execute(again.returning(group.id, group.kind, group.key_digest))
    return {Key(row.kind, row.key_digest): row.id for row in made}


def _table(*columns: tuple[str, type[TypeEngine[Any]], list[Any]]) -> TableValuedAlias:
    """Return rows to insert as one parameter a column, however many they are."""
    held = (cast(values, ARRAY(kind)) for _, kind, values in columns)
    named = (column(name, kind) for name, kind, _ in columns)
    return func.unnest(*held).table_valued(*named).render_derived()


def _last(group_ids: Collection[int]) -> Select[int, int, int]:
    """Return the query of the one record left of a group of which all others went or changed.

    While a case has taken it up, its offices decide; should that come to nothing, this is asked
    again.
    """
    item = ProblemItem
    free = func.count().filter(item.state == ItemState.OPEN, item.case_id.is_(None))
    left = func.count().filter(item.state.not_in(GONE))
    one_left = (
        select(item.group_id)
        .join(ProblemGroup, ProblemGroup.id == item.group_id)
        .where(among(item.group_id, group_ids), ProblemGroup.kind != ProblemKind.ID_ERROR)
        .group_by(item.group_id)
        .having(func.count() > 1, left == 1, free == 1)
    )
    last = select(item.id, item.student_id, item.group_id).where(item.state == ItemState.OPEN)
    return last.where(item.group_id.in_(one_left)).order_by(item.id)


def _close(session: Session, group_ids: Collection[int]) -> None:
    """Let groups say since when nothing of them is open."""
    is_open = exists().where(
        ProblemItem.group_id == ProblemGroup.id, ProblemItem.state == ItemState.OPEN
    )
    closed_at = case((is_open, None), else_=func.coalesce(ProblemGroup.closed_at, func.now()))
    session.execute(
        update(ProblemGroup)
        .where(among(ProblemGroup.id, group_ids))
        .values(closed_at=closed_at)
        .execution_options(synchronize_session="fetch")
    )


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
