"""审计: what was done, by whom, from where; for the auditor, without personal data.

Officers see the deeds of their subtree, teachers their own: the database says so. The auditor
also sees what the system did by itself, and takes files out; that is a deed too.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask import request, send_file
from flask_appbuilder import expose
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.exceptions import NotFound as NoRoute

from app.errors import Refusal, Refused
from app.models.account import Account
from app.models.audit import AuditEvent
from app.policies.audit import record
from app.policies.audit_chain import ANCHORED, VERIFIED
from app.views.actor import current_actor, session
from app.views.asking import asked
from app.views.doors import door
from app.views.filters import NumberFilter
from app.views.labels import NONE, moment, plain, word_of
from app.views.links import link
from app.views.lookup import Lookup
from app.views.scoped import ScopedInterface, ScopedModelView
from app.views.screens.audit_export import KINDS, MOST, written
from app.views.screens.audit_words import person, place, sentence
from app.views.screens.choices import PLACE
from app.views.screens.narrowing import WithinFilter

PEOPLE = Lookup(
    Account,
    (Account.name, Account.login),
    narrow=lambda choice: choice.where(
        Account.owner_path.op("^@", is_comparison=True)(current_actor().path)
    ),
)


TAKEN = ["audit.export", "import.errors", "promotion.exceptions"]


class PersonFilter(NumberFilter):
    """What one chosen person did."""

    control = "relation"


def deed_of(action: str) -> str:
    """Say what was done; a deed without words is shown by its name."""
    return word_of("Deed", action)


def details_of(details: dict[str, Any]) -> str:
    """Show the ids, codes and counts of an event."""
    if not details:
        return NONE
    return Markup("<code>{}</code>").format(json.dumps(details, ensure_ascii=False))


class AuditEventView(ScopedModelView):
    """The log, newest first; nobody adds to it, changes it or takes from it by hand."""

    datamodel = ScopedInterface(AuditEvent)
    class_permission_name = "AuditEvent"
    base_permissions = ["can_list", "can_show", "can_export"]
    route_base = "/audit"
    base_order = ("id", "desc")
    list_template = "xueji/audit/list.html"

    list_title, show_title = _("Audit log"), _("Audit event")
    unit = _("events")
    label_columns = {
        "id": _("What happened"),
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
    list_columns = ["at", "id", "ip", "owner_path", "seq"]
    key_column = "at"
    order_columns = ["at"]
    search_columns = ["at", "actor", "action", "object_type", "object_id", "owner_path"]
    show_columns = [
        "at",
        "id",
        "actor",
        "action",
        "object_type",
        "object_id",
        "ip",
        "owner_path",
        "seq",
        "details",
        "hash",
    ]
    saved = (
        (_("All"), {}),
        (_("Denied"), {"_flt_0_action": ["denied"]}),
        (_("Whole values looked at"), {"_flt_0_action": ["student.reveal", "account.reveal"]}),
        (_("Signed in"), {"_flt_0_action": ["account.login", "account.login_failed"]}),
        (_("Files taken out"), {"_flt_0_action": TAKEN}),
    )
    own_filters = {"actor": PersonFilter, "owner_path": WithinFilter}
    lookups = {"actor": PEOPLE, "owner_path": PLACE}
    column_classes = {
        "at": "mono",
        "id": "wide",
        "ip": "mono fold",
        "owner_path": "fold",
        "seq": "r fold",
    }
    code_columns = {"action": "Deed", "object_type": "Thing"}
    formatters_columns = {
        "at": moment,
        "id": sentence,
        "actor": person,
        "owner_path": place,
        "object_id": plain,
        "seq": str,
        "details": details_of,
        "hash": lambda link: Markup('<code class="mono">{}</code>').format(link.hex()),
    }

    def name_of(self, item: Any) -> str:
        """Call an event by its deed and its moment."""
        return f"{deed_of(item.action)} · {moment(item.at)}"

    @expose("/export/<kind>", methods=["POST"])
    @door()
    def export(self, kind: str) -> Any:
        """Give the filtered log as a file, and write down that it was taken out."""
        if kind not in KINDS:
            raise NoRoute
        filters = asked(self._filters, self._pairs(), self.search_columns)
        every = self.datamodel.apply_filters(
            session().query(AuditEvent), filters.get_joined_filters(self._base_filters)
        )
        events = every.order_by(AuditEvent.id.desc()).limit(MOST + 1).all()
        if len(events) > MOST:
            raise Refused(Refusal("E-AUDIT-MOST", {"most": f"{MOST:,}"}))
        data = written(events, kind)
        record(session(), "audit.export", count=len(events), kind=kind)
        session().commit()
        name = gettext("audit-log") + f".{kind}"
        return send_file(BytesIO(data), KINDS[kind], as_attachment=True, download_name=name)

    def export_url(self, kind: str) -> str:
        """Return where a file of what this page's filters leave is asked for."""
        return link(f"{self.route_base}/export/{kind}", dict(request.args.lists()))

    def chain(self) -> dict[str, Any]:
        """Return the last anchoring and the last verification, for whoever sees them."""
        return {name: _last(action) for name, action in LAST.items()}


LAST = {"anchored": ANCHORED, "verified": VERIFIED}


def _last(action: str) -> AuditEvent | None:
    newest = select(AuditEvent).where(AuditEvent.action == action)
    return session().scalar(newest.order_by(AuditEvent.id.desc()).limit(1))
