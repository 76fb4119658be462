"""Forms: add, edit, delete. A refusal keeps what was typed; nobody overwrites the unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask import flash, make_response, request
from flask_appbuilder import ModelView, expose
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, NotFound, Stale, told
from app.views import once
from app.views.doors import door
from app.views.forms import OPENED, VERSION, FormMaker, is_shown, shown
from app.views.lookup import LookupField
from app.views.widgets import XuejiForm
from app.views.words import say


class Writing(ModelView):
    """The half of a screen that writes; a form holds declared columns and no others."""

    add_template = edit_template = "xueji/form.html"
    add_widget = edit_widget = XuejiForm

    add_row_message = _("Added.")
    edit_row_message = _("Saved.")
    delete_row_message = _("Deleted.")

    edit_in_rows: ClassVar[bool] = True  # a pen at the end of each row of the list
    locked_columns: ClassVar[Iterable[str]] = ()  # shown in the form, changed elsewhere
    locked_text: Any = ""  # where they are changed
    prefill_columns: ClassVar[Iterable[str]] = ()  # fields of the add form an address may fill

    def _init_properties(self) -> None:
        self._insist_on("add", self.add_columns or self.add_fieldsets)
        self._insist_on("edit", self.edit_columns or self.edit_fieldsets)
        super()._init_properties()

    def _insist_on(self, right: str, declared: Any) -> None:
        rights = self.base_permissions
        if (rights is None or f"can_{right}" in rights) and not declared:
            msg = f"{type(self).__name__}: declare {right}_columns, or leave out can_{right}"
            raise TypeError(msg)

    def _init_forms(self) -> None:
        super()._init_forms()
        maker, rights = FormMaker(self), self.base_permissions
        versioned = VERSION in self.datamodel.list_columns
        for right in ("add", "edit"):
            if rights is None or f"can_{right}" in rights:
                locked = self.locked_columns if right == "edit" else ()
                typed = [c for c in getattr(self, f"{right}_columns") if c not in locked]
                extra = getattr(self, f"{right}_form_extra_fields")
                form = maker.make(typed, extra, versioned=versioned and right == "edit")
                setattr(self, f"{right}_form", form)

    def pens_in_rows(self) -> bool:
        """Tell whether each row of the list ends with a way into its form."""
        return self.edit_in_rows

    def fit(self, form: Any, item: Any) -> None:
        """Tell the fields of an edit form about the record they are filled from."""

    @expose("/add", methods=["GET", "POST"])
    @door()
    def add(self) -> Any:
        """Show an empty form; store what comes back."""
        if request.method != "POST":
            self.update_redirect()
            return self._form("add", self.add_form(data=self._prefilled()))
        form = self.add_form()
        if not form.validate():
            return self._form("add", form, status=Invalid.status)
        item = self.datamodel.obj()
        once.take()
        if refusal := self._stored(form, item, is_new=True):
            once.give_back()
            return self._form("add", form, refusal=refusal)
        flash(self.add_row_message, "success")
        return self.post_add_redirect()

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @door()
    def edit(self, pk: str) -> Any:
        """Show the form of one record; store what comes back, unless somebody was faster."""
        item = self.found(pk)
        if request.method != "POST":
            self.update_redirect()
            form = self.edit_form(obj=item)
            self.prefill_form(form, pk)
            self.fit(form, item)
            return self._form("edit", form, item)
        form = self.edit_form()
        form._id = self.datamodel.get_pk_value(item)  # noqa: SLF001  FAB's validators ask for it
        self.fit(form, item)
        if self._is_stale(form, item):
            return self._stale(form, item)
        if not form.validate():
            return self._form("edit", form, item, status=Invalid.status)
        if refusal := self._stored(form, item, is_new=False):
            if isinstance(refusal, Stale):
                return self._stale(form, self.found(pk))
            return self._form("edit", form, item, refusal=refusal)
        flash(self.edit_row_message, "success")
        return self.post_edit_redirect()

    @expose("/delete/<pk>", methods=["POST"])
    @door()
    def delete(self, pk: str) -> Any:
        """Delete one record; what stands in the way is told on a page of its own."""
        item = self.found(pk)
        self.pre_delete(item)
        self.datamodel.delete(item)
        self.post_delete(item)
        flash(self.delete_row_message, "success")
        return self.post_delete_redirect()

    def _stored(self, form: Any, item: Any, *, is_new: bool) -> AppError | None:
        """Store the form in the record; return the refusal that kept it from being stored."""
        session = self.datamodel.session
        before, store, after = (
            (self.pre_add, self.datamodel.add, self.post_add)
            if is_new
            else (self.pre_update, self.datamodel.edit, self.post_update)
        )
        try:
            self.process_form(form, is_new)
            with session.no_autoflush:
                for name, field in form._fields.items():
                    if is_shown(field):
                        field.populate_obj(item, name)
            before(item)
            store(item)
            after(item)
        except (AppError, SQLAlchemyError) as error:
            session.rollback()
            refusal = error if isinstance(error, AppError) else told(error)
            if isinstance(refusal, NotFound):
                raise refusal from None
            return refusal
        return None

    def _form(
        self,
        right: str,
        form: Any,
        item: Any = None,
        *,
        refusal: AppError | None = None,
        status: int = 200,
        **kwargs: Any,
    ) -> Response:
        is_add = right == "add"
        get = self._get_add_widget if is_add else self._get_edit_widget
        drawn = get(form=form)[right]
        page = self.render_template(
            self.add_template if is_add else self.edit_template,
            title=self.add_title if is_add else self.name_of(item),
            kind="" if is_add else self.edit_title,
            widget=drawn,
            view=self,
            item=item,
            back=self._way_back(item),
            refusals=[say(one) for one in refusal.refusals] if refusal else [],
            opened=kwargs.pop("opened", request.form.get(OPENED) or form.opened()),
            locked=self._locked(item),
            **kwargs,
        )
        return make_response(page, refusal.status if refusal else status)

    def _is_stale(self, form: Any, item: Any) -> bool:
        return VERSION in form and form[VERSION].data != str(getattr(item, VERSION))

    def _stale(self, form: Any, item: Any) -> Response:
        """Show what the fields held at opening, what they hold now, and what was typed."""
        now = json.loads(self.edit_form(formdata=None, obj=item).opened())
        then = _told(request.form.get(OPENED, ""))
        rows = [
            (field.label.text, then.get(field.name, ""), now.get(field.name, ""), shown(field))
            for field in form
            if is_shown(field)
        ]
        form[VERSION].data = getattr(item, VERSION)
        opened = json.dumps(now, ensure_ascii=False)
        changed = [row for row in rows if len(set(row[1:])) > 1]
        return self._form("edit", form, item, status=Stale.status, stale=changed, opened=opened)

    def _prefilled(self) -> dict[str, Any]:
        """Return what the address may fill in: look-ups by key, other fields as they are."""
        data = {}
        for column in self.prefill_columns:
            if value := request.args.get(f"_flt_0_{column}"):
                field = getattr(self.add_form, column)
                is_lookup = field.field_class is LookupField
                found = self.lookups[column].find(self.datamodel.session, value, {})
                data[column] = found if is_lookup else value
        return data

    def _locked(self, item: Any) -> Mapping[str, Any]:
        if item is None:
            return {}
        columns = list(self.locked_columns)
        values = self.datamodel.get_values_item(item, columns)
        formatters = self.formatters_columns
        return {c: formatters.get(c, str)(v) for c, v in zip(columns, values, strict=True)}

    def _way_back(self, item: Any) -> str:
        if item is not None and "can_show" in self.base_permissions:
            return f"{self.route_base}/show/{self.datamodel.get_pk_value(item)}"
        return f"{self.route_base}/list/"


def _told(text: str) -> dict[str, str]:
    """Return what the form showed when it was opened; it came back from the browser."""
    try:
        then = json.loads(text)
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in then.items()} if isinstance(then, dict) else {}
