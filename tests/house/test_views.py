"""Every screen over a table stands on our base, has a name, and changes nothing by a look."""

import ast
import re
from pathlib import Path

import pytest
from flask_appbuilder.baseviews import BaseCRUDView, BaseModelView

from app.views.interface import ScopedInterface
from app.views.scoped import ScopedModelView

OURS = {"acting.py", "reading.py", "writing.py"}  # the three halves of the base
FORBIDDEN = {"ModelView", "ModelRestApi", "MasterDetailView", "CompactCRUDMixin", "BaseChartView"}
CHANGING = {"delete", "action", "action_post", "logout", "prefer", "seek"}
RAW = {"widgets", "widget", "related"}  # what FAB renders to a string before a template prints it


@pytest.fixture(scope="module")
def screens(app):
    return [view for view in app.appbuilder.baseviews if isinstance(view, BaseModelView)]


def test_every_screen_is_scoped(screens):
    loose = [
        type(view).__name__
        for view in screens
        if not isinstance(view, ScopedModelView) or not isinstance(view.datamodel, ScopedInterface)
    ]
    assert loose == []


def test_every_screen_has_a_name_of_its_own(screens):
    made_up = {
        type(view).__name__: title
        for view in screens
        if isinstance(view, BaseCRUDView)
        for right, title in (
            ("list", str(view.list_title)),
            ("show", str(view.show_title)),
            ("add", str(view.add_title)),
            ("edit", str(view.edit_title)),
        )
        if f"can_{right}" in view.base_permissions
        and title.replace(" ", "") == f"{right.title()}{view.datamodel.model_name}"  # FAB's
    }
    assert made_up == {}


def test_no_screen_derives_from_fabs_own():
    found = [
        f"{path}:{node.lineno}"
        for path in Path("app").rglob("*.py")
        if path.name not in OURS and path.parent.name != "bench"  # which measures bare FAB
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in FORBIDDEN
    ]
    assert found == []


def test_what_changes_is_post_alone(app):
    open_to_looks = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[-1] in CHANGING and not rule.methods <= {"POST", "OPTIONS"}
    ]
    assert open_to_looks == []


def test_nothing_is_printed_unescaped_but_what_a_widget_drew():
    found = [
        f"{path}: {line.strip()}"
        for path in Path("app/templates").rglob("*.html")
        for line in path.read_text().splitlines()
        for printed in re.findall(r"\{\{(.*?)\}\}", line)
        if re.search(r"\|\s*safe\b", printed) and re.split(r"\W", printed.strip())[0] not in RAW
    ]
    assert found == []
