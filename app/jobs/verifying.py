"""身份核验 as jobs: writing a round's file, reading what came back, carrying it out (P34)."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy.orm import Session

from app.errors import BadFile, Refused
from app.imports import verification_book as book
from app.jobs.importing import today
from app.jobs.numbering import ask_numbers
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.models.numbering import RoundState, VerificationRound
from app.policies.audit import record
from app.policies.scope import elevated
from app.storage.sealed_files import Folder, keep
from app.workflows import rounds

WINDOW = 2_000  # pupils of one step
WHOLE = 1000  # thousandths
KINDS = {
    RoundState.WRITING: "verification.write",
    RoundState.READING: "verification.read",
    RoundState.APPLYING: "verification.apply",
}


def ask_round(session: Session, round_: VerificationRound, asked_by: int) -> None:
    """Ask for the work that a round waits for; never commits."""
    session.flush()
    round_.job_id = ask(session, KINDS[round_.state], asked_by=asked_by, round=round_.id)


@job("verification.write")
def write(run: Run) -> dict[str, Any]:
    """Lay the lines of a round and seal its file; in one step, so that it happens once."""
    with run.step(progress=WHOLE) as session:
        round_ = _held(session, run)
        if round_.state is not RoundState.WRITING:
            return {}
        out = io.BytesIO()
        sent = rounds.lay(session, round_)
        book.write(round_.id, sent, out)
        round_.digest = keep(Folder.VERIFICATION, out.getvalue())
        round_.rows, round_.state = len(sent), RoundState.OUT
        record(session, "verification.write", object_type="verification_round",
               object_id=round_.id, rows=len(sent), digest=round_.digest)  # fmt: skip
    return {"rows": len(sent)}


@job("verification.read")
def read(run: Run) -> dict[str, Any]:
    """Read what came back and write down what it would do; a bad file is forgotten again."""
    with run.step(progress=WHOLE) as session:
        round_ = _held(session, run)
        if round_.state is not RoundState.READING or round_.answer is None:
            return {}
        try:
            rounds.look(session, round_, book.answers(round_.answer, round_.id))
        except (BadFile, Refused) as bad:
            rounds.forget(session, round_, bad.refusals[0])
        return {"state": round_.state.name}


@job("verification.apply")
def apply(run: Run) -> dict[str, Any]:
    """Carry a round out, a window at a time; then numbers are due."""
    round_id, done = run.args["round"], 0
    while True:
        with run.step() as session:
            round_ = session.get_one(VerificationRound, round_id)
            if round_.state is not RoundState.APPLYING:
                return {}
            of = round_.rows
            with elevated(session, run.kind):
                window = rounds.next_lines(session, round_id, WINDOW)
                if window:
                    rounds.apply(session, window, today())
            if window:
                record(session, "verification.step", object_type="verification_round",
                       object_id=round_id, rows=len(window))  # fmt: skip
            done += len(window)
            run.progress = min(WHOLE, WHOLE * done // max(of, 1))
        if len(window) < WINDOW:
            break
    with run.step(progress=WHOLE) as session:
        held = _held(session, run)
        told = rounds.finish(session, held, run.asked_by or 0)
        ask_numbers(session, held.organisation_id)
    return told._asdict()


def _held(session: Session, run: Run) -> VerificationRound:
    return session.get_one(VerificationRound, run.args["round"], with_for_update=True)
