"""批量读取: nobody reads pupils by the hundred; who tries is stopped, and others are told.

What counts are pupils opened (once an hour each, as the ledger has them) and values seen whole.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app.errors import Refusal, TooMany
from app.models.audit import AuditEvent
from app.policies.allowances import Allowance
from app.policies.audit import record
from app.views.actor import BEIJING, current_actor, session

ALARM, VIEW = "alarm.scraping", "student.view"
HOUR = timedelta(hours=1)
WINDOW = timedelta(minutes=5)
LOOKS = Allowance((VIEW, "student.reveal"), 300, WINDOW)
LOCK = 0x5C2A  # one decision about one person at a time


def stop_scraping() -> None:
    """Raise `TooMany` for whoever looked at too many pupils; the first time also an alarm."""
    user_id = current_actor().user_id
    until = LOOKS.closed_until(session(), user_id)
    if until is None:
        return
    raise_alarm(user_id)
    there = f"{until.astimezone(BEIJING):%H:%M}"
    raise TooMany(Refusal("E-SCRAPING", {"n": LOOKS.most, "time": there}))


def note_look(student_id: int) -> bool:
    """Write down that a pupil's archive was opened, once an hour; tell whether it was now."""
    stop_scraping()
    seen = select(AuditEvent.id).where(
        AuditEvent.object_type == "student",
        AuditEvent.object_id == student_id,
        AuditEvent.actor == current_actor().user_id,
        AuditEvent.action == VIEW,
        AuditEvent.at > datetime.now(UTC) - HOUR,
    )
    if session().scalar(seen.limit(1)) is not None:
        return False
    record(session(), VIEW, object_type="student", object_id=student_id)
    session().commit()
    return True


def raise_alarm(user_id: int) -> None:
    """Write one alarm a window, which the refusal that follows does not take back."""
    session().execute(select(func.pg_advisory_xact_lock(LOCK, user_id)))
    since = datetime.now(UTC) - WINDOW
    raised = select(AuditEvent.id).where(
        AuditEvent.object_type == "account",
        AuditEvent.object_id == user_id,
        AuditEvent.action == ALARM,
        AuditEvent.at > since,
    )
    if session().scalar(raised.limit(1)) is None:
        record(session(), ALARM, object_type="account", object_id=user_id, n=LOOKS.most)
    session().commit()
