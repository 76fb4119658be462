"""What registration in full brings along at a place: a problem, a round, a list, a rule."""

from __future__ import annotations

from app.models.change import KeyChangeLine
from app.models.expected import ExpectedList, ExpectedPupil
from app.models.numbering import AuxRule, VerificationLine, VerificationRound
from app.models.problem import EvidencedPair, ProblemCase, ProblemGroup, ProblemItem, ProblemKind
from app.models.school import Stage
from app.models.sealed import KEYS
from app.models.student import ProblemFlag
from app.workflows.opening import snapshot
from tests import make


def lay(session, room, registrar, named):
    """Put one row of each at a class's school; give their keys."""
    pupil = make.a_pupil(session, room, name=named("撞"), problem_flag=ProblemFlag.IN_PROCESS)
    case, item = a_problem(session, pupil, registrar)
    key = item.group.key_digest
    pair = EvidencedPair(
        kind=ProblemKind.DUP_NSB, key_digest=key, first_id=pupil.id, second_id=pupil.id
    )
    asked = VerificationRound(
        organisation_id=registrar.organisation_id, asked_by=registrar.user_id, rows=1
    )
    expected = ExpectedList(
        school_id=pupil.school_id,
        stage=Stage.PRIMARY,
        entry_year=make.SCHOOL_YEAR,
        rows=1,
        uploaded_by=registrar.user_id,
    )
    rule = AuxRule(
        organisation_id=registrar.organisation_id, pattern="{year}", set_by=registrar.user_id
    )
    session.add_all([pair, asked, expected, rule])
    session.flush()
    line = VerificationLine(round_id=asked.id, row_no=1, student_id=pupil.id, identity=b"\0")
    entered = ExpectedPupil(list_id=expected.id, row_no=2, name=named("应"))
    session.add_all([line, entered])
    session.flush()
    return {
        "problem_case": case.id,
        "problem_group": item.group_id,
        "problem_item": item.id,
        "colliding": pupil.id,
        "evidenced_pair": pair.id,
        "verification_round": asked.id,
        "verification_line": line.id,
        "expected_list": expected.id,
        "expected_pupil": entered.id,
        "aux_rule": rule.id,
    }


def a_problem(session, pupil, registrar):
    """An open problem of a pupil, and the case that has taken it up."""
    group = ProblemGroup(kind=ProblemKind.DUP_NSB, key_digest=KEYS.digest(f"nsb|{pupil.id}"))
    case = ProblemCase(
        action="CHANGE",
        variant="CHANGE",
        explanation="改名",
        lines=[KeyChangeLine(field="name", before=pupil.name, after=f"{pupil.name}改")],
        student_id=pupil.id,
        owner_id=pupil.school_id,
        awaiting_id=pupil.school_id,
        awaiting_office="LEADER",
        state="SCHOOL_REVIEW",
        initiator_id=registrar.user_id,
        initiator_org_id=registrar.organisation_id,
        snapshot=snapshot(pupil),
    )
    session.add_all([group, case])
    session.flush()
    item = ProblemItem(group_id=group.id, student_id=pupil.id, case_id=case.id)
    session.add(item)
    session.flush()
    session.refresh(item)
    return case, item
