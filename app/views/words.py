"""The language of this request, and refusals said in it."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel.speaklater import LazyString

from app.errors import Refusal
from app.messages import catalogue


def lang() -> str:
    """Return the language of this request: zh or en."""
    locale = get_locale()
    return "zh" if locale is None else str(locale.language)


def say(refusal: Refusal) -> str:
    """Return a refusal as a sentence: what, where, what to do."""
    return catalogue.say(refusal, lang())


def lazy(code: str) -> LazyString:
    """Return the words of a code, said in the language of whoever reads them."""
    return LazyString(lambda: text(code))


def text(code: str) -> str:
    """Return the words of a code in the language of this request."""
    return say(Refusal(code))
