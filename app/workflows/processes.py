"""Every process of the house, by the kind of its cases."""

from __future__ import annotations

from typing import Any

from app.models.case import Case, CaseKind
from app.workflows.engine import Workflow
from app.workflows.registration import RegistrationWorkflow
from app.workflows.transfer import TransferWorkflow

REGISTRATION, TRANSFER = RegistrationWorkflow(), TransferWorkflow()
PROCESSES: dict[CaseKind, Workflow[Any]] = {
    process.kind: process for process in (REGISTRATION, TRANSFER)
}


def flow_of(case: Case) -> Workflow[Any]:
    """Return the process a case follows."""
    return PROCESSES[case.kind]
