"""What signing in, passwords and one-time codes may answer."""

from __future__ import annotations

from app.messages.text import Texts

TEXTS: Texts = {}
