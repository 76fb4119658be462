"""导出: taking a list out, waiting for the file, fetching it, destroying it (P30).

Whoever asked fetches; everybody above sees the line and never the file. What may leave is said in
`app.exports`; the file is written by a job.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import NotFound, Refused
from app.exports import ending
from app.exports.asking import ask_export
from app.exports.formats import FORMATS, ZIP
from app.exports.purposes import PURPOSES
from app.jobs.exporting import ask_write
from app.jobs.queue import cancel
from app.models.export import Export, ExportState
from app.models.page import page_of
from app.policies.audit import record
from app.storage.sealed_files import Folder, destroy, read
from app.views import once
from app.views.actor import current_actor, now, session
from app.views.doors import door, may
from app.views.exporting_form import form
from app.views.exporting_words import (
    certificate_lines,
    column_words,
    filter_count,
    purpose_word,
    source_word,
)
from app.views.progress import progress_of
from app.views.words import lang, say

LARGEST_ID = 2**31 - 1
OVER = (ExportState.EXPIRED, ExportState.DESTROYED)


class ExportView(BaseView):
    """The exports of one's own and of those below; only the own ones are fetched."""

    route_base = "/exports"
    default_view = "list"
    class_permission_name = "Export"
    base_permissions = ["can_view", "can_ask"]

    @expose("/")
    @door("view")
    def list(self) -> str:
        """Show exports, the newest first: one's own, or all there are in one's scope."""
        me, shown = current_actor().user_id, request.args.get("show", "")
        found = select(Export).options(joinedload(Export.asker), joinedload(Export.organisation))
        if shown != "all":
            found = found.where(Export.asked_by == me)
        page = page_of(
            session(), found.order_by(Export.id.desc()), request.args.get("page", 1, int)
        )
        return self._drawn("list", title=_("Exports"), page=page, shown=shown, me=me)

    @expose("/new", methods=["GET"])
    @door("ask")
    def new(self) -> str:
        """Ask what of the list is to leave, and for what."""
        return self._form()

    @expose("/new", methods=["POST"])
    @door("ask")
    def add(self) -> Any:
        """Write the export down and promise its file to a job; a refusal keeps the form."""
        asked, sent = form(), request.form
        try:
            once.take()
            made = ask_export(
                session(),
                current_actor(),
                source=asked.source.name,
                columns=sent.getlist("columns"),
                filters=asked.filters,
                format=sent.get("format", ""),
                language=sent.get("language", ""),
                purpose=sent.get("purpose", ""),
                purpose_words=sent.get("purpose_words"),
            )
        except Refused as no:
            session().rollback()
            once.give_back()
            drawn = self._form([say(each) for each in no.refusals])
            return make_response(drawn, HTTPStatus.UNPROCESSABLE_ENTITY)
        ask_write(session(), made)
        pk = made.id
        session().commit()
        return redirect(url_for("ExportView.show", pk=pk))

    # ── one export ───────────────────────────────────────────────────────────────────────

    @expose("/<int:pk>")
    @door("view")
    def show(self, pk: int) -> str:
        """Show how an export stands, its parts and who fetched them."""
        export = self._one(pk)
        progress = progress_of(export.job_id) if _is_busy(export) else None
        return self._drawn(
            "show",
            title=export.number,
            export=export,
            progress=progress,
            is_stuck=_is_busy(export) and (progress is None or progress.failed),
            is_own=export.asked_by == current_actor().user_id,
            filters=filter_count(export),
            columns=column_words(export.source, export.columns),
        )

    @expose("/<int:pk>/live")
    @door("view")
    def live(self, pk: int) -> Any:
        """Show the progress alone, or have the page loaded anew once there is more to see."""
        export = self._one(pk)
        progress = progress_of(export.job_id)
        answer = make_response(
            render_template("xueji/export/live.html", export=export, progress=progress)
        )
        if not _is_busy(export) or progress is None or progress.failed:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:pk>/file/<int:part>", methods=["POST"])
    @door("view")
    def fetch(self, pk: int, part: int) -> Any:
        """Hand one part to whoever asked for it, and write down that it was fetched."""
        export = self._own(pk)
        wanted = next((each for each in export.parts if each.part == part), None)
        if wanted is None or export.state is not ExportState.READY:
            raise NotFound
        if export.expires_at is not None and export.expires_at <= now():
            raise NotFound
        data = read(Folder.EXPORTS, wanted.sha256)
        ending.fetched(session(), export, part, current_actor().user_id)
        name = f"{export.number}-{part}.{'zip' if export.password else export.format}"
        mime = ZIP if export.password else FORMATS[export.format].mime
        session().commit()
        return send_file(BytesIO(data), mime, as_attachment=True, download_name=name)

    @expose("/<int:pk>/cancel", methods=["POST"])
    @door("view")
    def cancel(self, pk: int) -> Any:
        """Call off an export that has no file yet."""
        export = self._held(pk)
        ending.call_off(session(), export)
        if export.job_id:
            cancel(session(), export.job_id)
        session().commit()
        flash(_("The export was called off; no file was kept."), "info")
        return redirect(url_for("ExportView.show", pk=pk))

    @expose("/<int:pk>/again", methods=["POST"])
    @door("view")
    def again(self, pk: int) -> Any:
        """Ask for the file once more, after a job that died."""
        export = self._held(pk)
        progress = progress_of(export.job_id)
        if _is_busy(export) and (progress is None or progress.failed):
            ask_write(session(), export)
            record(session(), "export.again", object_type="export", object_id=export.id)
        session().commit()
        return redirect(url_for("ExportView.show", pk=pk))

    @expose("/<int:pk>/destroy", methods=["POST"])
    @door("view")
    def destroy(self, pk: int) -> Any:
        """Destroy the file before its time is up; the line stays."""
        gone = ending.destroy(session(), self._held(pk), current_actor().user_id, now())
        session().commit()
        for digest in gone:
            destroy(Folder.EXPORTS, digest)
        flash(_("The file is destroyed; nobody can fetch it again."), "success")
        return redirect(url_for("ExportView.show", pk=pk))

    @expose("/<int:pk>/certificate")
    @door("view")
    def certificate(self, pk: int) -> str:
        """Show the certificate that an export was destroyed, to be printed."""
        export = self._one(pk)
        if export.state not in OVER:
            raise NotFound
        return self._drawn(
            "certificate",
            title=_("Certificate of destruction"),
            export=export,
            lines=certificate_lines(export),
            printed_at=now(),
        )

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _form(self, refusals: Any = ()) -> str:
        return self._drawn(
            "new",
            title=_("New export"),
            form=form(),
            refusals=refusals,
            purposes=[
                (code, each.zh if lang() == "zh" else each.en) for code, each in PURPOSES.items()
            ],
            word=once.word(),
        )

    def _drawn(self, name: str, **facts: Any) -> str:
        words = {
            "purpose_word": purpose_word,
            "source_word": source_word,
            "here_id": current_actor().organisation_id,
        }
        drawn = self.render_template(
            f"xueji/export/{name}.html", may_ask=may(self, "ask"), lang=lang(), **words, **facts
        )
        return str(drawn)

    def _one(self, pk: int) -> Export:
        """Return an export of one's own scope; a foreign one is not there."""
        found = session().get(Export, pk) if pk <= LARGEST_ID else None
        if found is None:
            raise NotFound
        return found

    def _own(self, pk: int) -> Export:
        """Return an export this person asked for."""
        found = self._one(pk)
        if not ending.is_of(found, current_actor().user_id):
            raise NotFound
        return found

    def _held(self, pk: int) -> Export:
        """Return an export this person asked for, locked."""
        return ending.own(session(), self._own(pk).id, current_actor().user_id)


def _is_busy(export: Export) -> bool:
    return export.state is ExportState.QUEUED
