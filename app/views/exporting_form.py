"""The form of an export: the list it comes from, what narrows it, and what was chosen last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import select

from app.errors import NotFound
from app.exports.asking import FORMATS, LANGUAGES
from app.exports.columns import GROUPS, Field
from app.exports.reading import count
from app.exports.sources import Source, offered
from app.models.export import Export
from app.policies.roles import Actor
from app.views.actor import current_actor, session
from app.views.doors import builder
from app.views.links import link
from app.views.widgets import Chip, chips_of
from app.views.words import lang

SCREENS = {  # whose list a source is, and so whose filters it takes
    "pupils": "StudentView",
    "roster": "StudentView",
    "guardians": "StudentView",
    "deleted": "StudentView",
    "classes": "ClassView",
    "schools": "SchoolView",
}
MOST_COUNTED = 200_000  # rows the form counts to the end
FILTER, SEALED_FILTERS = "_flt_", "_q"


class Choice(NamedTuple):
    """A group of columns as the form shows it."""

    word: str
    fields: Sequence[Field]


class Form:
    """What the page of the form shows, from the address, the last export, and what was sent."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.sources = actor, offered(actor.role)
        asked = request.args.get("source", "")
        found = next((each for each in self.sources if each.name == asked), None)
        if asked == "" and self.sources:
            found = self.sources[0]
        if found is None:
            raise NotFound
        self.source: Source = found
        self.screen: Any = next(
            view for view in builder().baseviews if type(view).__name__ == SCREENS[found.name]
        )

    @cached_property
    def _narrowed(self) -> tuple[Any, Mapping[str, Sequence[str]]]:
        filters, texts = self.screen.narrowed()
        return filters, {name: each for name, each in texts.items() if name in self.source.filters}

    @property
    def filters(self) -> Mapping[str, Sequence[str]]:
        """What narrows the list, by column."""
        return self._narrowed[1]

    @property
    def chips(self) -> list[Chip]:
        """What narrows the list, in words; personal values as the list shows them."""
        drawn = chips_of(self.screen, self._narrowed[0])
        return [chip for chip in drawn if chip.text and chip.column in self.filters]

    @cached_property
    def rows(self) -> int:
        """How many rows it would be now, no more than `MOST_COUNTED` and one."""
        return count(session(), self.source, self.filters, MOST_COUNTED + 1)

    @property
    def is_counted(self) -> bool:
        """Tell whether the count is the count, and not where counting ended."""
        return self.rows <= MOST_COUNTED

    @cached_property
    def last(self) -> Export | None:
        """What this person last took out of this list."""
        mine = select(Export).where(
            Export.asked_by == self.actor.user_id,
            Export.source == self.source.name,
            Export.request_id.is_(None),
        )
        return session().scalar(mine.order_by(Export.id.desc()).limit(1))

    @property
    def chosen(self) -> list[str]:
        """The columns that are ticked, in their order."""
        if request.method == "POST":
            sent = request.form.getlist("columns")
        else:
            sent = list(self.last.columns) if self.last else self.source.defaults
        return [name for name in dict.fromkeys(sent) if name in self.source.by_name]

    @property
    def groups(self) -> list[Choice]:
        """The columns there are, group by group."""
        words = ((group, text.zh if lang() == "zh" else text.en) for group, text in GROUPS.items())
        found = [
            Choice(word, [each for each in self.source.fields if each.group is group])
            for group, word in words
        ]
        return [choice for choice in found if choice.fields]

    def value(self, name: str) -> str:
        """Return what stands in a field: what was sent, what was chosen last, the usual."""
        if request.method == "POST":
            return request.form.get(name, "")
        usual = {"format": FORMATS[0], "language": lang() if lang() in LANGUAGES else "zh"}
        kept = getattr(self.last, name, None) if self.last else None
        return str(kept or usual.get(name, ""))

    def address(self, source: str = "") -> str:
        """Return the form of this or another source, with the filters of this address."""
        other = bool(source) and SCREENS[source] != SCREENS[self.source.name]
        kept = {} if other else asked_filters()
        return link("/exports/new", {"source": source or self.source.name, **kept})


def asked_filters() -> dict[str, list[str]]:
    """Return the arguments of this address that narrow a list; personal ones stay sealed."""
    wanted = (FILTER, SEALED_FILTERS)
    return {
        name: values
        for name, values in request.args.lists()
        if name.startswith(wanted[0]) or name == wanted[1]
    }


def form() -> Form:
    """Return the form as this request asks for it, or raise `NotFound`."""
    return Form(current_actor())
