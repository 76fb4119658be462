"""Lists, cards and look-ups: what a screen shows, and how an address asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from flask import Response, jsonify, redirect, request
from flask_appbuilder import ModelView, expose
from flask_login import current_user
from werkzeug.exceptions import NotFound as NoRoute

from app.errors import NotFound
from app.exports.sources import offered
from app.views import labels
from app.views.actor import current_actor
from app.views.asking import DISCREET, asked, sealed, unsealed
from app.views.doors import door, may
from app.views.filters import CodeFilter, ValueFilter
from app.views.interface import LEAF_LIMIT
from app.views.links import link
from app.views.lookup import Lookup, answer
from app.views.widgets import XuejiList, XuejiSearch, XuejiShow

PAGE_SIZES = (25, 50, 100)


class Reading(ModelView):
    """The half of a screen that reads; everything a view offers is declared, nothing by default."""

    list_template = "xueji/list.html"
    show_template = "xueji/show.html"
    list_widget = XuejiList
    search_widget = XuejiSearch
    show_widget = XuejiShow
    page_size = 50

    search_columns: Any = None
    order_columns: Any = None
    base_order: Any = None
    formatters_columns: Any = None
    load: ClassVar[Iterable[str]] = ()  # relations shown in lists, dotted
    code_columns: ClassVar[Mapping[str, str]] = {}  # column: code table
    column_classes: ClassVar[Mapping[str, str]] = {}  # column: wide, mono, r, c, fold, state
    key_column = ""  # the column that links to the card; the first one by default
    lookups: Mapping[str, Lookup] = {}
    own_filters: ClassVar[Mapping[str, type[ValueFilter]]] = {}  # column: in place of the usual
    personal_columns: ClassVar[Iterable[str]] = ()  # their filters never enter an address
    saved: ClassVar[Sequence[tuple[Any, Mapping[str, Any]]]] = ()  # named filters: label, arguments
    head_links: ClassVar[Sequence[tuple[str, Any, str]]] = ()  # endpoint, label, icon
    export_sources: ClassVar[Sequence[str]] = ()  # what it is in `app.exports.sources`
    unit: Any = ""  # what the count counts
    empty_text: Any = ""

    download: Any = None  # files leave through their own, scoped door

    def _init_properties(self) -> None:
        declared = self.search_columns, self.order_columns
        self.datamodel.load = tuple(self.load) or self.datamodel.load
        super()._init_properties()
        self.search_columns = list(declared[0] or ())
        self._filters = self.datamodel.get_filters(self.search_columns)
        coded = [column for column in self.search_columns if column in self.code_columns]
        own: dict[str, type[ValueFilter]] = {**dict.fromkeys(coded, CodeFilter), **self.own_filters}
        for column, kind in own.items():
            self._filters.get_search_filters()[column] = [kind(column, self.datamodel)]
        columns = self.datamodel.list_columns
        self.order_columns = list(declared[1] or (c for c in self.list_columns if c in columns))
        self.base_order = self.base_order or (self.datamodel.get_pk_name(), "asc")
        self.key_column = self.key_column or self.list_columns[0]
        self.formatters_columns = {**self._usual_formatters(), **self.formatters_columns}

    def _init_forms(self) -> None:
        for column in self.search_columns:
            if self.datamodel.is_relation(column) and column not in self.lookups:
                usual = Lookup.usual(self.datamodel.get_related_model(column))
                self.lookups = {**self.lookups, column: usual}

    def _usual_formatters(self) -> dict[str, Any]:
        model = self.datamodel
        known = {name: labels.label_of(table) for name, table in self.code_columns.items()}
        for name in {*self.list_columns, *self.show_columns}:
            if model.is_enum(name) and (enum := model.list_columns[name].type.enum_class):
                is_state = labels.CODES.get(enum.__name__, enum.__name__) in labels.TAGS
                known[name] = (labels.state_of if is_state else labels.label_of)(enum)
        return known

    # ── the list ─────────────────────────────────────────────────────────────────────────

    @expose("/list/")
    @door()
    def list(self) -> str:
        """Show one page of what the filters leave."""
        self.update_redirect()
        filters = asked(self._filters, self._pairs(), self.search_columns)
        name = type(self).__name__
        widgets = self._get_list_widget(
            filters=filters,
            order_column=request.args.get(f"_oc_{name}", ""),
            order_direction=request.args.get(f"_od_{name}", ""),
            page=request.args.get(f"page_{name}", 0, int),
            page_size=request.args.get(f"psize_{name}", 0, int),
        )
        widgets["search"] = self.search_widget(view=self, filters=filters)
        return str(
            self.render_template(
                self.list_template, title=self.list_title, widgets=widgets, view=self
            )
        )

    @expose("/search", methods=["POST"])
    @door("list")
    def seek(self) -> Response:
        """Take filters on personal data out of a form, and seal them into the list's address."""
        sent = [(key, value) for key, value in request.form.items(multi=True) if value.strip()]
        kept = [(key, value) for key, value in sent if key.startswith("_") and key != DISCREET]
        secret = [(key, value) for key, value in kept if self._is_personal(key)]
        clear: dict[str, Any] = {}
        for key, value in kept:
            if (key, value) not in secret:
                clear.setdefault(key, []).append(value)
        if secret:
            clear[DISCREET] = sealed({"user": current_user.get_id(), "asked": secret})
        return redirect(link(f"{self.route_base}/list/", clear), 303)  # type: ignore[return-value]

    def narrowed(self) -> tuple[Any, dict[str, Any]]:
        """Return the filters this address asks for, and their texts by column."""
        filters = asked(self._filters, self._pairs(), self.search_columns)
        return filters, {one.column_name: texts for one, texts in filters.get_filters_values()}

    def export_form(self) -> str:
        """Return the form that takes out what this address shows; empty when nobody here may."""
        mine = {each.name for each in offered(current_actor().role)}
        source = next((name for name in self.export_sources if name in mine), "")
        if not source:
            return ""
        kept = {k: v for k, v in request.args.lists() if k.startswith("_flt_") or k == DISCREET}
        return link("/exports/new", {"source": source, **kept})

    def _pairs(self) -> Iterable[tuple[str, Any]]:
        pairs = {key: values for key, values in request.args.lists() if not self._is_personal(key)}
        for key, value in unsealed(request.args.get(DISCREET, ""), current_user.get_id()):
            pairs.setdefault(key, []).append(value)
        return pairs.items()

    def _is_personal(self, key: str) -> bool:
        return any(key.endswith(f"_{column}") for column in self.personal_columns)

    def _get_list_widget(  # noqa: PLR0913, PLR0917  FAB's signature
        self,
        filters: Any,
        actions: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        widgets: Any = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Draw a page; order, page and size are what this view offers, whatever was asked."""
        order = (order_column, order_direction)
        offered = self.offered_orders()
        if order_column not in offered or order_direction not in ("asc", "desc"):
            order = self.base_order
        size = page_size if page_size in PAGE_SIZES else self.page_size
        made: dict[str, Any] = super()._get_list_widget(
            filters,
            actions,
            *order,
            page=min(max(page or 0, 0), LEAF_LIMIT // size - 1),  # nobody leafs further
            page_size=size,
            widgets=widgets,
            view=self,
            order=order,
            exact=partial(self.datamodel.count_all, filters.get_joined_filters(self._base_filters)),
            **kwargs,
        )
        args = made["list"].template_args
        args["include_columns"], args["order_columns"] = self.shown_columns(), offered
        return made

    def shown_columns(self) -> Sequence[str]:
        """Return the columns of the list that tell this person something."""
        return list(self.list_columns)

    def offered_orders(self) -> Sequence[str]:
        """Return the columns to order by: a column that is not shown orders nothing."""
        hidden = {*self.list_columns} - {*self.shown_columns()}
        return [column for column in self.order_columns if column not in hidden]

    def shown_filters(self) -> Sequence[str]:
        """Return the filters that tell this person's rows apart."""
        return list(self.search_columns)

    # ── one record ───────────────────────────────────────────────────────────────────────

    @expose("/show/<pk>", methods=["GET"])
    @door()
    def show(self, pk: str) -> str:
        """Show one record, and one list of what belongs to it."""
        item = self.found(pk)
        tab = self._tab(request.args.get("tab", ""))
        related: Any = self._related(item, tab) if tab else None
        if tab and request.headers.get("HX-Request"):
            return str(related())
        self.update_redirect()
        return str(
            self.render_template(
                self.show_template,
                pk=pk,
                item=item,
                title=self.name_of(item),
                kind=self.show_title,
                widgets=self._get_show_widget(pk, item),
                tabs=self.tabs(),
                tab=tab,
                related=related,
                view=self,
            )
        )

    def found(self, pk: str) -> Any:
        """Return the record of this screen with that key, or answer 404."""
        item = self.datamodel.get(self._deserialize_pk_if_composite(pk), self._base_filters)
        if item is None:
            raise NotFound
        return item

    def name_of(self, item: Any) -> str:
        """Return what a record is called in titles."""
        return str(item)

    def tabs(self) -> Sequence[Any]:
        """Return the related screens this person may open."""
        return [view for view in self._related_views if may(view, "list")]

    def _tab(self, name: str) -> Any:
        return next((view for view in self.tabs() if type(view).__name__ == name), None)

    def _related(self, item: Any, view: Any) -> Any:
        name = type(view).__name__
        return self._get_related_view_widget(
            item,
            view,
            request.args.get(f"_oc_{name}", ""),
            request.args.get(f"_od_{name}", ""),
            page=request.args.get(f"page_{name}", 0, int),
            page_size=request.args.get(f"psize_{name}", 0, int),
        )

    # ── look-ups ─────────────────────────────────────────────────────────────────────────

    @expose("/lookup/<name>")
    def lookup(self, name: str) -> Response:
        """Answer a look-up of this screen's forms and filters."""
        if name not in self.lookups or not any(may(self, r) for r in ("list", "add", "edit")):
            raise NoRoute
        return jsonify(answer(self.lookups[name], self.datamodel.session))
