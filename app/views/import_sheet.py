"""What the page of one batch shows: its stages, its parts, the reasons and the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes import masking
from app.imports import findings, report
from app.imports.findings import Key, Parts, Reason
from app.models.import_batch import BatchState, ImportBatch, ImportProblem, Severity
from app.models.job import Job
from app.models.page import Page
from app.models.student import Status, Student
from app.views.labels import NONE
from app.views.progress import Progress
from app.views.words import lang

BUSY = (BatchState.PENDING, BatchState.CHECKING, BatchState.COMMITTING)
UNREAD = (BatchState.PENDING, BatchState.CHECKING)
STAGES = ("upload", "template", "rows", "preview", "write", "result")
AT = {  # the stage a batch is at; what stands before is done
    BatchState.PENDING: "template",
    BatchState.CHECKING: "rows",
    BatchState.FAILED: "template",
    BatchState.PREVIEW: "preview",
    BatchState.DISCARDED: "preview",
    BatchState.COMMITTING: "write",
    BatchState.COMMITTED: "result",
}
PARTS = {"new", "warned", "refused"}
MOST_RANGES = 5


class Stage(NamedTuple):
    """One stage of the strip; kind: done, here, stopped, todo."""

    kind: str
    word: str


class Line(NamedTuple):
    """A reason in words: what is wrong, in which rows, what to do."""

    reason: Reason
    what: str
    where: str
    todo: str


class Sheet:
    """The page of one batch, worked out as the template asks."""

    def __init__(self, session: Session, batch: ImportBatch, args: Mapping[str, str]) -> None:
        self.session, self.batch, self.args = session, batch, args

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
        words = (
            _("Upload"), _("Check the template"), _("Check the rows"), _("Preview"),
            _("Write"), _("Result"),
        )  # fmt: skip
        at = STAGES.index(AT[self.batch.state])
        is_over = self.batch.state in (BatchState.FAILED, BatchState.DISCARDED)
        here = "done" if self.batch.state is BatchState.COMMITTED else "here"
        kinds = ["done"] * at + ["stopped" if is_over else here]
        kinds += ["todo"] * (len(STAGES) - len(kinds))
        return [Stage(kind, word) for kind, word in zip(kinds, words, strict=True)]

    @cached_property
    def parts(self) -> Parts:
        """The rows by what becomes of them."""
        return findings.parts(self.session, self.batch)

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

    @property
    def shown(self) -> str:
        """Which part is open: the one asked for, else what needs a person first."""
        asked = self.args.get("show", "")
        if asked in PARTS:
            return asked
        return "refused" if self.batch.refused else "new"

    @property
    def key(self) -> Key | None:
        """The reason whose rows are asked for."""
        if "code" not in self.args:
            return None
        return Key(*(self.args.get(name, "") for name in Key._fields))

    @cached_property
    def line(self) -> Line | None:
        """The reason whose rows are shown; one that is not there shows all."""
        return next((line for line in self.lines if line.reason.key == self.key), None)

    @cached_property
    def rows(self) -> Page:
        """The page of rows that is shown."""
        page = int(asked) if (asked := self.args.get("page", "")).isdecimal() else 1
        if self.line:
            key = self.line.reason.key
            return findings.rows_of_reason(self.session, self.batch.id, key, page)
        if self.shown == "new":
            return findings.new_rows(self.session, self.batch.id, page)
        severity = Severity.ERROR if self.shown == "refused" else Severity.WARNING
        return findings.troubled_rows(self.session, self.batch.id, severity, page)

    def masked(self, number: str | None) -> str:
        """Show an ID number by its ends."""
        return masking.id_number(number) if number else NONE

    def sentence(self, problem: ImportProblem) -> str:
        """Say one problem in the language of the page."""
        return report.sentence(problem, lang())

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


def line_of(reason: Reason) -> Line:
    """Return a reason in words of the page's language."""
    what, todo = halves(reason.sentence(lang()), is_hint=bool(reason.key.hint))
    return Line(reason, what, ranges(reason.ranges), todo)


def halves(sentence: str, *, is_hint: bool = False) -> tuple[str, str]:
    """Split "what is wrong; what to do" where the house's sentences have their semicolon.

    A sentence with a hint has a colon there: "is written wrongly: 8 digits are expected".
    """
    marks = (("：", ": ") if is_hint else ("；", "; "))[lang() != "zh"]
    what, _mark, todo = sentence.partition(marks)
    return what.rstrip("。."), todo[:1].upper() + todo[1:]


def ranges(rows: list[tuple[int, int]]) -> str:
    """Say rows as ranges: 9–12, 40, and so on."""
    told = [f"{first:,}–{last:,}" if last > first else f"{first:,}" for first, last in rows]
    text = ("、" if lang() == "zh" else ", ").join(told[:MOST_RANGES])
    if len(told) > MOST_RANGES:
        return str(_("rows %(rows)s and others", rows=text))
    is_one = len(rows) == 1 and rows[0][0] == rows[0][1]
    return str(_("row %(row)s", row=text) if is_one else _("rows %(rows)s", rows=text))
