"""What the import desk calls its templates: a name, what each is for, a glyph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from app.imports.batch import STUDENTS
from app.imports.desk import SPECS
from app.imports.spec import ImportSpec
from app.views.words import lang


class Kind(NamedTuple):
    """A template in words."""

    word: Any
    use: Any
    icon: str


KINDS: Mapping[str, Kind] = {
    STUDENTS: Kind(
        _("Pupils (new)"),
        _("Enter new pupils, a whole school at a time; they then wait for registration"),
        "user-plus",
    ),
    "corrections": Kind(
        _("Corrections"),
        _("Change open fields of many pupils at once, found by their student number"),
        "user-pen",
    ),
    "guardians": Kind(
        _("Family members"),
        _("Bring the family members of many pupils up to date"),
        "people-roof",
    ),
    "classes": Kind(_("Classes"), _("Open the classes of a school year at once"), "layer-group"),
}


def known(name: str | None) -> str:
    """Return the name of a template there is; the pupils' for any other text."""
    return name if name is not None and name in SPECS else STUDENTS


def kind_of(name: str) -> Kind:
    """Return a template in words."""
    spec = SPECS.get(name)
    word = str(spec.sheet) if spec else name
    return KINDS.get(name) or Kind(word, "", "table")


def heading_of(spec: ImportSpec, field: str) -> str:
    """Return what the column of a field is called in the language of the page."""
    column = spec.by_field.get(field)
    if column is None:
        return field
    return column.heading if lang() == "zh" else column.label
