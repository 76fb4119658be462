"""应注册名单的页面: uploaded, refused with every error, counted, narrowed, fetched, removed."""

import io

import pytest
from openpyxl import load_workbook

from app.policies import scope
from tests import make
from tests.imports.test_expected import a_text
from tests.views.approvals import Town
from tests.views.screens.town import deeds


class Lists(Town):
    """The old school's first grade: one pupil as expected, one otherwise, one not on the list."""

    def __init__(self, session):
        super().__init__(session)
        self.same, self.other = self.pupil(name="安一"), self.pupil(name="安二")
        self.extra = self.pupil(name="安外")
        self.rows = [self.row(self.same), self.row(self.other, name="安贰"), self.row(name="安缺")]
        self.registrar = self.people["from.registrar"]
        self.county = make.an_account(session, "CR", "411302")
        self.code = self.old.organisation.code

    @staticmethod
    def row(pupil=None, **bends):
        facts = {"code": "", "name": "", "gender": "", "born": "20200101", "number": ""}
        if pupil is not None:
            facts |= {
                "name": pupil.name,
                "gender": pupil.gender,
                "born": f"{pupil.birth_date:%Y%m%d}",
                "number": pupil.id_number,
            }
        return list((facts | bends).values())

    def sent(self, *rows, **bends):
        data = {"stage": "PRIMARY", "year": "2026", **bends}
        return {**data, "file": (io.BytesIO(a_text(*rows)), "list.csv")}


@pytest.fixture
def lists(session):
    return Lists(session)


def test_a_school_uploads_its_list_and_sees_who_differs(session, web, lists):
    registrar = web(lists.registrar)
    assert registrar.get("/expected").status_code == 200
    answer = registrar.post("/expected/upload", data=lists.sent(*lists.rows))
    url = answer.location
    assert answer.status_code == 302
    page = registrar.get(url)
    assert "安缺" in page.text  # the missing come first
    assert "安外" in registrar.get(f"{url}?show=extra").text
    differing = registrar.get(f"{url}?show=differing").text
    assert "安贰" in differing
    assert "安二" in differing
    assert "安一" in registrar.get(f"{url}?show=same").text
    book = registrar.get(f"{url}/differences.xlsx")
    rows = list(load_workbook(io.BytesIO(book.data)).active.iter_rows(values_only=True))
    assert sorted(row[0] for row in rows[1:]) == ["不一致", "名单外", "未注册"]
    assert len(deeds(session, "expected.uploaded")) == len(deeds(session, "expected.exported")) == 1
    assert web(lists.county).get(url).status_code == 200
    assert web(lists.people["to.registrar"]).get(url).status_code == 404
    assert registrar.post(f"{url}/remove").location == "/expected"
    assert registrar.get(url).status_code == 404


def test_a_file_with_errors_is_told_row_by_row_and_keeps_the_list_before(session, web, lists):
    registrar = web(lists.registrar)
    url = registrar.post("/expected/upload", data=lists.sent(lists.rows[0])).location
    bad = lists.sent(lists.row(name="安错", gender="不详"), lists.row(), year="2025")
    answer = registrar.post("/expected/upload", data=bad)
    assert answer.status_code == 422
    assert 'value="2025"' in answer.text
    assert "安错" not in answer.text  # a name is masked
    assert registrar.get(url).status_code == 200
    assert registrar.post("/expected/upload", data={"year": "2026"}).status_code == 422
    strange = lists.sent(lists.rows[0], stage="SENIOR")  # the school teaches none
    assert registrar.post("/expected/upload", data=strange).status_code == 409
    old = registrar.post("/expected/upload", data=lists.sent(lists.rows[0], year="1990"))
    assert old.status_code == 409
    assert len(deeds(session, "expected.uploaded")) == 1


def test_an_authority_uploads_for_many_schools_and_a_leader_only_reads(session, web, lists):
    county, leader = web(lists.county), web(lists.people["from.leader"])
    scope.enter(make.WHOLE, session)
    second = make.a_school(session, "411302").organisation.code
    rows = [lists.row(name="安甲", code=lists.code), lists.row(name="安乙", code=second)]
    assert county.post("/expected/upload", data=lists.sent(*rows)).location == "/expected"
    page = county.get("/expected").text
    assert page.count("data-open") == 2
    assert county.get(f"/expected?school={second}&of=2026").text.count("data-open") == 1
    assert county.get("/expected?of=2025").text.count("data-open") == 0
    seen = leader.get("/expected")
    assert seen.text.count("data-open") == 1
    assert 'name="file"' not in seen.text
    assert leader.post("/expected/upload", data=lists.sent(*rows)).status_code == 403


def test_a_template_for_each(web, lists):
    for account in (lists.registrar, lists.county):
        book = load_workbook(io.BytesIO(web(account).get("/expected/template.xlsx").data))
        assert [cell.value for cell in book["应注册名单"][1]] == [
            "学校标识码", "姓名", "性别", "出生日期", "身份证件号",
        ]  # fmt: skip
