"""Ten thousand bent addresses: none is an error of ours, none shows a word of SQL, no page grows.

The suite asks some of them, `make soak` all; the same ones in every run.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.house import bent
from tests.house.world import World, told_of

ROLES = (None, "CT", "SR", "CR", "PR", "MIN", "ADM", "SEC", "AUD")
VERBS = ("GET", "GET", "GET", "HEAD", "POST")
MOST_ROWS = 120  # a page of one hundred, and heads of tables
ASKED, BROKEN = "bent addresses asked", "bent addresses answered with 500 or more"


def ask_bent(app, session, web, tally, times):
    """Ask so many bent addresses as people of several roles."""
    world = World(session)
    people = [(role, web(world.account(role) if role else None)) for role in ROLES]

    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(range(len(people))),
        st.sampled_from(VERBS),
        bent.paths(app),
        bent.queries(app),
    )
    def answered(who, verb, path, query):
        role, client = people[who]
        form = {"data": query, "content_type": "application/x-www-form-urlencoded"}
        more = form if verb == "POST" else {"query_string": query}
        answer = client.open(path, method=verb, **more)
        tally[ASKED] += 1
        said = answer.get_data().decode("utf-8", "replace")
        tally[BROKEN] += answer.status_code >= 500
        assert answer.status_code < 500, (role, verb, path, query)
        lower = said.casefold()
        assert not [word for word in bent.SQL if word in lower and word not in query.casefold()]
        assert said.count("<tr") <= MOST_ROWS, (path, query)
        assert told_of(role, answer) == [], (role, path, query)

    answered()


def test_no_bent_address_breaks_anything(app, session, web, tally):
    ask_bent(app, session, web, tally, 300)


@pytest.mark.soak
def test_none_of_ten_thousand_does(app, session, web, tally):
    ask_bent(app, session, web, tally, 10_000)


@pytest.mark.parametrize("size", ["100000000", "-1", "0", "1e8", "9" * 20, "abc", "51", ""])
def test_a_page_has_one_of_three_sizes(session, web, size):
    client = web(World(session).account("ADM"))
    for path, view in (("/divisions/list/", "DivisionView"), ("/codes/list/", "CodeValueView")):
        page = client.get(path, query_string={f"psize_{view}": size})
        assert page.status_code == 200
        assert 10 < page.text.count("<tr") <= 52
    deep = client.get("/divisions/list/?page_DivisionView=" + "9" * 20)
    assert deep.status_code == 200
