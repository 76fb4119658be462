"""附件: the tray of a form, evidence added to a case that was sent back, and looking at evidence.

A form of any page takes files through its tray: they are uploaded one by one before the form is
sent, and the form carries their keys (``paper``). Whoever sees a case sees its evidence; every
opening is recorded. Only pictures are ever shown inside a page, and those were drawn anew.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.errors import BadFile, Invalid, NoSpace, NotFound, Refusal, Stale, TooMany
from app.models.attachment import Attachment
from app.models.case import Case
from app.policies.allowances import Allowance
from app.policies.audit import record
from app.storage.evidence_rules import ENDINGS, MOST_BYTES, MOST_FILES, PICTURES
from app.storage.sealed_files import Folder, read
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.inbox_tabs import number
from app.views.revealing import clock
from app.views.words import say
from app.workflows.attaching import insist_open, insist_room, receive, take_off, tray

UPLOADS = Allowance(("attachment.added",), 300, timedelta(hours=1))
ACCEPTED = ",".join(f".{ending}" for ending in ENDINGS)
INERT = "sandbox; default-src 'none'"


class Tray(NamedTuple):
    """What a form holds: its files, and what was wrong with those that were not taken."""

    papers: list[Attachment]
    wrong: list[str]
    most: int = MOST_FILES
    accepted: str = ACCEPTED


class EvidenceView(BaseView):
    """Evidence: what is not on one's own tray, nor in a case one sees, is not there."""

    route_base = "/evidence"
    default_view = "tray"
    class_permission_name = "Attachment"
    base_permissions = ["can_view", "can_upload"]

    @expose("/tray", methods=["POST"])
    @door("upload")
    def tray(self) -> Response:
        """Take files onto the tray of a form, each for itself, and draw the tray anew."""
        papers = keys_of(request.form.getlist("paper"))
        wrong: list[str] = []
        for upload in uploads():
            try:
                insist_room(len(tray(session(), papers, current_actor().user_id)))
                papers.append(taken(upload).id)
                session().commit()
            except (Invalid, NoSpace, TooMany) as refused:
                session().rollback()
                wrong.append(say(refused.refusals[0]))
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return drawn(tray_of(papers, wrong), status)

    @expose("/<int:paper_id>/take-off", methods=["POST"])
    @door("upload")
    def take_off(self, paper_id: int) -> Response:
        """Take one's own file off the tray again."""
        paper = mine(paper_id)
        take_off(session(), paper)
        session().commit()
        papers = [key for key in keys_of(request.form.getlist("paper")) if key != paper_id]
        return drawn(tray_of(papers))

    @expose("/case/<int:case_id>", methods=["POST"])
    @door("upload")
    def add(self, case_id: int) -> Response:
        """Add files to a case of one's own that was sent back; none of before is replaced."""
        case = session().get(Case, case_id)
        if case is None:
            raise NotFound
        added = 0
        for upload in uploads():
            try:
                insist_open(session(), case, current_actor())
                if number(request.form.get("seen")) != case.version:
                    raise Stale
                taken(upload, case)
                session().commit()
                added += 1
            except (Invalid, NoSpace, TooMany) as refused:
                session().rollback()
                flash(say(refused.refusals[0]), "danger")
        if added:
            flash(ngettext("%(num)d file added.", "%(num)d files added.", added), "success")
        return redirect(url_for("CaseView.show", case_id=case_id, _anchor="evidence"))

    @expose("/<int:paper_id>")
    @door("view")
    def download(self, paper_id: int) -> Response:
        """Give a file to be kept; never to be shown by the browser as part of this console."""
        paper, data = opened(paper_id)
        return inert(
            send_file(
                data, "application/octet-stream", as_attachment=True, download_name=paper.name
            )
        )

    @expose("/<int:paper_id>/picture")
    @door("view")
    def picture(self, paper_id: int) -> Response:
        """Show a picture inside a page; it was drawn anew when it came."""
        if seen(paper_id).kind not in PICTURES:
            raise NotFound
        paper, data = opened(paper_id)
        return inert(send_file(data, f"image/{PICTURES[paper.kind].lower()}"))


# ── what other forms use ────────────────────────────────────────────────────────────────────


def tray_of(papers: Iterable[Any], wrong: list[str] | None = None) -> Tray:
    """Return the tray of a form by the keys it came back with (or none), for ``tray.html``."""
    return Tray(tray(session(), keys_of(papers), current_actor().user_id), wrong or [])


def keys_of(papers: Iterable[Any]) -> list[int]:
    """Return the keys a form carries; what is no key is left out."""
    found = (number(str(paper)) for paper in papers)
    return list(dict.fromkeys(key for key in found if key))[:MOST_FILES]


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def uploads() -> list[FileStorage]:
    """Return the files of the request, at most as many as a case holds."""
    return [each for each in request.files.getlist("file") if each.filename][: MOST_FILES + 1]


def taken(upload: FileStorage, case: Case | None = None) -> Attachment:
    """Keep one uploaded file, or raise what is wrong with it."""
    actor = current_actor()
    if until := UPLOADS.closed_until(session(), actor.user_id):
        raise TooMany(Refusal("E-PAPER-OFTEN", {"n": UPLOADS.most, "time": clock(until)}))
    with upload.stream as stream:
        data = stream.read(MOST_BYTES + 1)
    return receive(session(), actor, upload.filename or "", data, case)


def mine(paper_id: int) -> Attachment:
    """Return a file of one's own tray; anybody else's is not there."""
    found = tray(session(), [paper_id], current_actor().user_id)
    if not found:
        raise NotFound
    return found[0]


def seen(paper_id: int) -> Attachment:
    """Return a file of one's own tray or of a case one sees, or raise `NotFound`."""
    paper = session().get(Attachment, paper_id)
    if paper is None or paper.case_id is None:
        return mine(paper_id)
    if session().get(Case, paper.case_id) is None:
        raise NotFound
    return paper


def opened(paper_id: int) -> tuple[Attachment, io.BytesIO]:
    """Return a file and what is in it, and write down who opened it."""
    paper = seen(paper_id)
    try:
        data = read(Folder.EVIDENCE, paper.digest)
    except BadFile:
        raise NotFound(Refusal("E-PAPER-LOST", {"name": paper.name})) from None
    record(
        session(),
        "attachment.opened",
        object_type="attachment",
        object_id=paper.id,
        digest=paper.digest,
        **({"case": paper.case_id} if paper.case_id else {}),
    )
    session().commit()
    return paper, io.BytesIO(data)


def inert(answer: Response) -> Response:
    """Let nothing in a file run, whatever it turns out to be."""
    answer.headers["Content-Security-Policy"] = INERT
    return answer


def drawn(held: Tray, status: int = HTTPStatus.OK) -> Response:
    """Draw the tray alone, for the form that holds it."""
    return make_response(render_template("xueji/evidence/tray.html", tray=held), status)
