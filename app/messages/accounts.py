"""What accounts, groups and gifts may answer: who opens whom, what is missing, what is taken."""

from __future__ import annotations

from app.messages.text import Texts

TEXTS: Texts = {}
