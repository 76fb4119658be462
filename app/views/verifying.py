"""身份核验: who still has a temporary number and why; one pupil confirmed by hand (P04, P34)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.codes import masking
from app.errors import Invalid, NotFound, Refused, Stale
from app.jobs.numbering import ask_numbers
from app.models.numbering import VerificationLine, VerificationRound
from app.models.organisation import Tier
from app.models.page import page_of
from app.models.school import School
from app.models.student import NumberKind, Student, Verification
from app.storage.evidence_rules import MOST_BYTES
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door, may
from app.views.evidence import ACCEPTED
from app.views.inbox_tabs import number
from app.views.minute_old import minute_old
from app.views.revealing import reasons as reveal_reasons
from app.views.revealing import reveal
from app.views.verification_words import WHYS
from app.views.words import say
from app.workflows.number_reasons import (
    REGISTERED,
    WHY_CODE,
    Why,
    reasons,
    temporary,
    verified,
    why_of,
)
from app.workflows.verifying import LONGEST_REASON, Mark, mark

RESULTS = {"PASSED": Verification.PASSED, "FAILED": Verification.FAILED}


class VerificationView(BaseView):
    """Counts first, then the pupils behind each; a leader marks one."""

    route_base = "/verification"
    default_view = "index"
    class_permission_name = "Verification"
    base_permissions = ["can_view", "can_verify"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """Show how many are verified, and whose number is still temporary, and why."""
        place = current_account().organisation
        figures = minute_old(("verification", place.path), place.tier, _figures)
        shown = request.args.get("show", "")
        found = _shown(shown).options(
            joinedload(Student.school).joinedload(School.organisation),
            joinedload(Student.grade),
            joinedload(Student.school_class),
        )
        page = page_of(
            session(),
            found.order_by(Student.owner_path, Student.id),
            request.args.get("page", 1, int),
        )
        return str(
            self.render_template(
                "xueji/verification/index.html",
                title=_("Verification of identities"),
                whys=_whys(page.items),
                words=WHYS,
                counted=figures,
                page=page,
                shown=shown,
                is_school=place.tier is Tier.SCHOOL,
                may_verify=may(self, "verify"),
                mask_id=masking.id_number,
                mask_number=masking.national_number,
            )
        )

    @expose("/<int:student_id>", methods=["GET", "POST"])
    @door("verify")
    def mark(self, student_id: int) -> Response:
        """Confirm one pupil by hand, with a reason and a paper; what was typed stays."""
        pupil = session().get(Student, student_id)
        if pupil is None:
            raise NotFound
        if request.method == "GET":
            return self._form(pupil)
        try:
            said = _said()
            seen = number(request.form.get("seen")) or 0
            mark(session(), student_id, said, (current_actor(), today()), seen)
            ask_numbers(session(), current_actor().organisation_id)
        except Stale:
            raise
        except (Invalid, Refused) as refused:
            session().rollback()
            wrong = [say(one) for one in refused.refusals]
            return self._form(session().get_one(Student, student_id), wrong, refused.status)
        session().commit()
        flash(_("Written down. A number that is due follows within minutes."), "success")
        return redirect(url_for("VerificationView.index"))

    @expose("/<int:student_id>/reveal", methods=["POST"])
    @door("verify")
    def reveal(self, student_id: int) -> Response:
        """Answer the ID number whole to whoever compares it with a paper; written down."""
        pupil = session().get(Student, student_id)
        if pupil is None:
            raise NotFound
        return reveal(pupil, "id_number")

    def _form(
        self, pupil: Student, wrong: Sequence[str] = (), status: int = HTTPStatus.OK
    ) -> Response:
        drawn = self.render_template(
            "xueji/verification/mark.html",
            title=_("Confirm an identity by hand"),
            pupil=pupil,
            why=WHYS.get(why_of(session(), pupil.id) or Why.DUE),
            is_temporary=pupil.number_kind is NumberKind.L,
            before=_marks(pupil.id),
            typed=request.form,
            seen=pupil.row_version,
            wrong=wrong,
            reasons=reveal_reasons(),
            longest=LONGEST_REASON,
            accepted=ACCEPTED,
            mask_id=masking.id_number,
            mask_number=masking.national_number,
        )
        return make_response(drawn, status)


def _figures() -> dict[str, Any]:
    why, held = reasons(session()), verified(session())
    passed = sum(n for (word, _kind), n in held.items() if word is Verification.PASSED)
    failed = sum(n for (word, _kind), n in held.items() if word is Verification.FAILED)
    kinds = {kind: sum(n for (_w, k), n in held.items() if k is kind) for kind in NumberKind}
    return {"why": why, "passed": passed, "failed": failed, "kinds": kinds}


def _shown(shown: str) -> Any:
    if shown in RESULTS:
        return select(Student).where(REGISTERED, Student.verification == RESULTS[shown])
    return temporary(Why(shown) if shown in set(Why) else None)


def _whys(pupils: Sequence[Student]) -> dict[int, Why]:
    ids = [pupil.id for pupil in pupils if pupil.number_kind is NumberKind.L]
    rows = session().execute(select(Student.id, WHY_CODE).where(Student.id.in_(ids)))
    return {row[0]: Why(row[1]) for row in rows}


def _said() -> Mark:
    upload = request.files.get("paper")
    data = upload.stream.read(MOST_BYTES + 1) if upload else b""
    name = (upload.filename or "") if upload else ""
    result = RESULTS.get(request.form.get("result", ""), Verification.NONE)
    return Mark(result, request.form.get("reason", ""), name, data)


def _marks(student_id: int) -> Sequence[Any]:
    """Return what was told of a pupil before, the newest first."""
    line, one = VerificationLine, VerificationRound
    asked = (
        select(line.result, one)
        .join(one, one.id == line.round_id)
        .where(line.student_id == student_id, line.result.is_not(None))
        .options(joinedload(one.teller))
        .order_by(one.id.desc())
        .limit(5)
    )
    return session().execute(asked).all()
