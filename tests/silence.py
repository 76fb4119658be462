"""Nobody of the tests is named in a log: a listener of the whole run, asked at its end.

The people of `tests.make` share a few words that occur in no log for another reason.
"""

from __future__ import annotations

import logging

PEOPLE = (
    "李小满",  # pupils
    "李大江",  # their guardians
    "陈嘉树",
    "王小河",
    "光武路",  # where all of them live
    "0377-6000000",  # and are called
)
heard: list[str] = []


class Silence(logging.Handler):
    """Remembers who spoke of somebody, and where; the run fails with it at its end."""

    def emit(self, record: logging.LogRecord) -> None:
        said = f"{record.getMessage()} {record.args!r} {record.exc_text or ''}"
        if record.exc_info and record.exc_info[1]:
            said += f" {record.exc_info[1]}"
        heard.extend(
            f"{record.name} {record.pathname}:{record.lineno} speaks of {word[0]}…"
            for word in PEOPLE
            if word in said
        )


def listen() -> None:
    """Listen to every logger of this process from now on."""
    logging.getLogger().addHandler(Silence(logging.DEBUG))
