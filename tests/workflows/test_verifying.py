"""Identities confirmed: by a list that went out and came back, or by hand on a paper (P04, P34)."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from xlsxwriter import Workbook

from app.errors import BadFile, Invalid, NotFound, Refused, Stale
from app.imports import verification_book as book
from app.models.audit import AuditEvent
from app.models.numbering import RoundState, Told, VerificationLine, VerificationRound
from app.models.problem import ItemState, ProblemItem, ProblemKind
from app.models.sealed import KEYS
from app.models.student import NumberKind, ProblemFlag, Student, Verification
from app.policies import scope
from app.storage.sealed_files import Folder, keep, read, sweep
from app.workflows import issuing, number_reasons, rounds, verifying
from app.workflows.number_reasons import Why
from tests import make
from tests.workflows.cases import TODAY, become
from tests.workflows.test_issuing import compared, verified

PAPER = b"%PDF-1.7 a paper"


@pytest.fixture
def county(session):
    """A county's leader, and three pupils with temporary numbers that nobody has verified."""
    scope.enter(make.WHOLE, session)
    leader = make.an_account(session, "CL", "411302")
    room = make.a_class(session)
    pupils = [verified(session, room, verification=Verification.NONE) for _ in range(3)]
    return leader, pupils


def whole(session):
    scope.enter(make.WHOLE, session)
    session.expire_all()


def sent(session, leader, *, everybody=False):
    """A round that is out, and what its file holds."""
    actor = become(session, leader)
    made = rounds.begin(session, actor, everybody=everybody)
    rows = rounds.lay(session, made)
    made.rows, made.state = len(rows), RoundState.OUT
    session.flush()
    return made, rows


def answered(rows, results):
    """The rows of a file that came back."""
    return [
        rounds.Answer(row.row_no + 1, row.row_no, row.name, row.id_number, result)
        for row, result in zip(rows, results, strict=False)
    ]


def carry(session, made, answers):
    rounds.look(session, made, answers)
    rounds.carry_out(session, made)
    with scope.elevated(session, "verification.apply"):
        rounds.apply(session, rounds.next_lines(session, made.id, 100), TODAY)
    return rounds.finish(session, made, made.asked_by)


P, F = Verification.PASSED, Verification.FAILED


def test_a_round_holds_those_nobody_verified_once(session, county):
    leader, pupils = county
    made, rows = sent(session, leader)
    assert [(row.row_no, row.name) for row in rows] == [
        (nth, pupil.name) for nth, pupil in enumerate(pupils, 1)
    ]
    with pytest.raises(Refused) as refused:
        rounds.begin(session, become(session, leader), everybody=True)
    assert refused.value.refusals[0].code == "E-VERIFY-NOBODY"
    rounds.end(session, session.get_one(VerificationRound, made.id))
    assert len(sent(session, leader)[1]) == 3


def test_a_round_may_hold_formal_numbers_too(session, county):
    leader, _pupils = county
    whole(session)
    make.a_pupil(session)
    assert len(sent(session, leader)[1]) == 3
    whole(session)
    assert len(sent(session, leader, everybody=True)[1]) == 1


def test_results_are_looked_at_and_then_carried_out(session, county):
    leader, pupils = county
    made, rows = sent(session, leader)
    rounds.look(session, made, answered(rows, [P, F, None]))
    assert made.state is RoundState.LOOK
    assert rounds.counts(session, made) == (1, 1, 0, 0, 1)
    assert pupils[0].verification is Verification.NONE  # nothing is done by looking
    rounds.forget(session, made)
    assert rounds.counts(session, made) == (0, 0, 0, 0, 3)
    assert carry(session, made, answered(rows, [P, F, None])) == (1, 1, 0, 0, 1)
    whole(session)
    assert [pupil.verification for pupil in pupils] == [P, F, Verification.NONE]
    assert pupils[0].verified_on == TODAY
    assert pupils[1].problem_flag is ProblemFlag.OPEN
    kinds = session.scalars(select(ProblemItem).where(ProblemItem.student_id == pupils[1].id)).all()
    assert [item.group.kind for item in kinds] == [ProblemKind.ID_ERROR]
    compared(session)
    assert issuing.issue(session, [pupil.id for pupil in pupils], TODAY) == (1, 0)
    session.expire_all()
    assert [pupil.number_kind.name for pupil in pupils] == ["G", "L", "L"]


def test_what_changed_meanwhile_is_told_and_left_alone(session, county):
    leader, pupils = county
    made, rows = sent(session, leader)
    whole(session)
    pupils[0].name = "李大满"
    session.flush()
    become(session, leader)
    rounds.look(session, made, answered(rows, [P, P, P]))
    assert rounds.counts(session, made) == (2, 0, 1, 0, 0)
    whole(session)
    pupils[1].name = "李二满"  # between the look and the deed
    session.flush()
    rounds.carry_out(session, made)
    rounds.apply(session, rounds.next_lines(session, made.id, 100), TODAY)
    assert rounds.finish(session, made, made.asked_by) == (1, 0, 2, 0, 0)
    whole(session)
    assert [pupil.verification for pupil in pupils] == [Verification.NONE, Verification.NONE, P]


def test_a_row_that_names_somebody_else_touches_nobody(session, county):
    leader, pupils = county
    made, rows = sent(session, leader)
    swapped = [rows[0]._replace(row_no=2), rows[1]._replace(row_no=1), rows[2]]
    assert carry(session, made, answered(swapped, [P, P, P])) == (1, 0, 0, 2, 0)
    whole(session)
    assert [pupil.verification for pupil in pupils] == [Verification.NONE, Verification.NONE, P]


def test_rows_not_understood_are_listed(session, county):
    leader, _pupils = county
    made, rows = sent(session, leader)
    answers = answered(rows, [P])
    answers += [answers[0]._replace(at=9), answers[0]._replace(at=8, row_no=77)]
    answers += [answers[0]._replace(at=7, wrong="E-VERIFY-WORD")]
    rounds.look(session, made, answers)
    assert made.odd == [[7, "E-VERIFY-WORD"], [8, "E-VERIFY-ROW"], [9, "E-VERIFY-TWICE"]]
    with pytest.raises(Refused):
        rounds.look(session, made, answers[3:])


def test_a_round_of_another_authority_is_not_there(session, county):
    leader, _pupils = county
    made, _rows = sent(session, leader)
    made_id = made.id
    whole(session)
    province = become(session, make.an_account(session, "PL", "41"))
    seen = session.get_one(VerificationRound, made_id)
    with pytest.raises(NotFound):
        verifying.insist_own(seen, province, RoundState.OUT)
    whole(session)
    become(session, make.an_account(session, "CL", "450102"))
    assert session.get(VerificationRound, made_id) is None
    actor = become(session, leader)
    with pytest.raises(Refused):
        verifying.insist_own(session.get_one(VerificationRound, made_id), actor, RoundState.LOOK)


# ── the file ─────────────────────────────────────────────────────────────────────────────


def file_of(rows, results=(), version=None, headings=book.HEADINGS):
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet(book.SHEET)
        sheet.write_row(0, 0, headings)
        for at, row in enumerate(rows, 1):
            sheet.write_row(
                at, 0, [str(row.row_no), row.name, row.id_number, *results[at - 1 : at]]
            )
        if version:
            made.add_worksheet("_xueji").write_string(0, 0, version)
    return keep(Folder.VERIFICATION, out.getvalue())


def test_the_file_goes_out_and_comes_back(session, county):
    leader, _pupils = county
    made, rows = sent(session, leader)
    out = io.BytesIO()
    book.write(made.id, rows, out)
    blank = book.answers(keep(Folder.VERIFICATION, out.getvalue()), made.id)
    assert [(one.row_no, one.name, one.id_number, one.result, one.wrong) for one in blank] == [
        (row.row_no, row.name, row.id_number, None, "") for row in rows
    ]
    told = book.answers(file_of(rows, ["通过", "不一致", "也许"]), made.id)
    assert [(one.result, one.wrong) for one in told] == [
        (P, ""),
        (F, ""),
        (None, "E-VERIFY-WORD"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_text_comes_back_too(county, encoding):
    text = "序号,姓名,身份证件号,核验结果\r\n1,李小满,41130220200501002X,一致\r\n\r\nx,李,1,\r\n"
    found = book.answers(keep(Folder.VERIFICATION, text.encode(encoding)), 1)
    assert [(one.at, one.row_no, one.result, one.wrong) for one in found] == [
        (2, 1, P, ""),
        (4, None, None, "E-VERIFY-ROW"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x00\x01", "E-VERIFY-TYPE"),
        (b"\xff\xff\xff", "E-VERIFY-TYPE"),
        (b"a,b,c,d\n1,2,3,4", "E-VERIFY-HEADINGS"),
        ("序号,姓名,身份证件号,核验结果\n".encode(), "E-FILE-EMPTY"),
        (b"PK\x03\x04 no workbook", "E-FILE-DAMAGED"),
    ],
)
def test_other_files_are_refused(house, data, code):
    with pytest.raises(BadFile) as bad:
        book.answers(keep(Folder.VERIFICATION, data), 1)
    assert bad.value.refusals[0].code == code


def test_the_file_of_another_round_is_refused(session, county):
    with pytest.raises(BadFile) as bad:
        book.answers(file_of([], version="verification 2"), 1)
    assert bad.value.refusals[0].code == "E-VERIFY-ROUND"


def test_a_file_can_be_fetched_for_a_day_and_is_then_swept(session, county):
    leader, _pupils = county
    made, rows = sent(session, leader)
    now = datetime.now(UTC)
    out = io.BytesIO()
    book.write(made.id, rows, out)
    made.digest = keep(Folder.VERIFICATION, out.getvalue())
    session.flush()
    session.refresh(made)
    assert rounds.is_fetchable(made, now)
    later = now + timedelta(hours=49)
    assert not rounds.is_fetchable(made, later)
    whole(session)
    assert made.digest in verifying.kept(session, now)
    assert made.digest not in verifying.kept(session, later)
    sweep(Folder.VERIFICATION, verifying.kept(session, later), later)
    with pytest.raises(BadFile):
        read(Folder.VERIFICATION, made.digest)


# ── by hand ──────────────────────────────────────────────────────────────────────────────


def said(result=P, reason="户口簿核对一致", name="户口簿.pdf", paper=PAPER):
    return verifying.Mark(result, reason, name, paper)


def mark(session, leader, pupil, what=None):
    actor = become(session, leader)
    seen = session.get_one(Student, pupil.id).row_version
    verifying.mark(session, pupil.id, what or said(), (actor, TODAY), seen)
    whole(session)


def test_a_leader_confirms_by_hand_with_a_paper(session, county):
    leader, pupils = county
    mark(session, leader, pupils[0])
    assert (pupils[0].verification, pupils[0].verified_on) == (P, TODAY)
    made = session.scalars(select(VerificationRound)).one()
    assert (made.state, made.passed, made.reason) == (RoundState.DONE, 1, "户口簿核对一致")
    assert read(Folder.VERIFICATION, made.paper) == PAPER
    assert session.scalars(select(VerificationLine.result)).one() is P
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == verifying.DEED)).one()
    assert event.object_id == pupils[0].id
    assert "户口" not in str(event.details)


def test_one_without_an_id_number_gets_j_by_hand(session, county):
    leader, _pupils = county
    lone = verified(session, id_type="Z", id_number=None, verification=Verification.NONE)
    assert number_reasons.why_of(session, lone.id) is Why.NO_ID
    mark(session, leader, lone)
    compared(session)
    issuing.issue(session, [lone.id], TODAY)
    session.expire_all()
    assert lone.number_kind is NumberKind.J


def test_whoever_does_not_match_is_a_problem_until_passed(session, county):
    leader, pupils = county
    mark(session, leader, pupils[0], said(F))
    assert pupils[0].problem_flag is ProblemFlag.OPEN
    mark(session, leader, pupils[0])
    assert pupils[0].problem_flag is not ProblemFlag.OPEN
    assert session.scalar(select(ProblemItem.state)) is ItemState.CHANGED


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (said(reason=" "), "E-REASON"),
        (said(reason="长" * 201), "E-VERIFY-REASON"),
        (said(paper=b""), "E-VERIFY-PAPER"),
        (said(result=Verification.NONE), "E-VERIFY-NONE"),
        (said(paper=b"MZ program"), "E-PAPER-TYPE"),
    ],
)
def test_a_mark_needs_a_reason_and_a_paper(session, county, what, code):
    leader, pupils = county
    with pytest.raises(Invalid) as refused:
        mark(session, leader, pupils[0], what)
    assert [one.code for one in refused.value.refusals] == [code]


def test_a_mark_is_stale_safe_and_scoped(session, county):
    leader, pupils = county
    actor = become(session, leader)
    with pytest.raises(Stale):
        verifying.mark(session, pupils[0].id, said(), (actor, TODAY), 0)
    whole(session)
    pupil_id = pupils[0].id
    stranger = become(session, make.an_account(session, "CL", "450102"))
    with pytest.raises(NotFound):
        verifying.mark(session, pupil_id, said(), (stranger, TODAY), 1)


def test_counts_say_why_a_number_is_temporary(session, county):
    _leader, pupils = county
    verified(session, problem_flag=ProblemFlag.OPEN)
    verified(session, nationality="HKG", overseas_status="01", id_type="6", id_number="H1234567")
    verified(session, id_type="Z", id_number=None, verification=Verification.NONE)
    verified(session, number_stuck=True)
    waits = verified(session)
    found = number_reasons.reasons(session)
    assert found[Why.WAITS] == 2
    compared(session)
    found = number_reasons.reasons(session)
    expected = {Why.PROBLEM: 1, Why.STAYS: 1, Why.UNVERIFIED: 3, Why.NO_ID: 1, Why.STUCK: 1}
    assert found == dict.fromkeys(Why, 0) | expected | {Why.DUE: 1}
    for why, n in found.items():
        pupils = session.scalars(number_reasons.temporary(why)).all()
        assert len(pupils) == n
    assert number_reasons.why_of(session, waits.id) is Why.DUE
    assert (
        session.scalar(select(func.count()).select_from(number_reasons.temporary(None).subquery()))
        == 8
    )
    assert number_reasons.verified(session)[(P, NumberKind.L)] == 4


def test_told_and_digest_words_are_whole(session):
    assert set(rounds.DONE_TO) < set(Told)
    assert verifying.identity_of("李 小满", "41130220200501002x") == verifying.identity_of(
        "李小满", "４1130220200501002X"
    )
    assert KEYS.digest("x") != verifying.identity_of("x", None)
