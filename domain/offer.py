"""Offers: extended in versions, then accepted, declined, expired or rescinded."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.application import Application, ApplicationEvent, StandingEvent
from domain.errors import NotFound, Refusal
from domain.event import Code, CompensationText, Count, Currency, Moment, SealedAmount
from domain.interview import Interviews
from domain.plan import InterviewPlan, StageKind


class OfferExtended(StandingEvent, name="offer.extended"):
    sentence = "Offer extended, version {offer_version}"
    offer_id: UUID
    offer_version: Count = 1
    opening_id: UUID | None = None
    terms: CompensationText = None
    first_year_pay: SealedAmount = None
    currency: Currency | None = None
    expires_at: Moment | None = None


class OfferAnswer(ApplicationEvent):
    """What became of an offer."""

    offer_id: UUID


class OfferAccepted(OfferAnswer, name="offer.accepted"):
    sentence = "Offer accepted"


class OfferDeclined(OfferAnswer, name="offer.declined"):
    sentence = "Offer declined: {reason_code}"
    reason_code: Code


class OfferExpired(OfferAnswer, name="offer.expired"):
    sentence = "Offer expired"


class OfferRescinded(OfferAnswer, name="offer.rescinded"):
    sentence = "Offer rescinded: {reason_code}"
    reason_code: Code


class OfferState(StrEnum):
    """How an offer stands."""

    EXTENDED = "extended"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


SETTLED = frozenset({OfferState.DECLINED, OfferState.EXPIRED, OfferState.RESCINDED})


class OfferNotPending(Refusal):
    """The offer is {state}; {action} is not possible any more."""

    status = 409


class PayNeedsCurrency(Refusal):
    """first_year_pay and currency belong together; {missing} is missing."""


class AnotherOfferPending(Refusal):
    """Offer {offer_id} of this application is {state}; rescind it before extending another."""

    status = 409


@dataclass
class Offer:
    """An offer in its latest version."""

    application_id: UUID
    version: int = 1
    state: OfferState = OfferState.EXTENDED


class Offers(Interviews):
    """The decisions about a candidate's offers."""

    offers: dict[UUID, Offer] = field(default_factory=dict)

    def offer(self, id: UUID) -> Offer:
        """One of the candidate's offers. Raises NotFound."""
        try:
            return self.offers[id]
        except KeyError:
            raise NotFound(what="offer", id=id) from None

    def extend_offer(
        self,
        application_id: UUID,
        offer_id: UUID,
        plan: InterviewPlan,
        *,
        opening_id: UUID | None = None,
        terms: str | None = None,
        first_year_pay: str | None = None,
        currency: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Makes an offer, or a new version of one that was not accepted."""
        application = self._undecided(application_id)
        self._guard_no_other(application, offer_id)
        previous = self.offers.get(offer_id)
        if previous and previous.application_id != application_id:
            raise NotFound(what="offer", id=offer_id)
        if (first_year_pay is None) != (currency is None):
            raise PayNeedsCurrency(missing="currency" if first_year_pay else "first_year_pay")
        self.happened(
            OfferExtended,
            application_id=application_id,
            offer_id=offer_id,
            offer_version=previous.version + 1 if previous else 1,
            opening_id=opening_id,
            terms=terms,
            first_year_pay=first_year_pay,
            currency=currency,
            expires_at=expires_at,
            **self.forward(application, StageKind.OFFER, plan),
        )

    def _guard_no_other(self, application: Application, offer_id: UUID) -> None:
        for other_id, other in self.offers.items():
            if other.application_id != application.id:
                continue
            settled = other.state in SETTLED
            same = other_id == offer_id and other.state != OfferState.ACCEPTED
            self.guard(settled or same, AnotherOfferPending(offer_id=other_id, state=other.state))

    def accept_offer(self, offer_id: UUID) -> None:
        offer = self._pending(offer_id, "accepting it")
        self.happened(OfferAccepted, application_id=offer.application_id, offer_id=offer_id)

    def decline_offer(self, offer_id: UUID, reason_code: str) -> None:
        offer = self._pending(offer_id, "declining it")
        self.happened(
            OfferDeclined,
            application_id=offer.application_id,
            offer_id=offer_id,
            reason_code=reason_code,
        )

    def expire_offer(self, offer_id: UUID) -> None:
        """Records that the candidate let the offer's time run out."""
        offer = self._pending(offer_id, "letting it expire")
        self.happened(OfferExpired, application_id=offer.application_id, offer_id=offer_id)

    def rescind_offer(self, offer_id: UUID, reason_code: str) -> None:
        """Takes an offer back, even one already accepted, as long as nobody was hired on it."""
        offer = self._pending(offer_id, "rescinding it", OfferState.ACCEPTED)
        self.happened(
            OfferRescinded,
            application_id=offer.application_id,
            offer_id=offer_id,
            reason_code=reason_code,
        )

    def _pending(self, offer_id: UUID, action: str, *also: OfferState) -> Offer:
        offer = self.offer(offer_id)
        self.guard(
            offer.state in (OfferState.EXTENDED, *also),
            OfferNotPending(state=offer.state, action=action),
        )
        self._undecided(offer.application_id)
        return offer

    def note_offer(self, event: OfferExtended | OfferAnswer) -> None:
        """Notes what happened to an offer."""
        if isinstance(event, OfferExtended):
            self.offers[event.offer_id] = Offer(event.application_id, event.offer_version)
            self.note_application(event)
        else:
            self.offers[event.offer_id].state = _state_after[type(event)]


_state_after = {
    OfferAccepted: OfferState.ACCEPTED,
    OfferDeclined: OfferState.DECLINED,
    OfferExpired: OfferState.EXPIRED,
    OfferRescinded: OfferState.RESCINDED,
}
