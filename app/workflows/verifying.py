"""身份核验: who a pupil is, confirmed by the police in a file, or by hand on a paper (P04, P34).

There is no police service to ask: an authority sends a list and is told the results (`rounds`), or
its leader marks one pupil, with a reason and a paper. Whoever failed has a wrong number: an
`ID_ERROR` problem (P05). Whoever passed gets a formal number from the job (`issuing`). What is
confirmed is this identity: the database takes it back when name, gender, birth date or ID change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound, Refusal, Refused, Stale
from app.models.numbering import RoundState, VerificationLine, VerificationRound
from app.models.sealed import KEYS
from app.models.student import Student, Verification
from app.policies.audit import record
from app.policies.roles import Actor
from app.policies.scope import elevated
from app.storage.evidence_rules import judged
from app.storage.sealed_files import Folder, keep
from app.workflows import duplicates, settling
from app.workflows.identity import among
from app.workflows.issuing import GONE, plan_anew
from app.workflows.lookup import normal

DEED = "verification.mark"
WINDOW = timedelta(hours=24)  # for so long a file can be fetched
LONGEST_REASON = 200
OPEN = (
    RoundState.WRITING, RoundState.OUT, RoundState.READING, RoundState.LOOK, RoundState.APPLYING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody says of a pupil's identity by hand, why, and on which paper."""

    result: Verification
    reason: str
    paper_name: str
    paper: bytes


def identity_of(name: str, id_number: str | None) -> bytes:
    """Return the keyed digest of a name and an ID number, however they are typed."""
    return KEYS.digest(f"verify|{normal(name)}|{normal(id_number or '')}")


def write(
    session: Session, student_ids: Collection[int], result: Verification, today: date
) -> None:
    """Write a result into records; who has or had a wrong number is compared again.

    Called with the scope widened and under `settling.hold`, the records locked.
    """
    if not student_ids:
        return
    failed = Student.verification == Verification.FAILED
    asked = select(Student.id).where(among(Student.id, student_ids), failed)
    moved = set(student_ids) if result is Verification.FAILED else set(session.scalars(asked))
    plan_anew(session, len(student_ids))
    session.execute(
        update(Student)
        .where(among(Student.id, student_ids))
        .values(verification=result, verified_on=today)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    duplicates.check(session, moved)


def mark(session: Session, student_id: int, said: Mark, act: tuple[Actor, date], seen: int) -> None:
    """Mark one pupil in sight as verified or not, or raise; never commits."""
    actor, today = act
    pupil = session.get(Student, student_id)
    if pupil is None:
        raise NotFound
    if reasons := why_not(pupil, said):
        raise Invalid(*reasons)
    paper = judged(said.paper_name, said.paper)
    digest = keep(Folder.VERIFICATION, paper.data)
    with elevated(session, DEED):
        settling.hold(session)
        session.refresh(pupil, with_for_update=True)
        if pupil.row_version != seen:
            raise Stale
        line = VerificationLine(
            row_no=1,
            student_id=pupil.id,
            identity=identity_of(pupil.name, pupil.id_number),
            result=said.result,
        )
        write(session, [pupil.id], said.result, today)
    passed = said.result is Verification.PASSED
    made = VerificationRound(
        organisation_id=actor.organisation_id, state=RoundState.DONE, asked_by=actor.user_id,
        rows=1, passed=int(passed), failed=int(not passed), told_by=actor.user_id,
        told_at=datetime.now(UTC), reason=said.reason.strip(), paper=digest, paper_name=paper.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    line.round_id = made.id
    session.add(line)
    session.flush()
    record(session, DEED, object_type="student", object_id=student_id,
           round=made.id, result=said.result.name, digest=digest)  # fmt: skip


def why_not(pupil: Student, said: Mark) -> list[Refusal]:
    """Return every reason why a pupil cannot be marked so; empty means go ahead."""
    found = []
    if pupil.number_kind is None or pupil.status in GONE:
        found.append(Refusal("E-VERIFY-STATUS"))
    if pupil.verification is said.result:
        found.append(Refusal(f"E-VERIFY-{said.result.name}"))
    if not said.reason.strip():
        found.append(Refusal("E-REASON"))
    if len(said.reason.strip()) > LONGEST_REASON:
        found.append(Refusal("E-VERIFY-REASON", {"longest": LONGEST_REASON}))
    if not said.paper:
        found.append(Refusal("E-VERIFY-PAPER"))
    return found


def kept(session: Session, now: datetime) -> set[str]:
    """Return the digests of files a round still needs; papers of marks stay for good.

    Called with the scope widened.
    """
    one = VerificationRound
    young = select(one.digest).where(one.asked_at > now - WINDOW, one.state.in_(OPEN))
    answers = select(one.answer).where(one.state.in_(OPEN))
    found = (
        *session.scalars(young),
        *session.scalars(answers),
        *session.scalars(select(one.paper)),
    )
    return {digest for digest in found if digest}


def insist_own(round_: VerificationRound, actor: Actor, *states: RoundState) -> None:
    """Raise `NotFound` for a round of somebody else, `Refused` for one that stands elsewhere."""
    if round_.organisation_id != actor.organisation_id or round_.reason is not None:
        raise NotFound
    if round_.state not in states:
        raise Refused(Refusal("E-VERIFY-STATE"))
