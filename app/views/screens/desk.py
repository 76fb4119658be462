"""工作台: the page a working day begins on; which panels it has is said in `desk_panels`."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import BaseView, expose
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _

from app.codes.workdays import BEIJING
from app.policies.rights import holds
from app.policies.roles import LEADERS, TECHNICAL, Role
from app.views.actor import current_actor, session, today
from app.views.case_words import kind_word, step_word
from app.views.doors import door, shut
from app.views.inbox_filters import CASE_KINDS, KINDS
from app.views.inbox_rows import due_word
from app.views.labels import code_name, word_of
from app.views.links import link
from app.views.screens.audit import deed_of
from app.views.screens.audit_words import person
from app.views.screens.calendar import coming, when
from app.views.screens.desk_panels import panels_of
from app.views.screens.jobs import kind_of, progress_of
from app.views.widgets import safe_url
from app.workflows.calendar import working_days
from app.workflows.selecting import CROSS

WORDS = {**CASE_KINDS, CROSS: KINDS[CROSS]}  # as the inbox names them
OVERDUE = "OverdueView.index"
STUDENTS = "/students/list/"  # figures lead there by filter


def overdue(**narrowing: Any) -> str:
    """Return the address of the overdue table, or of an area of it; nothing until there is one."""
    return safe_url(OVERDUE, **narrowing)


SAYING = {
    "code_name": code_name,
    "deed_of": deed_of,
    "person_of": person,
    "work_of": kind_of,
    "progress_of": progress_of,
    "step_of": step_word,
    "word_of": word_of,
    "kinds": WORDS,
    "overdue": overdue,
}


class DeskView(BaseView):
    """One page for every role; the figures are those of the person's own subtree."""

    route_base = "/desk"
    default_view = "desk"
    class_permission_name = "Desk"

    @expose("/")
    @door("view")
    def desk(self) -> str:
        """Show what waits, what is late, how the schools stand and whether the queue runs."""
        actor, now = current_actor(), today()
        panels = panels_of(actor.role)
        loaded = {name: panel.load(session(), actor, now) for name, panel in panels.items()}
        panels = {name: panel for name, panel in panels.items() if loaded[name] is not None}
        page = self.render_template(
            "xueji/desk/desk.html",
            title=gettext("Desk"),
            today=now,
            date_line=format_date(now, "full"),
            dates=[] if actor.role in TECHNICAL else coming(now, actor.role.tier),
            panels=panels,
            loaded=loaded,
            actor=actor,
            offered=acts(actor.role),
            days_since=lambda moment: working_days(moment.astimezone(BEIJING).date(), now),
            kind_word=lambda case: kind_word(case, actor.path),
            due_of=lambda case: due_word(case.due_on, now),
            pupils=pupils if holds(actor.role, "Student", "can_list") else lambda **_filters: "",
            inbox=inbox,
            when=when,
            **SAYING,
        )
        return str(page)


def acts(role: Role) -> list[tuple[str, Any, str]]:
    """Return the buttons of a desk: address, words, icon; the last one is the usual one."""
    offered: list[tuple[str, Any, str]] = []
    if role is Role.SR:
        frozen = shut("can_open", "Transfer")
        offered = [
            (safe_url("MovementView.pick"), _("Ask for a movement"), "person-walking-arrow-right"),
            (
                "" if frozen else safe_url("TransferView.open"),
                _("Ask for a transfer"),
                "right-left",
            ),
            (url_for("StudentView.add"), _("Register a pupil"), "plus"),
        ]
    elif role is Role.CT:
        offered = [(url_for("StudentView.list"), _("List of my pupils"), "id-card")]
    elif role is Role.TE:
        offered = [(url_for("ClassNamesView.index"), _("Class lists"), "list-ol")]
    elif role is Role.NU:
        offered = [(url_for("SchoolView.list"), _("Schools"), "school")]
    elif role in LEADERS and role is not Role.SL and overdue():
        offered = [(overdue(), _("Open the overdue table"), "clock")]
    elif role not in TECHNICAL:
        offered = [(inbox(), _("Work through the inbox"), "inbox")]
    return [act for act in offered if act[0]]


def inbox(**narrowing: Any) -> str:
    """Return the address of a part of the inbox; nothing until there is one."""
    return safe_url("InboxView.inbox", **narrowing)


def pupils(**filters: Any) -> str:
    """Return the address of the pupils behind a figure."""
    return link(STUDENTS, {f"_flt_0_{column}": value for column, value in filters.items()})
