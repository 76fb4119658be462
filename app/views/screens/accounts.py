"""账号: the accounts of one's house; those right below one's own are opened, closed and reset here.

Everything that changes is asked of `app.workflows`; a one-time password is shown once, on the page
that answers the deed, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refused
from app.imports.teachers import SPEC
from app.models.account import Account
from app.policies.roles import Role
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import CodeFilter, ValueFilter, key_of
from app.views.labels import label_of, moment, state_of, tag
from app.views.screens.account_form import (
    FIELDS,
    RIGHT_BELOW,
    ROUTE,
    fitted,
    for_a_registrar,
    newcomer_of,
    place_of,
)
from app.views.screens.account_sheet import Sheet
from app.views.screens.choices import AUTHORITY, PLACE
from app.views.screens.house_rows import InHouse
from app.views.screens.narrowing import WithinFilter
from app.views.screens.own_school import is_at_school
from app.views.screens.row_changes import changes_of_row
from app.views.screens.sealed_fields import sealed_field
from app.views.screens.teacher_book import TeacherBook
from app.workflows import authorising, closing_accounts, opening_accounts
from app.workflows.accounts import insist, registrar_of, why_not_manage
from app.workflows.opening_accounts import Opened

GOES_WITHOUT_SAYING = ("organisation", "owner_path")


class NeverFilter(ValueFilter):
    """Who never signed in, or once did."""

    name = _("Has signed in")
    arg_name = "in"
    control = "yes_no"

    def read(self, text: str) -> bool:
        """Return what y or n stands for."""
        return {"y": True, "n": False}[text]

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask whether the moment is known."""
        return column.is_not(None) if values[0] else column.is_(None)


class AccountView(TeacherBook):
    """List, card and deeds; who may do what to whom is `app.workflows.accounts`."""

    datamodel = InHouse(Account)
    class_permission_name = "Account"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_confirm"]
    route_base = ROUTE
    base_order = ("owner_path", "asc")
    load = ("organisation",)
    show_template = "xueji/accounts/show.html"
    add_template = "xueji/accounts/add.html"
    list_template = "xueji/accounts/list.html"
    edit_in_rows = False  # only some of the rows are this person's to correct

    list_title, show_title = _("Accounts"), _("Account")
    add_title, edit_title = _("Open an account"), _("Account")
    unit = _("accounts")
    label_columns = {
        "name": lazy_pgettext("person", "Name"),
        "login": _("Login name"),
        "organisation": _("Organisation"),
        "owner_path": _("Authority"),
        "role": _("Role"),
        "enabled": _("State"),
        "closed_why": _("Why closed"),
        "last_login_at": _("Last sign-in"),
        "phone": _("Phone"),
    }
    list_columns = [
        "name",
        "login",
        "organisation",
        "role",
        "enabled",
        "closed_why",
        "last_login_at",
    ]
    order_columns = ["name", "login", "last_login_at"]
    search_columns = [
        "name",
        "login",
        "owner_path",
        "organisation",
        "role",
        "enabled",
        "closed_why",
        "last_login_at",
    ]
    personal_columns = ("name", "login")
    own_filters = {"role": CodeFilter, "owner_path": WithinFilter, "last_login_at": NeverFilter}
    saved = (
        (_("All"), {}),
        (_("Enabled"), {"_flt_0_enabled": "y"}),
        (_("Sealed"), {"_flt_0_closed_why": "UNUSED"}),
        (_("Waiting for confirmation"), {"_flt_0_closed_why": "UNCONFIRMED"}),
        (_("Never signed in"), {"_flt_0_last_login_at": "n"}),
    )
    code_columns = {"role": "Role"}
    column_classes = {
        "login": "mono",
        "organisation": "wide",
        "enabled": "state",
        "closed_why": "fold",
        "last_login_at": "fold",
    }
    formatters_columns = {
        "role": label_of("Role"),
        "enabled": lambda value: tag("Enabled", "YES" if value else "NO"),
        "closed_why": state_of("Closed"),
        "last_login_at": moment,
    }
    lookups = {"owner_path": AUTHORITY, "organisation": PLACE, "place": RIGHT_BELOW}
    add_columns = list(FIELDS)
    add_form_extra_fields = FIELDS
    edit_columns = ["name", "phone"]
    edit_form_extra_fields = {
        "name": FIELDS["name"],
        "phone": sealed_field(SPEC.by_field["phone"]),
    }

    def shown_columns(self) -> Sequence[str]:
        """Leave out the organisation for those who have one."""
        return _told(self.list_columns)

    def shown_filters(self) -> Sequence[str]:
        """Leave out the organisation for those who have one."""
        return _told(self.search_columns)

    @expose("/show/<pk>", methods=["GET"])
    @door()
    def show(self, pk: str) -> str:
        """Show one account and what may be done with it."""
        account = self.found(pk)
        drawn = self.render_template(
            self.show_template,
            title=account.name,
            view=self,
            account=account,
            sheet=Sheet(session(), current_actor(), account),
            changes=changes_of_row(session(), "account", account.user_id),
        )
        return str(drawn)

    # ── opening and correcting ───────────────────────────────────────────────────────────

    @expose("/add", methods=["GET", "POST"])
    @door()
    def add(self) -> Any:
        """Show the form; open the account it is about and show its one-time password once."""
        form = fitted(self.add_form())
        if request.method != "POST":
            return self._form("add", form)
        if not form.validate():
            return self._form("add", form, status=Invalid.status)
        place, who = place_of(form), newcomer_of(form)
        try:
            opened = opening_accounts.open_account(session(), current_actor(), place, who)
        except Refused as refused:
            session().rollback()
            sitting = registrar_of(session(), place.id) if who.role is Role.SR else None
            return self._form("add", form, refusal=refused, sitting=sitting)
        return self._told_once(gettext("The account is open"), [opened])

    def prefill_form(self, form: Any, pk: Any) -> None:
        """Let only those right above correct an account."""
        del form
        insist(*why_not_manage(current_actor(), self.found(pk)))

    def fit(self, form: Any, item: Any) -> None:
        """Show the telephone masked; it is typed anew or stays."""
        form["phone"].fit(item.phone, "")

    def pre_update(self, item: Any) -> None:
        """Correct the name and the telephone."""
        name, phone = item.name, item.phone
        opening_accounts.rename(session(), current_actor(), item, name, phone)

    def post_edit_redirect(self) -> Any:
        """Go back to the account."""
        return _to((request.view_args or {})["pk"])

    # ── deeds ────────────────────────────────────────────────────────────────────────────

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
        return _to(pk)


def _told(columns: Sequence[str]) -> Sequence[str]:
    gone = GOES_WITHOUT_SAYING if is_at_school() else ()
    return [column for column in columns if column not in gone]


def _key(text: str) -> int:
    """Return a key, or answer 404 for what no column could hold."""
    key = key_of(text)
    if key is None:
        raise NotFound
    return key


def _to(pk: Any) -> Response:
    answer: Response = redirect(url_for("AccountView.show", pk=pk))
    return answer
