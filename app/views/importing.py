"""导入: a school's workbooks, from the upload through the preview to the pupils written (P29).

The pages hold no rule: what stands in the way is asked of `app.imports`, heavy work of a job.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from app.errors import BadFile, NotFound, Refusal, Refused
from app.imports import batch as batches
from app.imports import report
from app.imports import template as templates
from app.imports.check import MOST_ROWS
from app.imports.students import SPEC
from app.imports.zipscan import FILE_BYTES, check_outside, refuse
from app.jobs.importing import ask_check, ask_commit
from app.models.import_batch import BatchState, ImportBatch
from app.models.organisation import Tier
from app.models.page import page_of
from app.policies.audit import record
from app.views.actor import current_account, session
from app.views.doors import door, may
from app.views.import_sheet import Sheet, is_stuck
from app.views.progress import progress_of
from app.views.words import lang, say

MEGABYTE = 1_000_000
LARGEST_ID = 2**31 - 1
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = {  # what the list may be narrowed to
    "look": (BatchState.PREVIEW,),
    "busy": (BatchState.PENDING, BatchState.CHECKING, BatchState.COMMITTING),
    "written": (BatchState.COMMITTED,),
    "ended": (BatchState.FAILED, BatchState.DISCARDED),
}


class ImportView(BaseView):
    """The batches of one's own schools; a registrar uploads, looks, writes or discards."""

    route_base = "/import"
    class_permission_name = "ImportBatch"
    default_view = "list"

    # ── the list and the way in ──────────────────────────────────────────────────────────

    @expose("/")
    @door("view")
    def list(self) -> str:
        """Show the batches, newest first, and the box that takes a file."""
        return self._list()

    @expose("/upload", methods=["GET", "POST"])
    @door()
    def upload(self) -> Any:
        """Take a workbook and ask for a look at it; a bad one is refused where it was dropped."""
        if request.method == "GET":  # the page of a refusal, asked for anew
            return redirect(url_for("ImportView.list", show=request.args.get("show")))
        try:
            name, data = taken(request.files.get("file"))
            received = batches.receive(session(), current_account().user_id, name, data)
        except (BadFile, Refused) as bad:
            session().rollback()
            return make_response(self._list(say(bad.refusals[0])), bad.status)
        if received.is_new:
            ask_check(session(), received.batch)
        else:
            flash(say(batches.again(received.batch)), "warning")
        pk = received.batch.id
        session().commit()
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/template.xlsx")
    @door("view")
    def template(self) -> Any:
        """Draw the empty template from its columns."""
        out = BytesIO()
        templates.write(SPEC, out)
        out.seek(0)
        name = _("pupils-template-%(version)s.xlsx", version=SPEC.version)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    # ── one batch ────────────────────────────────────────────────────────────────────────

    @expose("/<int:pk>")
    @door("view")
    def show(self, pk: int) -> str:
        """Show how a batch stands: its progress, its preview or its result."""
        batch = self._batch(pk)
        sheet = Sheet(session(), batch, request.args)
        is_part = "HX-Request" in request.headers and "HX-History-Restore" not in request.headers
        drawn = self.render_template(
            "xueji/import/show.html",
            title=batch.file_name,
            batch=batch,
            sheet=sheet,
            progress=progress_of(batch.job_id) if sheet.is_busy else None,
            registration=self._registration(batch),
            may_write=may(self, "commit") and self._is_own(batch),
            may_upload=may(self, "upload") and self._is_own(batch),
            part=is_part,
        )
        return str(drawn)

    @expose("/<int:pk>/live")
    @door("view")
    def live(self, pk: int) -> Any:
        """Show the progress alone, or have the page loaded anew once there is more to see."""
        batch = self._batch(pk)
        sheet = Sheet(session(), batch, request.args)
        progress = progress_of(batch.job_id)
        answer = make_response(
            render_template("xueji/import/live.html", batch=batch, sheet=sheet, progress=progress)
        )
        if not sheet.is_busy or is_stuck(batch, progress):
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:pk>/errors.xlsx")
    @door("upload")
    def errors(self, pk: int) -> Any:
        """Give the failed rows back as they were typed, with their reasons."""
        batch = self._own(pk)
        if not batch.refused:
            raise NotFound
        out = BytesIO()
        rows = report.error_workbook(session(), batch, out, lang())
        record(
            session(), "import.errors", object_type="import_batch", object_id=batch.id, rows=rows
        )
        session().commit()
        out.seek(0)
        name = _("errors-of-batch-%(batch)s.xlsx", batch=pk)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    @expose("/<int:pk>/commit", methods=["POST"])
    @door()
    def commit(self, pk: int) -> Any:
        """Promise what was reviewed to a job; a job that died is asked for once more."""
        batch = self._own(pk)
        if batch.state is BatchState.COMMITTING and not is_stuck(batch, progress_of(batch.job_id)):
            return redirect(url_for("ImportView.show", pk=pk))
        ask_commit(session(), pk, current_account().user_id)
        session().commit()
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/check", methods=["POST"])
    @door("upload")
    def check(self, pk: int) -> Any:
        """Ask for a look once more, after a job that died."""
        self._own(pk)
        batch = batches.held(session(), pk)
        batches.require(batch, *batches.OPEN)
        if batch.state is not BatchState.PREVIEW and is_stuck(batch, progress_of(batch.job_id)):
            ask_check(session(), batch)
        session().commit()
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/discard", methods=["POST"])
    @door("commit")
    def discard(self, pk: int) -> Any:
        """End a batch without writing anything."""
        batch = batches.discard(session(), self._own(pk).id)
        name = batch.file_name
        session().commit()
        flash(_("“%(file)s” was discarded; nothing of it was written.", file=name), "info")
        return redirect(url_for("ImportView.list"))

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _list(self, refusal: str = "") -> str:
        shown = request.args.get("show", "")
        chosen = (
            select(ImportBatch)
            .options(joinedload(ImportBatch.organisation), joinedload(ImportBatch.uploader))
            .order_by(ImportBatch.id.desc())
        )
        if shown in SHOWN:
            chosen = chosen.where(ImportBatch.state.in_(SHOWN[shown]))
        drawn = self.render_template(
            "xueji/import/list.html",
            title=_("Imports"),
            page=page_of(session(), chosen, request.args.get("page", 1, int)),
            refusal=refusal,
            shown=shown if shown in SHOWN else "",
            is_school=current_account().organisation.tier is Tier.SCHOOL,
            may_upload=may(self, "upload"),
            most_bytes=FILE_BYTES,
            most_megabytes=FILE_BYTES // MEGABYTE,
            most_rows=MOST_ROWS,
            wrong_type=say(Refusal("E-FILE-TYPE")),
            too_large=say(Refusal("E-FILE-SIZE", {"limit": f"{FILE_BYTES // MEGABYTE} MB"})),
        )
        return str(drawn)

    def _batch(self, pk: int) -> ImportBatch:
        """Return a batch of one's own subtree; a foreign one is not there."""
        batch = session().get(ImportBatch, pk) if pk <= LARGEST_ID else None
        if batch is None:
            raise NotFound
        return batch

    def _own(self, pk: int) -> ImportBatch:
        """Return a batch of one's own school."""
        batch = self._batch(pk)
        if not self._is_own(batch):
            raise NotFound
        return batch

    def _is_own(self, batch: ImportBatch) -> bool:
        return batch.school_id == current_account().organisation_id

    def _registration(self, batch: ImportBatch) -> str:
        """Return where the pupils of a batch are submitted for registration, if that is here."""
        for view in self.appbuilder.baseviews:
            if type(view).__name__ == "RegistrationView" and may(view, "submit"):
                return url_for(f"{view.endpoint}.{view.default_view}", batch=batch.id)
        return ""


def taken(upload: FileStorage | None) -> tuple[str, bytes]:
    """Return the name and the bytes of an uploaded workbook, or raise `BadFile`."""
    if upload is None or not upload.filename:
        raise refuse("E-FILE-TYPE")
    data = upload.stream.read(FILE_BYTES + 1)
    with tempfile.TemporaryDirectory(prefix="xueji-upload-") as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(data)
        check_outside(copy)
    return upload.filename, data
