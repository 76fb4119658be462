"""Who may open a page: a role's right, asked before anything is read.

FAB's own decorator sends somebody without the right to the sign-in page, where they already are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, redirect, request
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_login import current_user

from app.errors import Forbidden, Refusal, Refused
from app.policies.rights import switch_of
from app.views.actor import current_actor, current_settings
from app.views.words import say

Page = TypeVar("Page", bound=Callable[..., Any])


def door(right: str = "") -> Callable[[Page], Page]:
    """Open a method of a view to the roles that hold ``can_<right>``, by default its own name."""

    def guard(page: Page) -> Page:
        name = right or page.__name__

        @wraps(page)
        def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            asked = self.method_permission_name.get(page.__name__, name)
            if may(self, asked):
                insist_open(self, asked)
                return page(self, *args, **kwargs)
            if current_user.is_authenticated:
                raise Forbidden
            back = request.full_path.rstrip("?") if request.method == "GET" else ""
            return redirect(self.appbuilder.get_url_for_login_with(back))

        guarded._permission_name = name  # type: ignore[attr-defined]  # noqa: SLF001  FAB reads it
        return guarded  # type: ignore[return-value]

    return guard


def allowed(permission: str, noun: str) -> bool:
    """Tell whether this person holds a permission (``can_edit``) on a noun of `RIGHTS`.

    A word of the templates: Jinja folds a filter over constants when it compiles, so that FAB's
    ``'can_edit' | is_item_visible('StudentView')`` would be answered once and for everybody.
    """
    return bool(builder().sm.has_access(permission, noun))


def insist_open(view: Any, right: str) -> None:
    """Raise `Refused` with the name of the authority whose switch closes this door now."""
    if closed := _closed(PERMISSION_PREFIX + right, view.class_permission_name):
        raise Refused(closed)


def shut(permission: str, noun: str) -> str:
    """Say which authority's switch closes a door now; nothing while it is open.

    A word of the templates: a page says it in the place of the button.
    """
    closed = _closed(permission, noun)
    return say(closed) if closed else ""


def _closed(permission: str, noun: str) -> Refusal | None:
    key = switch_of(noun, permission)
    found = current_settings()[key] if key else None
    return found.closed() if found and found.shuts_out(current_actor().role) else None


def builder() -> Any:
    """Return the AppBuilder of this application."""
    return current_app.extensions["appbuilder"]


def may(view: Any, right: str) -> bool:
    """Tell whether this person holds a right of a view that the view has at all."""
    permission = PERMISSION_PREFIX + right
    if permission not in view.base_permissions:
        return False
    return bool(view.appbuilder.sm.has_access(permission, view.class_permission_name))
