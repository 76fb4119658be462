"""谁能看、谁看过: the tab of an archive that says who sees the pupil, and who did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import expose
from flask_babel import lazy_gettext as _

from app.models.student import Enrolment, Student
from app.policies.reasons import REASONS
from app.policies.sight import seers
from app.views.actor import session
from app.views.doors import door
from app.views.screens.archive import Archive, history_of
from app.views.screens.audit import deed_of
from app.views.screens.pupil_fields import LABELS
from app.views.words import lang
from app.workflows.witness import MOST, Deed, deeds_about

NAMED = 5  # people of an office whose names stand there; more are a number
MAY = {
    "view": _("opens the archive, numbers masked"),
    "reveal": _("sees a masked value whole, for a reason"),
    "edit": _("changes what is open for upkeep"),
    "names": _("reads the name in the class list"),
}
FAMILY = {"phone": _("Telephone"), "id_number": _("ID number"), "address": _("Present address")}
OWN = {"number": _("Student number")}


class Access(Archive):
    """An archive with the tab about those who look at it."""

    @expose("/access/<pk>", methods=["GET"])
    @door()
    def access(self, pk: str) -> str:
        """Show who can see a pupil, and who did."""
        pupil = self.found(pk)
        facts = {
            "seers": seers(session(), pupil),
            "deeds": deeds_about(session(), pupil),
            "most": MOST,
            "named": NAMED,
            "may_words": MAY,
            "deed_of": deed_of,
            "detail_of": detail_of,
        }
        pupil = self.found(pk)  # the wider look forgot what was loaded
        return self.page(pupil, "access", former=former(pupil), **facts)


def former(pupil: Student) -> Sequence[Enrolment]:
    """Return the periods whose schools still read what they recorded themselves."""
    return [
        period
        for period in history_of(pupil)
        if period.ended_on and period.school_id != pupil.school_id
    ]


def detail_of(deed: Deed) -> str:
    """Say which field was seen whole and why, as far as the ledger knows."""
    field, reason = deed.details.get("field"), REASONS.get(str(deed.details.get("reason")))
    labels: Any = FAMILY if deed.thing == "guardian" else {**LABELS, **OWN}
    said = [str(labels[field])] if field in labels else []
    if reason:
        said.append(reason.zh if lang() == "zh" else reason.en)
    return " · ".join(said)
