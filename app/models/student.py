"""学籍: the registry record: who a pupil is, where the pupil stands now, and since when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.models.base import Model, Named, Owned, PathText, Stamped, Versioned
from app.models.organisation import Organisation
from app.models.pupil import CODE, GuardianFields, PupilFields
from app.models.school import Grade, School, SchoolClass, Stage
from app.models.sealed import KEYS, Sealed
from app.models.standing import (
    EndKind,
    NumberKind,
    ProblemFlag,
    StartKind,
    Status,
    Verification,
)

__all__ = [
    "EndKind",
    "Enrolment",
    "Guardian",
    "NumberHistory",
    "NumberKind",
    "ProblemFlag",
    "StartKind",
    "Status",
    "Student",
    "Verification",
]

# 查重的姓名: narrow letters, capitals, no blanks, none of the dots between parts of a name.
IGNORED = "[[:space:]·•・‧∙]"
NAME_KEY = f"upper(regexp_replace(normalize(name, NFKC), '{IGNORED}', '', 'g'))"


class Student(Owned, PupilFields, Stamped, Versioned, Model):
    """A pupil: one person, one record, one number for life.

    Where the pupil stands (school, grade, class, status) changes only through `join`, `move_to`
    and the workflows' effects, which write the enrolment in the same breath.
    """

    __tablename__ = "student"
    __table_args__ = (
        ForeignKeyConstraint(["grade_id", "school_id"], ["grade.id", "grade.school_id"]),
        ForeignKeyConstraint(
            ["class_id", "school_id", "grade_id"],
            ["school_class.id", "school_class.school_id", "school_class.grade_id"],
        ),
        CheckConstraint("(number_digest IS NULL) = (number_kind IS NULL)", name="student_number"),
        CheckConstraint(
            "status <> 'IN_SCHOOL' OR number_digest IS NOT NULL",
            name="student_in_school_has_number",
        ),
        CheckConstraint("gender IN ('1', '2')", name="student_gender"),
        CheckConstraint("seat_no > 0", name="student_seat"),
        CheckConstraint("commute_km >= 0", name="student_commute"),
        # 辅号: once in a province; asked when a statement ends, so that a class may swap numbers.
        ExcludeConstraint(
            ("aux_number", "="),
            (func.split_part(text("owner_path"), "/", text("2")), "="),
            where=text("aux_number IS NOT NULL AND status <> 'DELETED'"),
            using="btree",
            name="student_aux_number",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("student_owner", "owner_path", "id"),
        Index("student_owner_name", "owner_path", "name"),
        Index("student_owner_status", "owner_path", "status"),
        Index(
            "student_owner_problem",
            "owner_path",
            "id",
            postgresql_where="problem_flag <> 'NONE'",
        ),
        Index("student_name", "name", "id"),
        Index("student_class", "class_id", "seat_no"),
        Index("student_grade", "grade_id", "status"),
        Index("student_id_digest", "id_digest"),
        Index("student_nsb", "name_key", "gender", "birth_date"),
        Index("student_sound", "birth_date", "name_pinyin"),
        Index("student_owner_verification", "owner_path", "verification", "number_kind", "status"),
        Index(
            "student_number_due",
            "id",
            postgresql_where="verification = 'PASSED' AND number_kind <> 'G' AND NOT number_stuck",
        ),
        Index(
            "student_batch",
            "import_batch_id",
            postgresql_where="import_batch_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    grade_id: Mapped[int]
    class_id: Mapped[int | None]
    status: Mapped[Status] = mapped_column(
        default=Status.PENDING_REGISTRATION, server_default="PENDING_REGISTRATION"
    )
    problem_flag: Mapped[ProblemFlag] = mapped_column(
        default=ProblemFlag.NONE, server_default="NONE"
    )
    name_key: Mapped[str] = mapped_column(Text(collation="C"), Computed(NAME_KEY, persisted=True))
    verification: Mapped[Verification] = mapped_column(
        default=Verification.NONE, server_default="NONE"
    )
    verified_on: Mapped[date | None]
    number: Mapped[str | None] = mapped_column(Sealed("number"))  # 学籍号, 19 characters
    number_digest: Mapped[bytes | None] = mapped_column(unique=True)
    number_kind: Mapped[NumberKind | None]
    # Its formal number is another record's, or none is left; another identity may have one.
    number_stuck: Mapped[bool] = mapped_column(default=False, server_default="false")
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))

    school: Mapped[School] = relationship()
    grade: Mapped[Grade] = relationship(primaryjoin=lambda: Grade.id == foreign(Student.grade_id))
    school_class: Mapped[SchoolClass | None] = relationship(
        primaryjoin=lambda: SchoolClass.id == foreign(Student.class_id)
    )
    guardians: Mapped[list[Guardian]] = relationship(
        back_populates="student", order_by="Guardian.id", passive_deletes=True
    )
    enrolments: Mapped[list[Enrolment]] = relationship(
        back_populates="student", order_by="Enrolment.started_on"
    )

    former_numbers: Mapped[list[NumberHistory]] = relationship(order_by="NumberHistory.id")

    @property
    def stage(self) -> Stage:
        """The stage the pupil is in."""
        return self.grade.stage

    @property
    def current_enrolment(self) -> Enrolment | None:
        """The period at the present school, or None before registration and after leaving."""
        return next((period for period in self.enrolments if period.ended_on is None), None)

    def take_number(self, number: str) -> None:
        """Take a student number; its first letter is its kind (P34). A former one is remembered."""
        if self.number is not None and self.number_digest is not None and self.number != number:
            known = {former.number_digest for former in self.former_numbers}
            if self.number_digest not in known:  # taken a second time, and left a second time
                kind = self.number[0]
                self.former_numbers.append(
                    NumberHistory(number=self.number, number_digest=self.number_digest, kind=kind)
                )
        self.number, self.number_kind = number, NumberKind(number[0])
        self.number_digest = KEYS.digest(number)

    def join(self, start: StartKind, on: date, case_id: int | None) -> None:
        """Begin a period at the school the pupil is at, as an in-school pupil."""
        self.status = Status.IN_SCHOOL
        self.enrolments.append(
            Enrolment(
                school_id=self.school_id,
                grade_id=self.grade_id,
                class_id=self.class_id,
                start_kind=start,
                started_on=on,
                start_case_id=case_id,
            )
        )

    def leave(self, status: Status, end: EndKind | None, on: date, case_id: int) -> None:
        """Be away from now on; without ``end`` the period at the school goes on (missing…).

        The class stays written down as the one the pupil left (002 I.3).
        """
        self.status = status
        period = self.current_enrolment
        if period is not None and end is not None:
            period.ended_on, period.end_kind = max(on, period.started_on), end
            period.end_case_id = case_id

    def sit_in(self, room: SchoolClass) -> None:
        """Take a place in a class, of whichever school; a 辅号 is its province's own (P34)."""
        if room.owner_path.split("/")[1:2] != self.owner_path.split("/")[1:2]:
            self.aux_number = None
        self.school_id, self.grade_id, self.class_id = room.school_id, room.grade_id, room.id
        self.seat_no = None

    def move_to(
        self,
        room: SchoolClass,
        on: date,
        case_id: int,
        start: StartKind = StartKind.TRANSFERRED_IN,
    ) -> None:
        """Go to a class of another school: number, archive and history move, nothing is copied."""
        self.leave(self.status, EndKind.TRANSFERRED_OUT, on, case_id)
        self.sit_in(room)
        self.join(start, on, case_id)

    def come_back(self, room: SchoolClass, start: StartKind, on: date, case_id: int) -> None:
        """Be in school again, in a class; a period that never ended goes on."""
        if room.school_id != self.school_id:
            self.move_to(room, on, case_id, start)
            return
        self.sit_in(room)
        if self.current_enrolment is None:
            self.join(start, on, case_id)
        self.status = Status.IN_SCHOOL

    def __repr__(self) -> str:
        return self.name


class Enrolment(Owned, Model):
    """就读经历: one row per period at a school, written together with `student`, never by hand.

    Its school keeps reading its own period; whoever holds the pupil reads them all.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        ForeignKeyConstraint(["grade_id", "school_id"], ["grade.id", "grade.school_id"]),
        CheckConstraint("(ended_on IS NULL) = (end_kind IS NULL)", name="enrolment_end"),
        CheckConstraint("ended_on >= started_on", name="enrolment_order"),
        Index("enrolment_owner", "owner_path", "student_id"),
        Index("enrolment_pupil", "pupil_path", "student_id"),
        Index("enrolment_student", "student_id"),
        Index("enrolment_grade", "grade_id"),  # else deleting a cohort reads every pupil's history
        Index("enrolment_current", "student_id", unique=True, postgresql_where="ended_on IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_path: Mapped[PathText] = mapped_column(default="", server_default="")
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    grade_id: Mapped[int]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_class.id"))
    grade_code: Mapped[str | None] = mapped_column(String(2))  # as they were when it began: who
    class_name: Mapped[str | None] = mapped_column(Named)  # holds the pupil later cannot see them
    start_kind: Mapped[StartKind]
    started_on: Mapped[date]
    start_case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    end_kind: Mapped[EndKind | None]
    ended_on: Mapped[date | None]
    end_case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))

    student: Mapped[Student] = relationship(back_populates="enrolments")
    organisation: Mapped[Organisation] = relationship(
        primaryjoin=lambda: Organisation.id == foreign(Enrolment.school_id), viewonly=True
    )
    grade: Mapped[Grade | None] = relationship(
        primaryjoin=lambda: Grade.id == foreign(Enrolment.grade_id), viewonly=True
    )
    school_class: Mapped[SchoolClass | None] = relationship(
        primaryjoin=lambda: SchoolClass.id == foreign(Enrolment.class_id), viewonly=True
    )


class Guardian(Owned, GuardianFields, Stamped, Versioned, Model):
    """家庭成员或监护人: owned by whoever holds the pupil."""

    __tablename__ = "guardian"
    __table_args__ = (
        CheckConstraint(
            "relation <> '97' OR relation_note IS NOT NULL", name="guardian_relation_note"
        ),
        Index("guardian_owner", "owner_path", "student_id"),
        Index("guardian_student", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"))

    student: Mapped[Student] = relationship(back_populates="guardians")

    def __repr__(self) -> str:
        return self.name


class NumberHistory(Owned, Model):
    """曾用学籍号: a number a pupil once had stays searchable and is never issued again (Q-03)."""

    __tablename__ = "number_history"
    __table_args__ = (
        UniqueConstraint("number_digest"),
        Index("number_history_owner", "owner_path", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    number: Mapped[str] = mapped_column(Sealed("number"))
    number_digest: Mapped[bytes]
    kind: Mapped[str] = mapped_column(CODE)
