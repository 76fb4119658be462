"""Acts on rows: by POST alone, on all of the picked rows or on none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import request
from flask_appbuilder import ModelView, expose
from sqlalchemy import select

from app.errors import Forbidden, NotFound


class Line(NamedTuple):
    """What became of one record of a bulk act; kind: ok, warn, bad."""

    kind: str
    verdict: Any
    what: str
    why: Any = ""


class Acting(ModelView):
    """The acts of a screen; a foreign row among the picked ones refuses the whole batch."""

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """Run an act on one record."""
        return self._act(name, [pk], lambda rows: rows[0])

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """Run an act on the picked records."""
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"), list)

    def told_lines(self, title: Any, lines: Sequence[Line]) -> str:
        """Return the page that tells what became of each record."""
        drawn = self.render_template("xueji/result.html", title=title, lines=lines, view=self)
        return str(drawn)

    def _act(self, name: str, keys: list[str], shape: Callable[[list[Any]], Any]) -> Any:
        if name not in self.actions:
            raise NotFound
        permission = self.get_action_permission_name(name)
        allowed = permission in self.base_permissions and self.appbuilder.sm.has_access(
            permission, self.class_permission_name
        )
        if not allowed:
            raise Forbidden
        return self.actions[name].func(shape(self._picked(keys)))

    def _picked(self, keys: list[str]) -> list[Any]:
        """Return the rows of these keys in their order, or answer 404 when one is not there."""
        known = [self.datamodel.known_key(key) for key in keys]
        wanted = list(dict.fromkeys(known))
        if not wanted or None in wanted:
            raise NotFound
        model, pk = self.datamodel.obj, self.datamodel.get_pk()
        found = self.datamodel.session.scalars(select(model).where(pk.in_(wanted)))
        rows = {self.datamodel.get_pk_value(row): row for row in found}
        if len(rows) != len(wanted):
            raise NotFound
        return [rows[key] for key in wanted]
