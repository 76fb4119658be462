"""What is under way at a place: a movement, a key data change, and all that cases bring along."""

from __future__ import annotations

from datetime import date, timedelta

from app.models.attachment import Attachment
from app.models.case import CaseComment, CaseEvent, Decision
from app.models.change import KeyChange, KeyChangeLine, Movement, MovementType
from app.models.field_choice import FieldChoice, FieldUse
from app.models.notice import Notice, NoticeKind, NoticeSeen
from app.models.saved_filter import SavedFilter
from app.models.substitution import Substitution
from app.workflows.opening import snapshot
from tests import make
from tests.house import colliding, requested, taken_out

DAY = date(2026, 11, 20)


def lay(session, room, registrar, named):
    """Put one row of everything a case brings along at a class's school; give their keys."""
    leader = make.an_account(session, "SL", registrar.organisation)
    movement = a_movement(session, make.a_pupil(session, room, name=named("异")), registrar)
    change = a_key_change(session, make.a_pupil(session, room, name=named("变")), registrar)
    spoken(session, movement, leader)
    paper = a_paper(session, registrar, movement, named("证"))
    cover = Substitution(
        organisation_id=registrar.organisation_id,
        absent_id=leader.user_id,
        substitute_id=registrar.user_id,
        valid_from=DAY,
        valid_to=DAY + timedelta(days=7),
        made_by=leader.user_id,
    )
    kept = SavedFilter(
        user_id=registrar.user_id, page="inbox", name=named("筛"), asked={"kind": "MOVEMENT"}
    )
    choice = FieldChoice(
        organisation_id=registrar.organisation_id,
        use=FieldUse.OPENED,
        grade_code=room.grade.code,
        fields=["talent"],
        set_by=registrar.user_id,
    )
    notice = Notice(
        organisation_id=registrar.organisation_id,
        case_id=movement.id,
        case_version=1,
        kind=NoticeKind.STEP,
    )
    session.add_all([cover, kept, choice, notice])
    session.flush()
    session.add(NoticeSeen(user_id=registrar.user_id, notice_id=notice.id))
    session.flush()
    return {
        "movement": movement.id,
        "key_change": change.id,
        "key_change_line": change.lines[0].id,
        "attachment": paper.id,
        "substitution": cover.id,
        "saved_filter": kept.id,
        "field_choice": choice.id,
        "notice": notice.id,
        **colliding.lay(session, room, registrar, named),
        **taken_out.lay(session, room, registrar, named),
        **requested.lay(session, registrar, named),
    }


def waiting(pupil, registrar):
    """The facts of a case on the desk of the school's leader."""
    return {
        "student_id": pupil.id,
        "owner_id": pupil.school_id,
        "awaiting_id": pupil.school_id,
        "awaiting_office": "LEADER",
        "state": "SCHOOL_REVIEW",
        "initiator_id": registrar.user_id,
        "initiator_org_id": registrar.organisation_id,
        "snapshot": snapshot(pupil),
    }


def a_movement(session, pupil, registrar):
    case = Movement(
        type=MovementType.MISSING,
        reason="99",
        reason_text="走失",
        happened_on=DAY,
        **waiting(pupil, registrar),
    )
    session.add(case)
    session.flush()
    return case


def a_key_change(session, pupil, registrar):
    line = KeyChangeLine(field="name", before=pupil.name, after=pupil.name + "改")
    case = KeyChange(reason_text="更名", lines=[line], **waiting(pupil, registrar))
    session.add(case)
    session.flush()
    return case


def spoken(session, case, person):
    """Somebody has sent a case and somebody else has said a word about it."""
    said = {"case_id": case.id, "organisation_id": case.initiator_org_id}
    session.add_all(
        [
            CaseEvent(
                case_version=1,
                decision=Decision.SUBMIT,
                from_state="DRAFT",
                to_state=case.state,
                user_id=case.initiator_id,
                role="SR",
                **said,
            ),
            CaseComment(user_id=person.user_id, words="请补充材料", **said),
        ]
    )
    session.flush()


def a_paper(session, person, case, name):
    paper = Attachment(
        organisation_id=person.organisation_id,
        case_id=case.id,
        name=f"{name}.jpg",
        kind="jpg",
        size=3,
        digest="0" * 64,
        uploaded_by=person.user_id,
    )
    session.add(paper)
    session.flush()
    return paper
