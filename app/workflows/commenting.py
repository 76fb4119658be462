"""留言: people of the offices tell each other about a case; nothing moves, both sides read it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal
from app.models.case import Case, CaseComment
from app.models.notice import NoticeKind
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows.noticing import concerned, say

LONGEST = 500  # characters


def comment(session: Session, case: Case, actor: Actor, words: str) -> CaseComment:
    """Write a comment and tell the others, or raise `Invalid`; never commits."""
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise Invalid(Refusal("E-COMMENT", {"limit": LONGEST, "length": len(words)}))
    line = CaseComment(
        case_id=case.id,
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        words=words,
    )
    session.add(line)
    session.flush()
    others = (concerned(case) | {case.awaiting_id}) - {actor.organisation_id, None}
    told = [(place, case.id, -line.id) for place in sorted(one for one in others if one)]
    say(session, told, NoticeKind.COMMENT)  # no version of the case: every comment is told
    record(
        session,
        "case.comment",
        object_type="case",
        object_id=case.id,
        comment=line.id,
        **({"for": actor.acting_for} if actor.acting_for else {}),
    )
    return line
