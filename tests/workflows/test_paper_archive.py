"""The paper archive after a transfer: which side notes which day, once, and whom it tells."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.errors import Refused, Stale
from app.models.audit import AuditEvent
from app.models.notice import Notice, NoticeKind
from app.policies import scope
from app.workflows import transfer as t
from app.workflows.paper_archive import Mark, mark_of, note
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do

CHAIN = ("to.leader", "to.authority", "from.leader", "from.authority")


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def completed(session, town):
    """A transfer that is completed."""
    case = town.transfer()
    for who in CHAIN:
        do(session, town.people[who], case, "agree")
    assert case.state == t.COMPLETED
    return case.id


def mark(session, town, case_id, who, which, on=TODAY, seen=None):
    case = town.case(case_id)
    version, actor = case.version, become(session, town.people[who])
    note(
        session,
        session.get_one(type(case), case_id),
        Mark(which, on, actor, TODAY, seen or version),
    )


def codes(refused):
    return {refusal.code for refusal in refused.value.refusals}


def test_sent_by_the_one_and_received_by_the_other_and_each_is_told(session, town, completed):
    mark(session, town, completed, "from.registrar", "sent", TODAY - timedelta(days=2))
    mark(session, town, completed, "to.registrar", "received")
    case = town.case(completed)
    assert (case.paper_sent_on, case.paper_received_on) == (TODAY - timedelta(days=2), TODAY)
    asked = select(Notice.kind, Notice.organisation_id).where(Notice.case_id == completed)
    told = {(kind, place) for kind, place in session.execute(asked) if kind != NoticeKind.STEP}
    assert (NoticeKind.PAPER_SENT, town.new_id) in told
    assert (NoticeKind.PAPER_RECEIVED, town.old_id) in told
    assert (NoticeKind.PAPER_SENT, town.old_id) not in told
    deeds = select(AuditEvent.action).where(AuditEvent.action.startswith("transfer.paper"))
    assert sorted(session.scalars(deeds)) == ["transfer.paper_received", "transfer.paper_sent"]


@pytest.mark.parametrize(
    ("who", "which", "on", "code"),
    [
        ("to.registrar", "sent", TODAY, "E-PAPER-MARK"),
        ("from.registrar", "received", TODAY, "E-PAPER-MARK"),
        ("from.leader", "sent", TODAY, "E-PAPER-MARK"),
        ("from.authority", "sent", TODAY, "E-PAPER-MARK"),
        ("from.registrar", "lost", TODAY, "E-PAPER-MARK"),
        ("from.registrar", "sent", TODAY + timedelta(days=1), "E-PAPER-FUTURE"),
        ("to.registrar", "received", TODAY, "E-PAPER-UNSENT"),
    ],
)
def test_the_wrong_side_the_wrong_office_or_the_wrong_day_is_refused(
    session, town, completed, who, which, on, code
):
    with pytest.raises(Refused) as refused:
        mark(session, town, completed, who, which, on)
    assert code in codes(refused)
    case = town.case(completed)
    assert (case.paper_sent_on, case.paper_received_on) == (None, None)


def test_it_does_not_come_before_it_was_sent_and_is_noted_once(session, town, completed):
    mark(session, town, completed, "from.registrar", "sent", date(2026, 11, 20))
    with pytest.raises(Refused) as refused:
        mark(session, town, completed, "to.registrar", "received", date(2026, 11, 19))
    assert codes(refused) == {"E-PAPER-BEFORE"}
    with pytest.raises(Refused) as refused:
        mark(session, town, completed, "from.registrar", "sent", date(2026, 11, 21))
    assert codes(refused) == {"E-PAPER-MARK"}
    assert town.case(completed).paper_sent_on == date(2026, 11, 20)


def test_whoever_looked_at_an_older_version_is_told(session, town, completed):
    with pytest.raises(Stale):
        mark(session, town, completed, "from.registrar", "sent", seen=1)


def test_nothing_is_noted_before_the_end_or_of_another_business(session, town):
    case = town.transfer()
    registration = town.registration()
    scope.enter(make.WHOLE, session)
    for who in ("from.registrar", "to.registrar"):
        actor = become(session, town.people[who])
        assert mark_of(town.case(case.id), actor) == ""
        assert mark_of(town.case(registration.id), actor) == ""
    with pytest.raises(Refused) as refused:
        mark(session, town, case.id, "from.registrar", "sent")
    assert codes(refused) == {"E-PAPER-MARK"}
