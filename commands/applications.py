"""Commands about applications."""

from datetime import date, datetime
from uuid import UUID

from commands.keeping_in_touch import KeepInTouch, kept_in_touch
from commands.plans import plan_of, requisition_of
from domain.application import Application
from domain.candidate import Candidate
from domain.errors import Refusal
from domain.reason import ReasonKind
from domain.requisition import Requisition
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


class HireNeedsRequisition(Refusal):
    """A general application cannot be hired on; assign it to a requisition first."""


def apply(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    requisition_id: UUID | None = None,
    source: str = "unknown",
    origin: str = "applied",
    answers: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Starts an application, for a requisition or a general one."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    requisition = log.requisition(requisition_id) if requisition_id else None
    candidate.apply_for(new_id(), requisition, source=source, origin=origin, answers=answers)
    return log.record(candidate, by=by, relying_on=[requisition])


def assign(
    log: Log,
    by: Attribution,
    application_id: UUID,
    requisition_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives a general application its requisition."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = log.requisition(requisition_id)
    candidate.assign(application_id, requisition)
    return log.record(candidate, by=by, relying_on=[requisition])


def transfer(
    log: Log,
    by: Attribution,
    application_id: UUID,
    requisition_id: UUID,
    *,
    stage: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Lets an application go on for another requisition, at a stage of its plan."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = log.requisition(requisition_id)
    candidate.transfer(application_id, requisition, stage)
    return log.record(candidate, by=by, relying_on=[requisition])


def move(
    log: Log,
    by: Attribution,
    application_id: UUID,
    stage: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Moves an application to another stage of its plan."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.move(application_id, stage, plan_of(requisition))
    return log.record(candidate, by=by, relying_on=[requisition])


def screen(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    outcome: str,
    stage: str | None = None,
    rule: str | None = None,
    notes: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records a screening."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.screen(
        application_id,
        plan_of(requisition),
        outcome=outcome,
        stage_id=stage,
        rule=rule,
        notes=notes,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def hire(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    opening_id: UUID | None = None,
    start_date: date | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Hires the candidate into an opening, the next free one unless named."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    if requisition is None:
        raise HireNeedsRequisition
    opening_id = opening_id or requisition.free_opening()
    candidate.hire(application_id, requisition.plan, opening_id, start_date)
    requisition.at(occurred_at).fill(opening_id, application_id)
    return log.record(candidate, requisition, by=by)


def reverse_hire(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    entered_in_error: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Undoes a hire and frees its opening."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.reverse_hire(application_id, reason_code, entered_in_error)
    opening_id = candidate.application(application_id).opening_id
    if requisition is not None and opening_id is not None:
        requisition.at(occurred_at).reopen_opening(opening_id, entered_in_error)
    return log.record(candidate, requisition, by=by)


def reject(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    notes: str | None = None,
    waiver: str | None = None,
    keep_in_touch: KeepInTouch | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Ends an application: we say no, and may keep in touch. All of it, or nothing."""
    organisation = log.organisation_itself()
    organisation.guard_reason(ReasonKind.WE_REJECTED, reason_code)
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.reject(application_id, reason_code, notes=notes, waiver=waiver)
    if keep_in_touch is None:
        return log.record(candidate, by=by)
    kept, pool = kept_in_touch(log, candidate, keep_in_touch, occurred_at)
    return log.record(candidate, kept, by=by, relying_on=[pool, organisation])


def reverse_rejection(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    entered_in_error: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Reopens a rejected application."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    if requisition is not None:
        requisition.guard_open(candidate)
    candidate.reverse_rejection(application_id, reason_code, entered_in_error)
    return log.record(candidate, by=by, relying_on=[requisition])


def withdraw(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    notes: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Ends an application: they say no."""
    log.organisation_itself().guard_reason(ReasonKind.THEY_WITHDREW, reason_code)
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.withdraw(application_id, reason_code, notes)
    return log.record(candidate, by=by)


def reverse_withdrawal(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    entered_in_error: bool = False,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Reopens a withdrawn application."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    if requisition is not None:
        requisition.guard_open(candidate)
    candidate.reverse_withdrawal(application_id, reason_code, entered_in_error)
    return log.record(candidate, by=by, relying_on=[requisition])


def active_applications(log: Log, requisition: Requisition) -> list[tuple[Candidate, Application]]:
    """The applications that still run for a requisition, with their candidates."""
    return [
        (candidate, application)
        for candidate in log.candidates_for(requisition.id)
        for application in candidate.open_applications()
        if application.requisition_id == requisition.id
    ]
