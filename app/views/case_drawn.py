"""The page of one case, drawn for the view that shows it and for those that add to it."""

from __future__ import annotations

from typing import Any

from flask import make_response, request, url_for
from flask_appbuilder import BaseView
from werkzeug.wrappers import Response

from app.policies.rights import holds
from app.views import inbox_tabs as tabs
from app.views.actor import current_account, current_actor, now, session, today
from app.views.case_sheet import Sheet
from app.views.case_words import office_word
from app.views.evidence import ACCEPTED
from app.workflows.commenting import LONGEST
from app.workflows.paper_archive import mark_of


def page_of(view: BaseView, sheet: Sheet, status: int = 200, **facts: Any) -> Response:
    """Draw the page of a case; ``facts`` are what was typed and what stood in the way."""
    before = after = None
    me = current_account()
    ways = tabs.Narrowing.read(request.args)
    if sheet.is_mine:
        asked = tabs.narrowed(tabs.waiting(current_actor()), ways, today())
        place = (sheet.case.due_on, sheet.case.id)
        before = tabs.beside(session(), asked, place, ahead=False)
        after = tabs.beside(session(), asked, place, ahead=True)
    drawn = view.render_template(
        "xueji/case/case.html",
        sheet=sheet,
        view=view,
        before=before,
        after=after,
        ways=ways.asked,
        office_word=office_word,
        archive_url=archive_url(sheet),
        accepted=ACCEPTED,
        longest=LONGEST,
        printed_by=f"{me.name} {me.organisation.name}",
        printed_at=now(),
        paper_mark=mark_of(sheet.case, sheet.actor),
        **{"today": today(), **facts},
    )
    return make_response(drawn, status)


def archive_url(sheet: Sheet) -> str:
    """Return the pupil's archive where the person may read it, else nothing."""
    readable = sheet.pupil is not None and holds(sheet.actor.role, "Student", "can_show")
    return url_for("StudentView.show", pk=sheet.case.student_id) if readable else ""
