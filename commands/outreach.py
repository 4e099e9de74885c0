"""Commands about keeping in touch, and bringing people back."""

from datetime import datetime
from uuid import UUID

from domain.outreach import TouchpointEvent
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def nurture(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    *,
    channel: str,
    pool_id: UUID | None = None,
    campaign_id: UUID | None = None,
    step: int | None = None,
    logged_by_hand: bool = False,
    subject: str | None = None,
    body: str | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records a relational contact with a candidate."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.nurture(
        new_id(),
        channel,
        sender_id=by.actor_id,
        rules=log.organisation_itself().outreach_rules,
        pool_id=pool_id,
        campaign_id=campaign_id,
        step=step,
        logged_by_hand=logged_by_hand,
        subject=subject,
        body=body,
    )
    return log.record(candidate, by=by)


def touchpoint_outcome(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    touchpoint_id: UUID,
    outcome: type[TouchpointEvent],
    *,
    occurred_at: datetime | None = None,
    **about: object,
) -> Recorded:
    """Records what became of a contact."""
    candidate = log.candidate(candidate_id).with_touchpoint(touchpoint_id).at(occurred_at)
    candidate.touchpoint_outcome(outcome, touchpoint_id, **about)
    return log.record(candidate, by=by)


def attend(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    event_code: str,
    *,
    touchpoint_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that a candidate came to an event."""
    candidate = log.candidate(candidate_id).with_touchpoint(touchpoint_id).at(occurred_at)
    candidate.attend(event_code, touchpoint_id)
    return log.record(candidate, by=by)


def reengage(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    requisition_id: UUID,
    *,
    pool_id: UUID | None = None,
    previous_application_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Brings a candidate back into a requisition."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    requisition = log.requisition(requisition_id)
    candidate.reengage(
        new_id(),
        requisition,
        pool_id=pool_id,
        previous_application_id=previous_application_id,
    )
    return log.record(candidate, by=by, relying_on=[requisition])
