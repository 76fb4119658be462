"""What is done to one account: close, reopen, reset, replace, confirm; a teacher's classes, rights.

Each deed is a POST that asks `app.workflows` and commits once; a foreign account is not there.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refused
from app.models.account import Account
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import key_of
from app.views.screens.account_form import for_a_registrar, newcomer_of
from app.views.screens.account_sheet import Sheet
from app.views.screens.teacher_book import TeacherBook
from app.workflows import authorising, closing_accounts, opening_accounts
from app.workflows.accounts import insist
from app.workflows.opening_accounts import Opened


class AccountDeeds(TeacherBook):
    """The half of the accounts' screen that changes one account."""

    @expose("/disable/<pk>", methods=["POST"])
    @door("edit")
    def disable(self, pk: str) -> Response:
        """Close an account; its open cases go to the chosen successor."""
        successor = self._chosen("successor")
        nobody_yet = request.form.get("nobody") == "1"
        closing_accounts.disable(
            session(), current_actor(), self.found(pk), successor, nobody_yet=nobody_yet
        )
        return self._done(pk, gettext("The account is closed; whoever used it is out."))

    @expose("/enable/<pk>", methods=["POST"])
    @door("edit")
    def enable(self, pk: str) -> Response:
        """Open a closed account again, with a new one-time password."""
        account = self.found(pk)
        secret = opening_accounts.enable(session(), current_actor(), account)
        return self._told_once(gettext("The account is open again"), [Opened(account, secret)])

    @expose("/reset/<pk>", methods=["POST"])
    @door("edit")
    def reset(self, pk: str) -> Response:
        """Give a one-time password, on request also a fresh second factor."""
        account, factor = self.found(pk), request.form.get("factor") == "1"
        secret = opening_accounts.reset(session(), current_actor(), account, factor=factor)
        return self._told_once(gettext("The password is reset"), [Opened(account, secret)])

    @expose("/replace/<pk>", methods=["GET", "POST"])
    @door("edit")
    def replace(self, pk: str) -> Any:
        """Put somebody else into a school's one seat: a newcomer, or one who sat there before."""
        account, form = self.found(pk), for_a_registrar(self.add_form())
        sheet = Sheet(session(), current_actor(), account)
        insist(*sheet.reasons, closing_accounts.is_registrar(account))
        if request.method != "POST":
            return self._form("add", form, replaced=sheet)
        to = self._chosen("to")
        if to is None and not form.validate():
            return self._form("add", form, replaced=sheet, status=Invalid.status)
        try:
            opened = closing_accounts.replace_registrar(
                session(), current_actor(), account, to or newcomer_of(form)
            )
        except Refused as refused:
            session().rollback()
            return self._form("add", form, replaced=sheet, refusal=refused)
        return self._told_once(gettext("The registrar is replaced"), [opened])

    @expose("/confirm/<pk>", methods=["POST"])
    @door()
    def confirm(self, pk: str) -> Response:
        """Let somebody in as the second person."""
        opening_accounts.confirm(session(), current_actor(), self.found(pk))
        return self._done(pk, gettext("Confirmed; the account can be used."))

    @expose("/classes/<pk>", methods=["POST"])
    @door("edit")
    def classes(self, pk: str) -> Response:
        """Set the classes of a teacher."""
        rooms = [_key(text) for text in request.form.getlist("classes")]
        authorising.set_classes(session(), current_actor(), self.found(pk), rooms)
        return self._done(pk, gettext("Saved."))

    @expose("/rights/<pk>", methods=["POST"])
    @door("edit")
    def rights(self, pk: str) -> Response:
        """Set what a teacher may do beside what the groups give."""
        wanted = request.form.getlist("rights")
        authorising.set_rights(session(), current_actor(), self.found(pk), wanted)
        return self._done(pk, gettext("Saved."))

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _chosen(self, name: str) -> Account | None:
        """Return the account a field names, one of the house; nothing chosen is nobody."""
        key = request.form.get(name, "")
        return self.found(key) if key else None

    def _done(self, pk: str, words: str) -> Response:
        session().commit()
        flash(words, "success")
        return to_card(pk)


def _key(text: str) -> int:
    """Return a key, or answer 404 for what no column could hold."""
    key = key_of(text)
    if key is None:
        raise NotFound
    return key


def to_card(pk: Any) -> Response:
    """Send the person back to the account."""
    answer: Response = redirect(url_for("AccountView.show", pk=pk))
    return answer
