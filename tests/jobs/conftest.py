"""A schema of its own for what test jobs do."""

import pytest

from app.jobs.queue import ask
from app.jobs.sessions import transaction

YARD = """
CREATE SCHEMA yard; GRANT USAGE ON SCHEMA yard TO xueji_app;
CREATE TABLE yard.effect (job_id bigint, n int);
CREATE TABLE yard.tally (total bigint); INSERT INTO yard.tally VALUES (0);
CREATE TABLE yard.seen (job_id bigint, code text);
GRANT ALL ON ALL TABLES IN SCHEMA yard TO xueji_app;
"""


@pytest.fixture(scope="module")
def yard(root):
    """The module's database, with tables for effects."""
    root.execute(YARD)
    return root


@pytest.fixture
def asked(yard, crew):
    """Ask for a job and commit; gives its id."""

    def put(kind, **about):
        with transaction() as session:
            return ask(session, kind, **about)

    return put
