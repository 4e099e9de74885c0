"""Commands about who looks after a candidate."""

from datetime import datetime
from uuid import UUID

from store.envelope import Attribution
from store.log import Log, Recorded


def assign(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    owner_id: UUID,
    *,
    application_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Says who looks after a candidate."""
    candidate = log.candidate(candidate_id).with_application(application_id).at(occurred_at)
    candidate.assign_owner(owner_id, application_id)
    return log.record(candidate, by=by)


def agree(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    member_id: UUID,
    *,
    until: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """The owner lets somebody else contact the candidate. Raises NotTheOwner."""
    candidate = log.candidate(candidate_id).at(occurred_at)
    candidate.agree_to_contact(by.actor_id, log.member(member_id).id, until)
    return log.record(candidate, by=by)
