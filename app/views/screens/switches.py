"""业务控制开关: what is open, closed or set here, who decided it, and the form to decide it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Forbidden, NotFound, Refused
from app.models.organisation import Organisation
from app.policies.switches import SWITCHES
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door
from app.views.filters import readable
from app.views.screens.switch_rows import LONGEST_NOTE, Typed, groups_of, value_word, visible
from app.views.words import say, text
from app.workflows.switching import Word, decide

FIELDS = ("key", "value", "valid_from", "valid_to", "note")


class SwitchView(BaseView):
    """One page for every tier: the switches of one's own authority and those above."""

    route_base = "/switches"
    default_view = "index"
    class_permission_name = "Switch"
    base_permissions = ["can_view", "can_set"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """Show what holds here now, who decided it, and what is planned."""
        return self._drawn(None)

    @expose("/set", methods=["POST"])
    @door("set")
    def set(self) -> Response:
        """Say a word for the own authority, or take it back."""
        typed = read_form(request.form)
        if typed.key not in SWITCHES:
            raise NotFound
        if typed.key not in visible(current_actor().role):
            raise Forbidden
        if typed.word is None:
            return make_response(self._drawn(typed), HTTPStatus.UNPROCESSABLE_ENTITY)
        place = session().get_one(Organisation, current_actor().organisation_id)
        try:
            decide(session(), current_actor(), place, typed.word, today())
        except Refused as refused:
            session().rollback()
            typed.refusals = [say(refusal) for refusal in refused.refusals]
            return make_response(self._drawn(typed), Refused.status)
        session().commit()
        flash(said_of(typed.word), "success")
        return redirect(url_for("SwitchView.index", _anchor=f"sw-{typed.key}"))

    def _drawn(self, typed: Typed | None) -> str:
        place = current_account().organisation
        drawn = self.render_template(
            "xueji/switches/list.html",
            title=_("Switches"),
            place=place,
            groups=groups_of(session(), current_actor(), place, today(), typed),
            typed=typed,
            today=today(),
            longest=LONGEST_NOTE,
            value_word=value_word,
            text=text,
        )
        return str(drawn)


def read_form(form: Mapping[str, str]) -> Typed:
    """Return what was typed, what is wrong with it by field, and the word when nothing is."""
    typed = Typed(dict.fromkeys(FIELDS, ""), is_binding=bool(form.get("is_binding")))
    for name in FIELDS:
        try:
            typed.fields[name] = readable(form.get(name, ""))
        except ValueError:
            typed.wrong[name] = _("This cannot be stored; type it again.")
    is_back = form.get("step") == "back"
    starts = today() if is_back else _day(typed, "valid_from")
    ends = None if is_back or not typed.fields["valid_to"] else _day(typed, "valid_to")
    if len(typed.fields["note"]) > LONGEST_NOTE:
        typed.wrong["note"] = _("At most %(n)s characters.", n=LONGEST_NOTE)
    if starts and not typed.wrong:
        value = None if is_back else typed.fields["value"]
        note = typed.fields["note"] or None
        typed.word = Word(typed.key, value, starts, ends, typed.is_binding and not is_back, note)
    return typed


def _day(typed: Typed, name: str) -> date | None:
    try:
        return date.fromisoformat(typed.fields[name])
    except ValueError:
        typed.wrong.setdefault(name, _("Give a day such as 2026-09-01."))
        return None


def said_of(word: Word) -> str:
    """Tell what was set, in one sentence."""
    key = f"switch.{word.key}"
    name = text(key)
    if word.value is None:
        return str(_("%(name)s: your word is taken back; what stands above holds.", name=name))
    value, day = value_word(word.key, word.value), word.valid_from.isoformat()
    told = _("%(name)s: %(value)s from %(day)s, here and below.", name=name, value=value, day=day)
    return str(told)
