"""Talent pools: named lists of people to keep in touch with."""

from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Event, Words


class PoolEvent(Event):
    """Something that happened to a talent pool itself."""


class Created(PoolEvent, name="pool.created"):
    sentence = "Pool {title} created"
    title: Words
    purpose: Words | None = None
    owner_id: UUID | None = None


class Renamed(PoolEvent, name="pool.renamed"):
    sentence = "Pool renamed to {title}"
    title: Words


class Archived(PoolEvent, name="pool.archived"):
    sentence = "Pool archived"


class PoolArchived(Refusal):
    """Pool {id} is archived; it takes no new members."""

    status = 409


class TalentPool(Aggregate):
    """A pool's own life; who is in it stands in the candidates' histories."""

    stream_type = "pool"
    event_class = PoolEvent

    archived: bool = False

    def create(self, title: str, purpose: str | None = None, owner_id: UUID | None = None) -> None:
        self.happened(Created, title=title, purpose=purpose, owner_id=owner_id)

    def rename(self, title: str) -> None:
        self.guard_active(self)
        self.happened(Renamed, title=title)

    def archive(self) -> None:
        """Closes the pool to new members; those in it stay."""
        self.guard_active(self)
        self.happened(Archived)

    def guard_active(self, decider: Aggregate) -> None:
        """Refuses, on behalf of whoever decides, when this pool is archived."""
        decider.guard(not self.archived, PoolArchived(id=self.id))

    def note(self, event: Event) -> None:
        self.archived = self.archived or isinstance(event, Archived)
