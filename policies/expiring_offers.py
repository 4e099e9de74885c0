"""Lets offers expire when their time has run out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from commands import offers
from domain.errors import NotFound
from domain.offer import OfferExtended, OfferState
from policies.policy import CommandPolicy, Decision, Settled
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect


class ExpireOffers(CommandPolicy):
    """Offer extended until a time → offer expired."""

    name = "expire-offers"
    says = "Lets an offer expire at the end of its time, unless it was answered or rescinded."
    follows = (
        "offer.extended",
        "offer.accepted",
        "offer.declined",
        "offer.rescinded",
        "offer.expired",
    )

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        offer_id = UUID(event.data["offer_id"])
        if event.type != OfferExtended.name:
            return [Settled(offer_id, event.type.removeprefix("offer."))]
        decided: list[Decision] = [Settled(offer_id, "new_version")]
        if expires_at := event.data.get("expires_at"):
            due_at, application_id = (
                datetime.fromisoformat(expires_at),
                event.data["application_id"],
            )
            # One that had run out before it was even entered is history, and somebody's to tell.
            if due_at > event.recorded_at:
                decided.append(
                    Effect(
                        self.name, event.position, "expire", offer_id, UUID(application_id), due_at
                    )
                )
        return decided

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        if effect.application_id is None:
            raise NotFound(what="application", id=effect.about)
        candidate = log.candidate_of(effect.application_id)
        if candidate.offer(effect.about).state != OfferState.EXTENDED:
            return "answered"
        # What the offer says today, corrections included.
        *_, latest = (
            event
            for event in candidate.history
            if isinstance(event, OfferExtended) and event.offer_id == effect.about
        )
        if latest.expires_at is None:
            return "no_end"
        if latest.expires_at > candidate.occurring:
            return latest.expires_at
        offers.expire(log, by, effect.application_id, effect.about)
        return "expired"
