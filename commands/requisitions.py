"""Commands about requisitions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.applications import active_applications
from domain.application import Application
from domain.application_form import ApplicationForm
from domain.approval import ApprovalChain, ApprovalSubject
from domain.candidate import Candidate
from domain.errors import Refusal
from domain.interview import InterviewState
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.reason import ReasonKind
from domain.requisition import CAREERS_PAGE, Requisition
from domain.search_criteria import SearchCriteria
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

NAMED_AT_MOST = 20


class ApplicationsActive(Refusal):
    """{count} applications are still active ({applications}); say how to disposition them."""

    status = 409


class PlanOrTemplate(Refusal):
    """Say a plan or the template to copy it from; not both, and one of them to change a plan."""


def draft(
    log: Log,
    by: Attribution,
    number: str,
    title: str,
    *,
    openings: int = 1,
    plan: InterviewPlan | None = None,
    plan_template: str | None = None,
    occurred_at: datetime | None = None,
    **details: Any,
) -> Recorded:
    """Starts a requisition with a number of openings, and a plan or a copy of a template's."""
    requisition = Requisition.begin(new_id()).at(occurred_at)
    requisition.draft(
        number,
        title,
        openings=tuple(new_id() for _ in range(openings)),
        plan=_plan(log, plan, plan_template) or STANDARD_PLAN,
        plan_template=plan_template,
        **details,
    )
    return log.record(requisition, by=by)


def change_plan(
    log: Log,
    by: Attribution,
    id: UUID,
    *,
    plan: InterviewPlan | None = None,
    plan_template: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Replaces the interview plan, as far as nobody stands or is expected in what it leaves out."""
    chosen = _plan(log, plan, plan_template)
    if chosen is None:
        raise PlanOrTemplate
    requisition = log.requisition(id).at(occurred_at)
    active = active_applications(log, requisition)
    in_use = {stage for one in active for stage in _stages_in_use(*one)}
    requisition.change_plan(chosen, in_use, plan_template)
    return log.record(requisition, by=by, relying_on=[candidate for candidate, _ in active])


def _plan(log: Log, plan: InterviewPlan | None, template: str | None) -> InterviewPlan | None:
    if template is None:
        return plan
    if plan is not None:
        raise PlanOrTemplate
    return log.organisation_itself().plan_template(template)


def _stages_in_use(candidate: Candidate, application: Application) -> set[str]:
    """Where an application stands, and where interviews still to be held are to move it."""
    arranged = {
        interview.stage_id
        for interview in candidate.interviews.values()
        if interview.application_id == application.id
        and interview.stage_id is not None
        and interview.state is InterviewState.SCHEDULED
    }
    return {application.now.stage, *arranged}


def request_approval(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Asks those whom the organisation's chain names for approval."""
    return _change_asking(log, by, id, occurred_at, lambda r, chain: r.request_approval(chain))


def approve(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Gives the approval of the step that waits; the last one approves the requisition."""
    return _change(log, by, id, occurred_at, lambda r: r.approve(by.actor_id))


def refuse_approval(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Sends a requisition back to its draft."""
    return _change(log, by, id, occurred_at, lambda r: r.refuse_approval(reason_code, by.actor_id))


def open(log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None) -> Recorded:
    """Opens an approved requisition for applications."""
    return _change(log, by, id, occurred_at, Requisition.open)


def put_on_hold(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Stops hiring on a requisition for a while."""
    return _change(log, by, id, occurred_at, lambda r: r.put_on_hold(reason_code))


def resume(log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None) -> Recorded:
    """Goes on hiring."""
    return _change(log, by, id, occurred_at, Requisition.resume)


def reopen(
    log: Log, by: Attribution, id: UUID, reason_code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Opens a closed requisition again."""
    return _change(log, by, id, occurred_at, lambda r: r.reopen(reason_code))


def add_opening(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None
) -> Recorded:
    """Adds a seat to fill."""
    return _change_asking(log, by, id, occurred_at, lambda r, chain: r.add_opening(new_id(), chain))


def close_opening(
    log: Log,
    by: Attribution,
    id: UUID,
    opening_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives up a free seat."""
    return _change(log, by, id, occurred_at, lambda r: r.close_opening(opening_id, reason_code))


def reopen_opening(
    log: Log,
    by: Attribution,
    id: UUID,
    opening_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes back that a seat was given up; reversing a hire frees one by itself."""
    return _change(log, by, id, occurred_at, lambda r: r.resume_opening(opening_id, reason_code))


def change_details(
    log: Log, by: Attribution, id: UUID, *, occurred_at: datetime | None = None, **details: Any
) -> Recorded:
    """Replaces the details given."""
    return _change_asking(
        log, by, id, occurred_at, lambda r, chain: r.change_details(chain, **details)
    )


def change_form(
    log: Log,
    by: Attribution,
    id: UUID,
    form: ApplicationForm,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Replaces what applicants are asked."""
    return _change(log, by, id, occurred_at, lambda r: r.change_form(form))


def post(
    log: Log,
    by: Attribution,
    id: UUID,
    channel: str = CAREERS_PAGE,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Makes an open requisition public."""
    return _change(log, by, id, occurred_at, lambda r: r.post(channel))


def unpost(
    log: Log,
    by: Attribution,
    id: UUID,
    channel: str = CAREERS_PAGE,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes a requisition off where it was public."""
    return _change(log, by, id, occurred_at, lambda r: r.unpost(channel))


def close(
    log: Log,
    by: Attribution,
    id: UUID,
    reason_code: str,
    *,
    disposition: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Ends a requisition, rejecting every active application with the disposition's reason code.

    Without a disposition, raises ApplicationsActive while there are any.
    """
    if disposition is not None:
        log.organisation_itself().guard_reason(ReasonKind.WE_REJECTED, disposition, "disposition")
    requisition = log.requisition(id).at(occurred_at)
    active = active_applications(log, requisition)
    if active and disposition is None:
        named = ", ".join(str(application.id) for _, application in active[:NAMED_AT_MOST])
        raise ApplicationsActive(count=len(active), applications=named)
    for candidate, application in active:
        candidate.at(occurred_at).reject(application.id, str(disposition))
    requisition.close(reason_code)
    return log.record(requisition, *(candidate for candidate, _ in active), by=by)


def _change(
    log: Log,
    by: Attribution,
    id: UUID,
    occurred_at: datetime | None,
    decide: Callable[[Requisition], None],
) -> Recorded:
    requisition = log.requisition(id).at(occurred_at)
    decide(requisition)
    return log.record(requisition, by=by)


def _change_asking(
    log: Log,
    by: Attribution,
    id: UUID,
    occurred_at: datetime | None,
    decide: Callable[[Requisition, ApprovalChain], None],
) -> Recorded:
    """A change that asks, or may ask, for approval by the chain there is."""
    requisition, organisation = log.requisition(id).at(occurred_at), log.organisation_itself()
    decide(requisition, organisation.approval_chain(ApprovalSubject.REQUISITION))
    return log.record(requisition, by=by, relying_on=[organisation])


def search_candidates(
    log: Log, by: Attribution, requisition_id: UUID, criteria: SearchCriteria, found: int
) -> Recorded:
    """Keeps that people were sought who might fit."""
    requisition = log.requisition(requisition_id)
    requisition.search_candidates(criteria, found)
    return log.record(requisition, by=by)
