"""Run inside the peer's environment: import one workbook with django-import-export, print seconds.

One table of text columns with the keys and indexes a pupil's table needs least; no families, no
references, no rules, no sealing: whatever the peer leaves out is to its advantage.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

AT_ONCE = 1000


def settings(url: str) -> dict[str, Any]:
    """Return Django's address of a PostgreSQL."""
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": host,
    }


def load(module: str) -> Any:
    """Import what only the peer's environment has."""
    return import_module(module)


def main(asked: dict[str, Any]) -> float:
    """Make the table, then read and import; return the seconds of the latter."""
    load("django.conf").settings.configure(
        DATABASES={"default": settings(asked["url"])},
        INSTALLED_APPS=["import_export"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    load("django").setup()
    connection, models = load("django.db").connection, load("django.db.models")
    field = load("import_export.fields").Field
    model_resource = load("import_export.resources").ModelResource
    own = {heading: name for heading, name in asked["headings"].items() if "member" not in name}
    columns = {name: models.CharField(max_length=500, null=True) for name in own.values()}
    columns["name"] = models.CharField(max_length=80, db_index=True)
    columns["id_number"] = models.CharField(max_length=30, null=True, db_index=True)
    meta = type("Meta", (), {"app_label": "import_export", "db_table": "peer_pupil"})
    pupil = type("Pupil", (models.Model,), {**columns, "Meta": meta, "__module__": "peer"})
    options = {
        "model": pupil,
        "use_bulk": True,
        "batch_size": AT_ONCE,
        "import_id_fields": ("id_number", "name", "birth_date"),
        "fields": tuple(own.values()),
    }
    fields = {name: field(attribute=name, column_name=heading) for heading, name in own.items()}
    resource = type("Pupils", (model_resource,), {**fields, "Meta": type("Meta", (), options)})
    with connection.schema_editor() as editor:
        editor.create_model(pupil)
    started = time.perf_counter()
    with Path(asked["workbook"]).open("rb") as stream:
        rows = load("tablib").Dataset().load(stream, format="xlsx")
    result = resource().import_data(rows, dry_run=False, raise_errors=True)
    seconds = time.perf_counter() - started
    if result.totals["new"] != len(rows):
        raise RuntimeError(f"only {result.totals['new']} of {len(rows)} rows were new")
    return seconds


if __name__ == "__main__":
    print(main(json.loads(sys.argv[1])))
