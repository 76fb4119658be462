"""Every process of the house, by the kind of its cases."""

from __future__ import annotations

from typing import Any

from app.models.case import Case, CaseKind
from app.workflows.engine import Workflow
from app.workflows.key_change import KeyChangeWorkflow
from app.workflows.movement import MovementWorkflow
from app.workflows.problem import ProblemWorkflow
from app.workflows.registration import RegistrationWorkflow
from app.workflows.transfer import TransferWorkflow

REGISTRATION, TRANSFER = RegistrationWorkflow(), TransferWorkflow()
MOVEMENT, KEY_CHANGE, PROBLEM = MovementWorkflow(), KeyChangeWorkflow(), ProblemWorkflow()
PROCESSES: dict[CaseKind, Workflow[Any]] = {
    process.kind: process for process in (REGISTRATION, TRANSFER, MOVEMENT, KEY_CHANGE, PROBLEM)
}


def flow_of(case: Case) -> Workflow[Any]:
    """Return the process a case follows."""
    return PROCESSES[case.kind]
