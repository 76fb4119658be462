"""The import desk: every template there is, by name.

What a template is called and for, `text_of(f"template.{name}")` says and the same with ``.about``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.imports import teachers
from app.imports.corrections import CORRECTIONS
from app.imports.guardians import GUARDIANS
from app.imports.newcomers import NEWCOMERS
from app.imports.rooms import ROOMS
from app.imports.spec import ImportSpec
from app.imports.target import Target

DESK = (NEWCOMERS, CORRECTIONS, GUARDIANS, ROOMS)
TARGETS: Mapping[str, Target] = {target.spec.name: target for target in DESK}
SPECS: Mapping[str, ImportSpec] = {name: target.spec for name, target in TARGETS.items()}
# Teachers' accounts have a page of their own: their first passwords are shown once.
TEMPLATES: Mapping[str, ImportSpec] = {**SPECS, teachers.SPEC.name: teachers.SPEC}
