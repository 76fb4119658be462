"""Views are shared by threads; what one of them asks must be nobody else's."""

from concurrent.futures import ThreadPoolExecutor

from app.views import asking
from tests.house import doors

THREADS, TIMES = 4, 1_000


def test_what_one_asks_no_other_is_answered(app):
    view = doors.views(app)["ClassView"]

    def ask(who):
        mixed = 0
        for n in range(TIMES):
            mine = f"{who}-{n}"
            pairs = [("_flt_0_number", [mine])]
            found = asking.asked(view._filters, pairs, view.search_columns)  # noqa: SLF001
            values = [value for _filter, value in found.get_filters_values()]
            mixed += values != [[mine]]
        return mixed

    with ThreadPoolExecutor(THREADS) as people:
        assert sum(people.map(ask, range(THREADS))) == 0
    assert view._filters.get_filters_values() == []  # noqa: SLF001
