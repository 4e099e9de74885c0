"""Commands about policies: whether they may do anything. Whoever calls knows their names."""

from datetime import datetime

from store.envelope import Attribution
from store.log import Log, Recorded


def pause(
    log: Log, by: Attribution, policy: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Keeps a policy from doing anything until it is resumed."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.pause_policy(policy)
    return log.record(organisation, by=by)


def resume(
    log: Log, by: Attribution, policy: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets a policy go on, whether it was paused or an event had stopped it."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.resume_policy(policy)
    return log.record(organisation, by=by)
