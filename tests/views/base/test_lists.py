import re

import pytest
from sqlalchemy import event

from app.views import interface
from tests import make


def names(page):
    return re.findall(r"data-open><b>(.*?)</b>", page.text)


def test_a_list_shows_what_is_in_scope_and_no_more(desk):
    assert names(desk.get("/pupils/list/")) == ["安雨桐", "陈嘉树"]


def test_numbers_are_masked_and_states_have_word_and_glyph(desk, schools):
    page = desk.get("/pupils/list/").text
    assert schools.pupils[0].number not in page
    assert f"G{schools.pupils[0].number[1:5]}***" in page
    assert 'tag-warn"><i class="fa fa-circle-pause"' in page
    assert "休学" in page


@pytest.mark.parametrize(
    "query",
    [
        "page_StudentView=abc",
        "page_StudentView=-3",
        "page_StudentView=99999999999999999999",
        "psize_StudentView=abc",
        "_oc_StudentView=nothing&_od_StudentView=asc",
        "_oc_StudentView=name&_od_StudentView=sideways",
        "_oc_=&_od_=",
        "_flt_0_=",
        "_flt_9_status=IN_SCHOOL",
        "_flt_0_status=NOT_A_STATE",
        "_flt_0_status=IN_SCHOOL%00",
        "_flt_0_school=abc&_flt_0_school=99999999999999999999",
        "_flt_0_birth_date=2026-13-45",
        "_flt_1_birth_date=9999-12-31",
        "_flt_0_orphan=maybe",
        "_q=nonsense",
        "_q=%C3%28",
        "_n=all",
        "tab=Nothing",
    ],
)
def test_a_bent_address_is_no_error(desk, query):
    assert desk.get(f"/pupils/list/?{query}").status_code == 200


def test_an_unreadable_value_matches_nothing_rather_than_everything(desk):
    assert names(desk.get("/pupils/list/?_flt_0_birth_date=gestern")) == []


def test_several_codes_mean_any_of_them(desk):
    one = desk.get("/pupils/list/?_flt_0_status=SUSPENDED")
    both = desk.get("/pupils/list/?_flt_0_status=SUSPENDED&_flt_0_status=IN_SCHOOL")
    assert names(one) == ["陈嘉树"]
    assert names(both) == ["安雨桐", "陈嘉树"]


def test_a_relation_filters_by_its_key(desk, schools):
    assert len(names(desk.get(f"/pupils/list/?_flt_0_school={schools.mine.id}"))) == 2
    assert names(desk.get(f"/pupils/list/?_flt_0_school={schools.other.id}")) == []


def test_a_column_that_is_not_offered_neither_filters_nor_orders(desk, schools):
    plain = names(desk.get("/pupils/list/"))
    assert names(desk.get("/pupils/list/?_flt_0_gender=1")) == plain
    for column in ("address_now", "id"):
        for way in ("asc", "desc"):  # whichever way the rows came, one of the two would turn them
            ordered = desk.get(f"/pupils/list/?_oc_StudentView={column}&_od_StudentView={way}")
            assert names(ordered) == plain


def test_an_offered_column_orders_both_ways(desk):
    page = desk.get("/pupils/list/?_oc_StudentView=name&_od_StudentView=desc")
    assert names(page) == ["陈嘉树", "安雨桐"]
    assert 'aria-sort="descending"' in page.text


def test_a_search_for_a_name_leaves_no_name_in_the_address(desk):
    answer = desk.post("/pupils/search", data={"_flt_0_name": "陈", "_flt_0_status": "SUSPENDED"})
    assert answer.status_code == 303
    assert "_flt_0_status=SUSPENDED" in answer.location
    assert "name" not in answer.location
    assert names(desk.get(answer.location)) == ["陈嘉树"]


def test_a_name_in_an_address_is_ignored(desk):
    assert len(names(desk.get("/pupils/list/?_flt_0_name=陈"))) == 2


def test_a_number_is_found_by_its_digest_alone(desk, schools):
    number = schools.pupils[1].number
    answer = desk.post("/pupils/search", data={"_flt_0_number": f" {number.lower()} "})
    assert names(desk.get(answer.location)) == ["陈嘉树"]


def test_somebody_elses_sealed_search_finds_nothing_out(web, desk, schools):
    answer = desk.post("/pupils/search", data={"_flt_0_name": "陈"})
    page = web(schools.county).get(answer.location)
    assert len(names(page)) == 3  # as without a filter
    assert "陈…" not in page.text


def test_a_long_list_counts_to_its_limit_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(interface, "COUNT_LIMIT", 1)
    monkeypatch.setattr("app.views.widgets.COUNT_LIMIT", 1)
    assert "1+ pupils" in desk.get("/pupils/list/").text
    assert "2 pupils" in desk.get("/pupils/list/?_n=all").text


def test_a_page_beyond_the_limit_is_the_last_one_within_it(desk, monkeypatch):
    monkeypatch.setattr("app.views.reading.LEAF_LIMIT", 25)
    first = names(desk.get("/pupils/list/?psize_StudentView=25"))
    assert names(desk.get("/pupils/list/?psize_StudentView=25&page_StudentView=99999")) == first


def test_a_page_costs_a_handful_of_queries_however_long(desk, session, schools, outer):
    seen = []
    event.listen(outer, "before_cursor_execute", lambda *a: seen.append(a[2]))
    desk.get("/pupils/list/")
    short = len(seen)
    for serial in range(20):
        room = make.a_class(session, schools.mine)
        make.a_pupil(session, room, name=f"方一诺{serial}")
    seen.clear()
    desk.get("/pupils/list/")
    assert len(seen) <= short


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["delete/{id}", "action/mark/{id}", "action_post"])
def test_nothing_changes_by_looking(desk, schools, method, path):
    url = "/pupils/" + path.format(id=schools.pupils[0].id)
    assert getattr(desk, method)(url).status_code == 405


def test_files_do_not_leave_by_name(desk):
    assert desk.get("/pupils/download/photo.jpg").status_code == 404


def test_related_rows_are_shown_to_those_who_may_list_them(desk, schools):
    page = desk.get(f"/pupils/show/{schools.pupils[0].id}?tab=GuardianView").text
    assert "李大江" in page
    assert "Add a guardian" in page


def test_a_related_tab_needs_the_childs_right(desk, schools, app, monkeypatch):
    view = next(v for v in app.appbuilder.baseviews if type(v).__name__ == "GuardianView")
    monkeypatch.setattr(view, "class_permission_name", "Promotion")
    page = desk.get(f"/pupils/show/{schools.pupils[0].id}?tab=GuardianView").text
    assert "李大江" not in page
