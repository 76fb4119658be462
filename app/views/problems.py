"""问题学籍 (P05): whose record is in question, and that record beside those it collides with."""

from __future__ import annotations

from flask import make_response, request
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.models.organisation import Tier
from app.models.problem import ItemState, ProblemAction, ProblemCase, ProblemGroup, ProblemItem
from app.models.problem import ProblemKind as Kind
from app.models.student import Student
from app.views.actor import current_actor, session, today
from app.views.case_forms import open_case
from app.views.case_words import kind_word, step_word
from app.views.doors import door
from app.views.inbox import capped
from app.views.inbox_tabs import PAGE, known
from app.views.labels import label_of
from app.views.picking import page_asked
from app.views.problem_advice import advice_for
from app.views.problem_asking import ProblemForms
from app.views.problem_lists import TABS, asked_for, by_kind, counts, rows_of
from app.views.problem_table import heads_of, lines_of
from app.views.problem_words import ABOUT, ACTIONS, KINDS, TOLD, item_tag
from app.views.revealing import reasons
from app.views.scraping import stop_scraping
from app.views.words import say
from app.workflows.comparing_sides import contradictions, sides


class ProblemView(ProblemForms):
    """Problem records in scope; nobody else's record is listed here."""

    route_base = "/problems"
    default_view = "index"
    class_permission_name = "Problem"
    base_permissions = ["can_view", "can_open"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the pupils in scope with a problem."""
        tab = known(request.args.get("tab"), TABS) or "open"
        kind = known(request.args.get("kind"), Kind.__members__)
        page, actor = page_asked(), current_actor()
        rows = rows_of(session(), asked_for(tab, kind), tab, page)
        return self.drawn(
            "xueji/problem/list.html",
            rows=rows[:PAGE],
            tab=tab,
            tabs={key: word for key, (_flag, word) in TABS.items()},
            counts=counts(session()),
            kind=kind,
            kinds={one.value: word for one, word in KINDS.items()},
            by_kind=by_kind(session(), tab),
            capped=capped,
            level_of=label_of("grade_level"),
            page=page,
            has_more=len(rows) > PAGE,
            at_school=actor.role.tier is Tier.SCHOOL,
        )

    @expose("/<int:student_id>")
    @door("view")
    def show(self, student_id: int) -> Response:
        """Show a record beside those it collides with; every look is written down."""
        pupil = in_question(student_id)
        stop_scraping()
        found = sides(session(), current_actor(), pupil)
        session().commit()
        pupil = in_question(student_id)
        page = self.drawn(
            "xueji/problem/show.html",
            pupil=pupil,
            found=found,
            heads=heads_of(found),
            lines=lines_of(found),
            items=items_of(student_id),
            advice=advice_for(pupil, [one.student_id for one in found.others if one.student_id]),
            item_tag=item_tag,
            problem_kinds=KINDS,
            about=ABOUT,
            wrong=[say(one) for one in contradictions(pupil, today())],
            cases=cases_of(student_id),
            open_case=open_case(student_id),
            is_ours=pupil.school_id == current_actor().organisation_id,
            actions=[(one.value.lower(), ACTIONS[one], TOLD[one]) for one in ProblemAction],
            kind_of=lambda case: kind_word(case, current_actor().path),
            step_of=step_word,
            reasons=reasons(),
        )
        return make_response(page)


def in_question(student_id: int) -> Student:
    """Return a pupil in scope with a problem, past or present, or raise `NotFound`."""
    has_one = select(ProblemItem.id).where(ProblemItem.student_id == student_id).limit(1)
    pupil = session().get(Student, student_id)
    if pupil is None or session().scalar(has_one) is None:
        raise NotFound
    return pupil


def items_of(student_id: int) -> list[ProblemItem]:
    """Return the part of a record in each of its problems, what is open first."""
    asked = (
        select(ProblemItem)
        .join(ProblemItem.group)
        .options(joinedload(ProblemItem.group))
        .where(ProblemItem.student_id == student_id)
        .order_by(ProblemItem.state != ItemState.OPEN, ProblemGroup.kind, ProblemItem.id)
    )
    return list(session().scalars(asked))


def cases_of(student_id: int) -> list[ProblemCase]:
    """Return the problem cases of a pupil that this person sees, newest first."""
    asked = select(ProblemCase).where(ProblemCase.student_id == student_id)
    return list(session().scalars(asked.order_by(ProblemCase.id.desc())))
