"""待办: whose desk shows what, and what a batch does to cases that are not there any more."""

import pytest

from app.models.case import Case
from app.policies import scope
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import become, do


@pytest.fixture
def town(session):
    return Town(session)


def listed(browser, **args):
    page = browser.get("/inbox", query_string=args)
    assert page.status_code == 200, page.text
    return page.text


def test_a_case_waits_for_the_office_it_lies_on_and_for_nobody_else(session, web, town):
    case = town.transfer()
    name, case_id = case.snapshot["name"], case.id
    for who, waits in (
        ("to.leader", True),
        ("to.registrar", False),
        ("to.authority", False),
        ("from.leader", False),
    ):
        page = listed(web(town.people[who]))
        assert (name in page) is waits, who
    assert name in listed(web(town.people["to.registrar"]), tab="here")
    assert name in listed(web(town.people["to.registrar"]), tab="done")
    assert name in listed(web(town.people["from.leader"]), tab="moved")
    do(session, town.people["to.leader"], session.get(Case, case_id), "agree")
    assert name in listed(web(town.people["to.leader"]), tab="done")
    assert name in listed(web(town.people["to.authority"]))
