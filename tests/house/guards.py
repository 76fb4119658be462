"""How a guard of the house is taken away for one run of the tests (G24); `guarded.py` lists them.

A guard is a name (``module:attribute``) and what is put in its place. `turn_off` does so before
the engines are initialised; `test_guards.py` runs the tests that must fail then.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

SWITCH = "XUEJI_GUARD_OFF"


@dataclass(frozen=True)
class Guard:
    """The rows of the threat table it answers, where it is, its stand-in, what must fail."""

    rows: str
    where: str
    instead: Callable[[Any], Any]
    kills: tuple[str, ...]


def turn_off(name: str) -> None:
    """Take a guard away, wherever its name was imported to."""
    from tests.house.guarded import GUARDS

    guard = GUARDS[name]
    owner, attribute, found = located(guard.where)
    stand_in = guard.instead(found)
    assert stand_in is not found, name
    for place, known in [(owner, attribute), *holders(found)]:
        setattr(place, known, stand_in)


def located(where: str) -> tuple[Any, str, Any]:
    """Return who holds a dotted name, its last part, and what it is now."""
    module, _colon, dotted = where.partition(":")
    owner: Any = importlib.import_module(module)
    *path, attribute = dotted.split(".")
    for part in path:
        owner = getattr(owner, part)
    raw = vars(owner).get(attribute, None) if isinstance(owner, type) else None
    return owner, attribute, raw if raw is not None else getattr(owner, attribute)


def holders(found: Any) -> list[tuple[Any, str]]:
    """Return every module of ours that holds the very same thing under some name."""
    if found is None or isinstance(found, str | int | frozenset):
        return []
    modules = [
        m for n, m in list(sys.modules.items()) if n.startswith(("app", "config", "tests")) and m
    ]
    return [(m, name) for m in modules for name, held in list(vars(m).items()) if held is found]


# ── stand-ins ────────────────────────────────────────────────────────────────────────────


def answers(value: Any) -> Callable[[Any], Any]:
    """Stand in for a function by one that always answers the same."""
    return lambda _guard: lambda *_args, **_kwargs: value


def said(text: str, instead: str = "") -> Callable[[str], str]:
    """Stand in for a text by the same text with a part of it replaced."""

    def bent(whole: str) -> str:
        assert text in whole, text
        return whole.replace(text, instead)

    return bent


def always_without(text: str, instead: str = "") -> Callable[[Any], Any]:
    """Stand in for the trigger statements by the same with a part replaced in one of them."""

    def bent(statements: tuple[str, ...]) -> tuple[str, ...]:
        assert any(text in one for one in statements), text
        return tuple(one.replace(text, instead) for one in statements)

    return bent


def open_table(table: str) -> Callable[[Any], Any]:
    """Stand in for the policies by the same, one table open to everybody."""

    def bent(scoped: dict[str, Any]) -> dict[str, Any]:
        from app.policies.rls import Follows, Meets

        class Open(Follows):
            rule = "true"

        rule = scoped[table]
        if isinstance(rule, Meets):
            return {**scoped, table: Open(rule.by, rule.child, rule.grants)}
        if isinstance(rule, Follows):
            return {**scoped, table: Open(rule.by, rule.parent, rule.grants)}
        return {**scoped, table: replace(rule, also=(*rule.also, "true"))}

    return bent


def given_to_teachers(table: str) -> Callable[[Any], Any]:
    """Stand in for the policies by the same, one table not kept from teachers."""
    return lambda scoped: {**scoped, table: replace(scoped[table], teacher="")}


def by_get_too(method: Any) -> Any:
    """Stand in for a method by itself, open to GET as well."""
    method._urls = [(url, ["GET", "POST"]) for url, _methods in method._urls]  # noqa: SLF001

    def opened(*args: Any, **kwargs: Any) -> Any:
        return method(*args, **kwargs)

    opened.__dict__.update(vars(method))
    return opened


def same(_guard: Any) -> Callable[..., Any]:
    """Stand in for a reader by one that hands on what it is given."""
    return lambda value, *_args, **_kwargs: value


class Anything:
    """Holds whatever is asked for."""

    def __contains__(self, _asked: object) -> bool:
        return True
