"""关键数据变更: asked for at the school, compared at two desks, mended when it was sent back."""

import re

import pytest
from sqlalchemy import select

from app.errors import Refusal
from app.models.attachment import Attachment
from app.models.case import Case
from app.models.change import KeyChange, KeyChangeLine
from app.models.student import ProblemFlag
from app.policies import scope
from app.views.words import say
from app.workflows.controlled import SUGGESTED, control
from app.workflows.desk import Trigger
from app.workflows.opening_changes import Correction
from tests import make
from tests.house.filled import fields_of
from tests.views.screens.town import Town, deeds, past
from tests.workflows.cases import become, do
from tests.workflows.test_movement import a_paper


class Bureau(Town):
    """A town whose province has set the suggested fields, with a pupil and a clerk."""

    def __init__(self, session):
        super().__init__(session)
        self.pupil.name = "李小满"
        self.url = f"/key-changes/open/{self.pupil.id}"
        self.controls(*SUGGESTED)

    def controls(self, *fields):
        control(self.session, become(self.session, self.account("PL")), fields)
        scope.enter(make.WHOLE, self.session)

    def paper(self):
        made = a_paper(self.session, self.account("SR"))
        scope.enter(make.WHOLE, self.session)
        return made

    def sent(self, browser, **bends):
        page = browser.get(self.url)
        typed = {**fields_of(page, self.url), "reason": "户口簿更正", "paper": self.paper()}
        return {**typed, "step": "submit", **bends}

    def submitted(self, browser, **bends):
        answer = browser.post(self.url, data=self.sent(browser, **bends))
        assert answer.status_code == 302, wrong(answer)
        scope.enter(make.WHOLE, self.session)
        return self.session.scalars(select(KeyChange).order_by(KeyChange.id.desc())).first()

    def staff(self, role):
        return self.account(role)

    def agreed(self, case, *roles):
        for role in roles:
            do(self.session, self.account(role), case, Trigger.AGREE)
        scope.enter(make.WHOLE, self.session)


@pytest.fixture
def town(session):
    made = Bureau(session)
    for role in ("SR", "SL", "CR", "PL", "CT", "CL"):
        made.account(role, **({"classes": (made.room,)} if role == "CT" else {}))
    return made


def wrong(answer):
    return re.findall(r'err-list">(.*?)</ul>|is-bad">.*?<span>(.*?)</span>', answer.text, re.DOTALL)


def new_number(town):
    return make.an_id_number(town.pupil.birth_date, town.pupil.gender)


# ── the form ─────────────────────────────────────────────────────────────────────────────


def test_only_controlled_fields_are_offered_and_nothing_sealed_is_filled_in(town, web):
    town.controls("name", "id_number", "phone", "hukou_division")
    page = web(town.account("SR")).get(town.url)
    assert page.status_code == 200
    offered = set(fields_of(page, town.url)) - {"seen", "reason"}
    assert offered == {"name", "id_number", "phone", "hukou_division"}
    assert town.pupil.id_number not in page.text
    assert town.pupil.phone not in page.text
    assert f"/students/reveal/{town.pupil.id}/id_number" in page.text


def test_a_change_is_submitted_and_carried_out(town, web, session):
    clerk = web(town.account("SR"))
    case = town.submitted(clerk, ethnic="02", name="李大满")
    assert [(line.field, line.after) for line in case.lines] == [
        ("name", "李大满"),
        ("ethnic", "02"),
    ]
    bound = session.scalars(select(Attachment.case_id)).all()
    assert case.id in bound
    assert town.pupil.name == "李小满"
    town.agreed(case, "SL", "CR")
    assert (town.pupil.name, town.pupil.ethnic) == ("李大满", "02")


def test_a_look_says_what_would_happen_and_stores_nothing(town, web, session):
    clerk, old = web(town.account("SR")), town.pupil.number
    sent = town.sent(clerk, id_number=new_number(town), step="look")
    answer = clerk.post(town.url, data=sent)
    assert answer.status_code == 200, wrong(answer)
    assert 'value="submit"' in answer.text
    assert "G" in answer.text
    assert session.scalar(select(KeyChange.id)) is None
    assert town.pupil.number == old
    live = clerk.post(f"/key-changes/check/{town.pupil.id}", data=sent)
    assert live.status_code == 200
    assert 'id="ahead"' in live.text
    assert 'value="submit"' not in live.text


def test_everything_in_the_way_is_said_at_once_and_the_form_is_kept(town, web, session):
    clerk = web(town.account("SR"))
    sent = town.sent(clerk, gender="1", ethnic="01", paper="")
    answer = clerk.post(town.url, data=sent)
    assert answer.status_code == 409
    said = answer.text
    for code in ("E-CF-SAME", "E-EVIDENCE"):
        assert said_of(clerk, Refusal(code, {"fields": ["ethnic"]})) in said
    assert "性别" in said or "Gender" in said
    assert "{heading}" not in said
    assert "户口簿更正" in said
    assert session.scalar(select(KeyChange.id)) is None


def said_of(client, refusal):
    with client.application.test_request_context():
        return say(refusal)


@pytest.mark.parametrize(
    ("bends", "field"),
    [
        ({"birth_date": "2019-02-30"}, "birth_date"),
        ({"ethnic": "99x"}, "ethnic"),
        ({"hukou_division": "1"}, "hukou_division"),
        ({"name": "李1"}, "name"),
        ({"id_number": "12\x00"}, "id_number"),
        ({"reason": ""}, "reason"),
        ({"reason": "文" * 501}, "reason"),
        ({"reason": "\x00"}, "reason"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(town, web, session, bends, field):
    clerk = web(town.account("SR"))
    answer = clerk.post(town.url, data=town.sent(clerk, **bends))
    assert answer.status_code == 422, wrong(answer)
    assert f'href="#{field}"' in answer.text
    assert session.scalar(select(KeyChange.id)) is None


def test_a_rule_of_the_template_holds_here_too(town, web, session):
    clerk = web(town.account("SR"))
    answer = clerk.post(town.url, data=town.sent(clerk, empty="id_number"))
    assert answer.status_code == 409  # a resident without a number
    assert session.scalar(select(KeyChange.id)) is None


def test_an_optional_field_becomes_empty_and_a_needed_one_does_not(town, web):
    town.controls("former_name", "name")
    town.pupil.former_name = "李满"
    clerk = web(town.account("SR"))
    case = town.submitted(clerk, empty=["former_name", "name"])
    assert [(line.field, line.after) for line in case.lines] == [("former_name", None)]


def test_that_somebody_is_alike_is_told_and_never_who(town, web, session):
    clerk, other = web(town.account("SR")), town.stranger
    alike = {"id_number": other.id_number, "birth_date": f"{other.birth_date}"}
    sent = town.sent(clerk, gender=other.gender, step="look", **alike)
    if other.gender == town.pupil.gender:
        sent["gender"] = ""
    answer = clerk.post(town.url, data=sent)
    assert answer.status_code == 200, wrong(answer)
    assert "triangle-exclamation" in answer.text
    for secret in (other.name, other.number, town.other.organisation.name):
        assert secret not in answer.text
    assert len(deeds(session, "pupil.duplicate")) == 1
    past(session, town.account("SR").user_id, "pupil.duplicate", 19)
    assert clerk.post(town.url, data=sent).status_code == 429


def test_a_record_that_moved_meanwhile_keeps_what_was_typed(town, web, session):
    clerk = web(town.account("SR"))
    sent = town.sent(clerk, ethnic="02")
    town.pupil.talent = "游泳"
    session.flush()
    answer = clerk.post(town.url, data=sent)
    assert answer.status_code == 409
    assert "户口簿更正" in answer.text
    assert session.scalar(select(KeyChange.id)) is None


def test_without_controlled_fields_the_page_says_so(town, web):
    town.controls()
    page = web(town.account("SR")).get(town.url).text
    assert 'name="ethnic"' not in page
    assert "/fields" in page
    assert 'href="/key-changes/open"' not in web(town.account("SR")).get("/key-changes").text


def test_a_pupil_in_other_business_is_refused_with_the_form_kept(town, web):
    clerk = web(town.account("SR"))
    sent = town.sent(clerk, hukou_type="2")
    town.submitted(clerk, ethnic="02")
    answer = clerk.post(town.url, data=sent)
    assert answer.status_code == 409
    assert said_of(clerk, Refusal("E-LOCK")) in answer.text
    assert "BG" in answer.text  # the number of the case in its way


@pytest.mark.parametrize("role", ["SL", "CR", "CT", "CL", "MIN", "ADM"])
def test_only_the_schools_registrar_asks(town, web, role):
    assert web(town.account(role)).get(town.url).status_code == 403


def test_a_pupil_of_another_school_is_not_there(town, web):
    clerk = web(town.account("SR"))
    assert clerk.get(f"/key-changes/open/{town.stranger.id}").status_code == 404
    assert clerk.post(f"/key-changes/check/{town.stranger.id}").status_code == 404


# ── comparing ────────────────────────────────────────────────────────────────────────────


def test_who_decides_compares_old_and_new_each_look_on_the_record(town, web, session):
    clerk = web(town.account("SR"))
    old, new = town.pupil.id_number, new_number(town)
    case = town.submitted(clerk, id_number=new)
    line = session.scalars(select(KeyChangeLine)).one()
    leader = web(town.account("SL"))
    page = leader.get(f"/case/{case.id}").text
    assert old not in page
    assert new not in page
    urls = [f"/key-changes/reveal/{line.id}/{side}" for side in ("before", "after")]
    assert all(url in page for url in urls)
    told = [leader.post(url, data={"reason": "duty"}).json["value"] for url in urls]
    assert told == [old, new]
    assert [d.object_id for d in deeds(session, "student.reveal")] == [line.id] * 2
    assert leader.post(urls[0]).status_code == 422  # for a reason of the list
    seen = leader.get(f"/students/access/{town.pupil.id}").text
    assert seen.count("查看完整号码") + seen.count("Looked at a whole number") == 2
    county = web(town.account("CR"))
    assert county.post(urls[0], data={"reason": "duty"}).json["value"] == old  # by right
    assert web(town.account("CL")).post(urls[0], data={"reason": "duty"}).status_code == 403
    town.agreed(case, "SL")
    assert leader.post(urls[0], data={"reason": "duty"}).status_code == 403  # not there any more
    assert urls[0] not in leader.get(f"/case/{case.id}").text


def test_what_is_not_sealed_or_not_there_is_not_revealed(town, web, session):
    case = town.submitted(web(town.account("SR")), ethnic="02")
    line = session.scalars(select(KeyChangeLine)).one()
    del case
    leader = web(town.account("SL"))
    sent = {"reason": "duty"}
    assert leader.post(f"/key-changes/reveal/{line.id}/before", data=sent).status_code == 404
    assert leader.post("/key-changes/reveal/2147483647/before", data=sent).status_code == 404
    far = make.an_account(session, "CR", "411303")
    assert web(far).post(f"/key-changes/reveal/{line.id}/before", data=sent).status_code == 404


def test_the_case_page_tells_what_becomes_of_the_number_and_what_was_found(town, web, session):
    clerk, other = web(town.account("SR")), town.stranger
    bends = {"id_number": other.id_number, "birth_date": f"{other.birth_date}"}
    if other.gender != town.pupil.gender:
        bends["gender"] = other.gender
    case = town.submitted(clerk, **bends)
    page = web(town.account("SL")).get(f"/case/{case.id}").text
    assert "关键数据变更" in page
    assert "G" in page
    town.agreed(case, "SL", "CR")
    assert town.pupil.problem_flag is ProblemFlag.OPEN
    page = web(town.account("CR")).get(f"/case/{case.id}").text
    assert "triangle-exclamation" in page
    assert other.name not in page


def test_a_value_that_changed_since_is_marked_and_closes_the_way(town, web, session):
    case = town.submitted(web(town.account("SR")), ethnic="02")
    town.pupil.ethnic = "03"
    session.flush()
    page = web(town.account("SL")).get(f"/case/{case.id}").text
    assert said_of(web(), Refusal("E-OVERTAKEN")) in page


# ── the list, and once more ──────────────────────────────────────────────────────────────


def test_the_list_names_pupil_and_fields_in_scope_only(town, web, session):
    case = town.submitted(web(town.account("SR")), ethnic="02", hukou_type="2")
    for role in ("SR", "SL", "CR", "CL"):
        page = web(town.account(role)).get("/key-changes").text
        assert f'href="/case/{case.id}"' in page
        assert "民族" in page
    far = make.an_account(session, "CR", "411303")
    assert f'href="/case/{case.id}"' not in web(far).get("/key-changes").text
    assert f'href="/case/{case.id}"' not in web(far).get("/key-changes?shown=closed").text
    found = web(town.account("SR")).post("/key-changes/open", data={"q": "李"}).text
    assert town.url in found


def test_a_change_that_was_sent_back_is_mended_and_submitted_again(town, web, session):
    clerk = web(town.account("SR"))
    number = new_number(town)
    case = town.submitted(clerk, id_number=number, ethnic="02")
    do(session, town.account("SL"), case, Trigger.SEND_BACK, "民族有误")
    scope.enter(make.WHOLE, session)
    url = f"/key-changes/again/{case.id}"
    assert url in clerk.get(f"/case/{case.id}").text
    page = clerk.get(url)
    assert number not in page.text
    sent = {**fields_of(page, url), "step": "submit"}
    assert (sent["ethnic"], sent["keep"]) == ("02", "id_number")
    stale = clerk.post(url, data={**sent, "ethnic": "03", "seen": "1"})
    assert stale.status_code == 409
    answer = clerk.post(url, data={**sent, "ethnic": "03"})
    assert answer.status_code == 302, wrong(answer)
    scope.enter(make.WHOLE, session)
    case = session.get_one(KeyChange, case.id, populate_existing=True)
    after = {line.field: line.after for line in case.lines}
    assert after == {"id_number": number, "ethnic": "03"}
    assert case.state == "SCHOOL_REVIEW"
    assert clerk.get(url).status_code == 409  # it lies elsewhere now
    assert len(deeds(session, "case.submit")) == 2


def test_only_its_own_school_mends_it(town, web, session):
    case = town.submitted(web(town.account("SR")), ethnic="02")
    do(session, town.account("SL"), case, Trigger.SEND_BACK, "民族有误")
    scope.enter(make.WHOLE, session)
    url = f"/key-changes/again/{case.id}"
    other = make.an_account(session, "SR", town.other)
    assert web(other).get(url).status_code == 404
    assert web(town.account("SL")).get(url).status_code == 403
    assert session.scalar(select(Case.state).where(Case.id == case.id)) == "RETURNED"


def test_refusals_name_fields_in_the_language_of_the_page(app):
    refusal = Refusal("E-CF-NOT", {"fields": ["talent", "ethnic"]})
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert "特长、民族" in say(refusal)
    told = say_in_english(app, refusal)
    assert "Special talent, Ethnic group" in told
    assert Correction({}, "x").reason == "x"


def say_in_english(app, refusal):
    with app.test_request_context() as context:
        context.session["locale"] = "en"
        return say(refusal)
