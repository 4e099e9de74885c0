"""Commands about times that a candidate may choose from."""

from datetime import datetime
from uuid import UUID

from commands.interviews import kit_for
from commands.plans import plan_of, requisition_of
from domain.event import Category
from domain.self_scheduling import Slot, SlotRule
from store.access_log import Access
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded
from store.vault import CLOSED


def offer(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    expires_at: datetime,
    interviewer_ids: tuple[UUID, ...] = (),
    slots: tuple[Slot, ...] = (),
    slot_rule: SlotRule | None = None,
    time_zone: str | None = None,
    stage: str | None = None,
    notice_hours: int = 24,
    location: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Lets the candidate choose a time."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    candidate.offer_slots(
        application_id,
        new_id(),
        plan_of(requisition),
        expires_at=expires_at,
        interviewer_ids=interviewer_ids,
        slots=slots,
        slot_rule=slot_rule,
        time_zone=time_zone,
        stage_id=stage,
        kit=kit_for(candidate, requisition, application_id, stage),
        notice_hours=notice_hours,
        location=location,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def withdraw(
    log: Log,
    by: Attribution,
    invitation_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes offered times back."""
    candidate = log.candidate_of_invitation(invitation_id).at(occurred_at)
    candidate.withdraw_slots(invitation_id, reason_code)
    return log.record(candidate, by=by)


def book(log: Log, by: Attribution, invitation_id: UUID, slot: Slot) -> Recorded:
    """Arranges the interview at the time chosen. Raises TimeTaken where another was faster."""
    candidate = log.candidate_of_invitation(invitation_id)
    invitation = candidate.guard_bookable(invitation_id)
    requisition = requisition_of(log, candidate, invitation.application_id)
    access = Access(by.actor_id, "book interview", by.command_id)
    said = log.opened(candidate.id, invitation.version, Category.APPLICATION, access)
    location = said.get("location")
    candidate.book_slot(
        invitation_id,
        new_id(),
        slot,
        plan_of(requisition),
        location=None if location in CLOSED else location,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def cancel(log: Log, by: Attribution, invitation_id: UUID) -> Recorded:
    """The candidate calls off what they booked."""
    candidate = log.candidate_of_invitation(invitation_id)
    candidate.cancel_booking(invitation_id)
    return log.record(candidate, by=by)


def request_another_time(
    log: Log, by: Attribution, invitation_id: UUID, comment: str | None
) -> Recorded:
    """The candidate asks for another time than the one they booked."""
    candidate = log.candidate_of_invitation(invitation_id)
    candidate.request_another_time(invitation_id, comment)
    return log.record(candidate, by=by)
