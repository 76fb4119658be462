"""审计: what was done, by whom, from where; for the auditor, without personal data."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext, pgettext
from markupsafe import Markup

from app.models.account import Account
from app.models.audit import AuditEvent
from app.views.actor import session
from app.views.labels import NONE, moment, plain, word_of
from app.views.scoped import ScopedInterface, ScopedModelView


def deed_of(action: str) -> str:
    """Say what was done; a deed without words is shown by its name."""
    return word_of("Deed", action)


def person_of(user_id: int | None) -> str:
    """Name an account; the system has none."""
    if user_id is None:
        return str(pgettext("actor", "System"))
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
        "ip": lazy_pgettext("network", "From"),
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
    code_columns = {"action": "Deed", "object_type": "Thing"}
    formatters_columns = {
        "at": moment,
        "actor": person_of,
        "object_id": plain,
        "seq": str,
        "details": details_of,
        "hash": lambda link: Markup('<code class="mono">{}</code>').format(link.hex()),
    }

    def name_of(self, item: Any) -> str:
        """Call an event by its deed and its moment."""
        return f"{deed_of(item.action)} · {moment(item.at)}"
