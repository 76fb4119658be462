"""The side menu: FAB's menu as this person may see it, with counts and the open group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from app.views.doors import builder


@dataclass(slots=True)
class Entry:
    """A door, or a group of doors; a group is open when the page in use is behind one of them."""

    label: str
    url: str = ""
    icon: str = "folder"
    count: int = 0
    current: bool = False
    childs: list[Entry] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Tell whether the page in use is behind one of the doors of this group."""
        return any(child.current for child in self.childs)


def menu_of(menu: Any, path: str, counts: Mapping[str, int]) -> list[Entry]:
    """Return the visible menu; the door whose address fits `path` best is the current one."""
    allowed = set(builder().sm.get_user_menu_access(menu.get_flat_name_list()))
    entries = list(_entries(menu.get_list(), allowed, counts))
    doors = [door for entry in entries for door in (entry.childs or [entry])]
    fits = [(len(_root(door.url)), door) for door in doors if _leads_to(door.url, path)]
    if fits:
        max(fits, key=lambda fit: fit[0])[1].current = True
    return entries


def _entries(items: Iterable[Any], allowed: set[str], counts: Mapping[str, int]) -> Iterator[Entry]:
    """Yield what is open to this person; a group is there when something in it is."""
    for item in items:
        childs = list(_entries(item.childs, allowed, counts))
        if not item.should_render() or (not childs and item.name not in allowed):
            continue
        yield Entry(
            label=gettext(str(item.label)),
            url="" if childs else item.get_url(),
            icon=(item.icon or "folder").removeprefix("fa-"),
            count=counts.get(item.name, 0),
            childs=childs,
        )


def _root(url: str) -> str:
    """Return what the pages of one screen share: its address without `list/`."""
    return url.split("?", 1)[0].removesuffix("list/")


def _leads_to(url: str, path: str) -> bool:
    root = _root(url)
    return bool(url) and (path == root or (root not in ("", "/") and path.startswith(root)))
