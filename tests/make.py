"""Builders: one valid record each, bent by one fact at a time.

Every function flushes and returns what it made; what is not given is made too. The session must
be in a scope that holds the record: ``scope.enter(make.WHOLE, session)`` before, and
``scope.enter(scope.scope_of(session, account.user_id), session)`` to go on as somebody. The keys
must be open (`unlock`). All people are invented.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.codes.class_number import ClassNumber
from app.codes.id_number import check_character
from app.models.account import Account, AccountClass
from app.models.base import fab_models
from app.models.import_batch import ImportBatch
from app.models.organisation import Organisation, Tier
from app.models.school import Campus, Grade, School, SchoolClass, Stage
from app.models.sealed import KEYS, fresh_key_file
from app.models.student import Guardian, NumberKind, StartKind, Status, Student
from app.policies.roles import Role
from app.policies.scope import Scope

WHOLE = Scope("/", "/", reason="test")  # what a test lays out may touch what lies in a case
SCHOOL_YEAR = 2026
PASSWORD = "Kite-and-plum-1"  # of every account made here
HASHED = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
TIERS = {2: Tier.PROVINCE, 4: Tier.CITY, 6: Tier.COUNTY}
CLASS_TYPES = {Stage.PRIMARY: "10", Stage.JUNIOR: "20", Stage.SENIOR: "40"}
ENTRY_AGES = {Stage.PRIMARY: 6, Stage.JUNIOR: 12, Stage.SENIOR: 15}
YEARS = {Stage.PRIMARY: 6, Stage.JUNIOR: 3, Stage.SENIOR: 3}

_next = count(1)
_drawn: dict[tuple[str, str], Iterator[int]] = defaultdict(count)  # serials of an area and a day


def unwitnessed(session: Session) -> None:
    """Let this transaction commit without an audit event: what a test lays out is no deed."""
    session.execute(select(func.set_config("app.audited", "1", True)))  # noqa: FBT003


def unlock(folder: Path) -> Path:
    """Open the house's keys with a fresh key file in a folder."""
    path = folder / "sealing.key"
    if not path.exists():
        path.write_text(fresh_key_file(), "ascii")
    KEYS.unlock(path)
    return path


# ── organisations ────────────────────────────────────────────────────────────────────────


def an_authority(session: Session, code: str = "411302", name: str | None = None) -> Organisation:
    """Find or make the authority of a code (000000, 41, 4113, 411302) and all above it."""
    found = session.scalar(select(Organisation).where(Organisation.code == code))
    if found is not None:
        return found
    if code == "000000":
        made = Organisation(code=code, name=name or "教育部", tier=Tier.MINISTRY, path="/")
    else:
        above = an_authority(session, code[:-2] or "000000")
        made = Organisation(
            code=code,
            name=name or f"{code}教育局",
            tier=TIERS[len(code)],
            parent_id=above.id,
            path="",
        )
    session.add(made)
    session.flush()
    session.refresh(made)  # the database derives the path
    return made


def a_school(
    session: Session,
    authority: Organisation | str = "411302",
    stages: tuple[Stage, ...] = (Stage.PRIMARY,),
    code: str | None = None,
    **bends: object,
) -> School:
    """Make a school run by an authority, with a main campus."""
    if isinstance(authority, str):
        authority = an_authority(session, authority)
    code = code or f"9{next(_next):09d}"
    place = Organisation(
        code=code, name=f"第{code[-4:]}学校", tier=Tier.SCHOOL, parent_id=authority.id, path=""
    )
    session.add(place)
    session.flush()
    session.refresh(place)
    facts: dict[str, object] = {
        "territorial_id": authority.id,
        "type": "211",
        "division": authority.code.ljust(12, "0"),
        "urban_rural": "111",
        "organizer": "831",
        **{f"years_{stage.value.lower()}": YEARS[stage] for stage in stages},
        **bends,
    }
    school = School(id=place.id, **facts)
    session.add(school)
    session.flush()
    session.add(Campus(school_id=school.id, number=1, name="主校区", division=school.division))
    session.flush()
    session.refresh(school)
    return school


def a_grade(
    session: Session,
    school: School | None = None,
    level: int = 1,
    stage: Stage | None = None,
    **bends: object,
) -> Grade:
    """Find or make the cohort that is at a level of a stage in school year 2026."""
    school = school or a_school(session)
    stage = stage or school.stages[0]
    entry_year = SCHOOL_YEAR + 1 - level
    found = session.scalar(
        select(Grade).filter_by(school_id=school.id, stage=stage, entry_year=entry_year)
    )
    if found is not None and not bends:
        return found
    facts: dict[str, object] = {
        "stage": stage,
        "entry_year": entry_year,
        "years": school.years(stage),
        "level": level,
        **bends,
    }
    grade = Grade(school_id=school.id, **facts)
    session.add(grade)
    session.flush()
    session.refresh(grade)
    return grade


def a_class(
    session: Session,
    school: School | None = None,
    grade: Grade | None = None,
    serial: int | None = None,
    **bends: object,
) -> SchoolClass:
    """Make the next class of a cohort (of the first level, when none is given)."""
    grade = grade or a_grade(session, school)
    same = session.scalars(select(SchoolClass).filter_by(grade_id=grade.id)).all()
    number = ClassNumber(grade.entry_year, grade.stage.digit, serial or len(same) + 1)
    facts: dict[str, object] = {
        "number": str(number),
        "name": number.default_name,
        "type": CLASS_TYPES[grade.stage],
        "campus_id": session.scalar(select(Campus.id).filter_by(school_id=grade.school_id)),
        **bends,
    }
    room = SchoolClass(school_id=grade.school_id, grade_id=grade.id, **facts)
    session.add(room)
    session.flush()
    session.refresh(room)
    return room


# ── people ───────────────────────────────────────────────────────────────────────────────


def an_id_number(
    born: date = date(2020, 5, 1),
    gender: str = "2",
    area: str = "411302",
    serial: int | None = None,
) -> str:
    """Return a resident number with a correct check character; without a serial, a fresh one.

    500 of a day, area and gender are drawn before the first comes again.
    """
    day = f"{area}{born:%Y%m%d}"
    if serial is None:
        serial = 499 - next(_drawn[day, gender])  # from above: who tells a serial tells a low one
    body = f"{day}{serial % 500 * 2 + int(gender == '1'):03d}"
    return body + check_character(body)


def pupil_facts(stage: Stage = Stage.PRIMARY, entry_year: int = SCHOOL_YEAR) -> dict[str, object]:
    """Return the form's fields of a pupil of that cohort; no two have the same ID number."""
    serial = next(_next)
    born = date(entry_year - ENTRY_AGES[stage], 1 + serial // 28 % 8, 1 + serial % 28)
    id_number = an_id_number(born)
    address = "河南省南阳市宛城区光武路1号"
    return {
        "name": f"李小满{serial}",
        "gender": "2",
        "birth_date": born,
        "birthplace": "411302000000",
        "native_place": "河南南阳",
        "ethnic": "01",
        "nationality": "CHN",
        "id_type": "1",
        "id_number": id_number,
        "id_digest": KEYS.digest(id_number),
        "overseas_status": "00",
        "health": "10",
        "hukou_division": "411302000000",
        "hukou_type": "1",
        "entry_ym": f"{entry_year}09",
        "entry_method": "11" if stage.is_compulsory else "21",
        "attendance": "1",
        "source": "1",
        "address_now": address,
        "address_mail": address,
        "address_home": address,
        "phone": "0377-60000000",
        "postcode": "473000",
        "only_child": False,
        "preschool": True,
        "left_behind": "0" if stage.is_compulsory else None,
        "migrant_child": False if stage.is_compulsory else None,
        "orphan": False,
        "martyr_child": False,
        "bought_place": False,
        "needs_aid": False,
        "gets_subsidy": False,
        "commute_km": 1.5,
        "commute_mode": "1",
        "needs_bus": False,
    }


def a_pupil(
    session: Session,
    room: SchoolClass | None = None,
    *,
    status: Status = Status.IN_SCHOOL,
    guardians: int = 1,
    **bends: object,
) -> Student:
    """Make a pupil of a class: with number and history, unless still pending registration."""
    room = room or a_class(session)
    grade = room.grade
    facts = {**pupil_facts(grade.stage, grade.entry_year), **bends}
    if "id_number" in bends and "id_digest" not in bends:
        facts["id_digest"] = KEYS.digest(str(bends["id_number"])) if bends["id_number"] else None
    pupil = Student(
        school_id=room.school_id, grade_id=room.grade_id, class_id=room.id, status=status, **facts
    )
    if status is not Status.PENDING_REGISTRATION:
        if pupil.number_kind is None:
            pupil.take_number(f"{NumberKind.G}{pupil.id_number}")
        pupil.join(StartKind.ADMITTED, date(grade.entry_year, 9, 1), None)
        pupil.status = status
    session.add(pupil)
    session.flush()
    for _ in range(guardians):
        a_guardian(session, pupil)
    session.refresh(pupil)
    return pupil


def a_guardian(session: Session, pupil: Student, **bends: object) -> Guardian:
    """Make a guardian of a pupil."""
    facts: dict[str, object] = {
        "name": "李大江",
        "relation": "51",
        "address": "河南省南阳市宛城区光武路1号",
        "hukou_division": "411302000000",
        "phone": "0377-60000000",
        "is_guardian": True,
        **bends,
    }
    guardian = Guardian(student_id=pupil.id, **facts)
    session.add(guardian)
    session.flush()
    session.refresh(guardian)
    return guardian


# ── accounts and batches ─────────────────────────────────────────────────────────────────

HOMES = {
    Tier.MINISTRY: "000000",
    Tier.PROVINCE: "41",
    Tier.CITY: "4113",
    Tier.COUNTY: "411302",
}


def an_account(
    session: Session,
    role: Role | str = Role.SR,
    home: Organisation | School | str | None = None,
    classes: tuple[SchoolClass, ...] = (),
    **bends: object,
) -> Account:
    """Make an account with its FAB user and role; `PASSWORD` opens it."""
    role = Role(role)
    if home is None:
        home = a_school(session) if role.tier is Tier.SCHOOL else HOMES[role.tier]
    if isinstance(home, str):
        home = an_authority(session, home)
    place = home.organisation if isinstance(home, School) else home
    login = str(bends.pop("login", f"{role.value.lower()}-{next(_next)}@{place.code}"))
    user = fab_models.User(
        first_name="张",
        last_name=f"明{next(_next)}",
        username=login,
        email=f"{login}.example",
        active=bool(bends.get("enabled", True)),
        password=HASHED,
        roles=[a_fab_role(session, role)],
    )
    session.add(user)
    session.flush()
    facts: dict[str, object] = {"name": f"{user.first_name}{user.last_name}", **bends}
    account = Account(
        user_id=user.id, login=login, organisation_id=place.id, role=role.value, **facts
    )
    session.add(account)
    session.flush()
    session.add_all(AccountClass(user_id=user.id, class_id=room.id) for room in classes)
    session.flush()
    session.refresh(account)
    return account


def a_fab_role(session: Session, role: Role) -> fab_models.Role:
    """Find or make FAB's role of the same name."""
    found = session.scalar(select(fab_models.Role).where(fab_models.Role.name == role.value))
    if found is None:
        found = fab_models.Role(name=role.value)
        session.add(found)
        session.flush()
    return found


def a_batch(session: Session, uploader: Account | None = None, **bends: object) -> ImportBatch:
    """Make an import batch of the school of its uploader."""
    uploader = uploader or an_account(session, Role.SR)
    facts: dict[str, object] = {
        "template": "students",
        "school_id": uploader.organisation_id,
        "file_name": "pupils.xlsx",
        "sha256": f"{next(_next):064x}",
        "bytes": 1,
        **bends,
    }
    batch = ImportBatch(uploaded_by=uploader.user_id, **facts)
    session.add(batch)
    session.flush()
    session.refresh(batch)
    return batch
