"""学生基本信息: the fields of the national form (numbers 1 to 48), and of a family member.

They stand once and serve twice: in the registry (`student`, `guardian`) and in the typed preview
of an import (`import_row`, `import_guardian`). Codes are those of `code_value`; sealed fields are
unreadable at rest.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Named
from app.models.sealed import Sealed

CODE = String(4, collation="C")


class PupilFields:
    """What the form asks of a pupil; comments give the form's numbers."""

    name: Mapped[str] = mapped_column(Named)  # 1
    gender: Mapped[str] = mapped_column(String(1, collation="C"))  # 2
    birth_date: Mapped[date]  # 3
    birthplace: Mapped[str] = mapped_column(String(12))  # 4, division
    native_place: Mapped[str] = mapped_column(String(60))  # 5
    ethnic: Mapped[str] = mapped_column(CODE)  # 6
    nationality: Mapped[str] = mapped_column(CODE)  # 7
    id_type: Mapped[str] = mapped_column(CODE)  # 8
    id_number: Mapped[str | None] = mapped_column(Sealed("id_number"))  # 9
    id_digest: Mapped[bytes | None]  # of the ID number as normalised
    overseas_status: Mapped[str] = mapped_column(CODE)  # 10
    political: Mapped[str | None] = mapped_column(CODE)  # 11
    health: Mapped[str] = mapped_column(CODE)  # 12
    name_pinyin: Mapped[str | None] = mapped_column(String(80))  # 14
    former_name: Mapped[str | None] = mapped_column(String(40))  # 15
    id_validity: Mapped[str | None] = mapped_column(String(30))  # 16
    hukou_division: Mapped[str] = mapped_column(String(12))  # 17
    hukou_type: Mapped[str] = mapped_column(CODE)  # 18
    talent: Mapped[str | None] = mapped_column(String(100))  # 19
    aux_number: Mapped[str | None] = mapped_column(String(30))  # 20
    seat_no: Mapped[int | None]  # 21
    entry_ym: Mapped[str] = mapped_column(String(6))  # 24, yyyymm
    entry_method: Mapped[str] = mapped_column(CODE)  # 25
    attendance: Mapped[str] = mapped_column(CODE)  # 26
    source: Mapped[str | None] = mapped_column(CODE)  # 27
    address_now: Mapped[str] = mapped_column(Sealed("address_now"))  # 28
    address_mail: Mapped[str] = mapped_column(Sealed("address_mail"))  # 29
    address_home: Mapped[str] = mapped_column(Sealed("address_home"))  # 30
    phone: Mapped[str] = mapped_column(Sealed("phone"))  # 31
    postcode: Mapped[str] = mapped_column(String(6))  # 32
    email: Mapped[str | None] = mapped_column(String(80))  # 33
    homepage: Mapped[str | None] = mapped_column(String(120))  # 34
    only_child: Mapped[bool]  # 35
    preschool: Mapped[bool]  # 36
    left_behind: Mapped[str | None] = mapped_column(CODE)  # 37, compulsory stage only
    migrant_child: Mapped[bool | None]  # 38, compulsory stage only
    orphan: Mapped[bool]  # 39
    martyr_child: Mapped[bool]  # 40
    mainstreaming: Mapped[str | None] = mapped_column(CODE)  # 41
    disability: Mapped[str | None] = mapped_column(CODE)  # 42
    bought_place: Mapped[bool]  # 43
    needs_aid: Mapped[bool]  # 44
    gets_subsidy: Mapped[bool]  # 45
    commute_km: Mapped[Decimal] = mapped_column(Numeric(5, 1))  # 46
    commute_mode: Mapped[str] = mapped_column(CODE)  # 47
    needs_bus: Mapped[bool]  # 48
    remark: Mapped[str | None] = mapped_column(String(500))


class GuardianFields:
    """What the form asks of a family member or guardian (data dictionary 2.1)."""

    name: Mapped[str] = mapped_column(Named)
    relation: Mapped[str] = mapped_column(CODE)
    relation_note: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(Sealed("guardian.address"))
    hukou_division: Mapped[str] = mapped_column(String(12))
    phone: Mapped[str] = mapped_column(Sealed("guardian.phone"))
    is_guardian: Mapped[bool]
    id_type: Mapped[str | None] = mapped_column(CODE)
    id_number: Mapped[str | None] = mapped_column(Sealed("guardian.id_number"))
    ethnic: Mapped[str | None] = mapped_column(CODE)
    employer: Mapped[str | None] = mapped_column(String(60))
    post: Mapped[str | None] = mapped_column(String(60))
