"""What a notice says: drawn from its kind and from the step it tells of, never kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.models.case import Case, CaseEvent, Decision
from app.models.change import Movement
from app.models.notice import Notice, NoticeKind
from app.views.case_words import kind_word, office_word
from app.views.labels import day
from app.workflows.reminding import OVER

KINDS: Mapping[str, Any] = {
    NoticeKind.STEP: _("Steps"),
    NoticeKind.REMINDER: _("Due soon"),
    NoticeKind.OVERDUE: _("Overdue"),
    NoticeKind.SUSPENSION_ENDS: _("Suspensions that end"),
    NoticeKind.COMMENT: _("Comments"),
    NoticeKind.PAPER_SENT: _("Paper archives sent"),
    NoticeKind.PAPER_RECEIVED: _("Paper archives received"),
    NoticeKind.PROBLEM: _("Problem records"),
    NoticeKind.IMPORT: _("Imports"),
    NoticeKind.EXPORT: _("Exports"),
    NoticeKind.REQUEST: _("Export requests"),
}
SAID: Mapping[str, Any] = {  # what happened, where no day and no step says more
    NoticeKind.STEP: _("A step was taken"),
    NoticeKind.COMMENT: _("Somebody wrote a comment"),
    NoticeKind.PAPER_SENT: _("The paper archive was sent"),
    NoticeKind.PAPER_RECEIVED: _("The paper archive has arrived"),
}
MARKS: Mapping[str, tuple[str, str]] = {  # the glyph of a kind, and its colour
    NoticeKind.STEP: ("arrow-right", ""),
    NoticeKind.REMINDER: ("clock", "is-warn"),
    NoticeKind.OVERDUE: ("clock", "is-bad"),
    NoticeKind.SUSPENSION_ENDS: ("calendar-day", "is-warn"),
    NoticeKind.COMMENT: ("comment", ""),
    NoticeKind.PAPER_SENT: ("box-archive", ""),
    NoticeKind.PAPER_RECEIVED: ("box-archive", ""),
    NoticeKind.PROBLEM: ("clone", "is-bad"),
    NoticeKind.IMPORT: ("file-import", ""),
    NoticeKind.EXPORT: ("file-export", ""),
    NoticeKind.REQUEST: ("file-shield", ""),
}
STEPS: Mapping[Decision, Any] = {
    Decision.SUBMIT: _("Submitted"),
    Decision.AGREE: _("Agreed"),
    Decision.DISAGREE: _("Disagreed; the case has ended"),
    Decision.RETURN: _("Sent back"),
    Decision.WITHDRAW: _("Withdrawn"),
    Decision.CLEAN: _("Cleaned up; the case has ended"),
    Decision.ESCALATE: _("Asked the next tier to step in"),
    Decision.INTERVENE: _("Decided in place of a silent office"),
    Decision.REPORT: _("The pupil has arrived"),
    Decision.PULL: _("Archive pulled; the case is completed"),
}


OTHER_SAID: Mapping[tuple[NoticeKind, str], Any] = {  # of what is no case, by its state
    (NoticeKind.PROBLEM, "OPEN"): _("Became problem records: show evidence, correct or delete"),
    (NoticeKind.IMPORT, "PREVIEW"): _("Read: look at what it would change"),
    (NoticeKind.IMPORT, "MAPPING"): _("Its headings need to be matched"),
    (NoticeKind.IMPORT, "FAILED"): _("The file could not be read"),
    (NoticeKind.IMPORT, "COMMITTED"): _("Written"),
    (NoticeKind.IMPORT, "UNDONE"): _("Undone"),
    (NoticeKind.EXPORT, "READY"): _("The file can be fetched"),
    (NoticeKind.REQUEST, "DRAFT"): _("Sent back to be mended"),
    (NoticeKind.REQUEST, "DEPT_REVIEW"): _("Waits for the review of its fields"),
    (NoticeKind.REQUEST, "HEAD_APPROVAL"): _("Reviewed; waits for the head"),
    (NoticeKind.REQUEST, "APPROVED"): _("Approved: the file can be made"),
    (NoticeKind.REQUEST, "REJECTED"): _("Rejected"),
    (NoticeKind.REQUEST, "GENERATED"): _("The file can be fetched"),
    (NoticeKind.REQUEST, "EXPIRED"): _("The time is up; the file is destroyed"),
}
OTHER_MANY: Mapping[NoticeKind, Callable[[int], str]] = {
    NoticeKind.PROBLEM: lambda n: ngettext("%(num)d pupil", "%(num)d pupils", n),
    NoticeKind.IMPORT: lambda n: ngettext("%(num)d row", "%(num)d rows", n),
    NoticeKind.EXPORT: lambda n: ngettext("%(num)d row", "%(num)d rows", n),
    NoticeKind.REQUEST: lambda n: ngettext("%(num)d row", "%(num)d rows", n),
}
OTHER_AT: Mapping[NoticeKind, tuple[str, str]] = {  # the page of it, and its parameter
    NoticeKind.PROBLEM: ("ProblemView.index", ""),
    NoticeKind.IMPORT: ("ImportView.show", "pk"),
    NoticeKind.EXPORT: ("ExportView.show", "pk"),
    NoticeKind.REQUEST: ("ExportRequestView.show", "request_id"),
}


class Line(NamedTuple):
    """A notice as a line: what happened, to what, by whom, when; and where it is looked at."""

    key: int
    href: str
    icon: str
    colour: str
    what: str
    who: str
    name: str
    kind: str
    number: str
    at: datetime
    is_new: bool


def line_of(notice: Notice, event: CaseEvent | None, path: str, read: int) -> Line:
    """Return a notice as a line, as an organisation sees it; ``read`` is the last one read."""
    case = notice.case
    if case is None:
        return _other_line(notice, read)
    icon, colour = MARKS[notice.kind]
    return Line(
        key=case.id,
        href=url_for("CaseView.show", case_id=case.id),
        icon=icon,
        colour=colour,
        what=what_of(notice, case, event),
        who=who_of(event),
        name=str(case.snapshot.get("name") or "—"),
        kind=kind_word(case, path),
        number=case.no,
        at=notice.at,
        is_new=notice.id > read,
    )


def _other_line(notice: Notice, read: int) -> Line:
    """Return a notice that is about no case."""
    icon, colour = MARKS[notice.kind]
    many = notice.many or 0
    return Line(
        key=notice.subject_id or 0,
        href=other_href(notice),
        icon=icon,
        colour=colour,
        what=str(OTHER_SAID[notice.kind, notice.word or ""]),
        who="",
        name=OTHER_MANY[notice.kind](many) if notice.many else str(KINDS[notice.kind]),
        kind=str(KINDS[notice.kind]),
        number="",
        at=notice.at,
        is_new=notice.id > read,
    )


def other_href(notice: Notice) -> str:
    """Return where what a notice is about is looked at."""
    endpoint, name = OTHER_AT[notice.kind]
    values: dict[str, Any] = {name: notice.subject_id} if name else {}
    return url_for(endpoint, **values)


def what_of(notice: Notice, case: Case, event: CaseEvent | None) -> str:
    """Say what happened in a case."""
    if event is not None:
        return str(STEPS[event.decision])
    if notice.kind is NoticeKind.REMINDER:
        return str(
            gettext("Due on %(day)s", day=day(case.due_on))
            if case.due_on
            else gettext("Was due soon")
        )
    if notice.kind is NoticeKind.OVERDUE:
        late = (
            gettext("Overdue at: %(place)s", place=_desk(case))
            if case.due_on
            else gettext("Was overdue")
        )
        return str(late)
    if notice.kind is NoticeKind.SUSPENSION_ENDS:
        return _suspension(notice, case)
    return str(SAID[notice.kind])


def who_of(event: CaseEvent | None) -> str:
    """Say who did it, and in whose place."""
    if event is None:
        return ""
    told = f"{event.organisation.name} · {event.user.name}"
    if event.for_user is None:
        return told
    return str(gettext("%(who)s for %(absent)s", who=told, absent=event.for_user.name))


def _suspension(notice: Notice, case: Case) -> str:
    until = day(case.until_on if isinstance(case, Movement) else None)
    if notice.case_version == OVER:
        return str(gettext("The suspension was to end on %(day)s: the pupil resumes", day=until))
    return str(gettext("The suspension ends on %(day)s", day=until))


def _desk(case: Case) -> str:
    return f"{case.awaiting.name} {office_word(case.awaiting_office)}" if case.awaiting else "—"
