"""What Candidate, Requisition and TalentPool have in common."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import BaseAggregate

from domain.errors import Refusal
from domain.event import Event


class Aggregate(BaseAggregate[UUID]):
    """A thing with a history: it decides on what it knows and notes what happened.

    It holds facts only (ids, codes, dates), never personal data, so it needs no key to decide.
    """

    stream_type: ClassVar[str]
    event_class: ClassVar[type[Event]]

    _occurring: datetime | None = None
    anomalies: list[Refusal] | None = None

    @classmethod
    def begin(cls, id: UUID) -> Self:
        """A new one, to which nothing has happened yet."""
        aggregate = cls.__new__(cls)
        aggregate.__base_init__(id, 0, datetime.min.replace(tzinfo=UTC))
        aggregate.__init__()  # type: ignore[misc]  # the library's metaclass guards the constructor
        return aggregate

    @classmethod
    def replay(cls, aggregate: Self | None, events: Iterable[Event]) -> Self | None:
        """The aggregate after these events; None if there are none, or they are another's."""
        for event in events:
            if not isinstance(event, cls.event_class):
                return None
            if aggregate is None:
                aggregate = cls.begin(event.originator_id)
            event.mutate(aggregate)
        return aggregate

    def at(self, occurred_at: datetime | None) -> Self:
        """Says when what is decided next happened in the world; None means now."""
        self._occurring = occurred_at
        return self

    def from_history(self) -> Self:
        """Lets what is decided next break the rules, because it has already happened.

        Broken rules are kept in `anomalies` for whoever imports the history.
        """
        self.anomalies = []
        return self

    def guard(self, allowed: bool, refusal: Refusal) -> None:
        """Raises the refusal unless this is allowed, or is history."""
        if allowed:
            return
        if self.anomalies is None:
            raise refusal
        self.anomalies.append(refusal)

    def happened(self, event_class: type[Event], **fields: Any) -> None:
        """Records one event."""
        self.trigger_event(
            event_class,
            timestamp=self.occurring,
            back_dated=self._occurring is not None,
            **fields,
        )

    @property
    def occurring(self) -> datetime:
        """When what is decided next happens: the time said, else now, never before the last event.

        The database's clock stamps what carries no time of its own and may run ahead of ours.
        """
        return self._occurring or max(datetime.now(UTC), self.modified_on)

    def note(self, event: Event) -> None:
        """Changes the state as the event says. Never refuses: it also runs on replay."""
        raise NotImplementedError
