"""来源: through which import a record came or a change was written, in words; its row of the file.

Whoever may not see the import reads that it was one, and no more.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.import_batch import ImportBatch, ImportLine
from app.models.student import Student

THROUGH_IMPORT = re.compile(r"import(\.undo)?:(\d+)$")  # how a writing names itself in the history


class Provenance(NamedTuple):
    """What is said of an import, and which one its reader may open."""

    said: str
    import_id: int | None = None


def came_by(session: Session, pupil: Student) -> Provenance | None:
    """Return through which import a pupil came, and as which row; None for one typed by hand."""
    if pupil.import_batch_id is None:
        return None
    batch = session.get(ImportBatch, pupil.import_batch_id)
    if batch is None:
        return Provenance(_("import"))
    line = ImportLine
    asked = select(line.row_no).where(line.batch_id == batch.id, line.target_id == pupil.id)
    row = session.scalar(asked.limit(1))
    if row is None:
        return Provenance(_("import %(n)s", n=batch.number), batch.id)
    return Provenance(_("import %(n)s, row %(row)s", n=batch.number, row=row), batch.id)


def written_by(session: Session, reason: str) -> Provenance | None:
    """Return which import a reason of the history names; None when it names none."""
    through = THROUGH_IMPORT.match(reason)
    if through is None:
        return None
    batch = session.get(ImportBatch, int(through[2]))
    if batch is None:
        return Provenance(_("undo of an import") if through[1] else _("import"))
    if through[1]:
        return Provenance(_("undo of import %(n)s", n=batch.number), batch.id)
    return Provenance(_("import %(n)s", n=batch.number), batch.id)
