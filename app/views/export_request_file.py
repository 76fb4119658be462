"""依申请导出之文件: made once by the applicant, who alone sees its password; destroyed (P30).

The files of requests have doors of their own: whoever may ask for whole values need not have the
right to routine exports, which a switch closes.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refused
from app.exports import ending
from app.exports.formats import ZIP
from app.exports.on_request import generate
from app.jobs.exporting import ask_write
from app.models.export import Export, ExportState
from app.policies.audit import record
from app.storage.sealed_files import Folder, destroy, read
from app.views.actor import current_actor, now, session, today
from app.views.doors import door
from app.views.export_request_page import facts_of, file_of
from app.views.export_requests import found, page_of_request
from app.views.exporting_words import certificate_lines
from app.views.inbox_tabs import number

OVER = (ExportState.EXPIRED, ExportState.DESTROYED)


class ExportRequestFileView(BaseView):
    """The file of an approved request."""

    route_base = "/export-requests"
    default_view = "certificate"
    class_permission_name = "ExportRequest"
    base_permissions = ["can_view", "can_ask"]

    @expose("/<int:request_id>/file", methods=["POST"])
    @door("ask")
    def generate(self, request_id: int) -> Response:
        """Promise the file of an approved request to a job, once."""
        asked, seen = found(request_id), number(request.form.get("seen"))
        if seen is None:
            raise Invalid
        made = request.form.get("format", ""), request.form.get("language", "")
        try:
            export = generate(session(), (current_actor(), today()), asked, seen, made)
        except Refused as no:
            session().rollback()
            return page_of_request(self, found(request_id), no)
        ask_write(session(), export)
        session().commit()
        return _back(request_id)

    @expose("/<int:request_id>/file/live")
    @door("view")
    def live(self, request_id: int) -> Response:
        """Show how far the file is; have the page loaded anew once it is there."""
        asked = found(request_id)
        facts = facts_of(session(), asked, current_actor(), today())
        drawn = render_template(
            "xueji/export_request/file.html", asked=asked, name=asked.state.name, **facts
        )
        answer = make_response(drawn)
        if facts["progress"] is None or facts["progress"].failed:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:request_id>/file/password", methods=["POST"])
    @door("ask")
    def password(self, request_id: int) -> Response:
        """Show the password to whoever made the file; each time is recorded."""
        export = _held(request_id)
        word = export.password
        record(session(), "export.password", object_type="export", object_id=export.id)
        session().commit()
        answer = page_of_request(self, found(request_id), password=word)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:request_id>/file/<int:part>", methods=["POST"])
    @door("ask")
    def fetch(self, request_id: int, part: int) -> Any:
        """Hand one part to whoever made the file, and write down that it was fetched."""
        export = _held(request_id)
        wanted = next((each for each in export.parts if each.part == part), None)
        if wanted is None:
            raise NotFound
        data = read(Folder.EXPORTS, wanted.sha256)
        name = f"{export.number}-{part}.zip"
        ending.fetched(session(), export, part, current_actor().user_id)
        session().commit()
        return send_file(BytesIO(data), ZIP, as_attachment=True, download_name=name)

    @expose("/<int:request_id>/file/destroy", methods=["POST"])
    @door("ask")
    def destroy(self, request_id: int) -> Response:
        """Destroy the file before its time is up; the request stays."""
        gone = ending.destroy(session(), _held(request_id), current_actor().user_id, now())
        session().commit()
        for digest in gone:
            destroy(Folder.EXPORTS, digest)
        flash(_("The file is destroyed; nobody can fetch it again."), "success")
        return _back(request_id)

    @expose("/<int:request_id>/file/certificate")
    @door("view")
    def certificate(self, request_id: int) -> str:
        """Show the certificate that the file of a request was destroyed, to be printed."""
        asked = found(request_id)
        export = file_of(session(), asked)
        if export is None or export.state not in OVER:
            raise NotFound
        drawn = self.render_template(
            "xueji/export/certificate.html",
            title=_("Certificate of destruction"),
            export=export,
            asked=asked,
            lines=certificate_lines(export),
            printed_at=now(),
        )
        return str(drawn)


def _held(request_id: int) -> Export:
    """Return the file of a request, locked, for whoever made it and while it lies there."""
    export = file_of(session(), found(request_id))
    if export is None:
        raise NotFound
    held = ending.own(session(), export.id, current_actor().user_id)
    is_over = held.expires_at is not None and held.expires_at <= now()
    if held.state is not ExportState.READY or is_over:
        raise NotFound
    return held


def _back(request_id: int) -> Response:
    there = url_for("ExportRequestView.show", request_id=request_id)
    return redirect(f"{there}#file", HTTPStatus.FOUND)
