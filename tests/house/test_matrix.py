"""Every route × role × whose row × verb: not yours and not there look the same, nothing moves.

A row of another place answers 404 (403 where the role has not even the door), names nobody in
its answer, and is as it was when all is over. The suite asks a share of the matrix, `make soak`
the whole.
"""

import pytest

from tests.house import doors
from tests.house.world import (
    NOBODY,
    PLACES,
    ROLES,
    World,
    closed_to,
    is_seen,
    told_of,
    without_keys,
)

VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
GONE = (403, 404, 405)
AT_THE_DOOR = (302, 401, *GONE)
JSON = {"Accept": "application/json"}  # an answer without the frame around it is the same answer
SHARE = 17  # the suite asks every seventeenth, some thousands; `make soak` every one
ASKED, CROSSED = "requests of the matrix", "answers or rows that crossed a scope"
NOISE = ("audit_event", "account", "credential")  # signing in and being refused is written down


def is_right(role, verb, answer, *, seen):
    """Tell whether an answer is one that somebody may get about a row they see, or do not see."""
    if verb == "OPTIONS" and answer.status_code == 200:
        return not answer.data
    if told_of(role, answer):
        return False
    if role is None:
        return answer.status_code in AT_THE_DOOR
    return answer.status_code < 500 if seen else answer.status_code in GONE


def asked(client, url, verb):
    return client.open(url, method=verb, data={} if verb == "POST" else None, headers=JSON)


def crossings(app, world, client, role, share, tally):
    """Ask; what must not be seen, or was changed by asking, is returned."""
    before = world.fingerprint(PLACES)
    found, turn = [], 0
    for place in PLACES:
        for table, url, _verbs in doors.addresses(app, world.rows[place]):
            seen = role is not None and is_seen(role, table, place)
            for verb in VERBS:
                turn += 1
                if turn % share or (seen and verb == "POST"):  # what one may do is not asked here
                    continue
                answer = asked(client, url, verb)
                tally[ASKED] += 1
                if not is_right(role, verb, answer, seen=seen):
                    found.append((place, verb, url, answer.status_code, told_of(role, answer)))
    after = world.fingerprint(PLACES)
    moved = [key for key in before if after[key] != before[key]]
    found += [key for key in moved if not (key[0] == "own" and key[1] in NOISE)]
    tally[CROSSED] += len(found)
    return found


@pytest.mark.parametrize("role", [None, *ROLES])
def test_nobody_reaches_across(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role) if role else None)
    assert crossings(app, world, client, role, SHARE, tally) == []


@pytest.mark.soak
@pytest.mark.parametrize("role", [None, *ROLES])
def test_nobody_reaches_across_at_all(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role) if role else None)
    assert crossings(app, world, client, role, 1, tally) == []


@pytest.mark.parametrize("role", ["SR", "CR"])
def test_not_yours_and_not_there_look_alike(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role))
    place = closed_to(role)[0]
    absent = dict.fromkeys(world.rows[place], NOBODY)
    for (table, url, verbs), (_t, nowhere, _v) in zip(
        doors.addresses(app, world.rows[place]), doors.addresses(app, absent), strict=True
    ):
        if is_seen(role, table, place):
            continue
        keys = world.rows[place][table], NOBODY
        for verb in verbs:
            foreign, missing = (client.open(u, method=verb) for u in (url, nowhere))
            tally[ASKED] += 2
            assert foreign.status_code == missing.status_code, (verb, url)
            assert without_keys(foreign, *keys) == without_keys(missing, *keys), (verb, url)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_lists_name_nobody_else(app, session, web, tally, role):
    world = World(session)
    client = web(world.account(role) if role else None)
    for url in doors.pages(app):
        answer = client.get(url)
        tally[ASKED] += 1
        assert answer.status_code < 500, url
        assert told_of(role, answer) == [], url
        assert role or answer.status_code in AT_THE_DOOR, url
