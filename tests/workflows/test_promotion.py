"""升级 on the database: what moves, what stays, who may press, and how it is taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.errors import Refused
from app.messages.catalogue import say
from app.models.promotion import PromotionResult, PromotionRun, RunState
from app.models.school import Grade, GradeState
from app.models.student import Status
from app.policies import scope
from app.workflows import promotion, switching, turning
from app.workflows.switching import Word
from tests import make
from tests.workflows.cases import become

YEAR = 2027


@pytest.fixture
def province(session):
    """Two counties of one province with a school each, and one school of another province."""

    class Province:
        def __init__(self):
            scope.enter(make.WHOLE, session)
            self.schools = [make.a_school(session, code) for code in ("419901", "419902")]
            self.foreign = make.a_school(session, "459901")
            for school in (*self.schools, self.foreign):
                for level in range(1, 7):
                    make.a_grade(session, school, level)
            self.last = make.a_class(
                session, self.schools[0], make.a_grade(session, self.schools[0], 6)
            )
            self.place = make.an_authority(session, "41")
            self.first = make.an_account(session, "PR", self.place)
            self.second = make.an_account(session, "PL", self.place)

        def grades(self, school):
            found = select(Grade).where(Grade.school_id == school.id).order_by(Grade.entry_year)
            session.expire_all()
            return [(g.entry_year, g.level, g.state.name) for g in session.scalars(found)]

        def run(self, year=YEAR):
            actor = become(session, self.first)
            run = promotion.rehearse(session, self.place, year, actor.user_id)
            promotion.ask(session, run, actor, run.rehearsed_at)
            promotion.confirm(session, run, become(session, self.second), run.rehearsed_at)
            for managing in turning.chunks(session, run):
                turning.turn(session, run, managing)
            turning.finish(session, run)
            return run

    return Province()


TURNED = [
    (2021, 6, "GRADUATED"),
    *((year, YEAR - year + 1, "IN_USE") for year in range(2022, 2028)),
]


def test_cohorts_go_up_last_ones_end_and_a_first_one_opens(session, province):
    before = province.grades(province.foreign)
    run = province.run()
    assert province.grades(province.schools[1]) == TURNED
    scope.enter(make.WHOLE, session)
    assert province.grades(province.foreign) == before
    assert run.state is RunState.DONE


def test_a_last_grade_with_pupils_left_stays_and_is_listed(session, province):
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, province.last)
    make.a_pupil(session, province.last, status=Status.SUSPENDED)
    become(session, province.first)
    listed = [
        (grade, n)
        for grade, n in promotion.exceptions(session, province.place, YEAR)
        if grade.school_id == province.schools[0].id
    ]
    assert [(grade.entry_year, n) for grade, n in listed] == [(2021, 2)]
    province.run()
    assert province.grades(province.schools[0])[0] == (2021, 6, "OVER_STAGE")
    result = session.scalars(
        select(PromotionResult).where(PromotionResult.school_id == province.schools[0].id)
    ).one()
    assert (result.stayed_pupils, len(result.stayed_grades)) == (2, 1)


def test_a_rehearsal_changes_nothing_and_foretells_the_run(session, province):
    become(session, province.first)
    before = province.grades(province.schools[0])
    told = promotion.foreseen(session, province.place, YEAR)
    assert province.grades(province.schools[0]) == before
    run = province.run()
    results = session.scalars(select(PromotionResult).where(PromotionResult.run_id == run.id)).all()
    assert told["up_grades"] == sum(len(r.moved_grades) for r in results)
    assert told["ended_grades"] == sum(len(r.ended_grades) for r in results)
    assert told["schools"] == len(results)


def test_a_year_turns_once(session, province):
    run = province.run()
    once = province.grades(province.schools[0])
    for managing in turning.chunks(session, run):
        assert turning.turn(session, run, managing) == 0
    assert province.grades(province.schools[0]) == once


@pytest.mark.parametrize("year", [2026, 2028, 2099])
def test_a_wrong_year_moves_nothing(session, province, year):
    become(session, province.first)
    run = promotion.rehearse(session, province.place, year, None)
    assert run.summary["up_grades"] == 0
    with pytest.raises(Refused, match="E-PROMO-YEAR"):
        promotion.ask(session, run, become(session, province.first), run.rehearsed_at)


def test_undo_restores_and_a_second_run_ends_where_the_first_did(session, province):
    before = province.grades(province.schools[0])
    run = province.run()
    once = province.grades(province.schools[0])
    assert turning.undo(session, run)[1] == 0
    assert run.state is RunState.UNDONE
    assert province.grades(province.schools[0]) == before
    province.run()
    assert province.grades(province.schools[0]) == once


def test_a_school_that_has_built_on_the_new_year_is_kept(session, province):
    run = province.run()
    scope.enter(make.WHOLE, session)
    fresh = session.scalars(
        select(Grade).filter_by(school_id=province.schools[0].id, entry_year=YEAR)
    ).one()
    make.a_class(session, province.schools[0], fresh)
    become(session, province.first)
    assert turning.undo(session, run)[1] == 1
    assert province.grades(province.schools[0]) == TURNED
    assert province.grades(province.schools[1])[0] == (2021, 6, "IN_USE")


def test_the_second_person_is_another_of_the_same_authority_and_in_time(session, province):
    actor = become(session, province.first)
    run = promotion.rehearse(session, province.place, YEAR, actor.user_id)
    now = run.rehearsed_at
    promotion.ask(session, run, actor, now)
    with pytest.raises(Refused, match="E-PROMO-SECOND"):
        promotion.confirm(session, run, actor, now)
    with pytest.raises(Refused, match="E-PROMO-LATE"):
        promotion.confirm(
            session, run, become(session, province.second), now + timedelta(minutes=31)
        )


def test_an_old_rehearsal_is_rehearsed_again(session, province):
    actor = become(session, province.first)
    run = promotion.rehearse(session, province.place, YEAR, None)
    with pytest.raises(Refused, match="E-PROMO-OLD"):
        promotion.ask(session, run, actor, datetime.now(UTC) + timedelta(days=1))


@pytest.mark.parametrize("role", ["CR", "SR", "TL"])
def test_lower_tiers_do_not_turn_the_year(session, role):
    scope.enter(make.WHOLE, session)
    actor = become(session, make.an_account(session, role))
    place = session.get_one(PromotionRun.authority.property.mapper.class_, actor.organisation_id)
    told = promotion.why_not(session, actor, place, promotion.day_of(datetime.now(UTC)))
    assert [r.code for r in told] == ["E-PROMO-WHO"]


# ── switches: who may turn, and until when it may be undone ─────────────────────────────────


def say_at_the_top(session, key, value, **bends):
    scope.enter(make.WHOLE, session)
    ministry = make.an_account(session, "MIN", "000000")
    day = promotion.day_of(datetime.now(UTC))
    word = Word(key, value, day, **bends)
    switching.decide(session, become(session, ministry), ministry.organisation, word, day)


def test_a_province_turns_no_year_while_the_ministry_keeps_it_to_itself(session, province):
    say_at_the_top(session, "province_may_promote", "off")
    actor, now = become(session, province.first), datetime.now(UTC)
    run = promotion.rehearse(session, province.place, YEAR, actor.user_id)  # counting is free
    for press in (
        lambda: promotion.ask(session, run, actor, now),
        lambda: promotion.confirm(session, run, actor, now),
    ):
        with pytest.raises(Refused) as told:
            press()
        (closed,) = (r for r in told.value.refusals if r.code.startswith("E-SWITCH"))
        assert say(closed) == "教育部已关闭“省级执行升级”；如有需要请向其申请。"
    told = turning.why_not_undo(session, actor, run, promotion.day_of(now))
    assert "E-SWITCH-BY" in [refusal.code for refusal in told]


def test_the_ministry_is_never_shut_out(session, province):
    say_at_the_top(session, "province_may_promote", "off")
    scope.enter(make.WHOLE, session)
    ministry = make.an_authority(session, "000000")
    assert promotion.closed(session, ministry, promotion.day_of(datetime.now(UTC))) is None
    assert promotion.closed(session, province.place, date(2020, 1, 1)) is None  # before the word


@pytest.mark.parametrize(
    ("value", "last"), [(None, (8, 31)), ("08-15", (8, 15)), ("09-30", (9, 30))]
)
def test_the_last_day_to_undo_is_the_one_laid_down(session, province, value, last):
    if value:
        say_at_the_top(session, "promotion_undo_until", value)
    run, last = province.run(), date(YEAR, *last)
    actor = become(session, province.first)
    assert turning.undo_until(session, run, last) == last
    assert turning.why_not_undo(session, actor, run, last) == ()
    (late,) = turning.why_not_undo(session, actor, run, last + timedelta(days=1))
    assert late.params["until"] == last.isoformat()


def test_a_province_cannot_turn_another(session, province):
    foreign = province.foreign.organisation.parent_id
    run = province.run()
    assert turning.turn(session, run, foreign) == 0
    assert GradeState.OVER_STAGE not in {s for *_, s in province.grades(province.schools[0])}
