"""What every file says of itself: which export it is, whose, since when."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from app.codes.workdays import BEIJING
from app.messages.text import Text

WATERMARK = Text("水印", "Watermark")


class Notice(NamedTuple):
    """The title of a file, the number of its export, the login of who asked, and when (UTC)."""

    title: str
    number: str
    login: str
    at: datetime

    @property
    def mark(self) -> str:
        """What stands at the end of every row."""
        return f"{self.number} {self.login}"

    @property
    def when(self) -> str:
        """The moment in Beijing."""
        return f"{self.at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
