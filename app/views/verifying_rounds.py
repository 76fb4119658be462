"""身份核验批次: the list to be fetched, what came back, and the button that carries it out."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.errors import BadFile, NotFound, Refusal, Refused
from app.imports.verification_book import CHOICES
from app.imports.zipscan import FILE_BYTES
from app.jobs.verifying import ask_round
from app.models.numbering import RoundState, Told, VerificationLine, VerificationRound
from app.models.page import page_of
from app.models.student import Student
from app.storage.evidence_rules import clean_name
from app.storage.sealed_files import Folder, keep, read
from app.views.actor import current_actor, now, session
from app.views.doors import door
from app.views.import_ways import LARGEST_ID, MEGABYTE, XLSX
from app.views.progress import progress_of
from app.views.verification_words import STATES, TOLDS
from app.views.words import say
from app.workflows import rounds, verifying

BUSY = (RoundState.WRITING, RoundState.READING, RoundState.APPLYING)
PLAIN = (".csv", ".xlsx")
FIRST = {RoundState.LOOK: Told.FAILED.name}  # whom a look is for, before anybody asks


class VerificationRoundView(BaseView):
    """The rounds of one's own authority, and those of the authorities below to look at."""

    route_base = "/verification/rounds"
    default_view = "list"
    class_permission_name = "Verification"
    base_permissions = ["can_view", "can_verify"]

    @expose("")
    @door("verify")
    def list(self) -> str:
        """Show the rounds, newest first, and the button that begins one."""
        one = VerificationRound
        found = (
            select(one)
            .where(one.reason.is_(None))
            .options(joinedload(one.asker), joinedload(one.organisation))
            .order_by(one.id.desc())
        )
        return str(
            self.render_template(
                "xueji/verification/rounds.html",
                title=_("Rounds of verification"),
                page=page_of(session(), found, request.args.get("page", 1, int)),
                states=STATES,
                most=rounds.MOST,
            )
        )

    @expose("/begin", methods=["POST"])
    @door("verify")
    def begin(self) -> Response:
        """Begin a round; a job writes its list."""
        everybody = request.form.get("everybody") == "1"
        made = rounds.begin(session(), current_actor(), everybody=everybody)
        ask_round(session(), made, current_actor().user_id)
        pk = made.id
        session().commit()
        return redirect(url_for("VerificationRoundView.show", round_id=pk))

    @expose("/<int:round_id>")
    @door("verify")
    def show(self, round_id: int) -> str:
        """Show how a round stands, and what is to be done next."""
        held = _seen(round_id)
        shown = request.args.get("show", FIRST.get(held.state, ""))
        drawn = self.render_template(
            "xueji/verification/round.html",
            title=_("Round %(n)s", n=held.id),
            progress=progress_of(held.job_id) if held.state in BUSY else None,
            counts=rounds.counts(session(), held),
            words=TOLDS,
            tolds=tuple(Told),
            shown=shown,
            lines=_lines(held, shown),
            odd=[
                (at, say(Refusal(str(code), {"limit": "", "headings": ""})))
                for at, code in held.odd
            ],
            choices=CHOICES,
            most_megabytes=FILE_BYTES // MEGABYTE,
            most_bytes=FILE_BYTES,
            wrong_type=say(Refusal("E-VERIFY-TYPE")),
            too_large=say(Refusal("E-FILE-SIZE", {"limit": f"{FILE_BYTES // MEGABYTE} MB"})),
            **_standing(held),
        )
        return str(drawn)

    @expose("/<int:round_id>/live")
    @door("verify")
    def live(self, round_id: int) -> Response:
        """Show the progress alone, or have the page loaded anew once there is more to see."""
        held = _seen(round_id)
        progress = progress_of(held.job_id)
        part = render_template("xueji/verification/live.html", progress=progress, **_standing(held))
        answer = make_response(part)
        if held.state not in BUSY or progress is None or progress.failed:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @expose("/<int:round_id>/file", methods=["POST"])
    @door("verify")
    def file(self, round_id: int) -> Response:
        """Give the list while its day lasts, and write down who fetched it."""
        held = _own(round_id, RoundState.OUT)
        if not rounds.is_fetchable(held, now()) or held.digest is None:
            raise Refused(Refusal("E-VERIFY-LATE"))
        data = BytesIO(read(Folder.VERIFICATION, held.digest))
        rounds.fetched(session(), held)
        session().commit()
        name = _("verification-round-%(n)s.xlsx", n=round_id)
        return send_file(data, XLSX, as_attachment=True, download_name=name)

    @expose("/<int:round_id>/answer", methods=["POST"])
    @door("verify")
    def answer(self, round_id: int) -> Response:
        """Take the file that came back; a job reads it, and nothing is done yet."""
        held = _own(round_id, RoundState.OUT)
        try:
            name, data = _taken(request.files.get("file"))
        except BadFile as bad:
            flash(say(bad.refusals[0]), "danger")
            return redirect(url_for("VerificationRoundView.show", round_id=round_id))
        rounds.take(session(), held, name, keep(Folder.VERIFICATION, data))
        return _asked(held)

    @expose("/<int:round_id>/apply", methods=["POST"])
    @door("verify")
    def apply(self, round_id: int) -> Response:
        """Carry out what was looked at."""
        held = _own(round_id, RoundState.LOOK)
        rounds.carry_out(session(), held)
        return _asked(held)

    @expose("/<int:round_id>/again", methods=["POST"])
    @door("verify")
    def again(self, round_id: int) -> Response:
        """Ask once more for work that was called off or broke down."""
        held = _own(round_id, *BUSY)
        progress = progress_of(held.job_id)
        if progress is not None and not progress.failed:
            return redirect(url_for("VerificationRoundView.show", round_id=round_id))
        rounds.asked_again(session(), held)
        return _asked(held)

    @expose("/<int:round_id>/forget", methods=["POST"])
    @door("verify")
    def forget(self, round_id: int) -> Response:
        """Forget what came back; the right file may come."""
        rounds.forget(session(), _own(round_id, RoundState.LOOK))
        session().commit()
        flash(_("Forgotten. Nothing of that file was carried out."), "info")
        return redirect(url_for("VerificationRoundView.show", round_id=round_id))

    @expose("/<int:round_id>/end", methods=["POST"])
    @door("verify")
    def end(self, round_id: int) -> Response:
        """Give a round up; its pupils may be in another one."""
        rounds.end(session(), _own(round_id, RoundState.OUT, RoundState.LOOK))
        session().commit()
        flash(_("The round was given up; its pupils can be in the next one."), "info")
        return redirect(url_for("VerificationRoundView.list"))


def _seen(round_id: int) -> VerificationRound:
    """Return a round of one's own subtree; a foreign one is not there."""
    held = session().get(VerificationRound, round_id) if round_id <= LARGEST_ID else None
    if held is None or held.reason is not None:
        raise NotFound
    return held


def _own(round_id: int, *states: RoundState) -> VerificationRound:
    """Return a round of one's own authority, held until the end of the transaction."""
    held = _seen(round_id)
    session().refresh(held, with_for_update=True)
    verifying.insist_own(held, current_actor(), *states)
    return held


def _asked(held: VerificationRound) -> Response:
    ask_round(session(), held, current_actor().user_id)
    pk = held.id
    session().commit()
    return redirect(url_for("VerificationRoundView.show", round_id=pk))


def _standing(held: VerificationRound) -> dict[str, Any]:
    return {
        "round": held,
        "state": STATES[held.state],
        "is_busy": held.state in BUSY,
        "is_own": held.organisation_id == current_actor().organisation_id,
        "is_fetchable": rounds.is_fetchable(held, now()),
        "until": held.asked_at + verifying.WINDOW,
    }


def _lines(held: VerificationRound, shown: str) -> Any:
    if shown not in Told.__members__:
        return None
    line = VerificationLine
    found: Any = (
        select(line.row_no, line.result, Student.id, Student.name)
        .join(Student, Student.id == line.student_id)
        .where(line.round_id == held.id, line.told == Told[shown])
        .order_by(line.row_no)
    )
    return page_of(session(), found, request.args.get("page", 1, int))


def _taken(upload: FileStorage | None) -> tuple[str, bytes]:
    if upload is None or not upload.filename:
        raise BadFile(Refusal("E-VERIFY-TYPE"))
    name = clean_name(upload.filename)
    if not name.lower().endswith(PLAIN):
        raise BadFile(Refusal("E-VERIFY-TYPE"))
    data = upload.stream.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise BadFile(Refusal("E-FILE-SIZE", {"limit": f"{FILE_BYTES // MEGABYTE} MB"}))
    if not data:
        raise BadFile(Refusal("E-FILE-EMPTY"))
    return name, data
