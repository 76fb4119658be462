"""依申请导出: every step of a request, who takes it, what stands in the way, and what it leaves."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.codes.workdays import BEIJING
from app.errors import Refused, Stale
from app.exports import ending
from app.exports.on_request import generate
from app.exports.purposes import PURPOSES
from app.exports.sources import SOURCES
from app.models.audit import AuditEvent
from app.models.export import Export, ExportState
from app.models.export import RequestState as S
from app.models.notice import Notice, NoticeKind
from app.policies import scope
from app.workflows import export_draft
from app.workflows.export_guards import LONGEST
from app.workflows.export_minimal import JUSTIFIES, Kind, beyond, kind_of
from app.workflows.export_request import FILE_DAYS, Press, last_day, note, offered
from app.workflows.export_steps import STEPS, Who
from tests import make
from tests.workflows.cases import TODAY
from tests.workflows.requests import HEADS, MONTH, REVIEWERS, Office, a_wish

EVERYBODY = ("SR", "SL", "CR", "CL", "TR", "TL", "PR", "PL", "CR2", "TR2", "PR2")
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 9, tzinfo=BEIJING)


@pytest.fixture
def office(session):
    return Office(session)


def steps(request):
    return [event.step for event in request.events]


def codes(refused):
    return [refusal.code for refusal in refused.value.refusals]


# ── the way through ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", REVIEWERS)
def test_a_request_passes_a_reviewer_and_a_head_of_its_tier(office, who):
    request = office.draft(who)
    assert (request.state, request.awaiting_id) == (S.DRAFT, None)
    office.press(who, request, "submit")
    reviewer = office.people[REVIEWERS[who]]
    assert request.state is S.DEPT_REVIEW
    assert request.awaiting_id == reviewer.organisation_id
    office.press(REVIEWERS[who], request, "agree")
    head = office.people[HEADS[who]]
    assert (request.state, request.awaiting_id) == (S.HEAD_APPROVAL, head.organisation_id)
    office.press(HEADS[who], request, "agree")
    assert (request.state, request.awaiting_id) == (S.APPROVED, None)
    assert steps(request) == ["submit", "agree", "agree"]


@pytest.mark.parametrize("who", REVIEWERS)
def test_nobody_else_decides_anything(office, who):
    request = office.press(who, office.draft(who), "submit")
    key = request.id
    for desk, after in ((REVIEWERS[who], "agree"), (HEADS[who], None)):
        colleagues = {desk.rstrip("2"), f"{desk.rstrip('2')}2"}  # sit at the same desk
        for other in (one for one in set(EVERYBODY) - colleagues if office.is_seen(one, key)):
            for press in ("agree", "send_back", "reject"):
                assert office.why(other, request, press, words="不行") != [], (other, press)
        if after:
            office.press(desk, request, after)


@pytest.mark.parametrize("who", ["CR", "TR", "PR"])
def test_nobody_reviews_what_they_asked_for(office, who):
    request = office.press(who, office.draft(who), "submit")
    assert request.awaiting_id == office.people[who].organisation_id  # their own desk
    for press in ("agree", "send_back", "reject"):
        assert "E-SELF" in office.why(who, request, press, words="不行")


def test_a_registrar_who_is_alone_is_reviewed_by_the_authority_above(office):
    scope.enter(make.WHOLE, office.session)
    office.people["CR2"].enabled = False
    office.session.flush()
    request = office.press("CR", office.draft("CR"), "submit")
    assert request.awaiting_id == office.people["TR"].organisation_id
    assert office.press("TR", request, "agree").state is S.HEAD_APPROVAL


def test_a_province_with_one_registrar_has_nobody_who_reviews(office):
    scope.enter(make.WHOLE, office.session)
    office.people["PR2"].enabled = False
    office.session.flush()
    assert office.why("PR", office.draft("PR"), "submit") == ["E-EXPREQ-NOBODY"]


def test_whoever_covers_for_the_head_does_not_approve_what_they_reviewed(office):
    request = office.reviewed("CR")
    actor = office.as_("CL")
    reviewer = office.people["CR2"].user_id
    covering = type(actor)(
        reviewer, actor.role, actor.organisation_id, actor.path, office.people["CL"].user_id
    )
    from app.workflows.export_request import Act, why_not

    told = why_not(office.session, request, Act(covering, Press.AGREE, TODAY))
    assert [one.code for one in told] == ["E-SELF"]


# ── what stands in the way ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "item",
    ["unit", "purpose_words", "scope_words", "manner_words", "officer", "handler", "plan"],
)
def test_every_item_has_to_be_said(office, item):
    request = office.draft(**{item: "  "})
    assert office.why("SR", request, "submit") == ["E-EXPREQ-ITEMS"]
    with pytest.raises(Refused) as refused:
        office.press("SR", request, "submit")
    assert refused.value.refusals[0].params["items"] == (f"export.item.{item}",)


def test_an_empty_draft_is_kept_and_told_of_all_it_lacks(office):
    empty = dict.fromkeys(("unit", "purpose", "purpose_words", "plan", "officer"), "")
    request = office.draft(columns=(), **empty)
    assert office.why("SR", request, "submit") == ["E-EXPREQ-ITEMS"]


def test_fields_beyond_the_purpose_are_named_and_refused(office):
    request = office.draft(purpose="TEACHING", columns=("name", "id_number", "phone"))
    assert office.why("SR", request, "submit") == ["E-EXP-FIELD"]
    with pytest.raises(Refused) as refused:
        office.press("SR", request, "submit")
    assert refused.value.refusals[0].params["fields"] == ("id_number", "phone")


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        (TODAY, TODAY, []),
        (TODAY - MONTH, TODAY, []),
        (TODAY + MONTH, TODAY + MONTH, []),
        (TODAY, TODAY + (LONGEST - 1) * DAY, []),
        (TODAY, TODAY + LONGEST * DAY, ["E-EXPREQ-PERIOD"]),
        (TODAY + DAY, TODAY, ["E-EXPREQ-PERIOD"]),
        (TODAY - MONTH, TODAY - DAY, ["E-EXP-PERIOD"]),
    ],
)
def test_the_period(office, since, until, told):
    assert office.why("SR", office.draft(used_from=since, used_until=until), "submit") == told


def test_nothing_is_agreed_to_after_the_period(office):
    request = office.press("SR", office.draft(), "submit")
    late = request.used_until + DAY
    assert office.why("CR", request, "agree", today=late) == ["E-EXP-PERIOD"]
    assert office.why("CR", request, "reject", today=late, words="过期") == []


@pytest.mark.parametrize("press", ["send_back", "reject"])
def test_what_stops_a_request_is_explained(office, press):
    request = office.press("SR", office.draft(), "submit")
    assert office.why("CR", request, press, words=" ") == ["E-REASON"]
    office.press("CR", request, press, words="字段太多")
    assert request.events[-1].words == "字段太多"
    assert request.state is (S.DRAFT if press == "send_back" else S.REJECTED)


def test_a_request_sent_back_is_mended_and_submitted_again(office):
    request = office.reviewed()
    office.press("SL", request, "send_back", words="写清用途")
    wish = a_wish(purpose_words="核对春季资助对象")
    export_draft.amend(office.session, office.as_("SR"), request, wish, request.row_version)
    office.press("SR", request, "submit")
    office.press("CR", request, "agree")  # agreed before, and may again: it is another round
    assert office.press("SL", request, "agree").state is S.APPROVED


@pytest.mark.parametrize("state", [S.DRAFT, S.DEPT_REVIEW, S.HEAD_APPROVAL])
def test_the_applicant_alone_withdraws_until_it_is_approved(office, state):
    request = office.draft()
    if state is not S.DRAFT:
        office.press("SR", request, "submit")
    if state is S.HEAD_APPROVAL:
        office.press("CR", request, "agree")
    for other in set(EVERYBODY) - {"SR"}:
        assert office.why(other, request, "withdraw") == ["E-NOTMINE"]
    assert office.press("SR", request, "withdraw").state is S.WITHDRAWN
    assert office.why("SR", request, "submit") == ["E-EXPREQ-STATE"]


def test_an_approved_request_is_neither_changed_nor_decided_any_more(office):
    request = office.approved()
    for who in EVERYBODY:
        assert offered(request, office.as_(who)) == ()
        for press in Press:
            assert office.why(who, request, press, words="x") == ["E-EXPREQ-STATE"]
    with pytest.raises(Refused):
        export_draft.amend(office.session, office.as_("SR"), request, a_wish(), request.row_version)


# ── striking ────────────────────────────────────────────────────────────────────────────────


def test_a_reviewer_strikes_fields_and_they_do_not_come_back(office):
    request = office.press("SR", office.draft(), "submit")
    office.press("CR", request, "agree", struck=("id_number",))
    assert request.columns == ["name", "number", "needs_aid"]
    assert request.struck == ["id_number"]
    assert request.events[-1].struck == ["id_number"]
    office.press("SL", request, "agree")
    assert request.columns == ["name", "number", "needs_aid"]


@pytest.mark.parametrize(
    "struck", [("phone",), ("name", "number", "id_number", "needs_aid")], ids=["foreign", "all"]
)
def test_only_what_was_asked_for_is_struck_and_not_all_of_it(office, struck):
    request = office.press("SR", office.draft(), "submit")
    assert office.why("CR", request, "agree", struck=struck) == ["E-EXPREQ-STRIKE"]


def test_the_head_approves_what_was_reviewed(office):
    request = office.reviewed()
    assert office.why("SL", request, "agree", struck=("name",)) == ["E-EXPREQ-STRIKE"]


# ── stale ───────────────────────────────────────────────────────────────────────────────────


def test_whoever_looked_before_somebody_else_pressed_is_told(office):
    request = office.press("SR", office.draft(), "submit")
    seen = request.row_version
    office.press("SR", request, "withdraw")
    with pytest.raises(Stale):
        office.press("CR", request, "agree", seen=seen)
    assert steps(request) == ["submit", "withdraw"]


def test_a_draft_changed_in_another_tab_is_not_written_over(office):
    request = office.draft()
    seen = request.row_version
    export_draft.amend(office.session, office.as_("SR"), request, a_wish(unit="一"), seen)
    with pytest.raises(Stale):
        export_draft.amend(office.session, office.as_("SR"), request, a_wish(unit="二"), seen)
    assert request.unit == "一"


def test_a_draft_is_its_applicants_own(office):
    request = office.draft("CR")
    with pytest.raises(Refused) as refused:
        export_draft.amend(
            office.session, office.as_("CR2"), request, a_wish(), request.row_version
        )
    assert codes(refused) == ["E-NOTMINE"]


# ── the file ────────────────────────────────────────────────────────────────────────────────


def made(office, request, who="SR", today=TODAY):
    actor = office.as_(who)
    office.session.refresh(request)
    return generate(office.session, (actor, today), request, request.row_version, ("xlsx", "zh"))


def test_an_approved_request_makes_one_file_whole_of_exactly_its_fields(office):
    request = office.press("SR", office.draft(), "submit")
    office.press("CR", request, "agree", struck=("id_number",))
    office.press("SL", request, "agree")
    export = made(office, request)
    assert export.columns == ["name", "number", "needs_aid"]
    assert (export.masked, export.request_id) == (False, request.id)
    assert (export.purpose, export.source) == (request.purpose, request.source)
    assert len(export.password) > 20
    with pytest.raises(Refused) as refused:
        made(office, request)
    assert codes(refused) == ["E-EXPREQ-ONCE"]


@pytest.mark.parametrize("state", [ExportState.FAILED, ExportState.CANCELLED])
def test_a_file_that_failed_is_made_again(office, state):
    request = office.approved()
    made(office, request).state = state
    office.session.flush()
    assert made(office, request).state is ExportState.QUEUED


def test_no_file_before_the_last_approval(office):
    for request in (office.draft(), office.reviewed()):
        with pytest.raises(Refused) as refused:
            made(office, request)
        assert codes(refused) == ["E-EXP-AUTH"]


@pytest.mark.parametrize(
    ("day", "told"), [(-1, ["E-EXPREQ-EARLY"]), (0, []), (5, []), (6, ["E-EXP-PERIOD"])]
)
def test_a_file_is_made_within_the_period(office, day, told):
    since = TODAY + 10 * DAY
    request = office.approved(used_from=since, used_until=since + 5 * DAY)
    if not told:
        assert made(office, request, today=since + day * DAY).id
        return
    with pytest.raises(Refused) as refused:
        made(office, request, today=since + day * DAY)
    assert codes(refused) == told


def test_the_applicant_alone_makes_it(office):
    request = office.approved("CR")
    for other in ("CR2", "CL", "PL"):
        with pytest.raises(Refused) as refused:
            made(office, request, other)
        assert "E-NOTMINE" in codes(refused)


def test_what_the_house_does_is_noted_once_and_in_order(office):
    request = office.approved()
    session = office.session
    assert not note(session, request.id, Press.FETCH)  # nothing is there to fetch
    assert note(session, request.id, Press.GENERATE)
    assert not note(session, request.id, Press.GENERATE)
    assert note(session, request.id, Press.FETCH, request.asked_by)
    assert not note(session, request.id, Press.FETCH, request.asked_by)
    assert note(session, request.id, Press.DESTROY, request.asked_by)
    assert not note(session, request.id, Press.EXPIRE)
    assert not note(session, request.id, Press.AGREE)  # what a person presses is no note
    assert (request.state, steps(request)[3:]) == (S.DESTROYED, ["generate", "fetch", "destroy"])


def test_a_file_ends_with_the_period_and_lies_no_longer_than_a_month(office):
    request = office.draft(used_until=TODAY + 5 * DAY)
    assert last_day(request, TODAY) == TODAY + 5 * DAY
    request.used_until = TODAY + 300 * DAY
    assert last_day(request, TODAY) == TODAY + FILE_DAYS * DAY


def test_the_clock_ends_what_is_over_and_says_so_in_one_line(office):
    idle, kept = office.approved(used_until=TODAY), office.approved("CR")
    export = made(office, kept, "CR")
    export.state, export.expires_at = ExportState.READY, NOW
    note(office.session, kept.id, Press.GENERATE)
    alive = office.approved("TR")
    scope.enter(scope.SYSTEM, office.session)
    before = set(office.session.scalars(select(AuditEvent.id)))
    scope.enter(make.WHOLE, office.session)
    ending.expire(office.session, NOW + DAY)
    assert [one.state for one in (idle, kept, alive)] == [S.EXPIRED, S.EXPIRED, S.APPROVED]
    assert (export.state, export.password) == (ExportState.EXPIRED, None)
    assert [event.actor for event in (idle.events[-1], kept.events[-1])] == [None, None]
    scope.enter(scope.SYSTEM, office.session)
    lines = [e for e in office.session.scalars(select(AuditEvent)) if e.id not in before]
    assert [line.action for line in lines] == ["export.expired"]


# ── what it leaves ──────────────────────────────────────────────────────────────────────────


def test_every_deed_is_one_line_of_the_audit_without_a_word_of_anybody(office):
    scope.enter(make.WHOLE, office.session)
    before = set(office.session.scalars(select(AuditEvent.id)))
    request = office.press("SR", office.draft(), "submit")
    office.press("CR", request, "agree", struck=("id_number",))
    scope.enter(make.WHOLE, office.session)
    lines = [e for e in office.session.scalars(select(AuditEvent)) if e.id not in before]
    assert sorted(line.action for line in lines) == [
        "export_request.agree", "export_request.saved", "export_request.submit",
    ]  # fmt: skip
    said = str([line.details for line in lines])
    for word in (request.officer, request.handler, request.purpose_words, request.unit):
        assert word not in said


def test_the_next_desk_and_the_applicant_are_told(office):
    request = office.press("SR", office.draft(), "submit")
    office.press("CR", request, "agree")
    scope.enter(make.WHOLE, office.session)
    told = office.session.scalars(
        select(Notice).where(Notice.kind == NoticeKind.REQUEST, Notice.subject_id == request.id)
    ).all()
    places = [(one.organisation_id, one.word) for one in told]
    assert (office.people["CR"].organisation_id, "DEPT_REVIEW") in places
    assert (office.people["SR"].organisation_id, "HEAD_APPROVAL") in places


def test_what_a_list_is_narrowed_by_is_sealed(office):
    request = export_draft.begin(
        office.session, office.as_("SR"), a_wish(), {"name": ["李小满"], "status": []}
    )
    office.session.flush()
    raw = office.session.scalar(
        text("SELECT filters FROM export_request WHERE id = :id"), {"id": request.id}
    )
    assert "李小满".encode() not in bytes(raw)
    assert request.filters == '{"name": ["李小满"]}'


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_request_is_seen_at_home_and_above(office, who):
    key = office.draft("CR").id
    assert office.is_seen(who, key) == (who not in ("SR", "SL"))


# ── the tables ──────────────────────────────────────────────────────────────────────────────


def test_every_purpose_says_which_fields_it_needs():
    assert set(JUSTIFIES) == set(PURPOSES)
    assert beyond("nothing of the kind", "pupils", ["name"]) == ("name",)


def test_every_field_of_every_list_has_a_place_but_free_text():
    loose = {
        field.name
        for source in SOURCES.values()
        for field in source.fields
        if kind_of(source.name, field.name) is Kind.OTHER_FIELDS
    }
    assert loose == {"remark"}  # words nobody can judge before they have left


def test_figures_name_nobody():
    named = ("name", "number", "id_number", "phone", "address_now", "member_name")
    assert beyond("STATISTICS", "pupils", named) == named


def test_only_people_at_desks_and_the_applicant_press():
    assert {step.press for step in STEPS if step.who is Who.HOUSE} == {
        Press.GENERATE, Press.FETCH, Press.EXPIRE, Press.DESTROY,
    }  # fmt: skip
    assert all("is_other_person" in step.guards for step in STEPS if step.who is Who.DESK)


def test_an_export_of_a_request_is_never_masked_and_another_always(office):
    export = made(office, office.approved())
    assert [one.masked for one in office.session.scalars(select(Export))] == [export.masked]
