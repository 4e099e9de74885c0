"""Commands about offers."""

from datetime import datetime
from uuid import UUID

from commands.plans import plan_of, requisition_of
from domain.candidate import Candidate
from domain.errors import NotFound
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


def extend(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    offer_id: UUID | None = None,
    opening_id: UUID | None = None,
    terms: str | None = None,
    first_year_pay: str | None = None,
    currency: str | None = None,
    expires_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Makes an offer, or a new version of the one named."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    if offer_id is not None:
        candidate.offer(offer_id)
    requisition = requisition_of(log, candidate, application_id)
    candidate.extend_offer(
        application_id,
        offer_id or new_id(),
        plan_of(requisition),
        opening_id=opening_id,
        terms=terms,
        first_year_pay=first_year_pay,
        currency=currency,
        expires_at=expires_at,
    )
    return log.record(candidate, by=by, relying_on=[requisition])


def accept(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that the candidate accepted."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.accept_offer(offer_id)
    return log.record(candidate, by=by)


def decline(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that the candidate declined."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.decline_offer(offer_id, reason_code)
    return log.record(candidate, by=by)


def expire(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Records that the offer's time ran out."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.expire_offer(offer_id)
    return log.record(candidate, by=by)


def rescind(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    reason_code: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Takes an offer back."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.rescind_offer(offer_id, reason_code)
    return log.record(candidate, by=by)


def _candidate(log: Log, application_id: UUID, offer_id: UUID) -> Candidate:
    """The candidate, if the offer is one of this application's."""
    candidate = log.candidate_of(application_id)
    if candidate.offer(offer_id).application_id != application_id:
        raise NotFound(what="offer", id=offer_id)
    return candidate
