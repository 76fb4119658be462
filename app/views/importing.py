"""导入: a school's files, from the upload through the preview to what was written (P29).

The pages hold no rule: what stands in the way is asked of `app.imports`, heavy work of a job.
What somebody does with a batch is posted to `ImportActView`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import BadFile, NotFound, Refusal, Refused
from app.imports import batch as batches
from app.imports import report
from app.imports import template as templates
from app.imports.check import MOST_ROWS
from app.imports.desk import SPECS
from app.imports.undoing import why_not
from app.imports.zipscan import FILE_BYTES
from app.jobs.importing import ask_check
from app.models.import_batch import BatchState, ImportBatch
from app.models.organisation import Tier
from app.policies.audit import record
from app.views.actor import current_account, session
from app.views.doors import door, may
from app.views.import_history import SHOWN, History, bar, is_read, seconds
from app.views.import_mapping import Matching
from app.views.import_preview import Preview
from app.views.import_result import BUCKETS, VERDICTS, Result
from app.views.import_running import clock_of, log_of, queue_of
from app.views.import_sheet import is_stuck
from app.views.import_ways import (
    MEGABYTE,
    XLSX,
    any_batch,
    is_own,
    own_batch,
    taken,
    view_of,
)
from app.views.import_words import kind_of, known
from app.views.progress import progress_of
from app.views.screens.jobs import kind_of as job_word
from app.views.words import lang, say


class ImportView(BaseView):
    """The batches of one's own schools; a registrar uploads, looks, writes or discards."""

    route_base = "/import"
    class_permission_name = "ImportBatch"
    default_view = "list"

    # ── the list and the way in ──────────────────────────────────────────────────────────

    @expose("/")
    @door("view")
    def list(self) -> str:
        """Show the templates, the box that takes a file, and the batches, newest first."""
        return self._list()

    @expose("/upload", methods=["GET", "POST"])
    @door()
    def upload(self) -> Any:
        """Take a file and ask for a look at it; a bad one is refused where it was dropped."""
        if request.method == "GET":  # the page of a refusal, asked for anew
            return redirect(url_for("ImportView.list", show=request.args.get("show")))
        template = known(request.form.get("template"))
        try:
            name, data = taken(request.files.get("file"))
            who = current_account().user_id
            received = batches.receive(session(), who, name, data, template)
        except (BadFile, Refused) as bad:
            session().rollback()
            return make_response(self._list(say(bad.refusals[0]), template), bad.status)
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
        """Draw an empty template from its columns."""
        spec = SPECS[known(request.args.get("of"))]
        out = BytesIO()
        templates.write(spec, out)
        out.seek(0)
        name = _("%(sheet)s-template-%(version)s.xlsx", sheet=spec.sheet, version=spec.version)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    # ── one batch ────────────────────────────────────────────────────────────────────────

    @expose("/<int:pk>")
    @door("view")
    def show(self, pk: int) -> str:
        """Show how a batch stands: its progress, its preview or its result."""
        batch = any_batch(pk)
        is_part = "HX-Request" in request.headers and "HX-History-Restore" not in request.headers
        drawn = self.render_template(
            "xueji/import/show.html",
            title=batch.file_name,
            **self._facts(batch),
            **self._more(batch),
            part=is_part,
        )
        return str(drawn)

    @expose("/<int:pk>/live")
    @door("view")
    def live(self, pk: int) -> Response:
        """Show the progress alone, or have the page loaded anew once there is more to see."""
        facts = self._facts(any_batch(pk))
        answer = make_response(render_template("xueji/import/live.html", **facts))
        if not facts["sheet"].is_busy or is_stuck(facts["batch"], facts["progress"]):
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:pk>/errors.xlsx")
    @door("upload")
    def errors(self, pk: int) -> Any:
        """Give the failed rows back as they were typed, with their reasons."""
        batch = own_batch(pk)
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

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _facts(self, batch: ImportBatch) -> dict[str, Any]:
        sheet = Preview(session(), batch, request.args)
        progress = progress_of(batch.job_id) if sheet.is_busy else None
        return {
            "batch": batch,
            "sheet": sheet,
            "progress": progress,
            "queue": queue_of(session(), batch, progress),
            "log": log_of(session(), batch, sheet.tiles) if sheet.is_busy else (),
            "is_stuck": is_stuck(batch, progress),
            "may_write": may(view_of(self, "ImportActView"), "commit") and is_own(batch),
            "may_upload": may(self, "upload") and is_own(batch),
            "job_word": job_word,
            "clock_of": clock_of,
        }

    def _more(self, batch: ImportBatch) -> dict[str, Any]:
        """Return what only the pages before the rows and after the writing show."""
        refusal = why_not(batch, datetime.now(UTC))
        return {
            "mapping": Matching(session(), batch) if batch.state is BatchState.MAPPING else None,
            "result": Result(session(), batch, request.args),
            "buckets": BUCKETS,
            "verdicts": VERDICTS,
            "undo_refusal": say(refusal) if refusal else "",
            **limits(),
            "registration": self._registration(batch),
        }

    def _list(self, refusal: str = "", template: str = "") -> str:
        history = History(session(), request.args)
        drawn = self.render_template(
            "xueji/import/list.html",
            title=_("Imports"),
            history=history,
            page=history.page(),
            bar=bar,
            is_read=is_read,
            seconds=seconds,
            refusal=refusal,
            states=SHOWN,
            specs=SPECS,
            kind_of=kind_of,
            chosen=known(template or request.args.get("of")),
            accounts=self._accounts(),
            is_school=current_account().organisation.tier is Tier.SCHOOL,
            may_upload=may(self, "upload"),
            most_megabytes=FILE_BYTES // MEGABYTE,
            most_rows=MOST_ROWS,
            **limits(),
        )
        return str(drawn)

    def _accounts(self) -> str:
        """Return where teachers' accounts are opened from a workbook, if that is here."""
        view = view_of(self, "AccountView")
        is_open = view is not None and may(view, "add") and view.opens_teachers()
        return url_for("AccountView.workbook") if is_open else ""

    def _registration(self, batch: ImportBatch) -> str:
        """Return where the pupils of a batch are submitted for registration, if that is here."""
        view = view_of(self, "RegistrationView")
        is_open = view is not None and may(view, "submit")
        return url_for(f"{view.endpoint}.{view.default_view}", batch=batch.id) if is_open else ""


def limits() -> dict[str, Any]:
    """Return what a box that takes a file tells before anything is sent."""
    limit = f"{FILE_BYTES // MEGABYTE} MB"
    return {
        "most_bytes": FILE_BYTES,
        "wrong_type": say(Refusal("E-FILE-TYPE")),
        "too_large": say(Refusal("E-FILE-SIZE", {"limit": limit})),
    }
