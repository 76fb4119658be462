"""Refused rows put right: single cells in the page, or all of them in the error workbook.

Both are judged again at once, and the page shows what is still wrong with what was typed.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app.errors import BadFile, Refused, Stale
from app.imports import amending
from app.jobs.importing import everywhere
from app.models.import_batch import ImportBatch
from app.views.actor import session, today
from app.views.doors import door
from app.views.import_ways import own_batch, seen, taken
from app.views.inbox_filters import number
from app.views.words import say

CELL, WAS = "c-", "was-"


class ImportMendView(BaseView):
    """Only posts; every one leads back to the refused rows."""

    route_base = "/import"
    class_permission_name = "ImportBatch"
    default_view = "amend"

    @expose("/<int:pk>/amend", methods=["POST"])
    @door("upload")
    def amend(self, pk: int) -> Any:
        """Type the changed cells of a page anew and check their rows again."""
        before = own_batch(pk).refused
        if cells := typed(request.form):
            batch = amending.amend(session(), pk, cells, asked())
            _tell(batch, before)
            session().commit()
        return _to_refused(pk, request.form.get("page"))

    @expose("/<int:pk>/rejoin", methods=["POST"])
    @door("upload")
    def rejoin(self, pk: int) -> Any:
        """Put the rows of a corrected error workbook in the place of those it was made of."""
        before = own_batch(pk).refused
        try:
            _name, data = taken(request.files.get("file"))
            with tempfile.TemporaryDirectory(prefix="xueji-upload-") as folder:
                path = Path(folder) / "workbook.xlsx"
                path.write_bytes(data)
                batch = amending.rejoin(session(), pk, path, asked())
        except Stale:
            raise
        except (BadFile, Refused) as bad:
            session().rollback()
            flash(" ".join(map(say, bad.refusals)), "danger")
            return _to_refused(pk)
        _tell(batch, before)
        session().commit()
        return _to_refused(pk)


def typed(form: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Return the cells of a form that are not what stood there: row, field, text."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for name, text in form.items():
        row, _dash, field = name.removeprefix(CELL).partition("-")
        if not name.startswith(CELL) or number(row) is None:
            continue
        if text.strip() != form.get(f"{WAS}{row}-{field}", ""):
            found[int(row)][field] = text.strip()
    return dict(found)


def asked() -> amending.Asked:
    """Return with what rows are judged again: the preview that was seen, the day, the registry."""
    return amending.Asked(seen(), today(), everywhere)


def _tell(batch: ImportBatch, before: int) -> None:
    fewer, left = before - batch.refused, batch.refused
    good = ngettext("%(num)s row is good now", "%(num)s rows are good now", fewer)
    bad = ngettext("%(num)s row is still refused", "%(num)s rows are still refused", left)
    flash(_("Checked again: %(good)s, %(left)s.", good=good, left=bad), "info")


def _to_refused(pk: int, page: str | None = None) -> Any:
    return redirect(url_for("ImportView.show", pk=pk, show="refused", page=page or None))
