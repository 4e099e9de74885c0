"""Talent pools: named lists of people to keep in touch with."""

from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import Refusal
from domain.event import Event, Words
from domain.pool_rule import PoolRule


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


class RuleChanged(PoolEvent, name="pool.rule_changed"):
    """From now on members come and go by this rule; without one, by hand alone."""

    sentence = "Rule changed"
    rule: PoolRule | None = None


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
    rule: PoolRule | None = None

    def create(self, title: str, purpose: str | None = None, owner_id: UUID | None = None) -> None:
        self.happened(Created, title=title, purpose=purpose, owner_id=owner_id)

    def rename(self, title: str) -> None:
        self.guard_active(self)
        self.happened(Renamed, title=title)

    def change_rule(self, rule: PoolRule | None) -> None:
        """Has members come and go by a rule; by none, whoever is in it stays."""
        self.guard_active(self)
        self.happened(RuleChanged, rule=rule)

    def archive(self) -> None:
        """Closes the pool to new members; those in it stay."""
        self.guard_active(self)
        self.happened(Archived)

    def guard_active(self, decider: Aggregate) -> None:
        """Refuses, on behalf of whoever decides, when this pool is archived."""
        decider.guard(not self.archived, PoolArchived(id=self.id))

    def note(self, event: Event) -> None:
        match event:
            case Archived():
                self.archived = True
            case RuleChanged():
                self.rule = event.rule
