"""关键数据变更 (P06): the list of changes, whose data change, and comparing what is sealed."""

from __future__ import annotations

from flask import request
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.wrappers import Response

from app.errors import Forbidden, NotFound
from app.models.case import Case
from app.models.change import KeyChange, KeyChangeLine
from app.models.organisation import Organisation, Tier
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox_rows import row_of
from app.views.inbox_tabs import PAGE, known
from app.views.key_change_asking import KeyChangeForms
from app.views.key_change_words import may_compare
from app.views.picking import page_asked
from app.views.pupil_columns import SEALED
from app.views.revealing import reveal
from app.views.words import field_words
from app.workflows.controlled import controlled

SHOWN = {"open": Case.closed_at.is_(None), "closed": Case.closed_at.is_not(None)}
SIDES = ("before", "after")


class KeyChangeView(KeyChangeForms):
    """Key data changes of one's school, or of the schools below."""

    route_base = "/key-changes"
    default_view = "index"
    class_permission_name = "KeyChange"
    base_permissions = ["can_view", "can_open", "can_reveal"]
    pick_template = "xueji/key_change/pick.html"

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the changes in scope, the last opened first."""
        actor, day = current_actor(), today()
        shown = known(request.args.get("shown"), SHOWN) or "open"
        page = page_asked()
        asked = (
            select(KeyChange)
            .where(SHOWN[shown])
            .options(
                joinedload(KeyChange.owner).joinedload(Organisation.parent),
                selectinload(KeyChange.lines).load_only(KeyChangeLine.field),
            )
            .order_by(KeyChange.id.desc())
        )
        at_school = actor.role.tier is Tier.SCHOOL
        if at_school:
            asked = asked.where(Case.owner_path == actor.path)
        cases = list(session().scalars(asked.offset((page - 1) * PAGE).limit(PAGE + 1)))
        return self.drawn(
            "xueji/key_change/list.html",
            rows=[
                (row_of(case, actor, day), field_words(line.field for line in case.lines))
                for case in cases[:PAGE]
            ],
            shown=shown,
            page=page,
            has_more=len(cases) > PAGE,
            at_school=at_school,
            is_set=not at_school or bool(controlled(session(), actor.path, day)),
        )

    @expose("/reveal/<int:line_id>/<field>", methods=["POST"])
    @door("reveal")
    def reveal(self, line_id: int, field: str) -> Response:
        """Answer an old or a new value whole, to who may compare, and write down who looked.

        Of a key data change, or of a problem case that changes the record.
        """
        line = session().get(KeyChangeLine, line_id)
        if field not in SIDES or (line is not None and line.field not in SEALED):
            raise NoRoute
        if line is None:
            raise NotFound
        if not may_compare(session().get_one(Case, line.case_id)):
            raise Forbidden
        return reveal(line, field)
