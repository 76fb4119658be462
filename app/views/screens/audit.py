"""审计: what was done, by whom, from where; for the auditor, without personal data."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.models.account import Account
from app.models.audit import AuditEvent
from app.views.actor import session
from app.views.filters import EqualFilter
from app.views.labels import NONE, moment, plain
from app.views.scoped import ScopedInterface, ScopedModelView

DEEDS = {
    "account.login": _("Signed in"),
    "account.logout": _("Signed out"),
    "student.reveal": _("Looked at a whole number"),
    "student.find": _("Looked for a pupil by number"),
    "student.added": _("Registered a pupil"),
    "student.changed": _("Changed a pupil's data"),
    "guardian.added": _("Added a guardian"),
    "guardian.changed": _("Changed a guardian"),
    "guardian.deleted": _("Deleted a guardian"),
    "school.added": _("Added a school"),
    "school.changed": _("Changed a school"),
    "campus.added": _("Added a campus"),
    "campus.changed": _("Changed a campus"),
    "campus.deleted": _("Deleted a campus"),
    "grade.added": _("Added a grade"),
    "grade.changed": _("Changed a grade"),
    "school_class.added": _("Added a class"),
    "school_class.changed": _("Changed a class"),
    "school_class.deleted": _("Deleted a class"),
    "organisation.added": _("Added an organisation"),
    "organisation.changed": _("Changed an organisation"),
    "code_value.changed": _("Changed a code"),
    "job.cancelled": _("Called off a job"),
    "case.submit": _("Submitted a case"),
    "case.agree": _("Agreed to a case"),
    "case.disagree": _("Disagreed with a case"),
    "case.send_back": _("Sent a case back"),
    "case.withdraw": _("Withdrew a case"),
    "case.report": _("Noted an arrival"),
    "case.pull": _("Pulled an archive"),
    "import.commit": _("Wrote an import"),
    "import.errors": _("Fetched an error workbook"),
    "promotion.rehearse": _("Rehearsed a promotion"),
    "promotion.done": _("Carried out a promotion"),
    "promotion.undo": _("Undid a promotion"),
    "pupil.struck": _("Struck a pupil who was not registered"),
    "demo.made": _("Made the demo world"),
    "pupil.search": _("Looked for a pupil of another school"),
    "scope.elevated": _("A process acted beyond the person's scope"),
}


def deed_of(action: str) -> str:
    """Say what was done; a deed without words is shown by its name."""
    return str(DEEDS.get(action, action))


def person_of(user_id: int | None) -> str:
    """Name an account; the system has none."""
    if user_id is None:
        return str(_("System"))
    account = session().get(Account, user_id)
    return f"{account.name} ({account.login})" if account else f"#{user_id}"


def details_of(details: dict[str, Any]) -> str:
    """Show the ids, codes and counts of an event."""
    if not details:
        return NONE
    return Markup("<code>{}</code>").format(json.dumps(details, ensure_ascii=False))


class AuditEventView(ScopedModelView):
    """The log, newest first; nobody adds to it, changes it or takes from it by hand."""

    datamodel = ScopedInterface(AuditEvent)
    class_permission_name = "AuditEvent"
    base_permissions = ["can_list", "can_show"]
    route_base = "/audit"
    base_order = ("id", "desc")

    list_title, show_title = _("Audit log"), _("Audit event")
    unit = _("events")
    label_columns = {
        "id": _("Number"),
        "at": _("Time"),
        "actor": _("Who"),
        "action": _("Deed"),
        "object_type": _("On what"),
        "object_id": _("Which"),
        "ip": _("From"),
        "owner_path": _("Organisation"),
        "seq": _("Number in the chain"),
        "details": _("Details"),
        "hash": _("Link of the chain"),
    }
    list_columns = ["at", "actor", "action", "object_type", "object_id", "ip", "owner_path", "seq"]
    key_column = "at"
    order_columns = ["at"]
    search_columns = ["at", "actor", "action", "object_type", "object_id", "owner_path"]
    show_columns = [*list_columns, "details", "hash"]
    column_classes = {
        "at": "mono",
        "action": "wide",
        "object_id": "r",
        "ip": "mono fold",
        "owner_path": "mono fold",
        "seq": "r fold",
    }
    own_filters = {"object_type": EqualFilter}
    formatters_columns = {
        "at": moment,
        "actor": person_of,
        "action": deed_of,
        "object_id": plain,
        "seq": str,
        "details": details_of,
        "hash": lambda link: Markup('<code class="mono">{}</code>').format(link.hex()),
    }

    def name_of(self, item: Any) -> str:
        """Call an event by its deed and its moment."""
        return f"{deed_of(item.action)} · {moment(item.at)}"
