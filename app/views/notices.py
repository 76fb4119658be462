"""通知: what happened in the cases and files of one's organisation; the bell of the top bar.

A notice holds no words: they are drawn from its kind and from the step that it tells of. One about
a case is there only where its case is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased, joinedload, selectin_polymorphic, selectinload
from werkzeug.wrappers import Response

from app.models.case import Case, CaseEvent, Transfer
from app.models.change import Movement
from app.models.notice import Notice, NoticeKind, NoticeSeen
from app.policies.roles import Actor
from app.views.actor import current_actor, session
from app.views.doors import allowed, door
from app.views.inbox_tabs import known, number
from app.views.notice_words import KINDS, line_of

CAP = 99  # unread notices are counted no further
PAGE = 50
LAST_PAGE = 40
SHOWN: Mapping[str, Any] = {"all": lazy("All"), "unread": lazy("Unread")}


class NoticeView(BaseView):
    """The latest notices of one's organisation; everybody there keeps their own mark of reading."""

    route_base = "/notices"
    default_view = "index"
    class_permission_name = "Notice"
    base_permissions = ["can_view"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the newest notices, all of them, the unread, or those of a kind."""
        actor = current_actor()
        shown = known(request.args.get("shown"), SHOWN) or "all"
        kind = known(request.args.get("kind"), KINDS)
        page = min(max(number(request.args.get("page")) or 1, 1), LAST_PAGE)
        asked = told_to(actor)
        if kind:
            asked = asked.where(Notice.kind == NoticeKind(kind))
        if shown == "unread":
            asked = asked.where(Notice.id > read_up_to(actor.user_id))
        found = session().execute(page_of(asked, page)).all()
        read = session().scalar(select(read_up_to(actor.user_id))) or 0
        lines = [line_of(notice, event, actor.path, read) for notice, event in found[:PAGE]]
        return str(
            self.render_template(
                "xueji/notices/list.html",
                title=_("Notices"),
                view=self,
                lines=lines,
                newest=newest(actor),
                unread=unread_count(),
                shown=shown,
                shows=SHOWN,
                kind=kind,
                kinds=KINDS,
                page=page,
                has_more=len(found) > PAGE and page < LAST_PAGE,
            )
        )

    @expose("/read", methods=["POST"])
    @door("view")
    def read(self) -> Response:
        """Mark as read what the page has shown; what came since stays unread."""
        actor = current_actor()
        upto = min(number(request.form.get("upto")) or 0, newest(actor))
        mark_read(actor.user_id, upto)
        session().commit()
        flash(_("Marked as read."), "info")
        return redirect(url_for("NoticeView.index"))


# ── questions ───────────────────────────────────────────────────────────────────────────────


def told_to(actor: Actor) -> Select[Any]:
    """Return the notices of somebody's organisation whose cases they see, the newest first."""
    return (
        select(Notice)
        .outerjoin(Notice.case)
        .where(
            Notice.organisation_id == actor.organisation_id,
            Notice.case_id.is_(None) | Case.id.is_not(None),
        )
        .order_by(Notice.id.desc())
    )


def page_of(asked: Select[Any], page: int) -> Select[Any]:
    """Return one page of notices, each with the step it tells of; one more when there is more."""
    event = aliased(CaseEvent)
    is_its_step = and_(
        event.case_id == Notice.case_id,
        event.case_version == Notice.case_version,
        Notice.kind == NoticeKind.STEP,
    )
    return (
        asked.add_columns(event)
        .outerjoin(event, is_its_step)
        .options(
            selectinload(Notice.case).options(
                selectin_polymorphic(Case, [Movement, Transfer]),
                joinedload(Case.owner),
                joinedload(Case.receiving),
                joinedload(Case.awaiting),
            ),
            joinedload(event.organisation),
            joinedload(event.user),
            joinedload(event.for_user),
        )
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )


def read_up_to(user_id: int) -> Any:
    """Return, as a part of a statement, up to which notice somebody has read."""
    seen = select(NoticeSeen.notice_id).where(NoticeSeen.user_id == user_id).scalar_subquery()
    return func.coalesce(seen, 0)


def unread_count() -> int:
    """Return how many notices this person has not read, to one beyond `CAP`; asked once."""
    if "unread" not in g:
        actor = current_actor()
        new = told_to(actor).where(Notice.id > read_up_to(actor.user_id))
        few = new.with_only_columns(Notice.id).order_by(None).limit(CAP + 1).subquery()
        g.unread = session().scalar(select(func.count()).select_from(few)) or 0
    return int(g.unread)


def newest(actor: Actor) -> int:
    """Return the id of the newest notice of somebody's organisation, or 0."""
    return session().scalar(told_to(actor).with_only_columns(Notice.id).limit(1)) or 0


def mark_read(user_id: int, upto: int) -> None:
    """Note up to which notice somebody has read; never backwards; never commits."""
    row = insert(NoticeSeen).values(user_id=user_id, notice_id=upto)
    further = func.greatest(NoticeSeen.notice_id, row.excluded.notice_id)
    session().execute(
        row.on_conflict_do_update(index_elements=["user_id"], set_={"notice_id": further})
    )


def bell() -> str | None:
    """Tell the frame how many notices are unread; None for those who get none."""
    if g.get("actor") is None or not allowed("can_view", "Notice"):
        return None
    n = unread_count()
    return f"{CAP}+" if n > CAP else str(n or "")
