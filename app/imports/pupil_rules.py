"""What no single cell of a pupil's row can know.

A rule is asked only when every value it needs could be read, so one fault is told once. ID
numbers that are well formed but fail their check are let through with a warning, because
household booklets do carry wrong numbers: they become problem records (问题学籍).
"""

from __future__ import annotations

from datetime import date

from app.codes import divisions, id_number
from app.codes.pinyin import spelt
from app.codes.tables import table
from app.errors import Refusal, refuse_unless
from app.imports.readers import OTHER_ID
from app.imports.spec import Facts, Rule, Settle

RESIDENT, OTHER_PAPER = "1", "Z"
SENIOR, PRIMARY = "3", "1"
ENTRY_AGE = {"1": 6, "2": 11, "3": 14}  # years, on 31 August of the year of entry
LEAGUE_MEMBER, LEAGUE_AGE = "03", 13
GUEST = "2"  # 借读, only in senior high school
OTHER_RELATION = "97"
NOT_MAINSTREAMED, NOT_DISABLED, NOT_LEFT_BEHIND = "00", "0", "0"
RURAL_HOUSEHOLD, TOWN = "1", "1"  # household type; first digit of the school's urban class
OTHER_COMPULSORY, OTHER_SENIOR = "12", "99"  # entry method 其他 has a code in each stage
REGION_OF = {
    "01": ("HKG",), "02": ("HKG", "CHN"), "03": ("MAC",), "04": ("MAC", "CHN"),
    "05": ("TWN",), "06": ("TWN", "CHN"),
}  # fmt: skip
STATUSES_OF_PAPER = {"6": ("01",), "7": ("03",), "8": ("05",)}
FOREIGN = ("41", "51")
FAULTS = {  # of a resident number, the gravest first
    "length": Refusal("E-ID-LEN"),
    "format": Refusal("E-FMT", {"hint": "hint.resident"}),
    "birth_date": Refusal("E-ID-DATE"),
    "birth_range": Refusal("E-ID-DATE"),
    "checksum": Refusal("W-ID-CHK"),
    "sequence": Refusal("W-ID-CHK"),
    "division": Refusal("W-DIV"),
}
CHECKED = ("checksum", "sequence")


def stage_of(class_number: str) -> str:
    """Return the stage digit of a class number that reads well."""
    return class_number[4]


# ── the row and the school ───────────────────────────────────────────────────────────────


def is_own_school(facts: Facts, school_code: str) -> Refusal | None:
    """A school imports its own pupils."""
    return refuse_unless(school_code == facts.school_code, "E-REF")


def class_exists(facts: Facts, class_number: str) -> Refusal | None:
    """The class has been set up in the importing school."""
    return refuse_unless(class_number in facts.classes, "E-REF")


def method_by_stage(entry_method: str | None, class_number: str) -> str | None:
    """The word 其他 means another code in each stage."""
    senior = stage_of(class_number) == SENIOR
    if entry_method in (OTHER_COMPULSORY, OTHER_SENIOR):
        return OTHER_SENIOR if senior else OTHER_COMPULSORY
    return entry_method


def spelling(name_pinyin: str | None, name: str | None) -> str | None:
    """A name nobody has spelt is spelt as it is commonly read."""
    return name_pinyin or spelt(name or "") or None


def method_fits_stage(_facts: Facts, method: str | None, class_number: str) -> Refusal | None:
    """Each stage has its own ways of entry."""
    senior = stage_of(class_number) == SENIOR
    stage = "senior_high" if senior else "compulsory"
    entry = table("enrolment_method").entries.get(method or "")
    return refuse_unless(entry is None or entry.extras["stage"] == stage, "E-CODE")


def source_fits_stage(_facts: Facts, source: str | None, class_number: str) -> Refusal | None:
    """There are no guest pupils in compulsory education."""
    return refuse_unless(source != GUEST or stage_of(class_number) == SENIOR, "E-CODE")


def is_of_age(_facts: Facts, birth: date, entry_ym: str, class_number: str) -> Refusal | None:
    """The child reaches the entry age of the stage by 31 August of the year of entry."""
    by = int(entry_ym[:4]) - ENTRY_AGE[stage_of(class_number)]
    return refuse_unless(birth <= date(by, 8, 31), "W-AGE")


def is_born(facts: Facts, birth_date: date) -> Refusal | None:
    """The birth date is not in the future."""
    return refuse_unless(birth_date <= facts.today, "E-FMT", hint="hint.future")


def league_age(facts: Facts, political: str | None, birth: date) -> Refusal | None:
    """A member of the Youth League is at least thirteen."""
    thirteenth = (birth.year + LEAGUE_AGE, birth.month, birth.day)
    today = (facts.today.year, facts.today.month, facts.today.day)
    return refuse_unless(political != LEAGUE_MEMBER or thirteenth <= today, "W-AGE")


# ── papers ───────────────────────────────────────────────────────────────────────────────


def has_number(_facts: Facts, id_type: str, number: str | None) -> Refusal | None:
    """Only the paper 其他 may lack a number."""
    return refuse_unless(number is not None or id_type == OTHER_PAPER, "E-REQ")


def number_reads(facts: Facts, id_type: str | None, number: str | None) -> Refusal | None:
    """A resident number has 18 characters, a day, a check; other papers have a looser shape."""
    if number is None:
        return None
    if id_type != RESIDENT:
        return refuse_unless(OTHER_ID.fullmatch(number) is not None, "E-FMT", hint="hint.id")
    found = id_number.problems(number, facts.today)
    gravest = next((fault for fault in FAULTS if fault in found), None)
    if gravest in CHECKED and facts.id_checksum_blocks:
        return Refusal("E-ID-CHK")
    return FAULTS[gravest] if gravest else None


def birth_date_agrees(
    facts: Facts, birth_date: date, id_type: str, number: str | None
) -> Refusal | None:
    """Characters 7 to 14 of a resident number are the birth date."""
    told = id_number.birth_date(number or "") if id_type == RESIDENT else None
    if told is None or told > facts.today or told.year < id_number.EARLIEST_BIRTH_YEAR:
        return None  # told at the number
    return refuse_unless(told == birth_date, "E-ID-DATE")


def gender_agrees(_facts: Facts, gender: str, id_type: str, number: str | None) -> Refusal | None:
    """Character 17 of a resident number is odd for men."""
    told = id_number.gender(number or "") if id_type == RESIDENT else None
    return refuse_unless(told in (None, gender), "E-ID-SEX")


def region_agrees(_facts: Facts, status: str, nationality: str, id_type: str) -> Refusal | None:
    """Status, nationality and paper of pupils from elsewhere tell the same story."""
    if status in FOREIGN:
        fits = nationality not in divisions.CHINESE_REGIONS and id_type != RESIDENT
    else:
        fits = nationality in REGION_OF.get(status, ("CHN",))
    return refuse_unless(fits and status in STATUSES_OF_PAPER.get(id_type, (status,)), "W-GAT")


# ── welfare ──────────────────────────────────────────────────────────────────────────────


def compulsory_only(_facts: Facts, value: object, class_number: str) -> Refusal | None:
    """Asked in compulsory education, left empty in senior high school."""
    if stage_of(class_number) == SENIOR:
        return refuse_unless(value is None, "E-FMT", hint="hint.senior")
    return refuse_unless(value is not None, "E-REQ")


def migrant_fits(
    facts: Facts, migrant: bool | None, left: str | None, division: str, hukou: str
) -> Refusal | None:
    """A migrant child comes from a village of another county to a school in town."""
    if not migrant or not facts.division:
        return refuse_unless(not migrant or left in (None, NOT_LEFT_BEHIND), "W-MIG")
    fits = (
        hukou == RURAL_HOUSEHOLD
        and division[:6] != facts.division[:6]
        and facts.urban_rural[:1] == TOWN
        and left in (None, NOT_LEFT_BEHIND)
    )
    return refuse_unless(fits, "W-MIG")


def disability_named(_facts: Facts, mode: str | None, kind: str | None) -> Refusal | None:
    """Who learns in a regular class for a disability names it."""
    asked = mode not in (None, NOT_MAINSTREAMED)
    return refuse_unless(not asked or kind not in (None, NOT_DISABLED), "E-REQ")


# ── family ───────────────────────────────────────────────────────────────────────────────


def relation_explained(_facts: Facts, relation: str, note: str | None) -> Refusal | None:
    """Another relation (其他) is put into words."""
    return refuse_unless(relation != OTHER_RELATION or note is not None, "E-REQ")


def has_guardian(_facts: Facts, *members: bool) -> Refusal | None:
    """At least one family member is the guardian."""
    return refuse_unless(any(members), "E-REQ")


def guardian_has_number(
    _facts: Facts, pupils: str | None, is_guardian: bool, number: str | None
) -> Refusal | None:
    """The guardian of a pupil without an ID number has one."""
    return refuse_unless(bool(pupils) or not is_guardian or number is not None, "E-REQ")


def paper_named(_facts: Facts, id_type: str | None, number: str | None) -> Refusal | None:
    """A number is of some paper."""
    return refuse_unless(number is None or id_type is not None, "E-REQ")


def family_rules(ordinal: int) -> tuple[Rule, ...]:
    """Return the rules of one family member."""
    m = f"member{ordinal}_"
    note, id_type, number = f"{m}relation_note", f"{m}id_type", f"{m}id_number"
    return (
        Rule(note, (f"{m}relation", note), relation_explained),
        Rule(number, ("id_number", f"{m}is_guardian", number), guardian_has_number),
        Rule(id_type, (id_type, number), paper_named),
        Rule(number, (id_type, number), number_reads),
    )


SETTLES = (
    Settle("entry_method", ("entry_method", "class_number"), method_by_stage),
    Settle("name_pinyin", ("name_pinyin", "name"), spelling),
)
RULES = (
    Rule("school_code", ("school_code",), is_own_school),
    Rule("birth_date", ("birth_date",), is_born),
    Rule("id_number", ("id_type", "id_number"), has_number),
    Rule("id_number", ("id_type", "id_number"), number_reads),
    Rule("birth_date", ("birth_date", "id_type", "id_number"), birth_date_agrees),
    Rule("gender", ("gender", "id_type", "id_number"), gender_agrees),
    Rule("overseas_status", ("overseas_status", "nationality", "id_type"), region_agrees),
    Rule("political", ("political", "birth_date"), league_age),
    Rule("class_number", ("class_number",), class_exists),
    Rule("birth_date", ("birth_date", "entry_ym", "class_number"), is_of_age),
    Rule("entry_method", ("entry_method", "class_number"), method_fits_stage),
    Rule("source", ("source", "class_number"), source_fits_stage),
    Rule("left_behind", ("left_behind", "class_number"), compulsory_only),
    Rule("migrant_child", ("migrant_child", "class_number"), compulsory_only),
    Rule(
        "migrant_child",
        ("migrant_child", "left_behind", "hukou_division", "hukou_type"),
        migrant_fits,
    ),
    Rule("disability", ("mainstreaming", "disability"), disability_named),
    Rule("member1_is_guardian", ("member1_is_guardian", "member2_is_guardian"), has_guardian),
    *family_rules(1),
    *family_rules(2),
)
