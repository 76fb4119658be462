"""查找: one box for pupils, cases, schools and functions; what was typed stays out of addresses.

The answer is the answer to the POST itself: no address, no cookie and no log holds the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from app.codes import id_number
from app.codes.masking import national_number
from app.models.case import Case
from app.models.organisation import Organisation, Tier
from app.models.school import School
from app.models.sealed import KEYS
from app.models.student import Student
from app.policies.audit import record
from app.views.actor import current_actor, session
from app.views.case_words import kind_word, step_word
from app.views.doors import door
from app.views.filters import readable
from app.views.labels import label_of
from app.views.menu import Entry, menu_of
from app.views.screens.narrowing import holders

MOST = 20  # of each kind; more is a matter of the lists and their filters
NUMBER = re.compile(r"(?=(?:[^0-9]*[0-9]){4})[A-Z0-9][0-9A-Z()/-]{5,29}", re.ASCII)
CASE_NO = re.compile(r"(ZC|ZX)(\d{6})-(\d{6,9})", re.ASCII)


@dataclass(slots=True)
class Found:
    """What a typed text leads to."""

    pupils: Sequence[Student] = ()
    cases: Sequence[Case] = ()
    schools: Sequence[Organisation] = ()
    doors: list[Entry] = field(default_factory=list)
    is_exact: bool = False

    @property
    def nothing(self) -> bool:
        """Tell whether it leads nowhere."""
        return not (self.pupils or self.cases or self.schools or self.doors)


class FindView(BaseView):
    """The find box of the top bar."""

    route_base = "/find"
    default_view = "find"
    class_permission_name = "Frame"

    @expose("", methods=["GET"])
    @door("view")
    def empty(self) -> Any:
        """Go back to the desk: there is nothing to find without a text."""
        return redirect(url_for("DeskView.desk"))

    @expose("", methods=["POST"])
    @door("view")
    def find(self) -> str:
        """Show everything a typed text may mean, in scope."""
        text = _typed(request.form.get("q", ""))
        found = self._look(text) if text else Found()
        page = self.render_template(
            "xueji/find/find.html",
            title=gettext("Find"),
            asked=text,
            found=found,
            most=MOST,
            masked=national_number,
            level_of=label_of("grade_level"),
            kind_of=lambda case: kind_word(case, current_actor().path),
            step_of=step_word,
        )
        return str(page)

    def _look(self, text: str) -> Found:
        doors = list(functions(self.appbuilder.menu, text))
        found = Found(doors=doors, cases=cases(session(), text))
        if self.appbuilder.sm.has_access("can_find", "Student"):
            exact = by_number(session(), id_number.compact(text))
            found.is_exact = exact is not None
            found.pupils = by_name(session(), text) if exact is None else exact
        found.schools = places(session(), text)
        if found.is_exact:
            record(session(), "student.find", hits=len(found.pupils))
            session().commit()
        return found


def _typed(raw: str) -> str:
    """Return what was typed, or nothing when PostgreSQL could not take it."""
    try:
        return readable(raw)
    except ValueError:
        return ""


def by_number(session: Session, number: str) -> Sequence[Student] | None:
    """Return the pupils with exactly this student or ID number; None when it is no number."""
    if CASE_NO.fullmatch(number) or not NUMBER.fullmatch(number):
        return None
    digest = KEYS.digest(number)
    by_id = select(Student.id).where(Student.id_digest == digest)
    return _pupils(
        session, Student.id.in_(union_all(holders(Student.number_digest, [digest]), by_id))
    )


def by_name(session: Session, name: str) -> Sequence[Student]:
    """Return the pupils whose name begins with the text."""
    return _pupils(session, Student.name.op("^@", is_comparison=True)(name))


def _pupils(session: Session, condition: Any) -> Sequence[Student]:
    how = (
        selectinload(Student.school).selectinload(School.organisation),
        selectinload(Student.grade),
        selectinload(Student.school_class),
    )
    found = select(Student).where(condition).order_by(Student.name, Student.id)
    return session.scalars(found.limit(MOST + 1).options(*how)).all()


def cases(session: Session, text: str) -> Sequence[Case]:
    """Return the case of a printed number, if the person sees it."""
    match = CASE_NO.fullmatch(text.upper().replace(" ", ""))
    case = session.get(Case, int(match[3])) if match else None
    return [case] if case and match and case.no == match[0] else []


def places(session: Session, text: str) -> Sequence[Organisation]:
    """Return the schools of the person's subtree whose name or code begins with the text."""
    begins = (
        column.op("^@", is_comparison=True)(text)
        for column in (Organisation.name, Organisation.code)
    )
    found = (
        select(Organisation)
        .where(
            Organisation.path.op("^@", is_comparison=True)(current_actor().path),
            Organisation.tier == Tier.SCHOOL,
            or_(*begins),
        )
        .order_by(Organisation.name)
        .limit(MOST + 1)
    )
    return session.scalars(found).all()


def functions(menu: Any, text: str) -> list[Entry]:
    """Return the doors of the menu whose words hold the text."""
    wanted = text.casefold()
    entries = menu_of(menu, request.path, {})
    doors = [door for entry in entries for door in (entry.childs or [entry])]
    return [door for door in doors if wanted in str(door.label).casefold()][:MOST]
