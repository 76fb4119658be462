"""The frame around every page: who, menu, counts, notices, theme, density, language.

Rooms that come later tell the frame what they know through `Hooks`; the frame knows none of them.
The nonce of the content security policy is `csp_nonce()`, in templates and in Python alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from app.views import labels
from app.views.doors import allowed, builder, shut
from app.views.links import here
from app.views.menu import Entry, menu_of
from app.views.words import say

KEY = "xueji.frame"
YEAR = 365 * 24 * 3600  # seconds a preference cookie lasts
THEMES = ("auto", "light", "dark")
DENSITIES = ("normal", "compact")
LANG = {"zh": "zh-CN", "en": "en"}


def csp_nonce() -> str:
    """Return the nonce of this answer's scripts; the factory puts the same into the header."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast("str", g.csp_nonce)


WORDS: dict[str, Callable[..., Any]] = {  # the words of templates
    "csp_nonce": csp_nonce,
    "here": here,  # this page's address with something changed
    "plain": labels.plain,
    "figure": labels.figure,
    "day": labels.day,
    "moment": labels.moment,
    "state_tag": labels.tag,  # state_tag('student_status', pupil.status)
    "word_of": labels.word_of,
    "say": say,
    "allowed": allowed,
    "shut": shut,
}


@dataclass(frozen=True, slots=True)
class Who:
    """The person at the desk, as the top bar names them."""

    name: str
    role: str
    organisation: str
    tier: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One line under the top bar: what the state of the house means for the work."""

    head: str
    text: str = ""
    aside: str = ""
    url: str = ""
    act: str = ""
    kind: str = "warn"  # warn, or info for what needs nobody
    icon: str = "triangle-exclamation"


@dataclass(frozen=True, slots=True)
class Date:
    """A date of the calendar, for the page of those who are not signed in."""

    when: str
    what: str
    why: str = ""
    near: bool = False


class Way(NamedTuple):
    """A page reached by a key, and the right it needs."""

    endpoint: str
    permission: str
    noun: str

    @property
    def url(self) -> str:
        """The address, or nothing for those without the right."""
        return _link(self.endpoint) if allowed(self.permission, self.noun) else ""


@dataclass(slots=True)
class Hooks:
    """What other rooms tell the frame; each is set once, while the application is built."""

    inbox_count: Callable[[], int | None] = lambda: None
    menu_counts: Callable[[], Mapping[str, int]] = dict
    notices: list[Callable[[], Notice | None]] = field(default_factory=list)
    dates: Callable[[], Sequence[Date]] = tuple
    go: dict[str, Way] = field(default_factory=dict)  # by the key after G: h, i, p
    personal: list[tuple[str, Callable[[], str]]] = field(default_factory=list)  # endpoint, label
    find: str = ""  # the endpoint the find box posts to
    bell: tuple[str, Callable[[], str | None]] = ("", lambda: None)  # endpoint, unread notices
    hat: Callable[[], Any] = lambda: None  # in whose place the person acts
    hats: Callable[[], Sequence[Any]] = tuple  # in whose place they could act
    waits: Callable[[Any], str] = str  # how many cases wait there


@dataclass(slots=True)
class Frame:
    """What the base template asks for, worked out when it asks."""

    hooks: Hooks
    name: str
    locale: str
    theme: str
    density: str
    who: Who | None

    @property
    def lang(self) -> str:
        """The language of the page, as HTML names it."""
        return LANG.get(self.locale, self.locale)

    @property
    def back(self) -> str:
        """Where a changed preference returns to: this page, without what was searched in it."""
        return request.full_path.rstrip("?") if request.method == "GET" else request.path

    @property
    def menu(self) -> list[Entry]:
        """The doors of this person, the one in use open."""
        return menu_of(builder().menu, request.path, self.hooks.menu_counts())

    @property
    def inbox_count(self) -> int | None:
        """How many cases wait for this person, or None while nobody counts."""
        return self.hooks.inbox_count()

    @property
    def notices(self) -> list[Notice]:
        """Every notice in force, demo mode first."""
        found = [_demo_mode(), *(tell() for tell in self.hooks.notices)]
        return [notice for notice in found if notice]

    @property
    def dates(self) -> Sequence[Date]:
        """The next dates of the calendar."""
        return self.hooks.dates()

    @property
    def go(self) -> dict[str, str]:
        """The pages reached by G and a letter."""
        links = {key: way.url for key, way in self.hooks.go.items() if way.url}
        return {"h": builder().get_url_for_index, **links}

    @property
    def inbox_url(self) -> str:
        """The inbox, once there is one."""
        way = self.hooks.go.get("i")
        return way.url if way else ""

    @property
    def find_url(self) -> str:
        """Where the find box posts to, once somebody answers there."""
        return _link(self.hooks.find)

    @property
    def bell(self) -> str | None:
        """How many notices are unread, as text; None for those who get none."""
        return self.hooks.bell[1]()

    @property
    def bell_url(self) -> str:
        """The page of notices."""
        return _link(self.hooks.bell[0])

    @property
    def hat(self) -> Any:
        """In whose place the person acts, or None."""
        return self.hooks.hat()

    @property
    def hats(self) -> Sequence[Any]:
        """In whose place the person could act now."""
        return self.hooks.hats()

    def waits(self, hat: Any) -> str:
        """Return how many cases wait at a desk somebody could sit at."""
        return self.hooks.waits(hat)

    @property
    def personal(self) -> list[tuple[str, str]]:
        """The user's own pages, under their name; with a hat on none."""
        if self.hat:
            return []
        links = [(_link(endpoint), label()) for endpoint, label in self.hooks.personal]
        return [(url, label) for url, label in links if url]


def hooks(app: Flask) -> Hooks:
    """Return the hooks of an application, for the rooms that have something to tell."""
    return cast("Hooks", app.extensions.setdefault(KEY, Hooks()))


def frame_context() -> dict[str, Any]:
    """Return what every page knows: `frame`."""
    known = hooks(current_app)
    signed_in = bool(current_user and current_user.is_authenticated)
    return {
        "frame": Frame(
            hooks=known,
            name=_("Xueji Console"),
            locale=builder().bm.get_locale() or "zh",
            theme=_chosen("theme", THEMES),
            density=_chosen("density", DENSITIES),
            who=_who() if signed_in else None,
        )
    }


def init_frame(app: Flask) -> None:
    """Give an application the frame: the context, the nonce and the small words of templates."""
    app.context_processor(frame_context)
    app.jinja_env.globals.update(WORDS)  # widgets are rendered without the context
    hooks(app)


class FrameView(BaseView):
    """Preferences of the person at the desk: theme, density, language. Kept in cookies."""

    route_base = "/frame"
    default_view = "prefer"

    @expose("/prefer", methods=["POST"])
    def prefer(self) -> Response:
        """Keep what was chosen and go back to the page it was chosen on."""
        answer = redirect(inside(request.form.get("back", "")))
        for name, known in (("theme", THEMES), ("density", DENSITIES)):
            if (choice := request.form.get(name, "")) in known:
                secure = bool(current_app.config.get("SESSION_COOKIE_SECURE"))
                answer.set_cookie(
                    name, choice, max_age=YEAR, httponly=True, secure=secure, samesite="Lax"
                )
        if (locale := request.form.get("locale")) in self.appbuilder.bm.languages:
            session["locale"] = locale
        return answer


def inside(path: str) -> str:
    """Return a path of this site; anything else is the index."""
    is_ours = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if is_ours else str(builder().get_url_for_index)


def _chosen(name: str, allowed: tuple[str, ...]) -> str:
    choice = request.cookies.get(name, "")
    return choice if choice in allowed else allowed[0]


def _link(endpoint: str) -> str:
    if not endpoint:
        return ""
    try:
        return url_for(endpoint)
    except BuildError:
        return ""


def _who() -> Who:
    """Name the account at work; somebody without one has a name and no place."""
    account = g.get("account")
    if account is None:
        return Who(current_user.get_full_name(), "", "", _("Not placed"))
    place = account.organisation
    role, tier = labels.word_of("Role", account.role), labels.word_of("Tier", place.tier.name)
    return Who(account.name, role, place.name, tier)


def _demo_mode() -> Notice | None:
    if not current_app.config.get("DEMO"):
        return None
    return Notice(
        _("Demo mode."),
        _("Invented organisations and pupils; the accounts and their passwords are public."),
        kind="info",
        icon="flask",
    )
