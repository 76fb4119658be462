"""Filters a column alone cannot give: a whole authority, a grade level, a number by its digest."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select, union_all

from app.codes import id_number
from app.models.organisation import Organisation
from app.models.school import Grade, Stage
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Student
from app.policies.scope import END
from app.views.filters import ValueFilter


class WithinFilter(ValueFilter):
    """The rows of one authority and of everything below it: a range of paths."""

    name = _("Within")
    arg_name = "in"
    control = "relation"

    def read(self, text: str) -> tuple[str, str]:
        """Return the range of the authority's subtree."""
        chosen = select(Organisation.path).where(Organisation.id == int(text))
        path = self.datamodel.session.scalar(chosen)
        if path is None:
            raise ValueError
        return path, path[:-1] + END

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for the paths in any of the ranges."""
        return or_(*((column >= begin) & (column < end) for begin, end in values))


class LevelFilter(ValueFilter):
    """Pupils of the cohorts that are at a level now, such as 小学六年级 (``16``)."""

    name = _("Is one of")
    arg_name = "in"
    control = "codes"

    def read(self, text: str) -> tuple[Stage, int]:
        """Return stage and level of a code of ``grade_level``."""
        return Stage.of_digit(text[:1]), int(text[1:])

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for the cohorts first: they are a few per school."""
        del column
        at = or_(*((Grade.stage == stage) & (Grade.level == level) for stage, level in values))
        return self.model.grade_id.in_(select(Grade.id).where(at))


def holders(column: Any, digests: list[bytes]) -> Any:
    """Return the ids of those who have a number now or had it: two index scans, never an OR."""
    former = select(NumberHistory.student_id).where(NumberHistory.number_digest.in_(digests))
    return union_all(select(Student.id).where(column.in_(digests)), former)


class NationalNumberFilter(ValueFilter):
    """The pupil who has, or once had, exactly this student number."""

    name = _("Is exactly")
    arg_name = "in"
    control = "exact"

    def read(self, text: str) -> bytes:
        """Return the digest of a number as it is kept."""
        return KEYS.digest(id_number.compact(text))

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for present and former numbers."""
        del column
        return Student.id.in_(holders(Student.number_digest, values))


class IdNumberFilter(NationalNumberFilter):
    """The pupils with exactly this identity number."""

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for the digest."""
        del column
        return Student.id_digest.in_(values)
