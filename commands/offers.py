"""Commands about offers."""

from datetime import date, datetime
from uuid import UUID

from commands.plans import plan_of, requisition_of
from domain.approval import ApprovalStep, ApprovalSubject
from domain.candidate import Candidate
from domain.errors import NotFound, Refusal
from domain.event import Category
from store.access_log import Access
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded
from store.vault import CLOSED


class TermsErased(Refusal):
    """The terms of the draft were erased with the person's data; nothing can be offered by it."""

    status = 409


def draft(
    log: Log,
    by: Attribution,
    application_id: UUID,
    *,
    offer_id: UUID | None = None,
    opening_id: UUID | None = None,
    terms: str | None = None,
    first_year_pay: str | None = None,
    currency: str | None = None,
    start_date: date | None = None,
    expires_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Prepares an offer, or the next version of the one named."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    if offer_id is not None:
        candidate.offer(offer_id)
    candidate.draft_offer(
        application_id,
        offer_id or new_id(),
        opening_id=opening_id,
        terms=terms,
        first_year_pay=first_year_pay,
        currency=currency,
        start_date=start_date,
        expires_at=expires_at,
    )
    return log.record(candidate, by=by)


def request_approval(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Asks those whom the organisation's chain names at the pay drafted."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    organisation = log.organisation_itself()
    chain = organisation.approval_chain(ApprovalSubject.OFFER)
    steps: tuple[ApprovalStep, ...] = ()
    if chain.steps:
        said = _drafted(log, by, candidate, offer_id, "ask for approval of an offer")
        currency = candidate.draft_of(offer_id).fields["currency"]
        steps = chain.steps_at(said.get("first_year_pay"), currency)
    candidate.request_offer_approval(offer_id, steps)
    return log.record(candidate, by=by, relying_on=[organisation])


def approve(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    *,
    offer_version: int | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Gives the approval of the step that waits, of this version if one is named."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.approve_offer(offer_id, by.actor_id, offer_version)
    return log.record(candidate, by=by)


def refuse_approval(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    reason_code: str,
    *,
    offer_version: int | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Leaves the version a draft."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    candidate.refuse_offer(offer_id, reason_code, by.actor_id, offer_version)
    return log.record(candidate, by=by)


def extend_draft(
    log: Log,
    by: Attribution,
    application_id: UUID,
    offer_id: UUID,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Makes the offer as it was drafted. Its terms are opened for that, on the record."""
    candidate = _candidate(log, application_id, offer_id).at(occurred_at)
    requisition = requisition_of(log, candidate, application_id)
    organisation = log.organisation_itself()
    said = _drafted(log, by, candidate, offer_id, "extend offer")
    candidate.extend_draft(
        offer_id,
        plan_of(requisition),
        organisation.approval_chain(ApprovalSubject.OFFER),
        **said,
    )
    return log.record(candidate, by=by, relying_on=[requisition, organisation])


def _drafted(
    log: Log, by: Attribution, candidate: Candidate, offer_id: UUID, purpose: str
) -> dict[str, str]:
    """The sealed terms of a draft."""
    told_at = candidate.draft_of(offer_id).told_at
    access = Access(by.actor_id, purpose, by.command_id)
    said: dict[str, str] = log.opened(candidate.id, told_at, Category.COMPENSATION, access)
    if CLOSED & set(said.values()):
        raise TermsErased
    return said


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
    start_date: date | None = None,
    expires_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Makes an offer without a draft, or a new version of the one named."""
    candidate = log.candidate_of(application_id).at(occurred_at)
    if offer_id is not None:
        candidate.offer(offer_id)
    requisition = requisition_of(log, candidate, application_id)
    organisation = log.organisation_itself()
    candidate.extend_offer(
        application_id,
        offer_id or new_id(),
        plan_of(requisition),
        organisation.approval_chain(ApprovalSubject.OFFER),
        opening_id=opening_id,
        terms=terms,
        first_year_pay=first_year_pay,
        currency=currency,
        start_date=start_date,
        expires_at=expires_at,
    )
    return log.record(candidate, by=by, relying_on=[requisition, organisation])


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
