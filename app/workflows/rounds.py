"""身份核验批次: a list goes out, is fetched within a day, and what came back is looked at first.

    WRITING ▶ OUT ▶ READING ▶ LOOK ▶ APPLYING ▶ DONE
                ▲──── forget ────┘        any before APPLYING ──end──▶ ENDED

A row is matched by its running number and by name and ID number as they were sent. A record that
has changed since is told and left alone; so is a row that names somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.numbering import RoundState, Told, VerificationLine, VerificationRound
from app.models.student import NumberKind, Student, Verification
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows import settling, verifying
from app.workflows.identity import among
from app.workflows.issuing import GONE, HAS_ID
from app.workflows.verifying import OPEN, identity_of

MOST = 50_000  # pupils of a round
MOST_ODD = 1_000  # rows not understood, before a file counts as another one
DONE_TO = {Told.PASSED: Verification.PASSED, Told.FAILED: Verification.FAILED}
BACK = (RoundState.OUT, RoundState.READING, RoundState.LOOK)


class Sent(NamedTuple):
    """A pupil of a round, as written into the file."""

    row_no: int
    name: str
    id_number: str


class Answer(NamedTuple):
    """A row that came back: where it stands, whom it names, what it says; None: nothing yet."""

    at: int
    row_no: int | None
    name: str
    id_number: str
    result: Verification | None
    wrong: str = ""  # the code of what is not understood


class Counts(NamedTuple):
    """What is done, or would be, to the pupils of a round."""

    passed: int
    failed: int
    changed: int
    other: int
    silent: int  # nothing was said of them


# ── out ──────────────────────────────────────────────────────────────────────────────────


def begin(session: Session, actor: Actor, *, everybody: bool) -> VerificationRound:
    """Begin a round of those in sight who are not verified, or raise; never commits."""
    if not session.scalar(select(_unverified(everybody=everybody).limit(1).exists())):
        raise Refused(Refusal("E-VERIFY-NOBODY"))
    made = VerificationRound(
        organisation_id=actor.organisation_id, asked_by=actor.user_id, everybody=everybody
    )
    session.add(made)
    session.flush()
    _noted(session, "verification.begin", made, everybody=everybody)
    return made


def lay(session: Session, round_: VerificationRound) -> list[Sent]:
    """Lay the lines of a round, temporary numbers first, and return what the file holds."""
    first = (Student.number_kind != NumberKind.L, Student.owner_path, Student.id)
    asked = _unverified(everybody=round_.everybody).order_by(*first).limit(MOST)
    rows = session.execute(asked.add_columns(Student.name, Student.id_number)).all()
    lines = [
        {"round_id": round_.id, "row_no": nth, "student_id": row.id,
         "identity": identity_of(row.name, row.id_number)}
        for nth, row in enumerate(rows, start=1)
    ]  # fmt: skip
    if lines:
        session.execute(insert(VerificationLine), lines)
    return [Sent(nth, row.name, row.id_number or "") for nth, row in enumerate(rows, start=1)]


def is_fetchable(round_: VerificationRound, now: datetime) -> bool:
    """Tell whether the file can be fetched: it is there, and its day is not over."""
    is_there = round_.digest is not None and round_.state is RoundState.OUT
    return is_there and now - round_.asked_at < verifying.WINDOW


def fetched(session: Session, round_: VerificationRound) -> None:
    """Write down that somebody fetched names and ID numbers of a whole round."""
    _noted(session, "verification.fetch", round_, rows=round_.rows)


def end(session: Session, round_: VerificationRound) -> None:
    """Give a round up; nothing of it was done."""
    round_.state, round_.digest, round_.answer = RoundState.ENDED, None, None
    _noted(session, "verification.end", round_)


# ── back ─────────────────────────────────────────────────────────────────────────────────


def take(session: Session, round_: VerificationRound, name: str, digest: str) -> None:
    """Take the file that came back; a job reads it."""
    round_.state, round_.answer, round_.answer_name = RoundState.READING, digest, name
    round_.odd = []
    _forget_told(session, round_)
    _noted(session, "verification.take", round_, digest=digest)


def forget(session: Session, round_: VerificationRound, why: Refusal | None = None) -> None:
    """Forget what came back: nothing of it was done, another file may come."""
    round_.state, round_.answer = RoundState.OUT, None
    round_.odd = [[0, why.code]] if why else []
    _forget_told(session, round_)
    _noted(session, "verification.forget", round_)


def look(session: Session, round_: VerificationRound, answers: Sequence[Answer]) -> None:
    """Write down what each row that came back would do, without doing it."""
    lines = {line.row_no: line for line in session.execute(_lines(round_.id))}
    told: dict[int, Told] = {}
    odd = [[one.at, one.wrong] for one in answers if one.wrong]
    for one in answers:
        line = lines.get(one.row_no or 0)
        if one.wrong or one.result is None:
            continue
        if line is None or line.row_no in told:
            odd.append([one.at, "E-VERIFY-ROW" if line is None else "E-VERIFY-TWICE"])
        else:
            told[line.row_no] = _judged(line, one)
    if len(odd) > MOST_ODD or not told:
        raise Refused(Refusal("E-VERIFY-FILE"))
    _tell(session, round_.id, told)
    round_.odd = sorted(odd)
    round_.state = RoundState.LOOK
    _noted(session, "verification.look", round_, rows=len(told), odd=len(odd))


def carry_out(session: Session, round_: VerificationRound) -> None:
    """Promise what was looked at to a job."""
    round_.state = RoundState.APPLYING
    _noted(session, "verification.apply", round_)


def asked_again(session: Session, round_: VerificationRound) -> None:
    """Write down that work which broke down was asked for once more."""
    _noted(session, "verification.again", round_)


def next_lines(session: Session, round_id: int, most: int) -> list[int]:
    """Return the next lines of a round with something still to be done."""
    line = VerificationLine
    asked = select(line.id).where(
        line.round_id == round_id, line.told.in_(DONE_TO), line.result.is_(None)
    )
    return list(session.scalars(asked.order_by(line.id).limit(most)))


def apply(session: Session, line_ids: Sequence[int], today: date) -> None:
    """Do what these lines say to the records that are still as they were sent.

    Called with the scope widened.
    """
    settling.hold(session)
    line = VerificationLine
    asked = (
        select(line.id, line.student_id, line.identity, line.told)
        .add_columns(Student.name, Student.id_number, Student.status)
        .join(Student, Student.id == line.student_id)
        .where(among(line.id, line_ids))
        .order_by(Student.id)
        .with_for_update(of=Student)
    )
    rows = session.execute(asked).all()
    same = {row.id for row in rows if _is_same(row)}
    for told, result in DONE_TO.items():
        held = [row for row in rows if row.id in same and row.told is told]
        verifying.write(session, [row.student_id for row in held], result, today)
        session.execute(
            update(line).where(among(line.id, [row.id for row in held])).values(result=result)
        )
    changed = [row.id for row in rows if row.id not in same]
    session.execute(update(line).where(among(line.id, changed)).values(told=Told.CHANGED))


def finish(session: Session, round_: VerificationRound, user_id: int) -> Counts:
    """End a round that was carried out; its files are not needed any more."""
    done = counts(session, round_)
    round_.state, round_.digest, round_.answer = RoundState.DONE, None, None
    round_.passed, round_.failed = done.passed, done.failed
    round_.told_by, round_.told_at = user_id, datetime.now(UTC)
    _noted(session, "verification.done", round_, **done._asdict())
    return done


def counts(session: Session, round_: VerificationRound) -> Counts:
    """Count the pupils of a round by what came back."""
    line = VerificationLine
    asked = select(line.told, func.count()).where(line.round_id == round_.id).group_by(line.told)
    held: Mapping[Told | None, int] = {row[0]: row[1] for row in session.execute(asked)}
    return Counts(*(held.get(told, 0) for told in (*Told, None)))


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _unverified(*, everybody: bool) -> Select[int]:
    """Return the query of pupils with a resident number that nobody has confirmed yet."""
    line, one = VerificationLine, VerificationRound
    is_out = exists().where(
        line.student_id == Student.id, line.round_id == one.id, one.state.in_(OPEN)
    )
    who: ColumnElement[bool] = and_(
        Student.verification == Verification.NONE,
        Student.number_kind.is_not(None) if everybody else Student.number_kind == NumberKind.L,
        Student.status.not_in(GONE),
        HAS_ID,
        ~is_out,
    )
    return select(Student.id).where(who)


def _lines(round_id: int) -> Select[int, bytes, str, str | None]:
    line = VerificationLine
    asked = select(line.row_no, line.identity, Student.name, Student.id_number)
    return asked.join(Student, Student.id == line.student_id).where(line.round_id == round_id)


def _judged(line: Any, one: Answer) -> Told:
    if identity_of(one.name, one.id_number) != line.identity:
        return Told.OTHER
    if identity_of(line.name, line.id_number) != line.identity:
        return Told.CHANGED
    return Told.PASSED if one.result is Verification.PASSED else Told.FAILED


def _is_same(row: Any) -> bool:
    is_kept = row.status not in GONE
    return is_kept and identity_of(row.name, row.id_number) == row.identity


def _tell(session: Session, round_id: int, told: Mapping[int, Told]) -> None:
    fresh = (
        func.unnest(
            cast(list(told), ARRAY(Integer)),
            cast([word.name for word in told.values()], ARRAY(String)),
        )
        .table_valued(column("row_no", Integer), column("told", String))
        .render_derived("fresh")
    )
    line: Any = VerificationLine.__table__
    session.execute(
        update(line)
        .where(line.c.round_id == round_id, line.c.row_no == fresh.c.row_no)
        .values(told=fresh.c.told)
    )


def _forget_told(session: Session, round_: VerificationRound) -> None:
    line = VerificationLine
    session.execute(update(line).where(line.round_id == round_.id).values(told=None))


def _noted(session: Session, deed: str, round_: VerificationRound, **facts: object) -> None:
    record(session, deed, object_type="verification_round", object_id=round_.id, **facts)
