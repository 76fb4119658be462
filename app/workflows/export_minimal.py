"""按需最少数据字段 (P30): which fields a purpose has a use for, as data; all others are beyond it.

A list is a source, a field its column; both go by the names the exports give them. A field no kind
names is justified by nothing but `OTHER_FIELDS`, so that a new column is shut until it is placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a field tells of a child, from the least to the most that could do harm."""

    PLACE = "PLACE"
    NAME = "NAME"
    NUMBER = "NUMBER"
    STANDING = "STANDING"
    BIRTH = "BIRTH"
    ORIGIN = "ORIGIN"
    COMMUTE = "COMMUTE"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"
    CARE = "CARE"
    HEALTH = "HEALTH"
    ID = "ID"
    FAMILY = "FAMILY"
    FAMILY_MORE = "FAMILY_MORE"
    OTHER_FIELDS = "OTHER_FIELDS"


K = Kind
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    K.PLACE: ("school_code", "school", "grade", "class_number", "class_name"),
    K.NAME: ("name", "gender", "pupil_name"),
    K.NUMBER: ("number", "pupil_number", "aux_number", "seat_no"),
    K.STANDING: (
        "status",
        "problem_flag",
        "verification",
        "entry_ym",
        "entry_method",
        "attendance",
        "source",
        "preschool",
        "bought_place",
    ),
    K.BIRTH: ("birth_date",),
    K.ORIGIN: (
        "ethnic",
        "nationality",
        "overseas_status",
        "political",
        "birthplace",
        "native_place",
        "hukou_division",
        "hukou_type",
        "name_pinyin",
        "former_name",
        "only_child",
        "talent",
    ),
    K.COMMUTE: ("commute_km", "commute_mode", "needs_bus"),
    K.PHONE: ("phone", "email", "homepage"),
    K.ADDRESS: ("address_now", "address_mail", "address_home", "postcode"),
    K.CARE: (
        "left_behind",
        "migrant_child",
        "orphan",
        "martyr_child",
        "needs_aid",
        "gets_subsidy",
        "mainstreaming",
    ),
    K.HEALTH: ("health", "disability"),
    K.ID: ("id_type", "id_number", "id_validity"),
    K.FAMILY: (
        "member_name",
        "member_relation",
        "member_relation_note",
        "member_phone",
        "member_is_guardian",
    ),
    K.FAMILY_MORE: (
        "member_id_type",
        "member_id_number",
        "member_address",
        "member_hukou_division",
        "member_ethnic",
        "member_employer",
        "member_post",
    ),
}
HOUSE = ("classes", "schools")  # lists without a child: every field of theirs is of the place
KIND_OF: Mapping[str, Kind] = {name: kind for kind, names in FIELDS.items() for name in names}
EVERY = frozenset({K.PLACE, K.NAME, K.NUMBER, K.STANDING})  # what a list of pupils is made of
JUSTIFIES: Mapping[str, frozenset[Kind]] = {
    "TEACHING": EVERY,
    "CHECKING": EVERY | {K.BIRTH, K.ORIGIN, K.ID, K.PHONE, K.ADDRESS, K.FAMILY, K.FAMILY_MORE},
    "ENROLMENT": EVERY | {K.BIRTH, K.ADDRESS, K.ID},
    "SAFETY": EVERY | {K.PHONE, K.ADDRESS, K.COMMUTE, K.FAMILY},
    "AID": EVERY | {K.ID, K.CARE, K.HEALTH, K.ADDRESS, K.PHONE, K.FAMILY},
    "STATISTICS": frozenset(
        {K.PLACE, K.STANDING, K.BIRTH, K.ORIGIN, K.COMMUTE, K.CARE, K.HEALTH}
    ),  # figures need nobody's name
    "OTHER": EVERY,  # what a purpose of one's own words needs beyond this has a purpose here
}


def kind_of(source: str, field: str) -> Kind:
    """Return what a field of a list tells of a child."""
    return K.PLACE if source in HOUSE else KIND_OF.get(field, K.OTHER_FIELDS)


def justified(purpose: str) -> frozenset[Kind]:
    """Return what a purpose has a use for; a purpose nobody knows has none for anything."""
    return JUSTIFIES.get(purpose, frozenset())


def beyond(purpose: str, source: str, fields: Iterable[str]) -> tuple[str, ...]:
    """Return those of the fields that the purpose has no use for, in their order."""
    allowed = justified(purpose)
    return tuple(field for field in fields if kind_of(source, field) not in allowed)
