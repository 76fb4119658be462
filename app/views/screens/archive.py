"""学籍档案: everything about one pupil on one page, sealed values masked until asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Response, request
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import NotFound as NoRoute

from app.codes import masking
from app.errors import Refusal
from app.models.case import Case
from app.models.student import Enrolment, Status, Student
from app.views.actor import current_actor, session, today
from app.views.case_words import kind_word, step_word
from app.views.doors import door, may
from app.views.labels import NONE, code_name, day, label_of, plain, yes_no
from app.views.pupil_columns import CODES, MASKS, PLACES, SEALED
from app.views.revealing import reasons, reveal
from app.views.scoped import ScopedModelView
from app.views.scraping import note_look
from app.views.screens.changes import Change, beginning, changes_of
from app.views.screens.places import place_of
from app.views.screens.provenance import came_by
from app.views.screens.pupil_fields import GROUPS, LABELS
from app.views.widgets import safe_url
from app.views.words import say
from app.workflows.desk import Ending
from app.workflows.maintaining import Upkeep, upkeep

TABS = {
    "overview": _("Overview"),
    **{name: label for name, (label, _fields) in GROUPS.items()},
    "guardians": _("Family"),
    "history": _("Schools attended"),
    "cases": _("Cases"),
    "changes": _("Changes"),
}
ACCESS = {"access": _("Who sees, who saw")}
OWN_LABELS = {"class_number": _("Class")}
RECENT = 8  # changes beside the overview
CHANGE_CODES = {  # why a period began or ended: codes of ``enrolment_change_kind``
    "ADMITTED": "11",
    "RESUMED": "12",
    "TRANSFERRED_IN": "13",
    "GRADUATED": "21",
    "COMPLETED": "22",
    "SUSPENDED": "23",
    "WITHDREW": "24",
    "EXPELLED": "25",
    "DIED": "26",
    "TRANSFERRED_OUT": "27",
    "DROPPED_OUT": "28",
}
SAYING = {  # what the page's parts say values with
    "masks": {"phone": masking.phone, "id": masking.id_number, "at": masking.address},
    "code_name": code_name,
    "place_of": place_of,
    "move_of": lambda kind: code_name("enrolment_change_kind", CHANGE_CODES[kind.name]),
}


class Fact(NamedTuple):
    """A label and what stands beside it; a sealed value brings the address of the whole."""

    label: Any
    value: Any
    is_locked: bool = False
    is_sealed: bool = False
    reveal: str = ""


class Archive(ScopedModelView):
    """The page of one pupil, and the door to a sealed value of it."""

    @expose("/show/<pk>", methods=["GET"])
    @door()
    def show(self, pk: str) -> str:
        """Show one tab of a pupil's archive."""
        pupil = self.found(pk)
        if note_look(pupil.id):
            pupil = self.found(pk)  # the commit forgot what was loaded beside it
        self.update_redirect()
        tab = request.args.get("tab", "")
        return self.page(pupil, tab if tab in TABS else "overview")

    def page(self, pupil: Student, tab: str, **more: Any) -> str:
        """Draw one tab of a pupil's archive."""
        cases, kept = cases_of(pupil), kept_of(pupil)
        locking = locking_case(pupil)
        return str(
            self.render_template(
                "xueji/archive/show.html",
                title=pupil.name,
                view=self,
                pupil=pupil,
                tab=tab,
                tabs=TABS | (ACCESS if may(self, "access") else {}),
                head=self.head(pupil, kept.controlled),
                age=age_on(pupil.birth_date, today()),
                groups={name: self.facts(pupil, name, kept.controlled) for name in GROUPS},
                kept=kept,
                locked_why=say(Refusal("E-LOCK")) if locking else "",
                cases=cases,
                open_case=next((case for case in cases if case.is_open), None),
                history=history_of(pupil),
                changes=changes(pupil, tab),
                came=came_by(session(), pupil),
                can_reveal_family=self.appbuilder.sm.has_access("can_reveal", "Guardian"),
                submit_url=self.submit_url(pupil),
                reasons=reasons(),
                kind_of=lambda case: kind_word(case, current_actor().path),
                step_of=step_word,
                **SAYING,
                **more,
            )
        )

    @expose("/reveal/<pk>/<field>", methods=["POST"])
    @door()
    def reveal(self, pk: str, field: str) -> Response:
        """Answer a sealed value whole, and write down who looked at it and why."""
        if field not in SEALED:
            raise NoRoute
        return reveal(self.found(pk), field)

    def head(self, pupil: Student, bound: Collection[str] = ()) -> list[Fact]:
        """Return the facts beside the portrait; ``bound`` fields carry a lock."""
        return [
            Fact(_("School"), pupil.school),
            self.fact(pupil, "number", label=_("Student number")),
            Fact(_("Class"), standing(pupil)),
            self.fact(pupil, "id_number", bound),
            *former_facts(pupil),
            Fact(_("Entered"), f"{pupil.entry_ym[:4]}-{pupil.entry_ym[4:]}"),
            self.fact(pupil, "phone", bound),
        ]

    def facts(self, pupil: Student, group: str, bound: Collection[str] = ()) -> list[Fact]:
        """Return the facts of a group of fields."""
        return [self.fact(pupil, name, bound) for name in GROUPS[group][1]]

    def fact(
        self, pupil: Student, name: str, bound: Collection[str] = (), label: Any = None
    ) -> Fact:
        """Return one field as the archive shows it."""
        label, is_locked = label or OWN_LABELS.get(name, LABELS[name]), name in bound
        if name in SEALED:
            value = getattr(pupil, name)
            may_ask = value is not None and may(self, "reveal")
            url = f"{self.route_base}/reveal/{pupil.id}/{name}" if may_ask else ""
            return Fact(label, MASKS[name](value) if value else NONE, is_locked, bool(value), url)
        return Fact(label, shown(pupil, name), is_locked)

    def submit_url(self, pupil: Student) -> str:
        """Return where the registration of a pupil who waits for it is submitted, if one may."""
        waits = pupil.status is Status.PENDING_REGISTRATION
        allowed = self.appbuilder.sm.has_access("can_submit", "Registration")
        return safe_url("RegistrationView.one", student_id=pupil.id) if waits and allowed else ""


def kept_of(pupil: Student) -> Upkeep:
    """Return what whoever is at work may write of a pupil."""
    return upkeep(session(), current_actor(), pupil, today())


def locking_case(pupil: Student) -> Case | None:
    """Return the open case that keeps a record as it is; one sent back does not.

    A teacher sees no case; what the database keeps from being written, it says on saving.
    """
    held = select(Case).where(
        Case.student_id == pupil.id, Case.closed_at.is_(None), Case.state != Ending.RETURNED
    )
    return session().scalar(held)


def shown(pupil: Student, name: str) -> Any:
    """Return a field that is not sealed, in words."""
    if name == "class_number":
        return standing(pupil)
    value = getattr(pupil, name)
    if name in CODES:
        return label_of(CODES[name])(value)
    if name in PLACES:
        return place_of(value)
    if isinstance(value, bool):
        return yes_no(value)
    return day(value) if isinstance(value, date) else plain(value)


def former_facts(pupil: Student) -> list[Fact]:
    """Return the numbers a pupil once had, which are still found, as one fact or none."""
    former = [one.number for one in pupil.former_numbers if one.number != pupil.number]
    told = ", ".join(masking.national_number(number) for number in former)
    return [Fact(_("Former numbers"), told)] if told else []


def standing(pupil: Student) -> str:
    """Say in which grade and class a pupil is, and at which seat."""
    level = label_of("grade_level")(pupil.grade.code)
    room = pupil.school_class
    return " · ".join(filter(None, (level, room.name if room else "")))


def age_on(born: date, on: date) -> int:
    """Return the completed years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def cases_of(pupil: Student) -> Sequence[Case]:
    """Return the cases of a pupil that this person sees, newest first."""
    how = (selectinload(Case.owner), selectinload(Case.receiving), selectinload(Case.awaiting))
    mine = select(Case).where(Case.student_id == pupil.id).order_by(Case.id.desc())
    return session().scalars(mine.options(*how)).all()


def history_of(pupil: Student) -> Sequence[Enrolment]:
    """Return the periods at schools, the present one first."""
    how = (
        selectinload(Enrolment.organisation),
        selectinload(Enrolment.grade),
        selectinload(Enrolment.school_class),
    )
    mine = select(Enrolment).where(Enrolment.student_id == pupil.id)
    return session().scalars(mine.order_by(Enrolment.started_on.desc()).options(*how)).all()


def changes(pupil: Student, tab: str) -> list[Change]:
    """Return the changes a tab shows: the newest beside the overview, all on their own."""
    if tab == "changes":
        return [*changes_of(session(), pupil.id), beginning(session(), pupil)]
    return changes_of(session(), pupil.id, RECENT) if tab == "overview" else []
