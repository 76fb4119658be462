"""Flask-AppBuilder as it comes, on the same tables: what our pages are measured against.

It connects past every policy, has no login, no scope, no count limit and no face of ours. To be
fair, the search form leaves out the relation to the classes (tens of thousands of choices).
"""

from __future__ import annotations

import secrets

from flask import Flask
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager

from app.models.base import Model
from app.models.school import School
from app.models.student import Student
from config import ENGINE, with_driver


class PlainPupils(ModelView):
    """A list of pupils as the documentation shows how to make one."""

    datamodel = SQLAInterface(Student)
    route_base = "/students"
    page_size = 50
    list_columns = ["name", "gender", "number", "school", "grade", "school_class", "status"]
    search_columns = ["name", "gender", "school", "status"]


class PlainSchools(ModelView):
    """A list of schools, likewise."""

    datamodel = SQLAInterface(School)
    route_base = "/schools"
    page_size = 50
    list_columns = ["organisation", "type", "territorial", "state"]
    search_columns = ["type", "territorial", "state"]


class OpenDoor(SecurityManager):
    """Nobody signs in and everybody may look: no cost of ours or of FAB's for knowing who asks."""

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Let everybody in."""
        del permission_name, view_name
        return True

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Let everybody in."""
        del permission_name, view_name
        return True


def bare_app(root_url: str) -> Flask:
    """Return an application of two plain screens that anybody may open."""
    app = Flask("bare")
    app.config.update(
        SECRET_KEY=secrets.token_hex(),
        SQLALCHEMY_DATABASE_URI=with_driver(root_url),
        SQLALCHEMY_ENGINE_OPTIONS=ENGINE,
        FAB_CREATE_DB=False,
        FAB_UPDATE_PERMS=False,
    )
    db = SQLA(metadata=Model.metadata)
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(security_manager_class=OpenDoor)
        builder.init_app(app, db.session)
        builder.add_view(PlainPupils, "Pupils")
        builder.add_view(PlainSchools, "Schools")
    return app
