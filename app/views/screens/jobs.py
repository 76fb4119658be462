"""任务: heavy work that was asked for, how far it is, and how it ended."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for
from flask_appbuilder import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.jobs.queue import alive, cancel
from app.models.job import Job, JobState
from app.policies.audit import record
from app.policies.roles import Role
from app.views.actor import session
from app.views.doors import allowed, door
from app.views.frame import Notice
from app.views.labels import moment, plain
from app.views.scoped import ScopedInterface, ScopedModelView
from app.workflows.telling import given_up

KINDS = {
    "import.check": _("Check an import"),
    "import.commit": _("Write an import"),
    "import.undo": _("Undo an import"),
    "case.decide": _("Decide many cases alike"),
    "registration.submit": _("Submit the pupils of an import"),
    "promotion": _("Promotion"),
    "case.remind": _("Remind offices of their cases"),
    "hook.send": _("Tell the outside system of steps"),
    "clean-registries": _("Housekeeping: queue"),
    "sweep-files": _("Housekeeping: files"),
    "sweep-pulses": _("Housekeeping: pulses"),
    "seal-accounts": _("Seal accounts nobody uses"),
}
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
METER = Markup(
    '<svg class="meter{}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
    '<rect width="{}" height="6"/></svg>{}%'
)


def kind_of(kind: str) -> str:
    """Say what sort of work it is."""
    return str(KINDS.get(kind, kind))


def progress_of(thousandths: int) -> Markup:
    """Show progress as a bar and a figure."""
    share = thousandths // 10
    return METER.format(" full" if share == 100 else "", share, share)  # noqa: PLR2004


def result_of(result: dict[str, Any] | None) -> str:
    """Show the counts a job ended with."""
    pairs = [
        f"{name} {value:,}" for name, value in (result or {}).items() if isinstance(value, int)
    ]
    return " · ".join(pairs) or str(plain(None))


class JobView(ScopedModelView):
    """The jobs of one's subtree, newest first; whoever may, calls one off."""

    datamodel = ScopedInterface(Job)
    class_permission_name = "Job"
    base_permissions = ["can_list", "can_show", "can_cancel"]
    route_base = "/jobs"
    base_order = ("id", "desc")
    show_template = "xueji/jobs/show.html"

    list_title, show_title = _("Background jobs"), _("Job")
    unit = _("jobs")
    empty_text = _("Imports, exports and promotions appear here while they run and afterwards.")
    label_columns = {
        "id": _("Number"),
        "kind": _("Work"),
        "state": _("State"),
        "progress": _("Progress"),
        "asked_at": _("Asked at"),
        "run_after": _("Not before"),
        "ended_at": _("Ended at"),
        "attempts": _("Attempts"),
        "worker": _("Worker"),
        "result": _("Result"),
        "error": _("What went wrong"),
    }
    list_columns = ["kind", "id", "state", "progress", "asked_at", "ended_at", "error"]
    order_columns = ["id", "kind", "state", "asked_at", "ended_at"]
    search_columns = ["state", "asked_at"]
    show_columns = [
        "kind",
        "state",
        "progress",
        "id",
        "asked_at",
        "run_after",
        "ended_at",
        "attempts",
        "worker",
        "result",
        "error",
    ]
    column_classes = {"id": "r mono", "state": "state", "error": "wide", "ended_at": "fold"}
    formatters_columns = {
        "kind": kind_of,
        "progress": progress_of,
        "asked_at": moment,
        "ended_at": moment,
        "run_after": moment,
        "result": result_of,
    }
    saved = (
        (_("All"), {}),
        (_("Running"), {"_flt_0_state": ["QUEUED", "RUNNING"]}),
        (_("Failed"), {"_flt_0_state": "FAILED"}),
    )

    def name_of(self, item: Any) -> str:
        """Call a job by its work and its number."""
        return f"{kind_of(item.kind)} {item.id}"

    def may_cancel(self, item: Any) -> bool:
        """Tell whether there is anything left to call off."""
        return item.state not in ENDED and not item.cancel_asked

    @expose("/cancel/<pk>", methods=["POST"])
    @door()
    def cancel(self, pk: str) -> Response:
        """Call a job off: a waiting one at once, a running one at its next step."""
        item = self.found(pk)
        cancel(session(), item.id)
        record(session(), "job.cancelled", object_type="job", object_id=item.id)
        session().commit()
        flash(gettext("Called off; what it has written up to its last step stays."), "info")
        return redirect(url_for("JobView.show", pk=pk))


def hook_notice() -> Notice | None:
    """Tell the system administrator what the outside system did not take."""
    actor = g.get("actor")
    lost = given_up(session()) if actor is not None and actor.role is Role.ADM else 0
    if not lost:
        return None
    told = ngettext("%(num)d message was given up.", "%(num)d messages were given up.", lost)
    cure = gettext("Mend it there, then run `xueji hook again` on the server.")
    return Notice(gettext("The outside system does not take what it is told."), f"{told} {cure}")


def queue_notice() -> Notice | None:
    """Say on every page that nobody does the heavy work, and what that means."""
    health = alive(session())
    if health.works:
        return None
    waiting = session().query(Job.id).filter(Job.state == JobState.QUEUED).limit(1000).count()
    kept = ngettext("%(num)d job waits", "%(num)d jobs wait", waiting) if waiting else ""
    return Notice(
        gettext("The background queue is not running."),
        gettext(
            "Imports and promotions are kept and go on in order once it is back;"
            " approving, looking up and editing are not affected."
        ),
        aside=kept,
        url=url_for("JobView.list") if allowed("can_list", "Job") else "",
        act=gettext("See the jobs"),
    )
