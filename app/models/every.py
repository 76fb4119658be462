"""Every table of ours, so that one import fills the metadata."""

from __future__ import annotations

from app.models import (
    account,
    audit,
    case,
    code,
    import_batch,
    job,
    organisation,
    promotion,
    school,
    student,
    switch,
)

MODULES = (
    account,
    audit,
    case,
    code,
    import_batch,
    job,
    organisation,
    promotion,
    school,
    student,
    switch,
)
