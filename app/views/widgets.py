"""FAB's widgets in our dress: the list, its filters, the card. The form is a template alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_appbuilder.widgets import FormWidget, ListWidget, RenderTemplateWidget, ShowWidget
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from app.views.interface import COUNT_LIMIT, LEAF_LIMIT
from app.views.labels import choices_of, figure
from app.views.links import here, link


class XuejiList(ListWidget):
    """A page of rows with ticks, acts, order, paging and an honest count."""

    template = "xueji/widgets/list.html"

    def __call__(self, **kwargs: Any) -> Any:
        """Draw the page."""
        args = {**self.template_args, **kwargs}
        kwargs["counted"] = counted(args["count"], args.get("exact"))
        kwargs["pages"] = pages(args)
        kwargs["is_filtered"] = any(key.startswith(("_flt_", "_q")) for key in request.args)
        return super().__call__(**kwargs)


class XuejiShow(ShowWidget):
    """The facts of one record in two columns."""

    template = "xueji/widgets/show.html"


class XuejiForm(FormWidget):
    """A form in two columns, with its contents, all of its errors, and a bar that stays."""

    template = "xueji/widgets/form.html"


@dataclass(slots=True)
class Page:
    """A step of the paging: its label, its address, whether it is the one shown."""

    label: str
    url: str = ""
    current: bool = False
    wide: bool = False  # left out on a phone


@dataclass(slots=True)
class Control:
    """One input of a filter."""

    name: str
    kind: str
    label: str
    values: list[str]
    options: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    given: str = ""


@dataclass(slots=True)
class Chip:
    """A filter as the bar shows it: what it is about, what it is set to, how to remove it."""

    column: str
    label: str
    controls: list[Control]
    text: str = ""
    without: str = ""

    @property
    def names(self) -> list[str]:
        """The arguments of this filter."""
        return [control.name for control in self.controls]


class XuejiSearch(RenderTemplateWidget):
    """The bar of filters: a chip and a popover for each, removable one by one."""

    template = "xueji/widgets/search.html"
    is_ours = True

    def __call__(self, **kwargs: Any) -> Any:
        """Draw the bar."""
        view, filters = self.template_args["view"], self.template_args["filters"]
        chips = chips_of(view, filters)
        kwargs["chips"] = chips
        kwargs["saved"] = [_saved(view, *named) for named in view.saved]
        kwargs["clear"] = link(request.path, {})
        kwargs["is_set"] = any(chip.text for chip in chips)
        return super().__call__(**kwargs)


def counted(count: int, exact: Any = None) -> str:
    """Say how many rows there are; a cap is said to be a cap."""
    if count <= COUNT_LIMIT:
        return figure(count)
    return figure(exact()) if exact and request.args.get("_n") == "all" else f"{COUNT_LIMIT:,}+"


def pages(args: dict[str, Any]) -> list[Page]:
    """Return the steps: back, the first, the neighbours, on."""
    at, size, count = args["page"] or 0, args["page_size"], args["count"]
    is_capped = count > LEAF_LIMIT
    last = max(-(-min(count, LEAF_LIMIT) // size) - 1, 0)
    if not last and not at:
        return []
    arg = f"page_{args['modelview_name']}"

    def go(number: int) -> str:
        return here(**{arg: number or None})

    near = [n for n in range(at - 2, at + 3) if 0 <= n <= last]
    steps = [Page(_("Previous page"), go(at - 1) if at else "")]
    steps += [Page("1", go(0)), Page("…", wide=True)] if near and near[0] > 0 else []
    steps += [Page(f"{n + 1:,}", go(n), n == at, wide=abs(n - at) > 1) for n in near]
    steps += [Page("…", wide=True)] if last > at + 3 or (is_capped and last > at + 2) else []
    steps += [Page(f"{last + 1:,}", go(last), wide=True)] if last > at + 2 and not is_capped else []
    return [*steps, Page(_("Next page"), go(at + 1) if at < last else "")]


def chips_of(view: Any, filters: Any) -> list[Chip]:
    """Return the filters a screen shows, each with what it is set to."""
    values = {(f.column_name, id(f)): v for f, v in filters.get_filters_values()}
    return [_chip(view, filters, column, values) for column in view.shown_filters()]


def _chip(view: Any, filters: Any, column: str, values: dict[Any, Any]) -> Chip:
    controls, texts = [], []
    for position, one in enumerate(filters.get_search_filters().get(column, ())):
        known = [str(v) for v in values.get((column, id(one)), ()) if v != ""]
        control = _control(view, one, f"_flt_{position}_{column}", known)
        controls.append(control)
        if known:
            texts.append(_text(view, control, column))
    drop = ["_q"] if column in view.personal_columns else []
    chip = Chip(column, str(view.label_columns[column]), controls, " ".join(texts))
    chip.without = here(drop=[*drop, *chip.names, f"page_{type(view).__name__}"])
    return chip


def _control(view: Any, one: Any, name: str, values: list[str]) -> Control:
    column = one.column_name
    control = Control(name, one.control, str(one.name), values)
    if column in view.code_columns:
        control.kind, control.options = "codes", choices_of(view.code_columns[column])
    elif control.kind == "codes":
        enum = view.datamodel.list_columns[column].type.enum_class
        control.options = choices_of(enum)
    elif control.kind == "yes_no":
        control.options = [("y", _("Yes")), ("n", _("No"))]
    elif control.kind == "relation":
        control.url = f"{view.route_base}/lookup/{column}"
        control.given = " ".join(view.lookups[column].given) if column in view.lookups else ""
        control.options = _chosen(view, column, values)
    return control


def _chosen(view: Any, column: str, values: list[str]) -> list[tuple[str, str]]:
    lookup, session = view.lookups[column], view.datamodel.session
    found = ((key, lookup.find(session, key, {})) for key in values)
    return [(key, str(record)) for key, record in found if record is not None]


def _text(view: Any, control: Control, column: str) -> str:
    if control.kind in ("codes", "yes_no", "relation"):
        words = dict(control.options)
        return str(_(", ")).join(words.get(value, "?") for value in control.values)
    if control.kind == "day":
        return f"{control.label} {control.values[0]}"
    if column in view.personal_columns and column in view.formatters_columns:
        return str(view.formatters_columns[column](control.values[0]))  # masked, as in the list
    if control.kind == "exact" or column in view.personal_columns:
        return control.values[0]
    return f"{control.values[0]}…" if control.kind == "prefix" else control.values[0]


def _saved(view: Any, label: Any, args: Any) -> dict[str, Any]:
    wanted = {key: value if isinstance(value, list) else [value] for key, value in args.items()}
    shown = {key: values for key, values in request.args.lists() if key.startswith("_flt_")}
    is_on = wanted == shown and "_q" not in request.args
    return {"label": label, "url": link(f"{view.route_base}/list/", wanted), "current": is_on}


def safe_url(endpoint: str, **values: Any) -> str:
    """Return an address, or nothing for a page that is not built in."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return ""
