"""休假代办: who covers for whom at an organisation; naming, ending, and the hat itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import NamedTuple

from flask import flash, g, make_response, redirect, request, url_for
from flask import session as browser
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import NotFound, Refusal, Refused
from app.models.organisation import Organisation
from app.models.substitution import Substitution
from app.policies.audit import record
from app.views.actor import HAT, current_account, current_actor, now, put_on, session, today
from app.views.doors import door
from app.views.filters import readable
from app.views.inbox_tabs import number
from app.views.words import say
from app.workflows import covering

LONGEST_NOTE = 200
NEWEST = 200  # covers the page shows
FIELDS = ("absent", "substitute", "valid_from", "valid_to", "note")
ORDER = ("NOW", "COMING", "LAPSED", "OVER")


class Row(NamedTuple):
    """A cover as a line of the page."""

    cover: Substitution
    state: str  # NOW, COMING, LAPSED, OVER
    is_mine: bool  # the person at work could put this hat on
    may_end: bool


class CoverView(BaseView):
    """The covers of one's organisation, the form that names one, the hat put on and off."""

    route_base = "/covers"
    default_view = "index"
    class_permission_name = "Substitution"
    base_permissions = ["can_view", "can_set"]

    @expose("")
    @door("view")
    def index(self) -> Response:
        """Show who covers for whom here, and the form for those who may name somebody."""
        return self._drawn({})

    @expose("/name", methods=["POST"])
    @door("set")
    def name(self) -> Response:
        """Name a substitute; what was typed stays when it is refused."""
        typed, wish, wrong = read_form(request.form)
        if wish is None:
            return self._drawn(typed, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            covering.name(session(), current_actor(), wish, today())
        except Refused as refused:
            session().rollback()
            reasons = [say(refusal) for refusal in refused.refusals]
            return self._drawn(typed, reasons=reasons, status=Refused.status)
        session().commit()
        flash(_("Named. Both of them see it at their desks from the first day on."), "success")
        return redirect(url_for("CoverView.index", at=request.form.get("at") or None))

    @expose("/<int:cover_id>/end", methods=["POST"])
    @door("set")
    def end(self, cover_id: int) -> Response:
        """End a cover before its last day."""
        covering.end(session(), current_actor(), cover_id, now())
        session().commit()
        flash(_("The cover is over from now on."), "info")
        return redirect(url_for("CoverView.index"))

    @expose("/<int:cover_id>/wear", methods=["POST"])
    @door("view")
    def wear(self, cover_id: int) -> Response:
        """Put the hat on: from the next page on the person sits at the other's desk."""
        if g.get("cover") is not None:
            raise Refused(Refusal("E-COVER-ON"))
        if session().get(Substitution, cover_id) is None:
            raise NotFound
        put_on(cover_id)
        if g.cover is None:
            raise Refused(Refusal("E-COVER-NONE"))
        record(session(), "cover.hat_on", object_type="substitution", object_id=cover_id)
        session().commit()
        browser[HAT] = cover_id
        return redirect(url_for("InboxView.inbox"))

    @expose("/bare", methods=["POST"])
    @door("view")
    def bare(self) -> Response:
        """Take the hat off."""
        cover = g.get("cover")
        if cover is not None:
            record(session(), "cover.hat_off", object_type="substitution", object_id=cover.id)
            session().commit()
        browser.pop(HAT, None)
        return redirect(url_for("DeskView.desk"))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _drawn(
        self,
        typed: dict[str, str],
        *,
        wrong: Mapping[str, str] | None = None,
        reasons: Sequence[str] = (),
        status: int = HTTPStatus.OK,
    ) -> Response:
        place = self._place()
        here = covering.officers(session(), place.id)
        drawn = self.render_template(
            "xueji/cover/list.html",
            title=_("Leave covers"),
            place=place,
            places=self._below(),
            rows=self._rows(place),
            absents=[one for one in here if covering.may_name(current_actor(), one)],
            substitutes=here,
            typed=typed,
            wrong=wrong or {},
            reasons=reasons,
            today=today(),
            longest=covering.LONGEST,
            longest_note=LONGEST_NOTE,
            me=current_account(),
        )
        return make_response(drawn, status)

    def _place(self) -> Organisation:
        """Return the organisation looked at: one right below, or one's own."""
        own = current_account().organisation
        at = number(request.values.get("at"))
        found = session().get(Organisation, at) if at else None
        return found if found is not None and found.parent_id == own.id else own

    def _below(self) -> Sequence[Organisation]:
        """Return the organisations right below one's own, which one may help out."""
        own = current_account().organisation
        below = select(Organisation).where(Organisation.parent_id == own.id)
        return session().scalars(below.order_by(Organisation.name)).all()

    def _rows(self, place: Organisation) -> list[Row]:
        """Return the covers of an organisation, those in force first, then the newest."""
        held = (
            select(Substitution)
            .where(Substitution.organisation_id == place.id)
            .options(joinedload(Substitution.absent), joinedload(Substitution.substitute))
            .order_by(Substitution.id.desc())
            .limit(NEWEST)
        )
        rows = [row_of(cover) for cover in session().scalars(held)]
        return sorted(rows, key=lambda row: ORDER.index(row.state))


def row_of(cover: Substitution) -> Row:
    """Return a cover as the person at work sees it."""
    state, actor = state_of(cover, today()), current_actor()
    is_open = state != "OVER"
    is_mine = state == "NOW" and cover.substitute_id == actor.user_id
    return Row(cover, state, is_mine, is_open and covering.may_end(actor, cover))


def state_of(cover: Substitution, day: date) -> str:
    """Return how a cover stands: in force, to come, without an open account, or over."""
    if cover.ended_at is not None or cover.valid_to < day:
        return "OVER"
    if not (covering.is_officer(cover.absent) and covering.is_officer(cover.substitute)):
        return "LAPSED"
    return "NOW" if cover.holds_on(day) else "COMING"


def read_form(
    form: Mapping[str, str],
) -> tuple[dict[str, str], covering.Wish | None, dict[str, str]]:
    """Return what was typed, the wish when all of it can be read, and what is wrong by field."""
    typed, wrong = {}, {}
    for name in FIELDS:
        try:
            typed[name] = readable(form.get(name, "")).strip()
        except ValueError:
            typed[name], wrong[name] = "", _("This cannot be stored; type it again.")
    absent, substitute = number(typed["absent"]), number(typed["substitute"])
    for name, known in (("absent", absent), ("substitute", substitute)):
        if known is None:
            wrong.setdefault(name, _("Choose a person."))
    since, until = (_day(typed, name, wrong) for name in ("valid_from", "valid_to"))
    if len(typed["note"]) > LONGEST_NOTE:
        wrong["note"] = _("At most %(n)s characters.", n=LONGEST_NOTE)
    if wrong or absent is None or substitute is None or since is None or until is None:
        return typed, None, wrong
    return typed, covering.Wish(absent, substitute, since, until, typed["note"] or None), wrong


def _day(typed: Mapping[str, str], name: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(typed[name])
    except ValueError:
        wrong.setdefault(name, _("Give a day such as 2026-09-01."))
        return None
