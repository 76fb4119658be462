"""应注册名单核对: lists from the admission system, and how the registry stands beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import AppError, BadFile, NotFound, Refusal, Refused
from app.imports import expected, expected_book
from app.imports import template as templates
from app.imports.expected import LARGEST, MOST, OF_MANY, SPEC
from app.imports.spec import Problem
from app.imports.zipscan import refuse
from app.models.expected import ExpectedList
from app.models.organisation import Organisation
from app.models.page import Page, page_of
from app.models.school import Stage
from app.policies.audit import record
from app.views.actor import current_actor, session, today
from app.views.doors import door, may
from app.views.expected_sheet import FIELDS, Sheet
from app.views.inbox_tabs import number
from app.views.words import field_word, lang, say
from app.workflows import expecting, reconciling

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # wrong cells a page shows


class ExpectedView(BaseView):
    """Expected lists of one's own schools; who registers uploads, everybody else reads."""

    route_base = "/expected"
    default_view = "list"
    class_permission_name = "ExpectedList"
    base_permissions = ["can_view", "can_upload"]

    @expose("")
    @door("view")
    def list(self) -> Response:
        """Show the lists with their figures, and the box that takes a file."""
        return self._list()

    @expose("/upload", methods=["GET", "POST"])
    @door()
    def upload(self) -> Any:
        """Keep a list in the place of the one before; one with an error is not kept."""
        if request.method == "GET":  # the page of a refusal, asked for anew
            return redirect(url_for("ExpectedView.list"))
        stage, actor = _stage(), current_actor()
        try:
            expecting.insist_stage(session(), actor, stage)
            year = expecting.insist_year(number(request.form.get("year")), today())
            schools = expecting.schools_of(session(), actor, stage)
            home = expecting.home_code(session(), actor)
            found = expected.read(_data(), schools, home, today())
        except (BadFile, Refused) as bad:
            session().rollback()
            return self._list(bad)
        if found.problems:
            told = BadFile(Refusal("E-EXP-BOOK", {"count": len(found.problems)}))
            return self._list(told, found.problems)
        made = expecting.take(session(), actor, stage, year, found.entries)
        only = made[0].id if len(made) == 1 else None
        session().commit()
        count = len(found.entries)
        flash(ngettext("%(num)d pupil is expected.", "%(num)d pupils are expected.", count))
        return redirect(
            url_for("ExpectedView.show", list_id=only) if only else url_for("ExpectedView.list")
        )

    @expose("/template.xlsx")
    @door("view")
    def template(self) -> Any:
        """Draw the empty template from its columns."""
        out = BytesIO()
        is_school = bool(expecting.home_code(session(), current_actor()))
        templates.write(SPEC if is_school else OF_MANY, out)
        out.seek(0)
        name = _("expected-list-template-%(version)s.xlsx", version=SPEC.version)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    # ── one list ─────────────────────────────────────────────────────────────────────────

    @expose("/<int:list_id>")
    @door("view")
    def show(self, list_id: int) -> str:
        """Show who is missing, extra or differing, the counts first."""
        one = self._one(list_id)
        pairs = reconciling.reconcile(session(), [one])[one.id]
        page = self.render_template(
            "xueji/expected/show.html",
            title=one.school.name,
            one=one,
            sheet=Sheet(session(), pairs, request.args),
            is_school=bool(expecting.home_code(session(), current_actor())),
            may_upload=may(self, "upload"),
        )
        return str(page)

    @expose("/<int:list_id>/differences.xlsx")
    @door("upload")
    def differences(self, list_id: int) -> Any:
        """Give the differences as a workbook."""
        one = self._one(list_id)
        pairs = reconciling.reconcile(session(), [one])[one.id]
        out = BytesIO()
        words = {name: field_word(name) for name in FIELDS}
        rows = expected_book.write(pairs, words, lang(), out)
        record(
            session(), "expected.exported", object_type="expected_list", object_id=one.id, rows=rows
        )
        session().commit()
        out.seek(0)
        name = _("differences-of-list-%(list)s.xlsx", list=list_id)
        return send_file(out, XLSX, as_attachment=True, download_name=name)

    @expose("/<int:list_id>/remove", methods=["POST"])
    @door("upload")
    def remove(self, list_id: int) -> Response:
        """Remove a list that was uploaded by mistake."""
        expecting.remove(session(), current_actor(), list_id)
        session().commit()
        flash(_("The list is removed; no pupil was touched."), "success")
        answer: Response = redirect(url_for("ExpectedView.list"))
        return answer

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _one(self, list_id: int) -> ExpectedList:
        found = session().get(ExpectedList, list_id)
        if found is None:
            raise NotFound
        return found

    def _list(self, refused: AppError | None = None, problems: Sequence[Problem] = ()) -> Response:
        asked = request.args
        page = _page(number(asked.get("page")) or 1, asked.get("school", ""), asked.get("of", ""))
        home = expecting.home_code(session(), current_actor())
        drawn: Any = self.render_template(
            "xueji/expected/list.html",
            title=_("Expected lists"),
            page=page,
            counts=_counts(page.items),
            narrowed={"school": asked.get("school", ""), "of": asked.get("of", "")},
            is_school=bool(home),
            stages=expecting.stages_of(session(), current_actor()),
            stage=request.form.get("stage"),
            year=request.form.get("year") or expecting.usual_year(today()),
            refusal=say(refused.refusals[0]) if refused else "",
            problems=[(one, say(_about(one))) for one in problems[:SHOWN]],
            more=max(len(problems) - SHOWN, 0),
            most=MOST,
            most_bytes=LARGEST,
            wrong_type=say(Refusal("E-CSV")),
            too_large=say(Refusal("E-FILE-SIZE", {"limit": f"{LARGEST // 1_000_000} MB"})),
            may_upload=may(self, "upload"),
        )
        return make_response(str(drawn), refused.status if refused else HTTPStatus.OK)


def _page(at: int, school: str, year: str) -> Page:
    """Return a page of the lists in scope, the newest year first; of some schools, of a year."""
    asked = (
        select(ExpectedList)
        .join(Organisation, Organisation.id == ExpectedList.school_id)
        .options(joinedload(ExpectedList.school), joinedload(ExpectedList.uploader))
        .order_by(ExpectedList.entry_year.desc(), Organisation.path, ExpectedList.stage.desc())
    )
    if school.strip():
        named = Organisation.name.contains(school.strip(), autoescape=True)
        asked = asked.where(named | (Organisation.code == school.strip()))
    if (wanted := number(year)) is not None:
        asked = asked.where(ExpectedList.entry_year == wanted)
    return page_of(session(), asked, at)


def _counts(lists: Sequence[ExpectedList]) -> Mapping[int, Mapping[reconciling.Outcome, int]]:
    found = reconciling.reconcile(session(), lists) if lists else {}
    return {key: reconciling.counts(pairs) for key, pairs in found.items()}


def _stage() -> Stage:
    sent = request.form.get("stage", "")
    taught = expecting.stages_of(session(), current_actor())
    return Stage(sent) if sent in Stage.__members__ else next(iter(taught), Stage.PRIMARY)


def _data() -> bytes:
    """Return the uploaded file, or raise `BadFile`."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise refuse("E-FILE-TYPE")
    data = upload.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise refuse("E-FILE-SIZE", limit=f"{LARGEST // 1_000_000} MB")
    return data


def _about(problem: Problem) -> Refusal:
    """Return what is wrong with a cell, naming its heading in the language of the page."""
    column = next(one for one in SPEC.columns if one.heading == problem.heading)
    heading = column.heading if lang() == "zh" else column.label
    return Refusal(problem.code, {"heading": heading, **problem.params})
