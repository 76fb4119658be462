"""用户组: a school's groups of teachers and what all members may do; one follows the accounts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.models.account import GroupMember, GroupRight, UserGroup
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import key_of
from app.views.labels import tag
from app.views.scoped import ScopedInterface, ScopedModelView
from app.views.screens.choices import PLACE
from app.views.screens.gift_words import gifts
from app.views.screens.own_school import is_at_school
from app.workflows import groups


class UserGroupView(ScopedModelView):
    """List and card; a school's registrar names groups, fills them and says what they may do."""

    datamodel = ScopedInterface(UserGroup)
    class_permission_name = "UserGroup"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    route_base = "/groups"
    base_order = ("id", "asc")
    load = ("organisation",)
    show_template = "xueji/accounts/group.html"

    list_title, show_title = _("User groups"), _("User group")
    add_title, edit_title = _("Add a group"), _("User group")
    unit = _("groups")
    empty_text = _("The group of all teachers appears with the first teacher's account.")
    label_columns = {
        "name": _("Name"),
        "organisation": _("School"),
        "is_synchronised": _("Kind"),
    }
    list_columns = ["name", "organisation", "is_synchronised"]
    order_columns = ["name"]
    search_columns = ["organisation", "is_synchronised"]
    add_columns = edit_columns = ["name"]
    column_classes = {"organisation": "wide"}
    formatters_columns = {
        "is_synchronised": lambda value: tag("GroupKind", "SYNCHRONISED" if value else "OWN")
    }
    lookups = {"organisation": PLACE}

    def shown_columns(self) -> list[str]:
        """Leave out the school for those who have one."""
        return [c for c in self.list_columns if c != "organisation" or not is_at_school()]

    def shown_filters(self) -> list[str]:
        """Leave out the school for those who have one."""
        return [c for c in self.search_columns if c != "organisation" or not is_at_school()]

    @expose("/show/<pk>", methods=["GET"])
    @door()
    def show(self, pk: str) -> str:
        """Show a group: its members, what they may do, and the boxes to change both."""
        group = self.found(pk)
        inside = set(session().scalars(select(GroupMember.user_id).filter_by(group_id=group.id)))
        given = session().scalars(select(GroupRight.given).filter_by(group_id=group.id))
        drawn = self.render_template(
            self.show_template,
            title=group.name,
            view=self,
            group=group,
            people=groups.teachers_of(session(), group.organisation_id),
            inside=inside,
            gifts=gifts(frozenset(given)),
        )
        return str(drawn)

    def pre_add(self, item: Any) -> None:
        """Take the group into the own school."""
        groups.add_group(session(), current_actor(), item)

    def pre_update(self, item: Any) -> None:
        """Rename a group of the school's own."""
        groups.rename_group(session(), item, item.name)

    @expose("/delete/<pk>", methods=["POST"])
    @door()
    def delete(self, pk: str) -> Response:
        """Take a group of the school's own away."""
        groups.delete_group(session(), self.found(pk))
        session().commit()
        flash(gettext("Deleted."), "success")
        answer: Response = redirect(url_for("UserGroupView.list"))
        return answer

    @expose("/members/<pk>", methods=["POST"])
    @door("edit")
    def members(self, pk: str) -> Response:
        """Set who is in a group."""
        keys = [key_of(text) for text in request.form.getlist("members")]
        if None in keys:
            raise NotFound
        groups.set_members(session(), self.found(pk), [key for key in keys if key is not None])
        return _done(pk)

    @expose("/rights/<pk>", methods=["POST"])
    @door("edit")
    def rights(self, pk: str) -> Response:
        """Set what every member may do."""
        wanted = request.form.getlist("rights")
        groups.set_public_rights(session(), current_actor(), self.found(pk), wanted)
        return _done(pk)


def _done(pk: Any) -> Response:
    session().commit()
    flash(gettext("Saved."), "success")
    answer: Response = redirect(url_for("UserGroupView.show", pk=pk))
    return answer
