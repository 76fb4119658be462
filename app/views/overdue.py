"""超期业务: who lets cases lie, how many and how long; area by area down to the case."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.models.organisation import Tier
from app.policies.scope import EVERYTHING
from app.views import inbox_tabs as tabs
from app.views import overdue_figures as figures
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox import capped
from app.views.inbox_filters import CASE_KINDS
from app.views.inbox_rows import row_of


class OverdueView(BaseView):
    """The table every authority looks at first; a school sees its own desks."""

    route_base = "/overdue"
    default_view = "index"
    class_permission_name = "Overdue"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """Show the areas of an organisation as bars and as a table; of a school its cases."""
        actor, day = current_actor(), today()
        at = figures.area_of(session(), actor, tabs.number(request.args.get("area")))
        where = tabs.known(request.args.get("where"), dict.fromkeys(figures.WHERE))
        if where or at.tier is Tier.SCHOOL:
            return self._cases(at, where or "below")
        rows, counted_at = figures.known_areas(session(), at, day)
        return self._drawn(
            "xueji/overdue/areas.html",
            at=at,
            way=figures.above(at, actor),
            rows=rows,
            counted_at=counted_at,
            is_home=at.id == actor.organisation_id and actor.path != EVERYTHING,
            chart=chart(rows),
        )

    def _cases(self, at: Any, where: str) -> str:
        """Show the cases behind a row, the latest first."""
        actor, day = current_actor(), today()
        shown = tabs.known(request.args.get("show"), dict.fromkeys(figures.SHOWN)) or "late"
        page = min(max(tabs.number(request.args.get("page")) or 1, 1), tabs.LAST_PAGE)
        lying = figures.lying(actor, at, where)
        asked = figures.narrowed(lying, shown, day)
        cases = tabs.page_of(session(), asked, page)
        totals = {
            one: tabs.count(session(), figures.narrowed(lying, one, day)) for one in figures.SHOWN
        }
        return self._drawn(
            "xueji/overdue/cases.html",
            at=at,
            way=figures.above(at, actor),
            where=where,
            shown=shown,
            totals=totals,
            rows=[row_of(case, actor, day) for case in cases[: tabs.PAGE]],
            page=page,
            has_more=len(cases) > tabs.PAGE and page < tabs.LAST_PAGE,
        )

    def _drawn(self, template: str, **facts: Any) -> str:
        drawn = self.render_template(
            template,
            view=self,
            today=today(),
            capped=capped,
            kinds=CASE_KINDS,
            **facts,
        )
        return str(drawn)


def chart(rows: list[figures.Area]) -> dict[str, Any]:
    """Return the areas as stacked bars: late, and lying but in time."""
    few = rows[:20]
    return {
        "names": [_("Late"), _("In time")],
        "rows": [_("Own desk") if row.is_own else row.name for row in few],
        "first": [row.late for row in few],
        "second": [row.in_time for row in few],
    }
