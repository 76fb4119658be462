"""导出台账: every export that held pupils of a school, for that school and those above it."""

from __future__ import annotations

from flask import request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.models.export import ExportShare
from app.models.organisation import Organisation
from app.models.page import page_of
from app.views.actor import session
from app.views.doors import door
from app.views.exporting_words import column_words, purpose_word, source_word
from app.views.inbox_tabs import number
from app.views.screens.own_school import is_at_school


class ExportLedgerView(BaseView):
    """Who took out which fields of whose pupils, for what, masked or not."""

    route_base = "/export-ledger"
    default_view = "index"
    class_permission_name = "ExportLedger"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the entries, the newest first; an authority may ask for one school."""
        school = request.args.get("school", "").strip()[:60]
        found = (
            select(ExportShare)
            .options(joinedload(ExportShare.exporter), joinedload(ExportShare.school))
            .order_by(ExportShare.id.desc())
        )
        if request.args.get("show") == "whole":
            found = found.where(ExportShare.masked.is_(False))
        if school and not is_at_school():
            named = select(Organisation.id).where(
                Organisation.code.op("^@", is_comparison=True)(school)
                | Organisation.name.op("^@", is_comparison=True)(school)
            )
            found = found.where(ExportShare.school_id.in_(named))
        page = page_of(session(), found, number(request.args.get("page")) or 1)
        drawn = self.render_template(
            "xueji/export/ledger.html",
            title=_("Ledger of exports"),
            page=page,
            school=school,
            shown=request.args.get("show", ""),
            at_school=is_at_school(),
            purpose_word=purpose_word,
            source_word=source_word,
            column_words=column_words,
        )
        return str(drawn)
