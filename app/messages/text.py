"""What a message is: one sentence in two languages, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """程度: an error blocks, a warning is shown, a hint is a part of another sentence."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    HINT = "HINT"


class Text(NamedTuple):
    """A sentence with blanks such as ``{heading}``: what, where, what to do."""

    zh: str
    en: str
    level: Level = Level.ERROR


Texts = Mapping[str, Text]


def warning(zh: str, en: str) -> Text:
    """Return a sentence that blocks nothing."""
    return Text(zh, en, Level.WARNING)


def hint(zh: str, en: str) -> Text:
    """Return a part of a sentence, such as what a cell should look like."""
    return Text(zh, en, Level.HINT)
