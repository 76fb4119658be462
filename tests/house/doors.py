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
    "FactorView.code",
    "FactorView.device",
    "SessionView.left",
    "UtilView.back",
    "LocaleView.index",
    "FrameView.prefer",
}
NAMES: dict[str, dict[str, str]] = {  # endpoint: what its parameters are, but for `pk`
    "reveal": {"field": "id_number"},
    "action": {"name": "delete_all"},
    "export": {"kind": "csv"},
    "fetch": {"part": "1"},
}
ROWS = {  # own pages: endpoint → parameter, table
    **dict.fromkeys(
        ("CaseView.decide", "CaseView.printed", "CaseView.show", "InboxView.pane"),
        ("case_id", "case_file"),
    ),
    **{
        f"CaseNotesView.{name}": ("case_id", "case_file")
        for name in ("comment", "contact", "paper", "printed")
    },
    **dict.fromkeys(
        ("VerificationView.mark", "VerificationView.reveal"), ("student_id", "student")
    ),
    **{
        f"VerificationRoundView.{name}": ("round_id", "verification_round")
        for name in ("again", "answer", "apply", "end", "file", "forget", "live", "show")
    },
    **{
        f"ExportView.{name}": ("pk", "export")
        for name in ("again", "cancel", "certificate", "destroy", "fetch", "live", "show")
    },
    **{
        f"ExportRequestView.{name}": ("request_id", "export_request")
        for name in ("decide", "edit", "press", "save", "show")
    },
    **{
        f"ExportRequestFileView.{name}": ("request_id", "export_request")
        for name in ("certificate", "destroy", "fetch", "generate", "live", "password")
    },
    "EvidenceView.add": ("case_id", "case_file"),
    **{
        f"EvidenceView.{name}": ("paper_id", "attachment")
        for name in ("download", "picture", "take_off")
    },
    **dict.fromkeys(("InboxView.job", "RegistrationView.job"), ("job_id", "job")),
    "InboxView.drop": ("filter_id", "saved_filter"),
    "MovementView.open": ("student_id", "student"),
    **dict.fromkeys(("MovementView.again", "TransferAgainView.again"), ("case_id", "case_file")),
    **dict.fromkeys(("KeyChangeView.check", "KeyChangeView.open"), ("student_id", "student")),
    "KeyChangeView.again": ("case_id", "case_file"),
    **dict.fromkeys(("ProblemView.answer", "ProblemView.show"), ("student_id", "colliding")),
    "ProblemView.again": ("case_id", "problem_case"),
    "KeyChangeView.reveal": ("line_id", "key_change_line"),
    "RegistrationView.batch": ("batch_id", "import_batch"),
    **dict.fromkeys(
        ("RenumberingView.number", "RenumberingView.show"), ("class_id", "school_class")
    ),
    **dict.fromkeys(("CoverView.end", "CoverView.wear"), ("cover_id", "substitution")),
    **dict.fromkeys(("RegistrationView.one", "RegistrationView.strike"), ("student_id", "student")),
    **{
        f"ExpectedView.{name}": ("list_id", "expected_list")
        for name in ("differences", "remove", "show")
    },
    **{f"ImportView.{name}": ("pk", "import_batch") for name in ("errors", "live", "show")},
    **dict.fromkeys(("ImportMendView.amend", "ImportMendView.rejoin"), ("pk", "import_batch")),
    **{
        f"ImportActView.{name}": ("pk", "import_batch")
        for name in (
            "check",
            "choose",
            "commit",
            "discard",
            "halt",
            "match",
            "undo",
            "undo_preview",
        )
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


def addresses(app: Flask, row: dict[str, object]):
    """Every route that names a row, with that row's key in it: table, address, its verbs."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        named = row_of(app, rule)
        if named is None:
            continue
        parameter, table = named
        method = rule.endpoint.split(".")[1]
        values = {**NAMES.get(method, {}), parameter: row[table]}
        yield table, adapter.build(rule.endpoint, values), sorted(rule.methods - {"OPTIONS"})


def pages(app: Flask):
    """Every address that names no row and can be opened by looking."""
    for rule in app.url_map.iter_rules():
        if not rule.arguments and rule.endpoint not in OPEN and "GET" in rule.methods:
            yield str(rule)


def table_of(view, name: str) -> str:
    """The table a look-up or a relation of a screen leads to, or nothing."""
    if name in view.lookups:
        return str(view.lookups[name].model.__tablename__)
    is_relation = view.datamodel.is_relation(name) if name in vars(view.datamodel.obj) else False
    return view.datamodel.get_related_model(name).__tablename__ if is_relation else ""
