"""导出申请 (P30): asking for whole values, reviewing which fields leave, approving; what happened.

The rules are those of `app.workflows.export_request`; the file is fetched in
`export_request_file`.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refused, Stale
from app.exports.on_request import submit
from app.exports.sources import offered, source_of
from app.models.export import ExportRequest
from app.models.export import RequestState as S
from app.models.page import page_of
from app.views import once
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door, may
from app.views.export_request_desk import at_desk, count_waiting
from app.views.export_request_form import TEXTS, Typed, fresh, groups_of, held, read
from app.views.export_request_page import facts_of, sent_back
from app.views.export_request_words import SAID, purpose_name, purposes
from app.views.exporting_form import SCREENS, asked_filters
from app.views.exporting_form import form as asked_list
from app.views.exporting_words import source_word
from app.views.filters import BIGGEST
from app.views.inbox_tabs import known, number
from app.views.links import link
from app.views.words import say
from app.workflows import export_draft
from app.workflows.export_request import fire, is_applicant
from app.workflows.export_steps import Act, Press

TABS = ("waiting", "own", "all")
MANY = 1000  # characters of words that are read at all


class ExportRequestView(BaseView):
    """The requests of one's own unit and of those below; each is a page with its route."""

    route_base = "/export-requests"
    default_view = "index"
    class_permission_name = "ExportRequest"
    base_permissions = ["can_view", "can_ask", "can_decide"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List what waits at one's own desk, one's own requests, or all in scope."""
        actor = current_actor()
        waiting = count_waiting(session(), actor)
        usual = "waiting" if waiting else "own" if may(self, "ask") else "all"
        tab = known(request.args.get("tab"), dict.fromkeys(TABS)) or usual
        asked = select(ExportRequest).order_by(ExportRequest.id.desc())
        if tab == "waiting":
            asked = asked.where(*at_desk(actor))
        elif tab == "own":
            asked = asked.where(ExportRequest.asked_by == actor.user_id)
        along = (ExportRequest.organisation, ExportRequest.awaiting, ExportRequest.applicant)
        asked = asked.options(*(joinedload(each) for each in along))
        page = page_of(session(), asked, request.args.get("page", 1, int))
        return self._drawn("list", tab=tab, page=page, waiting=waiting)

    # ── asking ──────────────────────────────────────────────────────────────────────────────

    @expose("/new", methods=["GET"])
    @door("ask")
    def new(self) -> Response:
        """Ask for whole values of a list, as narrowed as the address says."""
        return self._form(fresh(today(), current_account().organisation.name))

    @expose("/new", methods=["POST"])
    @door("ask")
    def add(self) -> Response:
        """Keep a new draft, or submit it at once."""
        asked = asked_list()
        typed, wish = read(request.form, asked.source)
        if wish is None or _looks_only():
            return self._form(typed)
        try:
            once.take()
            made = export_draft.begin(session(), current_actor(), wish, asked.filters)
        except Refused as no:
            session().rollback()
            once.give_back()
            return self._form(typed, no)
        session().commit()
        return self._kept(made.id)

    @expose("/<int:request_id>/edit", methods=["GET"])
    @door("ask")
    def edit(self, request_id: int) -> Response:
        """Go on with a draft."""
        draft = self._draft(request_id)
        return self._form(held(draft), draft=draft)

    @expose("/<int:request_id>/edit", methods=["POST"])
    @door("ask")
    def save(self, request_id: int) -> Response:
        """Keep a draft as it is typed; what is refused stays on the page."""
        draft = self._draft(request_id)
        typed, wish = read(request.form, source_of(draft.source))
        if wish is None or _looks_only():
            return self._form(typed, draft=draft)
        try:
            export_draft.amend(session(), current_actor(), draft, wish, _seen())
        except Refused as no:
            session().rollback()
            return self._form(typed, no, draft=self._draft(request_id))
        session().commit()
        return self._kept(request_id)

    # ── one request ─────────────────────────────────────────────────────────────────────────

    @expose("/<int:request_id>")
    @door("view")
    def show(self, request_id: int) -> Response:
        """Show a request: route, items, fields against the purpose, decision, timeline."""
        return page_of_request(self, found(request_id))

    @expose("/<int:request_id>/press", methods=["POST"])
    @door("ask")
    def press(self, request_id: int) -> Response:
        """Submit or withdraw one's own request."""
        return self._step(request_id, (Press.SUBMIT, Press.WITHDRAW))

    @expose("/<int:request_id>/decide", methods=["POST"])
    @door("decide")
    def decide(self, request_id: int) -> Response:
        """Agree, strike fields, send back or reject."""
        return self._step(request_id, (Press.AGREE, Press.SEND_BACK, Press.REJECT))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _step(self, request_id: int, presses: Sequence[Press]) -> Response:
        """Take a step, or show the page again with what stands in the way and what was typed."""
        asked = found(request_id)
        sent = known(request.form.get("press"), {press.value: press for press in presses})
        if not sent:
            raise Invalid
        words = request.form.get("words", "")[:MANY].replace("\x00", "")
        kept = set(request.form.getlist("keep"))
        strikes = "fields" in request.form and sent == Press.AGREE
        struck = tuple(one for one in asked.columns if one not in kept) if strikes else ()
        act = Act(current_actor(), Press(sent), today(), words[:500], struck)
        try:
            step = submit if act.press is Press.SUBMIT else _fire
            step(session(), asked, act, _seen())
            session().commit()
        except Refused as no:
            session().rollback()
            return page_of_request(self, found(request_id), no, words=words, struck=struck)
        flash(SAID[act.press], "success")
        return redirect(url_for("ExportRequestView.show", request_id=request_id))

    def _kept(self, request_id: int) -> Response:
        """Say that a draft is kept, or go on to submit it."""
        if request.form.get("step") != "submit":
            flash(_("The draft is kept; nobody else acts on it yet."), "info")
            return redirect(url_for("ExportRequestView.show", request_id=request_id))
        kept = found(request_id)
        act = Act(current_actor(), Press.SUBMIT, today())
        try:
            submit(session(), kept, act, kept.row_version)
            session().commit()
        except Refused as no:
            session().rollback()
            draft = self._draft(request_id)
            return self._form(held(draft), no, draft, is_kept=True)
        flash(SAID[Press.SUBMIT], "success")
        return redirect(url_for("ExportRequestView.show", request_id=request_id))

    def _form(
        self,
        typed: Typed,
        no: Refused | None = None,
        draft: ExportRequest | None = None,
        *,
        is_kept: bool = False,
    ) -> Response:
        """Draw the form of a new request, or of a draft; what is kept is what was looked at."""
        looked_at = request.form.get("seen", "") if not is_kept else ""
        asked = None if draft else asked_list()
        source = source_of(draft.source) if draft else asked_list().source
        refused = typed.wrong or no
        drawn = self._drawn(
            "form",
            typed=typed,
            draft=draft,
            sent_back=sent_back(draft) if draft else None,
            seen=looked_at or (draft.row_version if draft else ""),
            is_kept=is_kept,
            asked=asked,
            source=source,
            groups=groups_of(source, typed.texts["purpose"], typed.columns),
            most=TEXTS,
            sources=offered(current_actor().role),
            reasons=[say(one) for one in no.refusals] if no else [],
            stale=isinstance(no, Stale),
            address=address_of,
            action=url_for("ExportRequestView.save", request_id=draft.id)
            if draft
            else address_of(source.name, source.name),
            word=once.word(),
        )
        status = Refused.status if no else HTTPStatus.UNPROCESSABLE_ENTITY
        return make_response(drawn, status if refused else HTTPStatus.OK)

    def _drawn(self, name: str, **facts: Any) -> str:
        return _drawn(self, name, may_ask=may(self, "ask"), purposes=purposes(), **facts)

    def _draft(self, request_id: int) -> ExportRequest:
        """Return a draft of one's own, or raise `NotFound`."""
        draft = found(request_id)
        if draft.state is not S.DRAFT or not is_applicant(draft, current_actor()):
            raise NotFound
        return draft


def address_of(source: str, now: str) -> str:
    """Return the form of a list; what narrows the present one goes along where it fits."""
    kept = asked_filters() if SCREENS[source] == SCREENS[now] else {}
    return link(url_for("ExportRequestView.new"), {"source": source, **kept})


def found(request_id: int) -> ExportRequest:
    """Return a request in scope; a foreign one is not there."""
    held = session().get(ExportRequest, request_id) if request_id < BIGGEST else None
    if held is None:
        raise NotFound
    return held


def page_of_request(
    view: BaseView, asked: ExportRequest, no: Refused | None = None, **typed: Any
) -> Response:
    """Return the page of a request, with what stood in the way and what was typed."""
    facts = facts_of(session(), asked, current_actor(), today())
    reasons = [say(one) for one in no.refusals] if no else []
    stale = isinstance(no, Stale)
    password = typed.pop("password", None)
    drawn = _drawn(
        view, "show", asked=asked, reasons=reasons, stale=stale, typed=typed, password=password,
        **facts,
    )  # fmt: skip
    return make_response(drawn, Refused.status if no else HTTPStatus.OK)


def _fire(session: Any, asked: ExportRequest, act: Act, seen: int) -> None:
    fire(session, asked, act, seen)


def _looks_only() -> bool:
    """Tell whether the form was sent to see the fields of another purpose, and no more."""
    return request.form.get("step") == "look"


def _seen() -> int:
    seen = number(request.form.get("seen"))
    if seen is None:
        raise Invalid
    return seen


def _drawn(view: BaseView, name: str, **facts: Any) -> str:
    words = {"purpose_name": purpose_name, "source_word": source_word}
    return str(view.render_template(f"xueji/export_request/{name}.html", **words, **facts))
