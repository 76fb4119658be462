"""What the page of one batch shows at any stage: where it stands, what it wrote, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.imports import findings, report
from app.imports.desk import SPECS
from app.imports.spec import ImportSpec
from app.models.import_batch import BatchState, ImportBatch, Severity
from app.models.job import Job
from app.models.student import Status, Student
from app.views.import_reasons import Line, line_of
from app.views.import_words import Kind, kind_of
from app.views.progress import Progress
from app.views.words import lang

BUSY = (BatchState.PENDING, BatchState.CHECKING, BatchState.COMMITTING, BatchState.UNDOING)
UNREAD = (BatchState.PENDING, BatchState.CHECKING)
STAGES = ("upload", "template", "rows", "preview", "write", "result")
AT = {  # the stage a batch is at; what stands before is done
    BatchState.PENDING: "template",
    BatchState.MAPPING: "template",
    BatchState.CHECKING: "rows",
    BatchState.FAILED: "template",
    BatchState.PREVIEW: "preview",
    BatchState.DISCARDED: "preview",
    BatchState.COMMITTING: "write",
    BatchState.COMMITTED: "result",
    BatchState.UNDOING: "result",
    BatchState.UNDONE: "result",
}
OVER = (BatchState.FAILED, BatchState.DISCARDED)
DONE = (BatchState.COMMITTED, BatchState.UNDONE)


class Stage(NamedTuple):
    """One stage of the strip; kind: done, here, stopped, todo."""

    kind: str
    word: str


class Sheet:
    """The page of one batch, worked out as the template asks."""

    def __init__(self, session: Session, batch: ImportBatch, args: Mapping[str, str]) -> None:
        self.session, self.batch, self.args = session, batch, args

    @property
    def spec(self) -> ImportSpec:
        """The template of the file."""
        return SPECS[self.batch.template]

    @property
    def kind(self) -> Kind:
        """The template in words."""
        return kind_of(self.batch.template)

    @property
    def is_busy(self) -> bool:
        """A job works at it, or will."""
        return self.batch.state in BUSY

    @property
    def is_unread(self) -> bool:
        """Nobody knows yet what is in the file."""
        return self.batch.state in UNREAD

    @property
    def failure(self) -> str:
        """Why the file could not be read at all."""
        return report.failure(self.batch, lang())

    @property
    def strip(self) -> list[Stage]:
        """The stages of an import and where this one stands."""
        words = [
            _("Upload"), _("Check the template"), _("Check the rows"), _("Preview"),
            _("Write"), _("Result"),
        ]  # fmt: skip
        at = STAGES.index(AT[self.batch.state])
        here = "stopped" if self.batch.state in OVER else "here"
        kinds = ["done"] * at + ["done" if self.batch.state in DONE else here]
        kinds += ["todo"] * (len(STAGES) - len(kinds))
        return [Stage(kind, word) for kind, word in zip(kinds, words, strict=True)]

    @cached_property
    def lines(self) -> list[Line]:
        """Every reason in words, errors and warnings."""
        return [line_of(reason) for reason in findings.reasons(self.session, self.batch.id)]

    @property
    def errors(self) -> list[Line]:
        """What keeps rows out."""
        return [line for line in self.lines if line.reason.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Line]:
        """What somebody should look at."""
        return [line for line in self.lines if line.reason.severity is Severity.WARNING]

    @cached_property
    def waiting(self) -> int:
        """How many of the pupils it wrote are yet to be registered."""
        pupils = select(func.count()).where(
            Student.import_batch_id == self.batch.id,
            Student.status == Status.PENDING_REGISTRATION,
        )
        return self.session.scalar(pupils) or 0

    @cached_property
    def came_back(self) -> bool:
        """Something changed between the preview and the writing, so it was given back."""
        if self.batch.state is not BatchState.PREVIEW or self.batch.job_id is None:
            return False
        job = self.session.get(Job, self.batch.job_id)
        return job is not None and job.kind == "import.commit"


def is_stuck(batch: ImportBatch, progress: Progress | None) -> bool:
    """Tell whether a batch waits for work that nobody will do any more."""
    return batch.state in BUSY and (progress is None or progress.failed)
