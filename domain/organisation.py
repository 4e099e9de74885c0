"""The organisation whose log this is. Its first event is the first of every log."""

from dataclasses import field

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Code, Count, Event, Words


class OrganisationEvent(Event):
    """Something that happened to the organisation itself."""


class Created(OrganisationEvent, name="organisation.created"):
    sentence = "{title} began keeping its history here"
    title: Words
    time_zone: Words = "UTC"


class PolicyAdopted(OrganisationEvent, name="organisation.policy_adopted"):
    sentence = "Policy of {metric} adopted: {policy}"
    metric: Code
    policy: Words


class EventSkipped(OrganisationEvent, name="organisation.event_skipped"):
    sentence = "Event {skipped_position} left out of {read_model}: {reason}"
    read_model: Code
    skipped_position: Count
    reason: Words


class PolicyPaused(OrganisationEvent, name="organisation.policy_paused"):
    sentence = "Policy {policy} paused"
    policy: Code


class PolicyResumed(OrganisationEvent, name="organisation.policy_resumed"):
    sentence = "Policy {policy} resumed"
    policy: Code


class AlreadyPaused(Refusal):
    """Policy {policy} is paused already."""

    status = 409


class Organisation(Aggregate):
    """What the organisation decides about its own figures, and what it lets policies do."""

    stream_type = "organisation"
    event_class = OrganisationEvent

    paused: set[str] = field(default_factory=set)

    def adopt_policy(self, metric: str, policy: str) -> None:
        """From now on a metric is counted this way, unless asked otherwise."""
        self.happened(PolicyAdopted, metric=metric, policy=policy)

    def skip_event(self, read_model: str, skipped_position: int, reason: str) -> None:
        """Lets a read model go on without an event it cannot take in, on the record."""
        self.happened(
            EventSkipped,
            read_model=read_model,
            skipped_position=skipped_position,
            reason=reason,
        )

    def pause_policy(self, policy: str) -> None:
        """Keeps a policy from doing anything; it goes on deciding what it would do."""
        self.guard(policy not in self.paused, AlreadyPaused(policy=policy))
        self.happened(PolicyPaused, policy=policy)

    def resume_policy(self, policy: str) -> None:
        """Lets a policy do what has become due meanwhile, and try again what stopped it."""
        self.happened(PolicyResumed, policy=policy)

    def note(self, event: Event) -> None:
        if isinstance(event, PolicyPaused):
            self.paused.add(event.policy)
        if isinstance(event, PolicyResumed):
            self.paused.discard(event.policy)
