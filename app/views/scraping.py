"""批量读取: nobody reads pupils by the hundred; who tries is stopped, and others are told.

Every archive that is opened and every value seen whole counts, the same pupil twice as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.codes.workdays import BEIJING
from app.errors import Refusal, TooMany
from app.models.audit import AuditEvent
from app.policies.audit import record
from app.views.actor import current_actor, session
from app.views.limits import Limit

ALARM, VIEW = "alarm.scraping", "student.view"
MOST = 300
LOOKS = Limit(f"{MOST} per 5 minutes", "looks at pupils")
ALARMS = Limit("1 per 5 minutes", ALARM)
HOUR = timedelta(hours=1)  # an archive opened again within it leaves no second line


def stop_scraping() -> None:
    """Raise `TooMany` for whoever looks at too many pupils; the first time also an alarm."""
    user_id = current_actor().user_id
    if LOOKS.hit(user_id):
        return
    if ALARMS.hit(user_id):
        record(session(), ALARM, object_type="account", object_id=user_id, n=MOST)
        session().commit()  # the refusal that follows does not take it back
    until = datetime.now(BEIJING) + timedelta(seconds=LOOKS.wait(user_id))
    raise TooMany(Refusal("E-SCRAPING", {"n": MOST, "time": f"{until:%H:%M}"}))


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
