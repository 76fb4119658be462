"""What became of a batch: the rows it wrote, and after an undo the three buckets they ended in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.imports.target import Fate
from app.imports.undoing import Foreseen
from app.models.account import Account
from app.models.import_batch import ImportBatch, ImportLine, Outcome, Verdict
from app.models.page import Page, page_of
from app.models.student import Status
from app.views import import_groups as groups
from app.views.inbox_filters import number
from app.views.words import say

VERDICTS = (Verdict.NEW, Verdict.CHANGED, Verdict.ELSEWHERE, Verdict.LIKELY)


class Bucket(NamedTuple):
    """One end of a row in words."""

    kind: str
    icon: str
    word: Any
    sub: Any


BUCKETS: Mapping[Outcome, Bucket] = {
    Outcome.REVERSED: Bucket(
        "ok", "rotate-left", _("Taken back"), _("as if it had never been imported")
    ),
    Outcome.KEPT: Bucket("warn", "user-pen", _("Kept"), _("somebody changed the record since")),
    Outcome.STUCK: Bucket("bad", "lock", _("Stays"), _("cannot be taken back any more")),
}


class Written(NamedTuple):
    """A row of the file after the writing: its end, why, and who changed the record since.

    ``leads`` says that it is about a pupil whose page can be opened.
    """

    row_no: int
    told: str
    verdict: Verdict
    pupil_id: int | None
    outcome: Outcome | None
    why: str
    by: str
    leads: bool


class Result:
    """The rows a batch wrote, narrowed to a verdict or a bucket as the address asks."""

    def __init__(self, session: Session, batch: ImportBatch, args: Mapping[str, str]) -> None:
        self.session, self.batch = session, batch
        self.asked = args.get("show", "").upper()
        self.number = number(args.get("page")) or 1

    @property
    def outcome(self) -> Outcome | None:
        """The bucket that is open."""
        return Outcome.__members__.get(self.asked)

    @property
    def verdict(self) -> Verdict | None:
        """The kind of row that is open."""
        return Verdict.__members__.get(self.asked)

    @cached_property
    def page(self) -> Page:
        """The page of rows (`Written`) that is shown."""
        found = select(ImportLine).where(ImportLine.batch_id == self.batch.id)
        if self.outcome:
            found = found.where(ImportLine.outcome == self.outcome)
        if self.verdict:
            found = found.where(ImportLine.verdict == self.verdict)
        page = page_of(self.session, found.order_by(ImportLine.row_no), self.number)
        ends = [Fate(line.row_no, line.outcome, line.why, line.by) for line in page.items]
        return page._replace(items=self._told(ends, page.items))

    def _told(self, ends: Sequence[Fate], lines: Iterable[ImportLine]) -> list[Written]:
        """Name the pupils and the people of rows, and say why they end as they do."""
        by_row = {line.row_no: line for line in lines}
        pupils = groups.pupils(self.session, self.batch, by_row.values())
        names = names_of(self.session, [end.by for end in ends])
        return [
            Written(
                end.row,
                line.told or (pupil.name if pupil else ""),
                line.verdict,
                groups.pupil_key(self.batch, line),
                end.outcome,
                say(Refusal(end.why)) if end.why else "",
                names.get(end.by or 0, ""),
                leads=pupil is not None and pupil.status is not Status.DELETED,
            )
            for end in ends
            for line in (by_row[end.row],)
            for pupil in (pupils.get(groups.pupil_key(self.batch, line)),)
        ]

    @cached_property
    def counts(self) -> Mapping[Outcome, int]:
        """How many rows ended in each bucket."""
        return {
            Outcome.REVERSED: self.batch.reversed,
            Outcome.KEPT: self.batch.kept,
            Outcome.STUCK: self.batch.stuck,
        }


class Undoing(Result):
    """What an undo would do: the same page before it is pressed."""

    def __init__(
        self, session: Session, batch: ImportBatch, args: Mapping[str, str], foreseen: Foreseen
    ) -> None:
        super().__init__(session, batch, args)
        self.foreseen = foreseen

    @property
    def shown(self) -> Outcome:
        """The bucket that is open: the one asked for, else the first that has a row."""
        return self.outcome or next((o for o in BUCKETS if self.counts.get(o)), Outcome.REVERSED)

    @cached_property
    def counts(self) -> Mapping[Outcome, int]:
        """How many rows would end in each bucket."""
        return self.foreseen.counts

    @cached_property
    def page(self) -> Page:
        """The page of rows (`Written`) of the open bucket."""
        page = self.foreseen.page(self.shown, self.number)
        numbers = [fate.row for fate in page.items]
        found = select(ImportLine).where(
            ImportLine.batch_id == self.batch.id, ImportLine.row_no.in_(numbers)
        )
        return page._replace(items=self._told(page.items, self.session.scalars(found)))


def names_of(session: Session, ids: Sequence[int | None]) -> Mapping[int, str]:
    """Return the names of people of one's own subtree by id."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    found = select(Account.user_id, Account.name).where(Account.user_id.in_(wanted))
    return {row.user_id: row.name for row in session.execute(found)}
