"""What a registrar does with a batch: map its headings, take rows, write, call off, discard, undo.

Each is one post and carries what it was drawn from, so that nothing else is done than was seen.
"""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.errors import Refused, Stale
from app.imports import batch as batches
from app.imports import mapping, reviewing, undoing
from app.jobs.importing import ask_check, ask_commit, ask_undo, call_off
from app.models.import_batch import BatchState, Outcome, Verdict
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door
from app.views.import_mapping import Matching
from app.views.import_preview import Preview
from app.views.import_result import BUCKETS, Undoing
from app.views.import_sheet import is_stuck
from app.views.import_ways import own_batch, picked, seen
from app.views.inbox_filters import number
from app.views.progress import progress_of
from app.views.words import say


class ImportActView(BaseView):
    """Every post leads back to the page of its batch."""

    route_base = "/import"
    class_permission_name = "ImportBatch"
    default_view = "undo_preview"

    # ── before the writing ───────────────────────────────────────────────────────────────

    @expose("/<int:pk>/match", methods=["POST"])
    @door("upload")
    def match(self, pk: int) -> Any:
        """Take which heading is which and have the rows checked; a bad answer is asked again."""
        batch = own_batch(pk)
        chosen = request.form.getlist("field")
        try:
            ask_check(session(), mapping.settle(session(), pk, chosen, seen()))
        except Stale:
            raise
        except Refused as refused:
            session().rollback()
            facts = {
                "mapping": Matching(session(), batch, chosen),
                "reasons": [say(one) for one in refused.refusals],
            }
            drawn = self.render_template(
                "xueji/import/show.html",
                title=batch.file_name,
                batch=batch,
                sheet=Preview(session(), batch, request.args),
                may_write=True,
                may_upload=True,
                **facts,
            )
            return make_response(drawn, refused.status)
        session().commit()
        return _back(pk)

    @expose("/<int:pk>/choose", methods=["POST"])
    @door("upload")
    def choose(self, pk: int) -> Any:
        """Take or leave the picked doubtful rows, or all of the group that is shown."""
        own_batch(pk)
        whole = request.form.get("all")
        group = Verdict.__members__.get(request.form.get("show", "").upper(), Verdict.LIKELY)
        reviewing.choose(
            session(),
            pk,
            group if whole else picked(),
            taken=(whole or request.form.get("taken")) == "yes",
            seen=seen(),
        )
        session().commit()
        return _back(pk)

    @expose("/<int:pk>/check", methods=["POST"])
    @door("upload")
    def check(self, pk: int) -> Any:
        """Ask for a look once more, after a job that died."""
        own_batch(pk)
        batch = batches.held(session(), pk)
        batches.require(batch, *batches.OPEN)
        if batch.state is not BatchState.PREVIEW and is_stuck(batch, progress_of(batch.job_id)):
            ask_check(session(), batch)
        session().commit()
        return _back(pk)

    @expose("/<int:pk>/discard", methods=["POST"])
    @door("commit")
    def discard(self, pk: int) -> Any:
        """End a batch without writing anything."""
        batch = batches.discard(session(), own_batch(pk).id)
        name = batch.file_name
        session().commit()
        flash(_("“%(file)s” was discarded; nothing of it was written.", file=name), "info")
        return redirect(url_for("ImportView.list"))

    # ── writing, calling off, undoing ────────────────────────────────────────────────────

    @expose("/<int:pk>/commit", methods=["POST"])
    @door()
    def commit(self, pk: int) -> Any:
        """Promise what was reviewed to a job; a job that died is asked for once more."""
        batch = own_batch(pk)
        if batch.state is BatchState.COMMITTING and not is_stuck(batch, progress_of(batch.job_id)):
            return _back(pk)
        ask_commit(
            session(),
            pk,
            current_account().user_id,
            seen=seen(),
            keep_good=request.form.get("keep_good") == "yes",
            sure=number(request.form.get("sure")) == Preview(session(), batch, {}).writes,
        )
        session().commit()
        return _back(pk)

    @expose("/<int:pk>/halt", methods=["POST"])
    @door("commit")
    def halt(self, pk: int) -> Any:
        """Call off what a job does with the batch."""
        call_off(session(), own_batch(pk).id)
        session().commit()
        flash(_("Called off. What was not done yet is not done; the file stays."), "info")
        return _back(pk)

    @expose("/<int:pk>/undo", methods=["GET"])
    @door("commit")
    def undo_preview(self, pk: int) -> str:
        """Show which rows an undo would take back, which it would keep and why."""
        batch = own_batch(pk)
        foreseen = undoing.undo_preview(session(), pk, today())
        drawn = self.render_template(
            "xueji/import/undo.html",
            title=batch.file_name,
            batch=batch,
            undoing=Undoing(session(), batch, request.args, foreseen),
            buckets=BUCKETS,
            reversed=Outcome.REVERSED,
        )
        return str(drawn)

    @expose("/<int:pk>/undo", methods=["POST"])
    @door("commit")
    def undo(self, pk: int) -> Any:
        """Promise the undo that was shown to a job."""
        ask_undo(session(), own_batch(pk).id, current_actor(), request.form.get("seen", ""))
        session().commit()
        return _back(pk)


def _back(pk: int) -> Any:
    """Lead back to the page of the batch, at the same place of its table."""
    show, page = (request.form.get(name) or None for name in ("show", "page"))
    return redirect(url_for("ImportView.show", pk=pk, show=show, page=page))
