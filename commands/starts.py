"""Commands about first days at work."""

from datetime import date, datetime
from uuid import UUID

from store.envelope import Attribution
from store.log import Log, Recorded


def start(
    log: Log,
    by: Attribution,
    application_id: UUID,
    start_date: date,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that somebody hired came."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.start(application_id, start_date)
    return log.record(candidate, by=by)


def miss(
    log: Log,
    by: Attribution,
    application_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that somebody hired did not come."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    candidate.miss_start(application_id, reason_code)
    return log.record(candidate, by=by)
