"""变更记录 of any row a screen shows: in the words of that screen, sealed values never.

The database remembers what changed; which word a column has, and which a code, the screen of the
table says already. What was done to a row and left no column changed comes from the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _
from flask_babel import pgettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.audit import AuditEvent, RowHistory
from app.models.base import Model
from app.models.sealed import Sealed
from app.views.doors import builder, door
from app.views.labels import NONE, word_of, yes_no
from app.views.scoped import ScopedModelView
from app.views.screens.changes import MOST, SILENT, Change, Field, change_of, names_of

OWN_LABELS: Mapping[str, Any] = {
    "must_change_password": _("Password to be changed"),
    "language": _("Language"),
    "source": _("Opened"),
    "organisation_id": _("Organisation"),
}
TOLD = {  # deeds on a row that change no remembered column of it
    "account": ("account.reset", "account.classes", "account.confirmed", "gift.changed"),
}


def changes_of_row(session: Session, table: str, row_id: int, most: int = MOST) -> list[Change]:
    """Return what happened to a row, newest first, down to its making."""
    asked = select(RowHistory).where(RowHistory.table_name == table, RowHistory.row_id == row_id)
    rows = session.scalars(asked.order_by(RowHistory.id.desc()).limit(most)).all()
    deeds = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.object_type == table,
            AuditEvent.object_id == row_id,
            AuditEvent.action.in_(TOLD.get(table, ())),
        )
        .order_by(AuditEvent.id.desc())
        .limit(most)
    ).all()
    item: Any = session.get(model_of(table), row_id)
    makers = {item.created_by} if item is not None else set()
    people = {row.actor for row in rows} | {deed.actor for deed in deeds}
    who = names_of(session, people | makers)
    found = [_told(session, row, who) for row in rows]
    found += [
        _happened(deed.at, who.get(deed.actor or 0), word_of("Deed", deed.action)) for deed in deeds
    ]
    found.sort(key=lambda change: change.at, reverse=True)
    if item is not None and len(found) < most:
        maker = who.get(item.created_by or 0)
        found.append(_happened(item.created_at, maker, str(_("The record was made"))))
    return found[:most]


def _happened(at: datetime, who: str | None, what: str) -> Change:
    return Change(at, who or str(pgettext("actor", "System")), what, is_whole=True)


def _told(session: Session, row: RowHistory, who: Mapping[int, str]) -> Change:
    change = change_of(row, who, word_of("Thing", row.table_name))
    if row.after is not None:
        change.fields = list(_fields(session, row))
    return change


def _fields(session: Session, row: RowHistory) -> Iterator[Field]:
    columns, view = model_of(row.table_name).__table__.c, screen_of(row.table_name)
    for name, before in row.before.items():
        if name in SILENT or name == "user_id":
            continue
        label = _label(view, name)
        if name in columns and isinstance(columns[name].type, Sealed):
            yield Field(label, sealed=True)
        else:
            after = (row.after or {}).get(name)
            yield Field(label, said(session, row.table_name, name, before),
                        said(session, row.table_name, name, after))  # fmt: skip


def _label(view: Any, name: str) -> str:
    known = view.label_columns if view is not None else {}
    return str(OWN_LABELS.get(name) or known.get(name) or known.get(name.removesuffix("_id"), name))


def said(session: Session, table: str, name: str, value: Any) -> str:
    """Show a value of the history as the screen of its table would."""
    if value in (None, ""):
        return NONE
    view, column = screen_of(table), model_of(table).__table__.c.get(name)
    if view is not None and name in view.formatters_columns:
        return str(view.formatters_columns[name](value))
    if column is not None and column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column.table.name
        return str(session.get(model_of(parent), value) or f"#{value}")
    if column is not None and getattr(column.type, "enum_class", None):
        return word_of(column.type.enum_class.__name__, value)
    return yes_no(value) if isinstance(value, bool) else str(value)


def model_of(table: str) -> Any:
    """Return the model of a table."""
    return next(
        mapper.class_ for mapper in Model.registry.mappers if mapper.local_table.name == table
    )


def screen_of(table: str) -> Any:
    """Return the screen that shows a table's rows; None when there is none."""
    models = ((view, getattr(view, "datamodel", None)) for view in builder().baseviews)
    return next(
        (view for view, model in models if model is not None and model.obj.__tablename__ == table),
        None,
    )


class Remembering(ScopedModelView):
    """A screen whose cards have a page of what was changed, by whom and through what."""

    remembers = True

    @expose("/show/<pk>", methods=["GET"])
    @door()
    def show(self, pk: str) -> str:
        """Show one record, or what became of it."""
        if request.args.get("tab") != "changes":
            return str(super().show(pk))
        item = self.found(pk)
        table = item.__tablename__
        return str(
            self.render_template(
                "xueji/changes.html",
                pk=pk,
                item=item,
                title=self.name_of(item),
                kind=self.show_title,
                tabs=self.tabs(),
                tab="changes",
                view=self,
                changes=changes_of_row(self.datamodel.session, table, int(pk)),
            )
        )
