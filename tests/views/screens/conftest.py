import pytest

from tests.views.screens.town import Town


@pytest.fixture
def town(session):
    return Town(session)
