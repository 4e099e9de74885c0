"""Commands about tracking links."""

from uuid import UUID

from domain.errors import NotFound
from store.envelope import Attribution
from store.log import Log, Recorded


def make(
    log: Log,
    by: Attribution,
    link: str,
    *,
    source: str,
    origin: str,
    campaign: str | None = None,
    requisition_id: UUID | None = None,
    agency: str | None = None,
    referrer_id: UUID | None = None,
) -> Recorded:
    """Makes a link that whoever applies by it is attributed to."""
    made = log.tracking_link(link)
    requisition = log.requisition(requisition_id) if requisition_id else None
    partner = log.agency(agency) if agency else None
    if partner is not None and agency is not None:
        partner.guard_agreed(agency)
    made.make(
        link,
        source=source,
        origin=origin,
        campaign=campaign,
        requisition_id=requisition_id,
        agency=agency,
        referrer_id=referrer_id,
    )
    return log.record(made, by=by, relying_on=[requisition, partner])


def retire(log: Log, by: Attribution, link: str) -> Recorded:
    """Attributes nothing to a link any more. Raises NotFound."""
    made = log.tracking_link(link)
    if made.made is None:
        raise NotFound(what="tracking link", id=link)
    made.retire(link)
    return log.record(made, by=by)
