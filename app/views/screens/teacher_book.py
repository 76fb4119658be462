"""教师账号批量开通: a workbook of teachers; all of its accounts are opened, or none.

Nothing of the file is kept, and the one-time passwords stand on the answering page alone: there
is no second place to steal them from, and none to sweep.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import make_response, request, send_file
from flask_appbuilder import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import BadFile, Refusal
from app.imports import teachers
from app.imports import template as templates
from app.imports.batch import facts_of_school
from app.imports.spec import Problem
from app.imports.teachers import MOST, SPEC
from app.imports.zipscan import refuse
from app.models.organisation import Organisation
from app.policies.roles import Role
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.scoped import ScopedModelView
from app.views.words import lang, say
from app.workflows.accounts import insist, is_opened_by
from app.workflows.opening_accounts import Opened
from app.workflows.opening_staff import open_teachers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 2_000_000  # bytes: two thousand rows of five columns are a tenth of it
SHOWN = 200  # wrong cells a page shows


class TeacherBook(ScopedModelView):
    """The way in for a whole staff: a template, a look, the accounts."""

    def opens_teachers(self) -> bool:
        """Tell whether this person opens the accounts of teachers."""
        return is_opened_by(current_actor(), Role.CT) is None

    @expose("/workbook", methods=["GET", "POST"])
    @door("add")
    def workbook(self) -> Any:
        """Show the box that takes a file; open the accounts of a file without an error."""
        insist(is_opened_by(current_actor(), Role.CT))
        if request.method != "POST":
            return self._book()
        place = session().get_one(Organisation, current_actor().organisation_id)
        try:
            found = _read(place)
        except BadFile as bad:
            return self._book(say(bad.refusals[0]), status=bad.status)
        if found.problems:
            told = say(Refusal("E-ACC-BOOK", {"count": len(found.problems)}))
            return self._book(told, found.problems, BadFile.status)
        opened = open_teachers(session(), current_actor(), place, found.people)
        count = len(opened)
        title = ngettext("%(num)d account is open", "%(num)d accounts are open", count)
        return self._told_once(title, opened)

    @expose("/template.xlsx")
    @door("add")
    def template(self) -> Any:
        """Draw the empty template from its columns."""
        out = BytesIO()
        templates.write(SPEC, out)
        out.seek(0)
        name = gettext("teachers-template-%(version)s.xlsx", version=SPEC.version)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    def _book(
        self, refusal: str = "", problems: Sequence[Problem] = (), status: int = 200
    ) -> Response:
        page = self.render_template(
            "xueji/accounts/workbook.html",
            title=_("Open teachers' accounts from a workbook"),
            view=self,
            refusal=refusal,
            problems=[(one, say(_about(one))) for one in problems[:SHOWN]],
            more=max(len(problems) - SHOWN, 0),
            most=MOST,
            most_bytes=LARGEST,
            wrong_type=say(Refusal("E-FILE-TYPE")),
            too_large=say(Refusal("E-FILE-SIZE", {"limit": f"{LARGEST // 1_000_000} MB"})),
        )
        return make_response(page, status)

    def _told_once(self, title: str, opened: Sequence[Opened]) -> Response:
        """Commit, and answer with the one page that ever shows these passwords."""
        session().flush()
        lines = [(one.account, one.secret) for one in opened]
        page = self.render_template(
            "xueji/accounts/secret.html",
            title=title,
            view=self,
            lines=lines,
            waits=[account for account, _secret in lines if not account.enabled],
        )
        session().commit()
        answer = make_response(page)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _read(place: Organisation) -> teachers.Read:
    """Read the uploaded workbook, or raise `BadFile`."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise refuse("E-FILE-TYPE")
    data = upload.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise refuse("E-FILE-SIZE", limit=f"{LARGEST // 1_000_000} MB")
    facts = facts_of_school(session(), place.id, today())
    with tempfile.TemporaryDirectory(prefix="xueji-teachers-") as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(data)
        return teachers.read(session(), copy, place, facts)


def _about(problem: Problem) -> Refusal:
    """Return what is wrong with a cell, naming its heading in the language of the page."""
    column = next(one for one in SPEC.columns if one.heading == problem.heading)
    heading = column.heading if lang() == "zh" else column.label
    return Refusal(problem.code, {"heading": heading, **problem.params})
