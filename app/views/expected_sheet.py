"""What the page of one expected list shows: the counts, one outcome, a page of its pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.models.page import SIZE, Page, pages
from app.views.inbox_tabs import number
from app.views.words import field_word
from app.workflows.reconciling import Found, Outcome, Pair, counts, elsewhere

FIELDS = ("name", "gender", "birth_date", "id_number")  # in the order in which they are told


class Sheet:
    """The pairs of a list, narrowed to one outcome: by default the first that has any."""

    def __init__(self, session: Session, pairs: Sequence[Pair], asked: Any) -> None:
        self.counts = counts(pairs)
        first = next((one for one in Outcome if self.counts[one]), Outcome.SAME)
        self.shown = next((one for one in Outcome if one.value == asked.get("show")), first)
        of_kind = [pair for pair in pairs if pair.outcome is self.shown]
        at = max(1, min(number(asked.get("page")) or 1, pages(len(of_kind))))
        self.page = Page(of_kind[(at - 1) * SIZE : at * SIZE], len(of_kind), at)
        self.elsewhere: dict[int, Found] = elsewhere(session, self.page.items)

    @property
    def is_equal(self) -> bool:
        """Tell whether list and registry say the same of everybody."""
        return not any(self.counts[one] for one in Outcome if one is not Outcome.SAME)

    @staticmethod
    def fields(pair: Pair) -> list[str]:
        """Return the names of the fields in which a pair differs."""
        return [field_word(name) for name in FIELDS if name in pair.differs]
