"""查看完整信息: for a reason, within limits, once in the ledger; forms hold no sealed value."""

import re
from datetime import timedelta

import pytest

from app.policies.reasons import REASONS
from app.views.revealing import REVEALS
from tests import make
from tests.views.screens.test_students import kept
from tests.views.screens.town import deeds, past

ADDRESS = "河南省南阳市宛城区光武路1号"


def asked(browser, pupil, field="id_number", **data):
    return browser.post(f"/students/reveal/{pupil.id}/{field}", data=data)


# ── one value ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", REASONS)
def test_a_value_is_shown_for_a_reason_and_the_look_recorded_once(town, web, session, reason):
    answer = asked(web(town.account("CR")), town.pupil, reason=reason)
    assert answer.get_json() == {"value": town.pupil.id_number}
    (row,) = deeds(session, "student.reveal")
    assert (row.object_type, row.object_id) == ("student", town.pupil.id)
    assert row.details == {"field": "id_number", "reason": reason}


@pytest.mark.parametrize("said", [{}, {"reason": ""}, {"reason": "because"}, {"reason": "duty "}])
def test_no_reason_of_the_list_no_value_and_no_word_of_it_in_the_ledger(town, web, session, said):
    answer = asked(web(town.account("SR")), town.pupil, **said)
    assert answer.status_code == 422
    assert town.pupil.id_number not in answer.text
    assert deeds(session, "student.reveal") == []


def test_a_guardians_telephone_is_revealed_and_recorded(town, web, session):
    member = town.pupil.guardians[0]
    browser = web(town.account("SR"))
    answer = browser.post(f"/guardians/reveal/{member.id}/phone", data={"reason": "family"})
    assert answer.get_json() == {"value": member.phone}
    (row,) = deeds(session, "student.reveal")
    assert (row.object_type, row.object_id) == ("guardian", member.id)
    assert browser.post(f"/guardians/reveal/{member.id}/phone").status_code == 422
    assert browser.post(f"/guardians/reveal/{member.id}/name").status_code == 404


# ── how often ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("allowance", REVEALS)
def test_who_saw_as_many_as_one_may_waits(town, web, session, allowance):
    registrar = town.account("SR")
    browser = web(registrar)
    ago = allowance.within - timedelta(minutes=4)
    past(session, registrar.user_id, "student.reveal", allowance.most - 1, ago)
    assert asked(browser, town.pupil, reason="exam").status_code == 200
    refused = asked(browser, town.pupil, reason="exam")
    assert refused.status_code == 429
    assert town.pupil.id_number not in refused.text
    assert str(allowance.most) in refused.text
    assert len(deeds(session, "student.reveal")) == allowance.most
    other = web(town.account("CR"))
    assert asked(other, town.pupil, reason="exam").status_code == 200


def test_what_was_long_ago_does_not_count(town, web, session):
    registrar = town.account("SR")
    past(session, registrar.user_id, "student.reveal", 400, timedelta(days=2))
    assert asked(web(registrar), town.pupil, reason="exam").status_code == 200


def test_the_sentence_says_when_one_may_go_on(town, web, session):
    registrar = town.account("SR")
    past(session, registrar.user_id, "student.reveal", 60)
    told = web(registrar).post(
        f"/students/reveal/{town.pupil.id}/phone",
        data={"reason": "exam"},
        headers={"Accept": "application/json"},
    )
    assert told.status_code == 429
    assert re.search(r"60.*\d\d:\d\d", told.get_json()["reasons"][0])


# ── forms ────────────────────────────────────────────────────────────────────────────────


def test_the_upkeep_form_holds_no_sealed_value_and_so_counts_as_no_look(town, web, session):
    town.pupil.phone = "13800001111"  # the form's own example is 0377-60000000
    page = web(town.account("SR")).get(f"/students/edit/{town.pupil.id}").text
    for whole in (town.pupil.phone, town.pupil.id_number, town.pupil.address_now):
        assert whole not in page
    assert f'data-reveal="/students/reveal/{town.pupil.id}/phone"' in page
    assert deeds(session, "student.reveal") == []
    member = make.a_guardian(session, town.pupil, phone="13800002222")
    page = web(town.account("SR")).get(f"/guardians/edit/{member.id}").text
    assert member.phone not in page
    assert member.address not in page


def test_what_is_not_retyped_stays_as_it_is(town, web, session):
    browser = web(town.account("SR"))
    answer = kept(browser, town.pupil, talent="游泳")  # sends the masks back, as a robot would
    assert answer.status_code == 302, answer.text[-2000:]
    assert town.pupil.address_now == ADDRESS
    (row,) = deeds(session, "student.changed")
    assert row.details == {"fields": ["talent"]}


def test_a_family_member_keeps_what_is_not_sent_and_takes_what_is(town, web):
    member = make.a_guardian(town.session, town.pupil, id_number="411302198001010012")
    sent = {"name": "王小河", "relation": "51", "hukou_division": "411302000000"}
    sent |= {"is_guardian": "1", "row_version": str(member.row_version)}
    browser = web(town.account("SR"))
    answer = browser.post(f"/guardians/edit/{member.id}", data={**sent, "phone": "0377-61111111"})
    assert answer.status_code == 302, re.findall(r"field-error.*?</span>", answer.text)
    assert (member.name, member.phone) == ("王小河", "0377-61111111")
    assert (member.address, member.id_number) == (ADDRESS, "411302198001010012")
    sent |= {"row_version": str(member.row_version), "id_number": "", "id_type": ""}
    assert browser.post(f"/guardians/edit/{member.id}", data=sent).status_code == 302
    assert member.id_number is None


def test_a_required_value_cannot_be_emptied_and_a_wrong_one_is_given_back(town, web):
    browser = web(town.account("SR"))
    emptied = kept(browser, town.pupil, phone="")
    assert emptied.status_code == 422
    wrong = kept(browser, town.pupil, phone="12")
    assert wrong.status_code == 422
    field = re.search(r'<input[^>]*id="phone"[^>]*>', wrong.text)[0]
    assert 'value="12"' in field
    assert "disabled" not in field
    assert town.pupil.phone == "0377-60000000"


def test_the_comparison_of_a_stale_form_shows_masks(town, web):
    browser = web(town.account("SR"))
    stale = kept(browser, town.pupil, row_version="77", talent="游泳")
    assert stale.status_code == 409
    assert ADDRESS not in stale.text
