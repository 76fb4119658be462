"""Every route of the console, and whose row its address names; a new one must be placed here."""

from __future__ import annotations

from flask import Flask

OPEN = {  # for everybody, signed in or not; they show no row
    "static",
    "appbuilder.static",
    "health.healthz",
    "health.readyz",
    "Home.index",
    "Gate.login",
    "Gate.logout",
    "UtilView.back",
    "LocaleView.index",
    "FrameView.prefer",
}
NAMES: dict[str, dict[str, str]] = {  # endpoint: what its parameters are, but for `pk`
    "reveal": {"field": "id_number"},
    "action": {"name": "delete_all"},
}
ROWS = {  # own pages: endpoint → parameter, table
    **dict.fromkeys(
        ("CaseView.decide", "CaseView.show", "InboxView.pane"), ("case_id", "case_file")
    ),
    **dict.fromkeys(("InboxView.job", "RegistrationView.job"), ("job_id", "job")),
    "RegistrationView.batch": ("batch_id", "import_batch"),
    "RegistrationView.strike": ("student_id", "student"),
    **{
        f"ImportView.{name}": ("pk", "import_batch")
        for name in ("check", "commit", "discard", "errors", "live", "show")
    },
    **{
        f"PromotionView.{name}": ("pk", "promotion_run")
        for name in ("ask", "confirm", "exceptions", "live", "resume", "show", "undo")
    },
}
PARAMETERLESS = ("lookup",)  # `name` is a column of ours, no row


def views(app: Flask):
    """The views by endpoint's first part."""
    return {view.endpoint: view for view in app.appbuilder.baseviews if hasattr(view, "endpoint")}


def row_of(app: Flask, rule) -> tuple[str, str] | None:
    """Return the parameter and the table of the row a route's address names, or None."""
    if rule.endpoint in ROWS:
        return ROWS[rule.endpoint]
    view = views(app).get(rule.endpoint.split(".")[0])
    if "pk" in rule.arguments and hasattr(view, "datamodel"):
        return "pk", view.datamodel.obj.__tablename__
    return None


def is_placed(app: Flask, rule) -> bool:
    """Tell whether a route is open, names a row we know, or names no row at all."""
    if rule.endpoint in OPEN:
        return True
    noun = getattr(views(app).get(rule.endpoint.split(".")[0]), "class_permission_name", None)
    if noun is None:
        return False
    method = rule.endpoint.split(".")[1]
    left = set(rule.arguments) - set(NAMES.get(method, {}))
    if row_of(app, rule):
        return left <= {row_of(app, rule)[0]}
    return not left or method in PARAMETERLESS
