"""Commands about tags of candidates and of their applications."""

from datetime import datetime
from uuid import UUID

from store.envelope import Attribution
from store.log import Log, Recorded


def tag(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    tag: str,
    *,
    application_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Puts a tag of the vocabulary on a candidate, or on one of their applications."""
    log.organisation_itself().guard_tag(tag)
    candidate = log.candidate(candidate_id).with_application(application_id).at(occurred_at)
    candidate.tag(tag, application_id)
    return log.record(candidate, by=by)


def untag(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    tag: str,
    *,
    application_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes a tag off, whether it is still in the vocabulary or not."""
    candidate = log.candidate(candidate_id).with_application(application_id).at(occurred_at)
    candidate.untag(tag, application_id)
    return log.record(candidate, by=by)
