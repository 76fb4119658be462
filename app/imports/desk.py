"""The import desk: every template there is, by name."""

from __future__ import annotations

from collections.abc import Mapping

from app.imports.newcomers import NEWCOMERS
from app.imports.spec import ImportSpec
from app.imports.target import Target

TARGETS: Mapping[str, Target] = {target.spec.name: target for target in (NEWCOMERS,)}
SPECS: Mapping[str, ImportSpec] = {name: target.spec for name, target in TARGETS.items()}
