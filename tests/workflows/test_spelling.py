"""A name is spelt wherever it enters or changes, and what somebody typed is kept."""

from datetime import date

import pytest

from app.models.problem import ProblemAction
from app.models.student import Status
from app.policies import scope
from app.workflows.admission import admit
from app.workflows.identity import spell
from app.workflows.maintaining import follow
from tests import make
from tests.workflows.test_problem import agreed, answer, compare, twins

assert twins


@pytest.fixture
def room(session):
    scope.enter(make.WHOLE, session)
    return make.a_class(session)


def facts(**bends):
    own = {name: fact for name, fact in make.pupil_facts().items() if name != "id_digest"}
    return {**own, "name": "单晓明", **bends}


@pytest.mark.parametrize(("typed", "kept"), [(None, "Shan Xiaoming"), ("Dan Xiaoming",) * 2])
def test_whoever_is_entered_by_the_form_is_spelt(session, room, typed, kept):
    assert admit(session, room, facts(name_pinyin=typed), []).name_pinyin == kept


@pytest.mark.parametrize(
    ("changed", "spelling"),
    [({"name"}, "Li Xiaoming"), ({"name", "name_pinyin"}, "x"), ({"phone"}, "x")],
)
def test_the_spelling_follows_a_name_that_changed_without_it(session, room, changed, spelling):
    pupil = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION, name_pinyin="x")
    pupil.name = "李晓明" if "name" in changed else pupil.name
    follow(session, pupil, changed)
    assert pupil.name_pinyin == spelling


def test_a_change_that_was_agreed_to_spells_the_new_name(session, twins):
    compare(session)
    case = answer(session, twins[1], ProblemAction.CHANGE, wanted={"name": "吕小寒"})
    agreed(session, twins[1], case)
    session.refresh(twins[1][0])
    assert twins[1][0].name_pinyin == "Lü Xiaohan"


def test_a_name_without_letters_leaves_the_spelling_empty(session, room):
    pupil = make.a_pupil(session, room, name=" ", birth_date=date(2020, 5, 1))
    spell(pupil)
    assert pupil.name_pinyin is None
