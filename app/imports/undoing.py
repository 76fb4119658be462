"""撤销导入: taking a written import back, some rows at a time, and saying what stays and why.

    COMMITTED ──begin──▶ UNDOING ──turn, turn, turn──▶ UNDONE
        ▲                   └ called off: what was taken back stays so, the rest may go on later

Every row ends in one of three buckets: REVERSED, KEPT (somebody changed the record since) or STUCK
(it cannot be taken back any more). Nothing here commits; each turn is one transaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotFound, Refusal, Refused, Stale
from app.imports.batch import held, require
from app.imports.commit import because
from app.imports.desk import TARGETS
from app.imports.target import Fate, Undo
from app.models.import_batch import BatchState, ImportBatch, ImportLine, Outcome
from app.models.page import SIZE, Page
from app.policies.audit import record
from app.policies.rights import holds
from app.policies.roles import Actor
from app.workflows import settling
from app.workflows.identity import among

DAYS = 30  # calendar days after the writing
CHUNK = 2000  # rows a turn
COUNTED = {Outcome.REVERSED: "reversed", Outcome.KEPT: "kept", Outcome.STUCK: "stuck"}


class Foreseen(NamedTuple):
    """What an undo would do now with every row that is left."""

    fates: Sequence[Fate]
    counts: Mapping[Outcome, int]

    @property
    def seen(self) -> str:
        """What a form carries, so that another undo than the one that was read is refused."""
        return "-".join(str(self.counts.get(outcome, 0)) for outcome in COUNTED)

    def page(self, outcome: Outcome, number: int) -> Page:
        """Return one page of the rows of a bucket, by row number; past the end is the last one."""
        chosen = [fate for fate in self.fates if fate.outcome is outcome]
        at = min(max(number, 1), max(1, -(-len(chosen) // SIZE)))
        return Page(chosen[(at - 1) * SIZE : at * SIZE], len(chosen), at)


class Turned(NamedTuple):
    """How far an undo has come: rows done by now, and of how many."""

    done: int
    of: int
    is_over: bool


def undo_preview(session: Session, batch_id: int, today: date) -> Foreseen:
    """Return what an undo would do; nothing is locked and nothing is written."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound
    require(batch, BatchState.COMMITTED, BatchState.UNDOING)
    return _foreseen(session, batch, today)


def why_not(batch: ImportBatch, now: datetime) -> Refusal | None:
    """Return why a batch cannot be undone at all, or None."""
    if batch.state not in (BatchState.COMMITTED, BatchState.UNDOING):
        return Refusal("E-BATCH-STATE")
    if TARGETS[batch.template].undo is None or not batch.written:
        return Refusal("E-UNDO-NOTHING")
    if batch.committed_at is not None and now - batch.committed_at > timedelta(days=DAYS):
        return Refusal("E-UNDO-LATE", {"days": DAYS})
    return None


def begin_undo(
    session: Session, batch_id: int, actor: Actor, seen: str | None, today: date
) -> ImportBatch:
    """Promise to undo what was shown; the work itself comes after.

    Raise `NotFound` and `Forbidden` for whoever may not, `Refused` when it is too late or nothing
    is left, `Stale` when it would do something else by now than what was ``seen``.
    """
    batch = held(session, batch_id)
    if batch.school_id != actor.organisation_id:
        raise NotFound
    if not holds(actor.role, "ImportBatch", "can_commit"):
        raise Forbidden
    if (refusal := why_not(batch, datetime.now(UTC))) is not None:
        raise Refused(refusal)
    foreseen = _foreseen(session, batch, today)
    if not foreseen.counts.get(Outcome.REVERSED):
        raise Refused(Refusal("E-UNDO-NOTHING"))
    if seen is not None and seen != foreseen.seen:
        raise Stale(Refusal("E-BATCH-STALE"))
    batch.state, batch.undone_by = BatchState.UNDOING, actor.user_id
    session.flush()
    record(
        session,
        "import.undo",
        object_type="import_batch",
        object_id=batch.id,
        rows=foreseen.counts[Outcome.REVERSED],
    )
    return batch


def turn(session: Session, batch_id: int, today: date) -> Turned:
    """Undo the next rows of a batch, and the last ones close it; done twice it changes nothing."""
    settling.hold(session)
    batch = held(session, batch_id)
    if batch.state is not BatchState.UNDOING:
        return Turned(batch.written, batch.written, is_over=True)
    rows = _left(session, batch, CHUNK)
    undo = _undo_of(batch)
    undo.hold(session, batch, rows)
    fates = list(undo.fates(session, batch, rows, today)) if rows else []
    back = [fate.row for fate in fates if fate.outcome is Outcome.REVERSED]
    if back:
        with because(session, f"import.undo:{batch.id}"):
            undo.reverse(session, batch, back)
    told = _note(session, batch, fates)
    is_over = len(rows) < CHUNK
    if is_over:
        batch.state, batch.undone_at = BatchState.UNDONE, func.now()
    session.flush()
    record(session, "import.reverse", object_type="import_batch", object_id=batch.id, **told)
    done = batch.reversed + batch.kept + batch.stuck
    return Turned(done, batch.written, is_over)


def _foreseen(session: Session, batch: ImportBatch, today: date) -> Foreseen:
    rows = _left(session, batch)
    fates = sorted(_undo_of(batch).fates(session, batch, rows, today)) if rows else []
    return Foreseen(fates, Counter(fate.outcome for fate in fates))


def _left(session: Session, batch: ImportBatch, most: int | None = None) -> Sequence[int]:
    """Return the numbers of the written rows that an undo has not come to."""
    line = ImportLine
    left = select(line.row_no).where(line.batch_id == batch.id, line.outcome.is_(None))
    return session.scalars(left.order_by(line.row_no).limit(most)).all()


def _undo_of(batch: ImportBatch) -> Undo:
    undo = TARGETS[batch.template].undo
    if undo is None:
        raise Refused(Refusal("E-UNDO-NOTHING"))
    return undo


def _note(session: Session, batch: ImportBatch, fates: Sequence[Fate]) -> dict[str, int]:
    """Write down what became of the rows; return how many came to which end."""
    alike = defaultdict[tuple[object, ...], list[int]](list)
    for row, *end in fates:
        alike[tuple(end)].append(row)
    for (outcome, why, by), rows in alike.items():
        line = update(ImportLine).where(ImportLine.batch_id == batch.id)
        session.execute(
            line.where(among(ImportLine.row_no, rows)).values(outcome=outcome, why=why, by=by)
        )
    many = Counter(fate.outcome for fate in fates)
    told = {name: many[outcome] for outcome, name in COUNTED.items()}
    for name, more in told.items():
        setattr(batch, name, getattr(batch, name) + more)
    return told
