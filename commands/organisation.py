"""Commands about the organisation itself. Whoever calls them knows which names there are."""

from datetime import datetime

from store.envelope import Attribution
from store.log import Log, Recorded


def adopt_policy(
    log: Log, by: Attribution, metric: str, policy: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Says how a metric is counted from now on."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.adopt_policy(metric, policy)
    return log.record(organisation, by=by)


def skip_event(
    log: Log,
    by: Attribution,
    read_model: str,
    skipped_position: int,
    reason: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Lets a read model go on without an event it cannot take in."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.skip_event(read_model, skipped_position, reason)
    return log.record(organisation, by=by)
