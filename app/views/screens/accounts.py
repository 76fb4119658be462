"""账号: the accounts of one's house; those right below one's own are opened, closed and reset here.

Everything that changes is asked of `app.workflows`; a one-time password is shown once, on the page
that answers the deed, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _

from app.errors import Invalid, Refused
from app.imports.teachers import SPEC
from app.models.account import Account
from app.policies.roles import Role
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import CodeFilter, ValueFilter
from app.views.labels import label_of, moment, state_of, tag
from app.views.screens.account_deeds import AccountDeeds, to_card
from app.views.screens.account_form import (
    FIELDS,
    RIGHT_BELOW,
    ROUTE,
    fitted,
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
from app.workflows import opening_accounts
from app.workflows.accounts import insist, registrar_of, why_not_manage

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


class AccountView(AccountDeeds):
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
        return to_card((request.view_args or {})["pk"])


def _told(columns: Sequence[str]) -> Sequence[str]:
    gone = GOES_WITHOUT_SAYING if is_at_school() else ()
    return [column for column in columns if column not in gone]
