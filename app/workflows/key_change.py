"""关键数据变更: a controlled field of a pupil gets another value, proven and agreed to twice (P06).

    DRAFT ──submit──▶ SCHOOL_REVIEW ──agree──▶ AUTHORITY_REVIEW ──agree──▶ APPROVED
      ▲                    │    disagree ▶ REJECTED    │
      └──── send_back ▶ RETURNED ◀─────────────────────┘        withdraw ▶ WITHDRAWN

Old and new values stand in the case, sealed. On approval they are written, the number follows an ID
number it was made of (a former one stays searchable), and the pupil is compared with the whole
registry: whoever has the same identity makes this one a problem record (P05).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.codes import id_number as ids
from app.codes.national_number import from_id_number
from app.errors import Refusal, refuse_unless
from app.models.case import CaseKind
from app.models.change import KeyChange
from app.models.sealed import KEYS
from app.models.student import NumberKind, ProblemFlag, Status, Student
from app.policies.roles import Office
from app.policies.switches import setting
from app.workflows import duplicates, settling
from app.workflows.attaching import papers_of
from app.workflows.aux_once import FIELD as AUX
from app.workflows.aux_once import taken
from app.workflows.controlled import controlled
from app.workflows.desk import Act, Desk, Party, Trigger
from app.workflows.engine import Workflow
from app.workflows.freezes import frozen
from app.workflows.identity import name_key, spell
from app.workflows.numbering import claim

DRAFT, SCHOOL_REVIEW = "DRAFT", "SCHOOL_REVIEW"
AUTHORITY_REVIEW, APPROVED = "AUTHORITY_REVIEW", "APPROVED"
RESIDENT = "1"  # 居民身份证 in table id_document_type
NOTHING: Mapping[str, str | None] = {}
GONE = (Status.DELETED, Status.DECEASED)
IDENTITY = ("name", "gender", "birth_date", "id_type", "id_number")
TOLD_BY_ID = {"gender", "birth_date", "id_type", "id_number"}
TOLD_AT = {"E-ID-CHK": "id_number", "E-ID-DATE": "birth_date", "E-ID-SEX": "gender"}
READERS: Mapping[type, Callable[[str], Any]] = {  # whatever else a field holds is text
    date: date.fromisoformat,
    bool: lambda text: text == "1",
    int: int,
    Decimal: Decimal,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know: what is controlled, what the record holds now, what it would."""

    status: Status
    controlled: frozenset[str]
    fields: tuple[str, ...]
    overtaken: tuple[str, ...]  # fields whose value is no longer what the case says it was
    unchanged: tuple[str, ...]
    clash: str  # the code of why ID number, birth date and gender do not agree; or nothing
    aux_taken: bool  # somebody else of the province has the 辅号 that is asked for
    papers: int
    frozen: Refusal | None


class KeyChangeWorkflow(Workflow[Facts]):
    """The table is the process."""

    kind = CaseKind.KEY_CHANGE
    desks = (
        Desk(
            DRAFT,
            Party.OWNER_SCHOOL,
            Office.REGISTRAR,
            Trigger.SUBMIT,
            guards=("not_frozen", "has_evidence"),
        ),
        Desk(SCHOOL_REVIEW, Party.OWNER_SCHOOL, Office.LEADER),
        Desk(AUTHORITY_REVIEW, Party.OWNER_AUTHORITY, Office.REGISTRAR),
    )
    final = APPROVED
    standing = (
        "is_kept",
        "fields_are_set",
        "only_controlled",
        "still_so",
        "differs",
        "fits_id",
        "aux_is_free",
    )

    # ── guards: None lets the step pass ─────────────────────────────────────────────────────

    def is_kept(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """The record of a pupil who is gone for good is not changed any more."""
        return refuse_unless(facts.status not in GONE, "E-STATUS")

    def fields_are_set(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """P06: province, city or county have said which fields are controlled."""
        return refuse_unless(bool(facts.controlled), "E-CF-UNSET")

    def only_controlled(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """What is not controlled is changed under data maintenance, without a case."""
        free = [name for name in facts.fields if name not in facts.controlled]
        return refuse_unless(not free or not facts.controlled, "E-CF-NOT", fields=free)

    def still_so(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """The record still holds what the case says it held (W7)."""
        return refuse_unless(not facts.overtaken, "E-OVERTAKEN", fields=list(facts.overtaken))

    def differs(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """Something is changed, and every line changes something."""
        ok = bool(facts.fields) and not facts.unchanged
        return refuse_unless(ok, "E-CF-SAME", fields=list(facts.unchanged))

    def fits_id(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """Birth date and gender agree with the ID number they would stand beside."""
        return Refusal(facts.clash, {"field": TOLD_AT[facts.clash]}) if facts.clash else None

    def aux_is_free(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """P34: a 辅号 is once in a province."""
        return refuse_unless(not facts.aux_taken, "E-AUX-TAKEN", field=AUX)

    def not_frozen(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """P37: nothing of a graduating grade begins in the frozen weeks of summer."""
        return facts.frozen

    def has_evidence(self, _case: KeyChange, facts: Facts, _today: date) -> Refusal | None:
        """The papers that prove the new value are attached."""
        return refuse_unless(facts.papers > 0, "E-EVIDENCE")

    # ── facts and effect ────────────────────────────────────────────────────────────────────

    def gather(self, session: Session, case: KeyChange, today: date) -> Facts:
        """Read the record beside the lines of the case."""
        pupil = session.get_one(Student, case.student_id)
        path, wanted = case.owner.path, {line.field: line.after for line in case.lines}
        now = {name: as_text(getattr(pupil, name)) for name in wanted}
        number = wanted.get(AUX) or ""
        return Facts(
            status=pupil.status,
            controlled=controlled(session, path, today),
            fields=tuple(wanted),
            overtaken=tuple(ln.field for ln in case.lines if now[ln.field] != ln.before),
            unchanged=tuple(name for name, text in wanted.items() if text == now[name]),
            clash=clash(pupil, wanted, today),
            aux_taken=bool(number) and bool(taken(session, path, (number,), (pupil.id,))),
            papers=papers_of(session, case),
            frozen=frozen(session, path, self.kind, graduating=pupil.grade.is_last, today=today),
        )

    def finish(self, session: Session, case: KeyChange, act: Act) -> None:
        """Write the new values, let the number follow, and compare with the whole registry."""
        changed = {line.field for line in case.lines}
        if changed & set(IDENTITY):
            settling.hold(session)
        pupil = session.get_one(Student, case.student_id)
        for line in case.lines:
            setattr(pupil, line.field, typed(line.field, line.after))
        pupil.id_digest = KEYS.digest(pupil.id_number) if pupil.id_number else None
        spell(pupil, changed)
        session.flush()
        if changed & set(IDENTITY):
            duplicates.check(session, [pupil.id])
            session.refresh(pupil)
        stays = not is_numbering(changed) or keeps_number(session, pupil, act.today)
        number = None if stays else number_after(pupil)
        is_clear = pupil.problem_flag in (ProblemFlag.NONE, ProblemFlag.RESOLVED)
        if number is not None and is_clear and claim(session, pupil, number):
            pupil.take_number(number)


def clash(pupil: Student, wanted: Mapping[str, str | None], today: date) -> str:
    """Return the code of why the identity would contradict itself, or nothing."""
    would = would_be(pupil, wanted)
    number = would["id_number"]
    if would["id_type"] != RESIDENT or not number or not TOLD_BY_ID & set(wanted):
        return ""
    if "id_number" in wanted and ids.problems(number, today):
        return "E-ID-CHK"
    if ids.birth_date(number) != would["birth_date"]:
        return "E-ID-DATE"
    return "" if ids.gender(number) in (None, would["gender"]) else "E-ID-SEX"


def would_be(pupil: Student, wanted: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the identity as it would be, each field of its own kind."""
    return {
        name: typed(name, wanted[name]) if name in wanted else getattr(pupil, name)
        for name in IDENTITY
    }


def doubles(session: Session, pupil: Student, wanted: Mapping[str, str | None] = NOTHING) -> bool:
    """Tell whether another record has (or would have) the same ID number, or name, gender, birth.

    Asked with the scope widened: the whole registry is compared, as the check will do it (P04).
    """
    would = would_be(pupil, wanted)
    same = and_(
        Student.name_key == name_key(would["name"]),
        Student.gender == would["gender"],
        Student.birth_date == would["birth_date"],
        Student.status.not_in(duplicates.NOT_LIVE),
    )
    number = would["id_number"]
    alike = or_(Student.id_digest == KEYS.digest(number), same) if number else same
    others = select(Student.id).where(
        alike, Student.id != pupil.id, Student.status != Status.DELETED
    )
    return bool(session.scalar(select(others.exists())))


def is_numbering(changed: Iterable[str]) -> bool:
    """Tell whether a change touches what a formal number is made of."""
    return bool({"id_number", "id_type"} & set(changed))


def keeps_number(session: Session, pupil: Student, today: date) -> bool:
    """Tell whether the province lets a J number stay when there is an ID number (Q-03)."""
    is_j = pupil.number_kind is NumberKind.J
    return is_j and not setting(session, pupil.owner_path, "renumber_on_id", today).is_on


def number_after(pupil: Student, wanted: Mapping[str, str | None] = NOTHING) -> str | None:
    """Return the number a formal one turns into when the ID number is another (P34, Q-03)."""
    would = would_be(pupil, wanted)
    if pupil.number_kind not in (NumberKind.G, NumberKind.J) or would["id_type"] != RESIDENT:
        return None
    if not would["id_number"] or not ids.is_shaped(would["id_number"]):
        return None
    number = from_id_number(would["id_number"])
    return number if number != pupil.number else None


def as_text(value: Any) -> str | None:
    """Return a value of a pupil's field as a case writes it down; None when there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def typed(field: str, text: str | None) -> Any:
    """Return what a case has written down as the field's own kind of value."""
    kind = Student.__table__.c[field].type.python_type
    return None if text is None else READERS.get(kind, str)(text)
