"""学籍异动: a school's movements, those of an authority's schools, and suspensions that end."""

from __future__ import annotations

from flask import request
from flask_appbuilder import expose
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.models.case import Case
from app.models.change import Movement, MovementType
from app.models.organisation import Organisation, Tier
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox_rows import row_of
from app.views.inbox_tabs import PAGE, known
from app.views.labels import label_of
from app.views.movement_words import movement_word
from app.views.moving_form import MovingForms
from app.views.picking import page_asked
from app.workflows.suspensions import AHEAD, ending

SHOWN = {"open": Case.closed_at.is_(None), "closed": Case.closed_at.is_not(None)}


class MovementView(MovingForms):
    """Movements: the lists, and the way to the form that opens one."""

    route_base = "/movement"
    default_view = "index"
    class_permission_name = "Movement"
    base_permissions = ["can_view", "can_open"]
    pick_template = "xueji/movement/pick.html"

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the movements of this school or of the schools below, the last opened first."""
        actor, day = current_actor(), today()
        shown = known(request.args.get("shown"), SHOWN) or "open"
        kind = known(request.args.get("type"), MovementType.__members__)
        page = page_asked()
        asked = (
            select(Movement)
            .where(SHOWN[shown])
            .options(
                joinedload(Movement.owner).joinedload(Organisation.parent),
                joinedload(Movement.receiving).joinedload(Organisation.parent),
            )
            .order_by(Movement.id.desc())
        )
        if actor.role.tier is Tier.SCHOOL:
            ours = or_(Case.owner_path == actor.path, Case.receiving_path == actor.path)
            asked = asked.where(ours)
        if kind:
            asked = asked.where(Movement.type == MovementType[kind])
        cases = list(session().scalars(asked.offset((page - 1) * PAGE).limit(PAGE + 1)))
        return self.drawn(
            "xueji/movement/list.html",
            rows=[row_of(case, actor, day) for case in cases[:PAGE]],
            shown=shown,
            kind=kind,
            kinds=[(code.value, movement_word(code)) for code in MovementType],
            page=page,
            has_more=len(cases) > PAGE,
            at_school=actor.role.tier is Tier.SCHOOL,
        )

    @expose("/terms")
    @door("view")
    def terms(self) -> str:
        """List the suspensions that end soon or are over."""
        page = page_asked()
        found = ending(session(), today(), (page - 1) * PAGE, PAGE + 1)
        return self.drawn(
            "xueji/movement/terms.html",
            terms=found[:PAGE],
            ahead=AHEAD.days,
            today=today(),
            level_of=label_of("grade_level"),
            page=page,
            has_more=len(found) > PAGE,
            at_school=current_actor().role.tier is Tier.SCHOOL,
        )
