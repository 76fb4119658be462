"""A console with the screens of `screens.py` in place of the real ones, and two schools in it."""

from types import SimpleNamespace

import pytest

from app.models.student import Status
from app.policies import scope
from tests import make


@pytest.fixture(scope="session")
def app(house):
    from app.extensions import db
    from app.factory import create_app
    from app.views import frame, register
    from tests.conftest import Browser
    from tests.views.base.screens import SCREENS

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "SCREENS", SCREENS)
        patch.setattr(register, "HIDDEN", (frame.FrameView,))
        made = create_app(WTF_CSRF_ENABLED=False, DEMO=True)
    made.test_client_class = Browser
    made.extensions[frame.KEY] = frame.Hooks()  # no room of the real console speaks here
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def schools(session):
    """Two schools of one county, a class and two pupils in each; the registrar of the first."""
    scope.enter(make.WHOLE, session)
    mine, other = make.a_school(session), make.a_school(session)
    room, room_of_other = make.a_class(session, mine), make.a_class(session, other)
    return SimpleNamespace(
        mine=mine,
        other=other,
        room=room,
        foreign_room=room_of_other,
        pupils=[
            make.a_pupil(session, room, name="安雨桐"),
            make.a_pupil(session, room, name="陈嘉树", status=Status.SUSPENDED),
        ],
        foreign=[make.a_pupil(session, room_of_other, name="安家宁")],
        registrar=make.an_account(session, "SR", mine),
        county=make.an_account(session, "CR", "411302"),
    )


@pytest.fixture
def desk(web, schools):
    """The browser of the first school's registrar."""
    return web(schools.registrar)
