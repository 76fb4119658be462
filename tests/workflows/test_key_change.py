"""关键数据变更: what is controlled, what stands in the way, what an approval brings about (P06)."""

from datetime import date

import pytest
from sqlalchemy import func, select, text

from app.codes.national_number import from_id_number
from app.errors import Forbidden, NotFound, Refused, Stale
from app.models.attachment import Attachment
from app.models.change import KeyChange, KeyChangeLine
from app.models.field_choice import FieldChoice
from app.models.organisation import Organisation
from app.models.sealed import KEYS
from app.models.student import NumberHistory, NumberKind, ProblemFlag, Status, Student
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.resealing import places
from app.workflows import correcting, maintaining
from app.workflows.controlled import (
    CATALOGUE,
    SUGGESTED,
    control,
    controlled,
    open_fields,
    opened,
)
from app.workflows.correcting import NumberFate
from app.workflows.desk import Act, Trigger
from app.workflows.lookup import look_up
from app.workflows.opening_changes import Correction, open_key_change
from tests import make
from tests.workflows.cases import TODAY, actor_of, become, do, staff, why_not
from tests.workflows.test_movement import a_paper


class World:
    """A school, its pupil, its people, and the leaders above who set controlled fields."""

    def __init__(self, session):
        scope.enter(make.WHOLE, session)
        self.session = session
        self.school = make.a_school(session, "410101")
        self.school_id = self.school.id
        self.path = self.school.organisation.path
        self.room = make.a_class(session, self.school)
        self.pupil_id = make.a_pupil(session, self.room).id
        self.people = staff(session, self.school)
        above = {"county": ("CL", "410101"), "city": ("TL", "4101"), "province": ("PL", "41")}
        self.people |= {n: make.an_account(session, *where) for n, where in above.items()}

    def controls(self, who="province", fields=SUGGESTED):
        return control(self.session, become(self.session, self.people[who]), fields)

    def controlled(self):
        return controlled(self.session, self.path, TODAY)

    def whole(self):
        scope.enter(make.WHOLE, self.session)
        self.session.expire_all()

    @property
    def pupil(self):
        self.whole()
        return self.session.get_one(Student, self.pupil_id)

    def submit(self, wanted, reason="户口簿更正", papers=None):
        registrar = self.people["registrar"]
        papers = [a_paper(self.session, registrar)] if papers is None else papers
        act = Act(Trigger.SUBMIT, become(self.session, registrar), TODAY)
        return open_key_change(self.session, self.pupil_id, Correction(wanted, reason), act, papers)

    def approve(self, case):
        do(self.session, self.people["leader"], case, Trigger.AGREE)
        do(self.session, self.people["authority"], case, Trigger.AGREE)

    def carried_out(self, wanted):
        self.approve(self.submit(wanted))
        return self.pupil


@pytest.fixture
def world(session):
    return World(session)


def codes(refused):
    return {refusal.code for refusal in refused.value.refusals}


def another_number(pupil):
    return make.an_id_number(pupil.birth_date, pupil.gender)


# ── what is controlled ───────────────────────────────────────────────────────────────────


def test_province_city_and_county_add_up(world):
    assert world.controlled() == frozenset()
    world.controls("province", ["name", "gender"])
    world.controls("city", ["ethnic"])
    world.controls("county", ["hukou_type", "name"])
    assert world.controlled() == {"name", "gender", "ethnic", "hukou_type"}
    world.controls("county", [])  # takes its own back, and nobody else's
    assert world.controlled() == {"name", "gender", "ethnic"}


def test_or_the_nearest_authority_that_has_spoken_decides(world, session):
    world.controls("province", ["name", "gender"])
    world.controls("county", ["hukou_type"])
    world.whole()
    session.add(
        SwitchValue(
            organisation_id=make.an_authority(session, "41").id,
            key="controlled_fields_mode",
            value="lowest",
            valid_from=TODAY,
            set_by=world.people["province"].user_id,
        )
    )
    session.flush()
    assert world.controlled() == {"hukou_type"}
    world.controls("county", [])
    assert world.controlled() == {"name", "gender"}


def test_every_decision_stays_on_the_record(world, session):
    world.controls("county", ["name"])
    world.controls("county", ["ethnic"])
    said = session.scalars(select(FieldChoice).order_by(FieldChoice.id)).all()
    assert [word.fields for word in said] == [["name"], ["ethnic"]]


def test_only_leaders_of_authorities_and_only_known_fields(world, session):
    with pytest.raises(Forbidden):
        world.controls("authority", ["name"])
    with pytest.raises(Forbidden):
        world.controls("registrar", ["name"])
    for name in ("status", "number", "id_digest", "remark"):
        with pytest.raises(Refused) as refused:
            world.controls("county", [name])
        assert codes(refused) == {"E-CF-FIELD"}


def test_a_school_opens_what_is_not_controlled(world, session):
    world.controls("province", ["name"])
    registrar = become(session, world.people["registrar"])
    open_fields(session, registrar, {"11": ["talent", "needs_aid"], "12": ["talent"]}, TODAY)
    assert opened(session, world.path, "11", TODAY) == {"talent", "needs_aid"}
    assert opened(session, world.path, "12", TODAY) == {"talent"}
    assert opened(session, world.path, "13", TODAY) == frozenset()
    with pytest.raises(Refused) as refused:
        open_fields(session, registrar, {"11": ["name", "talent"]}, TODAY)
    assert codes(refused) == {"E-CF-BOUND"}
    world.controls("county", ["talent"])  # what was opened is closed by it at once
    assert opened(session, world.path, "11", TODAY) == {"needs_aid"}


# ── maintenance ──────────────────────────────────────────────────────────────────────────


def kept(world, who="registrar"):
    actor = become(world.session, world.people[who])
    pupil = world.session.get_one(Student, world.pupil_id)
    return maintaining.upkeep(world.session, actor, pupil, TODAY)


def test_the_registrar_writes_what_is_not_controlled(world):
    world.controls("province", ["ethnic"])
    held = kept(world)
    assert held.is_set
    assert "talent" in held.writable
    assert "name" in held.writable
    assert [r.code for r in maintaining.why_not(held, {"ethnic", "talent"})] == ["E-CF-LOCKED"]
    assert maintaining.why_not(held, {"talent", "name"}) == []


def test_while_nobody_has_set_any_the_identity_waits(world):
    held = kept(world)
    assert not held.is_set
    (refusal,) = maintaining.why_not(held, {"name", "talent"})
    assert (refusal.code, refusal.params["fields"]) == ("E-CF-IDENTITY", ["name"])


def test_who_waits_for_registration_is_corrected_freely(world, session):
    world.controls()
    world.whole()
    waiting = make.a_pupil(session, world.room, status=Status.PENDING_REGISTRATION)
    held = maintaining.upkeep(session, actor_of(world.people["registrar"]), waiting, TODAY)
    assert maintaining.why_not(held, CATALOGUE) == []


def test_a_class_teacher_writes_what_was_opened_for_the_grade(world, session):
    world.controls("province", ["name"])
    world.people["teacher"] = make.an_account(session, "CT", world.school, (world.room,))
    assert kept(world, "teacher").writable == frozenset()
    registrar = become(session, world.people["registrar"])
    open_fields(session, registrar, {"11": ["talent"]}, TODAY)
    held = kept(world, "teacher")
    assert held.writable == {"talent"}
    refused = maintaining.why_not(held, {"talent", "phone", "name"})
    assert [r.code for r in refused] == ["E-CF-LOCKED", "E-CF-CLOSED"]


def test_a_number_corrected_directly_takes_its_digest_along(world, session):
    pupil = world.pupil
    old = pupil.number
    pupil.id_number = another_number(pupil)
    maintaining.follow(session, pupil, {"id_number"})
    assert pupil.id_digest == KEYS.digest(pupil.id_number)
    assert pupil.number == f"G{pupil.id_number}"
    assert [former.number for former in pupil.former_numbers] == [old]
    taken = make.a_pupil(session, world.room).id_number
    pupil.id_number = taken
    with pytest.raises(Refused) as refused:
        maintaining.follow(session, pupil, {"id_number"})
    assert codes(refused) == {"E-DUP"}


# ── what stands in the way ───────────────────────────────────────────────────────────────


def test_without_controlled_fields_no_change_begins(world):
    with pytest.raises(Refused) as refused:
        world.submit({"ethnic": "02"})
    assert codes(refused) == {"E-CF-UNSET"}


def test_everything_in_the_way_is_said_at_once(world):
    world.controls("province", ["name", "ethnic"])
    with pytest.raises(Refused) as refused:
        world.submit({"talent": "下棋", "ethnic": "01"}, papers=[])
    assert codes(refused) == {"E-CF-NOT", "E-CF-SAME", "E-EVIDENCE"}
    by_code = {r.code: r.params.get("fields") for r in refused.value.refusals}
    assert by_code["E-CF-NOT"] == ["talent"]
    assert by_code["E-CF-SAME"] == ["ethnic"]


def test_a_change_of_nothing_is_none_and_needs_a_reason(world):
    world.controls()
    with pytest.raises(Refused) as refused:
        world.submit({})
    assert codes(refused) == {"E-CF-SAME"}
    with pytest.raises(Refused) as refused:
        world.submit({"ethnic": "02"}, reason=" ")
    assert codes(refused) == {"E-REASON"}
    with pytest.raises(Refused) as refused:
        world.submit({"status": "DELETED"})
    assert codes(refused) == {"E-CF-FIELD"}


def test_a_pupil_of_another_school_is_not_there(world, session):
    world.controls()
    world.whole()
    world.pupil_id = make.a_pupil(session, make.a_class(session, make.a_school(session))).id
    with pytest.raises(NotFound):
        world.submit({"ethnic": "02"})


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"gender": "1"}, "E-ID-SEX"),
        ({"birth_date": "2019-01-01"}, "E-ID-DATE"),
        ({"id_number": "checksum"}, "E-ID-CHK"),
    ],
)
def test_the_identity_must_agree_with_the_id_number(world, wanted, code):
    world.controls()
    if "id_number" in wanted:
        good = another_number(world.pupil)
        wanted = {"id_number": good[:-1] + ("1" if good[-1] != "1" else "2")}
    with pytest.raises(Refused) as refused:
        world.submit(wanted)
    assert codes(refused) == {code}
    (refusal,) = refused.value.refusals
    assert refusal.params["field"] in {"gender", "birth_date", "id_number"}


def test_an_auxiliary_number_of_somebody_else_is_not_asked_for(world, session):
    world.controls(fields=(*SUGGESTED, "aux_number"))
    make.a_pupil(session, make.a_class(session, make.a_school(session, "410102")),
                 aux_number="2026-07")  # fmt: skip
    with pytest.raises(Refused) as refused:
        world.submit({"aux_number": "2026-07"})
    assert codes(refused) == {"E-AUX-TAKEN"}


def test_a_free_auxiliary_number_is(world):
    world.controls(fields=(*SUGGESTED, "aux_number"))
    assert world.submit({"aux_number": "2026-08"}).is_open


def test_an_old_contradiction_does_not_hold_up_another_field(world, session):
    world.controls()
    world.pupil.birth_date = date(2019, 1, 1)
    session.flush()
    assert world.submit({"ethnic": "02"}).is_open


def test_one_case_at_a_time(world):
    world.controls()
    world.submit({"ethnic": "02"})
    with pytest.raises(Refused) as refused:
        world.submit({"hukou_type": "2"})
    assert codes(refused) == {"E-LOCK"}


def test_a_record_that_changed_since_is_not_written_over(world, session):
    world.controls()
    case = world.submit({"ethnic": "02"})
    with scope.elevated(session, "test"):
        session.get_one(Student, world.pupil_id).ethnic = "03"
    assert "E-OVERTAKEN" in why_not(session, world.people["leader"], case, Trigger.AGREE)
    with pytest.raises(Refused) as refused:
        world.approve(case)
    assert codes(refused) == {"E-OVERTAKEN"}
    do(session, world.people["leader"], case, Trigger.SEND_BACK, "已改")  # this way stays open


def test_what_stopped_being_controlled_is_not_carried_out(world):
    world.controls("province", ["ethnic"])
    case = world.submit({"ethnic": "02"})
    world.controls("province", ["name"])
    with pytest.raises(Refused) as refused:
        world.approve(case)
    assert codes(refused) == {"E-CF-NOT"}


# ── what an approval brings about ────────────────────────────────────────────────────────


def test_the_new_values_are_written_each_of_its_kind(world):
    world.controls("province", ["ethnic", "former_name", "orphan", "commute_km", "political"])
    wanted = {"ethnic": "02", "former_name": "李满", "orphan": "1", "commute_km": "2.5"}
    pupil = world.carried_out(wanted)
    assert (pupil.ethnic, pupil.former_name, pupil.orphan) == ("02", "李满", True)
    assert f"{pupil.commute_km}" == "2.5"
    assert pupil.problem_flag is ProblemFlag.NONE
    assert world.carried_out({"former_name": None}).former_name is None


def test_a_formal_number_follows_the_id_number(world, session):
    world.controls()
    old = world.pupil.number
    new_id = another_number(world.pupil)
    assert (
        correcting.number_fate(session, world.pupil, {"id_number": new_id}, TODAY)
        is NumberFate.BECOMES_G
    )
    pupil = world.carried_out({"id_number": new_id})
    assert pupil.id_number == new_id
    assert pupil.id_digest == KEYS.digest(new_id)
    assert (pupil.number, pupil.number_kind) == (from_id_number(new_id), NumberKind.G)
    assert [former.number for former in pupil.former_numbers] == [old]
    become(session, world.people["registrar"])
    for number in (old, f"G{new_id}", new_id):
        answer = look_up(session, pupil.name, number)
        assert answer is not None
        assert answer.student_id == world.pupil_id


def test_a_j_number_becomes_a_g_number(world, session):
    world.controls()
    pupil = world.pupil
    pupil.number_kind = None
    pupil.number = pupil.number_digest = None
    pupil.take_number("J410101202600000001"[:19])
    session.flush()
    pupil = world.carried_out({"id_number": another_number(world.pupil)})
    assert pupil.number == f"G{pupil.id_number}"
    assert [former.kind for former in pupil.former_numbers] == ["J"]


def test_an_l_number_stays_until_it_is_verified(world, session):
    world.controls()
    pupil = world.pupil
    pupil.take_number("L410101202600000002"[:19])
    session.flush()
    wanted = {"id_number": another_number(pupil)}
    assert correcting.number_fate(session, pupil, wanted, TODAY) is NumberFate.STAYS_L
    pupil = world.carried_out(wanted)
    assert pupil.number_kind is NumberKind.L
    assert pupil.id_digest == KEYS.digest(pupil.id_number)


def test_a_province_may_let_a_j_number_stay(world, session):
    world.controls()
    pupil = world.pupil
    pupil.number_kind = None
    pupil.number = pupil.number_digest = None
    pupil.take_number("J410101202600000003"[:19])
    session.add(
        SwitchValue(
            organisation_id=world.people["province"].organisation_id, key="renumber_on_id",
            value="off", valid_from=TODAY, set_by=world.people["province"].user_id,
        )
    )  # fmt: skip
    session.flush()
    wanted = {"id_number": another_number(pupil)}
    assert correcting.number_fate(session, pupil, wanted, TODAY) is NumberFate.STAYS
    assert world.carried_out(wanted).number_kind is NumberKind.J


def test_another_field_leaves_the_number_alone(world, session):
    world.controls()
    before = world.pupil.number
    assert correcting.number_fate(session, world.pupil, {"ethnic": "02"}, TODAY) is NumberFate.STAYS
    assert world.carried_out({"ethnic": "02"}).number == before


def test_a_former_number_of_another_is_never_issued_again(world, session):
    world.controls()
    pupil, other = world.pupil, make.a_pupil(session, world.room)
    number = another_number(pupil)
    session.add(
        NumberHistory(
            student_id=other.id,
            number=f"G{number}",
            number_digest=KEYS.digest(f"G{number}"),
            kind="G",
        )
    )
    session.flush()
    before = pupil.number
    pupil = world.carried_out({"id_number": number})
    assert (pupil.number, pupil.problem_flag) == (before, ProblemFlag.NONE)


def test_there_and_back_again_remembers_each_number_once(world):
    world.controls()
    first, second = world.pupil.id_number, another_number(world.pupil)
    for number in (second, first, second):
        assert world.carried_out({"id_number": number}).number == f"G{number}"
    assert sorted(h.number for h in world.pupil.former_numbers) == sorted(
        [f"G{first}", f"G{second}"]
    )


@pytest.mark.parametrize("by", ["id_number", "name"])
def test_whoever_is_the_same_as_another_becomes_a_problem_record(world, session, by):
    world.controls()
    pupil = world.pupil
    facts = {"birth_date": pupil.birth_date, "gender": pupil.gender}
    elsewhere = make.a_class(session, make.a_school(session, "130101"))
    other = make.a_pupil(session, elsewhere, id_number=another_number(pupil), **facts)
    wanted, before = {by: getattr(other, by)}, pupil.number
    become(session, world.people["registrar"])
    assert correcting.collides(session, world.pupil_id, wanted)
    assert not correcting.collides(session, world.pupil_id, {"ethnic": "02"})
    pupil = world.carried_out(wanted)
    assert pupil.problem_flag is ProblemFlag.OPEN
    assert getattr(pupil, by) == wanted[by]
    assert pupil.number == before


def test_an_old_double_is_no_news_of_another_field(world, session):
    world.controls()
    pupil = world.pupil
    make.a_pupil(
        session, world.room, name=pupil.name, birth_date=pupil.birth_date, gender=pupil.gender
    )
    assert world.carried_out({"ethnic": "02"}).problem_flag is ProblemFlag.NONE


# ── before it is asked for, and once more ────────────────────────────────────────────────


def ahead(world, wanted, papers=1):
    act = Act(Trigger.SUBMIT, become(world.session, world.people["registrar"]), TODAY)
    return correcting.ahead(world.session, world.pupil_id, Correction(wanted, "更正"), act, papers)


def test_a_look_ahead_says_what_a_submission_would_and_stores_nothing(world, session):
    world.controls()
    found = ahead(world, {"gender": "1"}, papers=0)
    refused = {check.refusal.code for check in found.checks if check.refusal}
    assert refused == {"E-ID-SEX", "E-EVIDENCE"}
    assert [check.name for check in ahead(world, {"ethnic": "02"}).checks if check.refusal] == []
    world.whole()
    assert session.scalar(select(func.count(KeyChange.id))) == 0


def test_what_was_sent_back_is_asked_for_with_other_lines(world, session):
    world.controls()
    case = world.submit({"ethnic": "02", "hukou_type": "2"})
    do(session, world.people["leader"], case, Trigger.SEND_BACK, "民族有误")
    session.refresh(case)
    seen, case_id = case.version, case.id
    act = Act(Trigger.SUBMIT, become(session, world.people["registrar"]), TODAY)
    with pytest.raises(Stale):
        correcting.sent_back(session, case_id, act, seen - 1)
    held = correcting.sent_back(session, case_id, act, seen)
    correcting.resubmit(session, held, Correction({"ethnic": "03"}, "核对后更正"), act)
    assert [(line.field, line.after) for line in held.lines] == [("ethnic", "03")]
    assert held.reason_text == "核对后更正"
    assert held.state == "SCHOOL_REVIEW"
    world.approve(held)
    assert (world.pupil.ethnic, world.pupil.hukou_type) == ("03", "1")


def test_only_what_lies_with_the_school_is_asked_for_again(world, session):
    world.controls()
    case = world.submit({"ethnic": "02"})
    act = Act(Trigger.SUBMIT, become(session, world.people["registrar"]), TODAY)
    with pytest.raises(Refused) as refused:
        correcting.sent_back(session, case.id, act, case.version)
    assert codes(refused) == {"E-NOTMINE"}
    with pytest.raises(NotFound):
        correcting.sent_back(session, 2**31 - 1, act, 1)


# ── at rest ──────────────────────────────────────────────────────────────────────────────


def test_old_and_new_values_are_unreadable_at_rest(world, session):
    world.controls()
    old, new = world.pupil.id_number, another_number(world.pupil)
    world.submit({"id_number": new})
    world.whole()
    raw = session.execute(text("SELECT before, after FROM key_change_line")).one()
    for value, plain in zip(raw, (old, new), strict=True):
        assert isinstance(value, bytes)
        assert plain.encode() not in value
    line = session.scalars(select(KeyChangeLine)).one()
    assert (line.before, line.after) == (old, new)


def test_a_new_key_reseals_the_lines_of_changes():
    purposes = {place.name: place.purposes for place in places()}
    assert set(purposes["key_change_line"]) == {"before", "after"}


def test_nothing_of_a_change_names_a_person_in_the_ledger(world, session):
    world.controls()
    world.submit({"name": "李新名"})
    world.whole()
    details = session.execute(text("SELECT details::text FROM audit_event")).scalars()
    assert not any("李新名" in detail or "户口簿" in detail for detail in details)


def test_the_papers_of_a_change_are_bound_to_it(world, session):
    world.controls()
    case = world.submit({"ethnic": "02"})
    world.whole()
    bound = session.scalars(select(Attachment).where(Attachment.case_id == case.id)).all()
    assert len(bound) == 1
    assert bound[0].organisation_id == session.get_one(Organisation, world.school_id).id
