"""Forms that leave a line in the audit, in the transaction of the deed."""

from __future__ import annotations

from typing import Any

from app.policies.audit import record
from app.views.actor import session
from app.views.scoped import ScopedModelView


class RecordedView(ScopedModelView):
    """A screen whose additions, changes and deletions the audit names by the table's name.

    ``prepare`` completes a new record, ``check`` judges any record before it is stored, ``release``
    judges one before it is deleted; all may raise `Refused`.
    """

    def prepare(self, item: Any) -> None:
        """Complete a new record with what its form does not ask."""

    def check(self, item: Any) -> None:
        """Judge a record that is about to be stored."""

    def release(self, item: Any) -> None:
        """Judge a record that is about to be deleted."""

    def pre_add(self, item: Any) -> None:
        """Complete, judge, store and write down a new record."""
        with session().no_autoflush:
            self.prepare(item)
            self.check(item)
        session().add(item)
        session().flush()
        self._record(item, "added")

    def pre_update(self, item: Any) -> None:
        """Judge and write down a change."""
        with session().no_autoflush:
            self.check(item)
        self._record(item, "changed")

    def pre_delete(self, item: Any) -> None:
        """Judge and write down a deletion."""
        self.release(item)
        self._record(item, "deleted")

    def _record(self, item: Any, deed: str) -> None:
        noun = item.__tablename__
        key = self.datamodel.get_pk_value(item)
        number = key if isinstance(key, int) else None
        record(session(), f"{noun}.{deed}", object_type=noun, object_id=number)
