"""Every screen of the console, in the order of the menu: groups as data, one line a screen."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask, redirect, request, url_for
from flask_appbuilder import AppBuilder, IndexView, expose
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.views.aux_giving import AuxNumberView
from app.views.aux_rules import AuxRuleView
from app.views.case_notes import CaseNotesView
from app.views.case_page import CaseView
from app.views.class_changing import ClassChangeView
from app.views.covering import CoverView
from app.views.evidence import EvidenceView
from app.views.expected import ExpectedView
from app.views.export_request_file import ExportRequestFileView
from app.views.export_requests import ExportRequestView
from app.views.exporting import ExportView
from app.views.exporting_ledger import ExportLedgerView
from app.views.frame import FrameView, Way, hooks
from app.views.hat import hat_on, hats_off, waits
from app.views.import_acts import ImportActView
from app.views.import_mending import ImportMendView
from app.views.importing import ImportView
from app.views.inbox import InboxView, inbox_count, menu_counts
from app.views.key_changing import KeyChangeView
from app.views.moving import MovementView
from app.views.notices import NoticeView, bell
from app.views.overdue import OverdueView
from app.views.pending import PendingView
from app.views.problems import ProblemView
from app.views.promoting import PromotionView
from app.views.registering import RegistrationView
from app.views.registration_review import RegistrationReviewView
from app.views.renumbering import RenumberingView
from app.views.screens.accounts import AccountView
from app.views.screens.audit import AuditEventView
from app.views.screens.calendar import dates_for_all
from app.views.screens.campuses import CampusView
from app.views.screens.class_names import ClassNamesView
from app.views.screens.classes import ClassView
from app.views.screens.codes import CodeValueView, DivisionView
from app.views.screens.deleted import DeletedView
from app.views.screens.desk import DeskView
from app.views.screens.field_choices import FieldChoiceView
from app.views.screens.find import FindView
from app.views.screens.grades import GradeView
from app.views.screens.groups import UserGroupView
from app.views.screens.guardians import GuardianView
from app.views.screens.jobs import JobView, hook_notice, queue_notice
from app.views.screens.national import NationalView
from app.views.screens.organisations import OrganisationView
from app.views.screens.schools import SchoolView
from app.views.screens.students import StudentView
from app.views.screens.switches import SwitchView
from app.views.transfer_again import TransferAgainView
from app.views.transferring import TransferView
from app.views.verifying import VerificationView
from app.views.verifying_rounds import VerificationRoundView


class Home(IndexView):
    """`/`: the desk of whoever is signed in, the login for everybody else."""

    @expose("/")
    def index(self) -> Response:
        """Send the person where their work begins."""
        if current_user.is_authenticated:
            return redirect(url_for("DeskView.desk"))
        return redirect(url_for("Gate.login", next=request.args.get("next") or None))


class Screen(NamedTuple):
    """One menu entry: the noun it belongs to (its right), its words and its icon."""

    view: type[Any]
    noun: str
    label: Any
    icon: str = ""
    group: str = ""


GROUPS: dict[str, tuple[Any, str]] = {
    "approvals": (_("Approvals"), "fa-clipboard-check"),
    "registry": (_("Registry"), "fa-folder-open"),
    "schools": (_("Schools"), "fa-school"),
    "data": (_("Data"), "fa-file-import"),
    "year": (_("School year"), "fa-graduation-cap"),
    "system": (_("System"), "fa-sliders"),
}
SCREENS: tuple[Screen, ...] = (
    Screen(DeskView, "Desk", _("Desk"), "fa-table-columns"),
    Screen(InboxView, "Inbox", _("Inbox"), "fa-inbox"),
    Screen(RegistrationView, "Registration", _("Registration"), "fa-user-plus", "approvals"),
    Screen(
        RegistrationReviewView,
        "RegistrationReview",
        _("Review of registrations"),
        "fa-user-check",
        "approvals",
    ),
    Screen(TransferView, "Transfer", _("Transfers"), "fa-right-left", "approvals"),
    Screen(MovementView, "Movement", _("Movements"), "fa-person-walking-arrow-right", "approvals"),
    Screen(KeyChangeView, "KeyChange", _("Key data changes"), "fa-file-pen", "approvals"),
    Screen(ProblemView, "Problem", _("Problem records"), "fa-triangle-exclamation", "approvals"),
    Screen(PendingView, "Pending", _("Pending business"), "fa-list-check", "approvals"),
    Screen(OverdueView, "Overdue", _("Overdue cases"), "fa-clock", "approvals"),
    Screen(ExpectedView, "ExpectedList", _("Expected lists"), "fa-clipboard-list", "approvals"),
    Screen(StudentView, "Student", _("Pupils"), "fa-id-card", "registry"),
    Screen(ClassChangeView, "ClassChange", _("Change of class"), "fa-people-arrows", "registry"),
    Screen(RenumberingView, "Renumbering", _("Class numbers"), "fa-list-ol", "registry"),
    Screen(VerificationView, "Verification", _("Verification"), "fa-fingerprint", "registry"),
    Screen(NationalView, "NationalLookup", _("National look-up"), "fa-earth-asia", "registry"),
    Screen(ClassNamesView, "ClassNames", _("Class lists"), "fa-list-ol", "registry"),
    Screen(DeletedView, "DeletedRecord", _("Deleted records"), "fa-circle-minus", "registry"),
    Screen(SchoolView, "School", _("Schools"), "fa-school", "schools"),
    Screen(GradeView, "Grade", _("Grades"), "fa-layer-group", "schools"),
    Screen(ClassView, "SchoolClass", _("Classes"), "fa-people-roof", "schools"),
    Screen(CampusView, "Campus", _("Campuses"), "fa-map-location-dot", "schools"),
    Screen(ImportView, "ImportBatch", _("Imports"), "fa-file-import", "data"),
    Screen(ExportView, "Export", _("Exports"), "fa-file-export", "data"),
    Screen(ExportRequestView, "ExportRequest", _("Export requests"), "fa-file-shield", "data"),
    Screen(ExportLedgerView, "ExportLedger", _("Ledger of exports"), "fa-book", "data"),
    Screen(JobView, "Job", _("Background jobs"), "fa-gears", "data"),
    Screen(PromotionView, "Promotion", _("Promotion"), "fa-stairs", "year"),
    Screen(SwitchView, "Switch", _("Switches"), "fa-toggle-on", "system"),
    Screen(CoverView, "Substitution", _("Leave covers"), "fa-user-clock", "system"),
    Screen(FieldChoiceView, "FieldChoice", _("Controlled fields"), "fa-lock", "system"),
    Screen(AuxRuleView, "AuxRule", _("Auxiliary numbers"), "fa-ruler", "system"),
    Screen(AccountView, "Account", _("Accounts"), "fa-user-gear", "system"),
    Screen(UserGroupView, "UserGroup", _("User groups"), "fa-users", "system"),
    Screen(OrganisationView, "Organisation", _("Organisations"), "fa-sitemap", "system"),
    Screen(CodeValueView, "CodeValue", _("Code tables"), "fa-table-list", "system"),
    Screen(DivisionView, "Division", _("Administrative divisions"), "fa-map", "system"),
    Screen(AuditEventView, "AuditEvent", _("Audit log"), "fa-shield-halved", "system"),
)
HIDDEN: tuple[type[Any], ...] = (
    AuxNumberView,
    FrameView,
    CaseView,
    CaseNotesView,
    EvidenceView,
    ExportRequestFileView,
    FindView,
    GuardianView,
    ImportActView,
    ImportMendView,
    NoticeView,
    TransferAgainView,
    VerificationRoundView,
)


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Open every screen's door and put it into the menu."""
    known = hooks(app)
    known.find = "FindView.find"
    known.go |= {
        "i": Way("InboxView.inbox", "can_view", "Inbox"),
        "p": Way("StudentView.list", "can_list", "Student"),
    }
    known.inbox_count, known.menu_counts = inbox_count, menu_counts
    known.bell = "NoticeView.index", bell
    known.hat, known.hats, known.waits = hat_on, hats_off, waits
    known.dates = dates_for_all
    known.notices += [queue_notice, hook_notice]
    for view in HIDDEN:
        appbuilder.add_view_no_menu(view)
    for screen in SCREENS:
        label, icon = GROUPS.get(screen.group, ("", ""))
        appbuilder.add_view(
            screen.view,
            screen.noun,
            label=screen.label,
            icon=screen.icon,
            category=screen.group,
            category_label=label,
            category_icon=icon,
        )
