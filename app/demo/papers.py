"""Evidence of the demo world: sheets of grey lines with a red seal, plainly no real papers."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

from app.demo.past import Past
from app.policies.roles import Actor
from app.workflows.attaching import receive

SHEET = (620, 877)  # A4 at 75 dots an inch
PAPER, INK, RULE, SEAL = "#fdfcf8", "#33373d", "#c3c7cd", "#c8463c"
MARGIN, LINE, TITLE = 70, 38, 150
WORDS = "SAMPLE - NOT A REAL DOCUMENT"


def lay_on_tray(past: Past, actor: Actor, name: str) -> int:
    """Upload a paper as whoever is at work; returns the attachment's id."""
    return receive(past.session, actor, name, picture(name)).id


@cache
def picture(name: str) -> bytes:
    """Return a JPEG of a paper; two names never have the same one."""
    sheet = Image.new("RGB", SHEET, PAPER)
    pen = ImageDraw.Draw(sheet)
    width, height = SHEET
    pen.text((MARGIN, MARGIN), WORDS, fill=INK, font_size=22)
    pen.rectangle((MARGIN, TITLE - 30, width - MARGIN, TITLE - 26), fill=INK)
    lengths = sha256(name.encode()).digest()
    for nth in range(15):
        top = TITLE + nth * LINE
        right = width - MARGIN - lengths[nth]
        pen.rectangle((MARGIN, top, right, top + 10), fill=RULE)
    pen.ellipse((width - 240, height - 270, width - 90, height - 120), outline=SEAL, width=6)
    pen.ellipse((width - 185, height - 215, width - 145, height - 175), fill=SEAL)
    out = BytesIO()
    sheet.save(out, "JPEG", quality=70)
    return out.getvalue()
