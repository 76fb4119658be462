"""A county of two schools with pupils, and exports written without a worker."""

import pytest

from app.exports import making
from app.exports.asking import ask_export
from app.models.student import Status
from app.policies import scope
from app.policies.roles import Actor, Role
from app.storage.sealed_files import Folder, read
from tests import make


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")


@pytest.fixture
def county(session):
    """Two schools of one county, a class each with pupils of all kinds; a stranger elsewhere."""
    scope.enter(make.WHOLE, session)
    found = {}
    for place, code in (("own", "419701"), ("sibling", "419701"), ("stranger", "459701")):
        school = make.a_school(session, code)
        room, other = make.a_class(session, school), make.a_class(session, school)
        pupils = [make.a_pupil(session, room, name=f"{place}甲{n}", seat_no=n) for n in (3, 1, 2)]
        pupils.append(make.a_pupil(session, other, name=f"{place}乙", gender="2"))
        waiting = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION, name=f"{place}候")
        found[place] = {"school": school, "room": room, "other": other, "pupils": pupils}
        found[place]["pupils"].append(waiting)
    return found


@pytest.fixture
def at_work(session, county):
    """Work as a role: at the own school, or the authority that runs it; gives account, actor."""

    def enter(role, **about):
        scope.enter(make.WHOLE, session)
        own = county["own"]
        is_school = Role(role).tier.name == "SCHOOL"
        homes = {"CR": "419701", "CL": "419701", "TR": "4197", "PR": "41"}
        if Role(role).is_teacher:
            about.setdefault("classes", (own["room"],))
        home = own["school"] if is_school else homes[role]
        account = make.an_account(session, role, home, **about)
        place = account.organisation
        actor = Actor(account.user_id, Role(role), place.id, place.path)
        make.unwitnessed(session)
        scope.enter(scope.scope_of(session, account.user_id), session)
        return account, actor

    return enter


def asked(session, actor, source="pupils", **about):
    facts = {
        "columns": ["name", "number", "id_number", "class_number", "seat_no", "gender"],
        "filters": {},
        "format": "xlsx",
        "language": "zh",
        "purpose": "TEACHING",
        **about,
    }
    return ask_export(session, actor, source=source, **facts)


def written(session, export, most=making.MOST_ROWS):
    """Write all parts of an export; give their bytes and the mark."""
    mark = making.Mark()
    while not mark.is_whole:
        making.write_part(session, export, mark, lambda _rows: None, most)
    session.flush()
    session.refresh(export)
    return [read(Folder.EXPORTS, part.sha256) for part in export.parts], mark
