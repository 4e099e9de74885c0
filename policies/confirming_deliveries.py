"""Tells what was delivered: whatever has not come back within three days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from commands import enrolments
from domain.outreach import Nurtured, TouchpointBounced, TouchpointDelivered
from policies.policy import CommandPolicy, Decision, Settled
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.log import Log
from store.outbox import Effect

RETURNED_WITHIN = timedelta(hours=72)


class ConfirmDeliveries(CommandPolicy):
    """Step sent, and nothing came back for 72 hours → delivered."""

    name = "confirm-deliveries"
    says = "Notes that a step was delivered, when it has not come back within 72 hours."
    follows = (Nurtured.name, TouchpointBounced.name, TouchpointDelivered.name)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        touchpoint_id = UUID(event.data["touchpoint_id"])
        if event.type != Nurtured.name:
            return [Settled(touchpoint_id, event.type)]
        if "enrolment_id" not in event.data:
            return []
        due_at = event.occurred_at + RETURNED_WITHIN
        return [Effect(self.name, event.position, "confirm", touchpoint_id, None, due_at)]

    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        candidate = log.candidate_of_step(effect.about)
        told = (TouchpointBounced, TouchpointDelivered)
        if any(isinstance(e, told) and e.touchpoint_id == effect.about for e in candidate.history):
            return "told"
        # It arrived when it was handed over; that it did is known only now.
        sent_at = candidate.touchpoints[effect.about].at
        enrolments.note_outcome(log, by, effect.about, TouchpointDelivered, occurred_at=sent_at)
        return "delivered"
