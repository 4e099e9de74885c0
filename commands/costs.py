"""Commands about costs."""

from datetime import date, datetime
from uuid import UUID

from domain.cost import Cost, CostScope
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def record(
    log: Log,
    by: Attribution,
    *,
    scope: CostScope,
    category: str,
    internal: bool,
    amount: str,
    currency: str,
    comparable: bool = True,
    requisition_id: UUID | None = None,
    source_code: str | None = None,
    campaign_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps what was spent, and on what."""
    if requisition_id is not None:
        log.requisition(requisition_id)
    cost = Cost.begin(new_id()).at(occurred_at)
    cost.record(
        scope,
        category=category,
        internal=internal,
        amount=amount,
        currency=currency,
        comparable=comparable,
        requisition_id=requisition_id,
        source_code=source_code,
        campaign_id=campaign_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return log.record(cost, by=by)
