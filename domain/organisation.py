"""The organisation whose log this is. Its first event is the first of every log."""

from domain.aggregate import Aggregate
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


class KeysRotated(OrganisationEvent, name="organisation.keys_rotated"):
    """Every key before this epoch is destroyed: backups from before open no one erased since."""

    sentence = "Keys rotated; epoch {epoch} began"
    epoch: Count


class Organisation(Aggregate):
    """What the organisation decides about its own figures."""

    stream_type = "organisation"
    event_class = OrganisationEvent

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

    def rotate_keys(self, epoch: int) -> None:
        """Notes that every key is wrapped by a new epoch, and the old ones are destroyed."""
        self.happened(KeysRotated, epoch=epoch)

    def note(self, event: Event) -> None:
        """Nothing here forbids anything, so there is nothing to know."""
