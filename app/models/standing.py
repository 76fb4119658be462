"""就读状态: the words for where a pupil stands, and for how periods at a school begin and end."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """就读状态: the codes of table ``student_status``."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    IN_SCHOOL = "IN_SCHOOL"
    SUSPENDED = "SUSPENDED"
    MISSING = "MISSING"
    SUSPECTED_DROPOUT = "SUSPECTED_DROPOUT"
    DROPPED_OUT = "DROPPED_OUT"
    WITHDRAWN = "WITHDRAWN"
    EXPELLED = "EXPELLED"
    ABROAD = "ABROAD"
    DECEASED = "DECEASED"
    OTHER_LEAVE = "OTHER_LEAVE"
    GRADUATED = "GRADUATED"
    COMPLETED = "COMPLETED"
    DELETED = "DELETED"


class NumberKind(StrEnum):
    """学籍号类别 (P34): formal from the ID number, formal by rule, temporary."""

    G = "G"
    J = "J"
    L = "L"


class Verification(StrEnum):
    """身份核验: whether somebody who may know has confirmed name and ID number (P04)."""

    NONE = "NONE"
    PASSED = "PASSED"
    FAILED = "FAILED"


class ProblemFlag(StrEnum):
    """问题学籍: whether a problem record is open against a pupil."""

    NONE = "NONE"
    OPEN = "OPEN"
    IN_PROCESS = "IN_PROCESS"
    RESOLVED = "RESOLVED"


class StartKind(StrEnum):
    """Why a period at a school began; names the codes of ``enrolment_change_kind``."""

    ADMITTED = "ADMITTED"
    RESUMED = "RESUMED"
    RESTORED = "RESTORED"
    RETURNED = "RETURNED"
    TRANSFERRED_IN = "TRANSFERRED_IN"


class EndKind(StrEnum):
    """Why a period at a school ended."""

    GRADUATED = "GRADUATED"
    COMPLETED = "COMPLETED"
    SUSPENDED = "SUSPENDED"
    WITHDREW = "WITHDREW"
    EXPELLED = "EXPELLED"
    DIED = "DIED"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"
    DROPPED_OUT = "DROPPED_OUT"
    WENT_ABROAD = "WENT_ABROAD"
    LEFT = "LEFT"
