"""What kind of value each field of a pupil holds, as the template says: sealed, coded, a place."""

from __future__ import annotations

from app.codes import masking
from app.imports.students import SPEC

SEALED = ("number", "id_number", "address_now", "address_mail", "address_home", "phone")
MASKS = {
    "number": masking.national_number,
    "id_number": masking.id_number,
    "phone": masking.phone,
    "address_now": masking.address,
    "address_mail": masking.address,
    "address_home": masking.address,
}
CODES = {
    field: column.kind.choices.name
    for field, column in SPEC.by_field.items()
    if column.kind.choices is not None and column.kind.name != "yes_no"
}
PLACES = tuple(f for f, column in SPEC.by_field.items() if column.kind.name == "division")
