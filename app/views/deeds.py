"""What the log calls the deeds it keeps, and the things they were done to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

DEEDS: Mapping[str, Any] = {
    "account.login": _("Signed in"),
    "account.logout": _("Signed out"),
    "student.view": _("Opened a pupil's archive"),
    "student.reveal": _("Looked at a whole number"),
    "student.find": _("Looked for a pupil by number"),
    "student.added": _("Registered a pupil"),
    "student.changed": _("Changed a pupil's data"),
    "guardian.added": _("Added a guardian"),
    "guardian.changed": _("Changed a guardian"),
    "guardian.deleted": _("Deleted a guardian"),
    "school.added": _("Added a school"),
    "school.changed": _("Changed a school"),
    "campus.added": _("Added a campus"),
    "campus.changed": _("Changed a campus"),
    "campus.deleted": _("Deleted a campus"),
    "grade.added": _("Added a grade"),
    "grade.changed": _("Changed a grade"),
    "school_class.added": _("Added a class"),
    "school_class.changed": _("Changed a class"),
    "school_class.deleted": _("Deleted a class"),
    "organisation.added": _("Added an organisation"),
    "organisation.changed": _("Changed an organisation"),
    "code_value.changed": _("Changed a code"),
    "job.cancelled": _("Called off a job"),
    "case.submit": _("Submitted a case"),
    "case.agree": _("Agreed to a case"),
    "case.disagree": _("Disagreed with a case"),
    "case.send_back": _("Sent a case back"),
    "case.withdraw": _("Withdrew a case"),
    "case.report": _("Noted an arrival"),
    "case.pull": _("Pulled an archive"),
    "import.commit": _("Wrote an import"),
    "import.errors": _("Fetched an error workbook"),
    "promotion.rehearse": _("Rehearsed a promotion"),
    "promotion.done": _("Carried out a promotion"),
    "promotion.undo": _("Undid a promotion"),
    "pupil.struck": _("Struck a pupil who was not registered"),
    "demo.made": _("Made the demo world"),
    "pupil.lookup": _("Looked a pupil up nationwide"),
    "alarm.scraping": _("Alarm: too many pupils opened"),
    "files.swept": _("Swept old files away"),
    "pupil.search": _("Looked for a pupil of another school"),
    "scope.elevated": _("A process acted beyond the person's scope"),
}
THINGS: Mapping[str, Any] = {
    "student": _("Pupil"),
    "guardian": _("Guardian"),
    "school": _("School"),
    "campus": _("Campus"),
    "grade": _("Grade"),
    "school_class": _("Class"),
    "organisation": _("Organisation"),
    "code_value": _("Code"),
    "case": _("Case"),
    "import_batch": _("Import"),
    "promotion_run": _("Promotion"),
    "job": _("Job"),
}
