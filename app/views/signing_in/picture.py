"""The picture a device reads a secret from: drawn here, as lines within the page."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

QUIET_MARGIN = 4  # modules, as ISO/IEC 18004 wants it


def picture_of(address: str) -> Markup:
    """Return an address as an inline SVG QR code, in dark on white whatever the theme."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn,
        kind="svg",
        border=QUIET_MARGIN,
        xmldecl=False,
        svgns=False,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704  segno's lines, nothing of a person
