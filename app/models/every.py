"""Every table of ours, so that one import fills the metadata."""

from __future__ import annotations

from app.models import (
    account,
    attachment,
    audit,
    case,
    change,
    code,
    expected,
    field_choice,
    import_batch,
    job,
    notice,
    numbering,
    organisation,
    problem,
    promotion,
    saved_filter,
    school,
    student,
    substitution,
    switch,
)

MODULES = (
    account,
    attachment,
    audit,
    case,
    change,
    code,
    expected,
    field_choice,
    import_batch,
    job,
    notice,
    numbering,
    organisation,
    problem,
    promotion,
    saved_filter,
    school,
    student,
    substitution,
    switch,
)
