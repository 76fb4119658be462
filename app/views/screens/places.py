"""Places and telephones as forms take them and pages show them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms.validators import Regexp

from app.codes import divisions
from app.views.labels import plain

LINE = Regexp(
    r"^(1\d{10}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)$",
    message=_("A mobile number of 11 digits, or area code and number such as 0377-60000000."),
)


def place_of(code: str | None) -> str:
    """Show a division by its full name; one that is unknown by its code."""
    return (divisions.full_name(code) if code else "") or str(plain(code))
