"""Which interview plan an application follows."""

from uuid import UUID

from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.requisition import Requisition
from store.log import Log


def requisition_of(log: Log, candidate: Candidate, application_id: UUID) -> Requisition | None:
    """The requisition an application is for; None for a general one."""
    requisition_id = candidate.application(application_id).requisition_id
    return log.requisition(requisition_id) if requisition_id else None


def plan_of(requisition: Requisition | None) -> InterviewPlan:
    """The requisition's plan, or the standard one for general applications."""
    return requisition.plan if requisition else STANDARD_PLAN
