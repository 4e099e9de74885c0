"""What Candidate, Requisition and every other thing with a history have in common."""

from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import BaseAggregate

from domain.correction import EntryCorrected, EntryNotCorrectable, rewritten, with_field
from domain.errors import HappensInTheFuture, NotFound, Refusal
from domain.event import Event


class Aggregate(BaseAggregate[UUID]):
    """A thing with a history: it decides on what it knows and notes what happened.

    It knows facts only (ids, codes, dates), never personal data, so it needs no key to decide.
    """

    stream_type: ClassVar[str]
    event_class: ClassVar[type[Event]]
    correction_class: ClassVar[type[EntryCorrected] | None] = None
    """How a stream of this kind corrects its entries, if it does."""

    history: list[Event] = field(default_factory=list)
    """What happened so far, corrected entries as they should have been."""
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
        return self._occurring or self._now

    @property
    def _now(self) -> datetime:
        return max(datetime.now(UTC), self.modified_on)

    def correct_entry(
        self, version: int, field: str, value: str | int | bool | None, reason_code: str
    ) -> None:
        """Says what an earlier entry should have said; it counts from that entry's own time."""
        entry, correction_class = self._correctable(version)
        instead = with_field(entry, field, value)
        self.guard_correction(entry, instead)
        self.happened(
            correction_class,
            reason_code=reason_code,
            **correction_class.says(entry, instead, field),
        )

    def _correctable(self, version: int) -> tuple[Event, type[EntryCorrected]]:
        """An entry of the history, and what corrects it. Raises NotFound, EntryNotCorrectable."""
        if not 0 < version <= len(self.history):
            raise NotFound(what="entry", id=version)
        entry = self.history[version - 1]
        why = ""
        if self.correction_class is None:
            why = f"no {self.stream_type} corrects its history"
        elif {"corrects", "reverses"} & type(entry).model_fields.keys():
            why = "it corrects or reverses another"
        elif not entry.correctable:
            why = "it says what was done with the record itself"
        elif any(getattr(event, "reverses", None) == version for event in self.history):
            why = "it has been reversed"
        if self.correction_class is None or why:
            raise EntryNotCorrectable(version=version, type=entry.name, why=why)
        return entry, self.correction_class

    def guard_correction(self, entry: Event, instead: Event) -> None:
        """Refuses to put an event in an entry's place where the rules would not have let it be."""
        same_time = instead.timestamp == entry.timestamp
        self.guard(
            same_time or instead.timestamp <= self._now,
            HappensInTheFuture(occurred_at=instead.timestamp.isoformat()),
        )

    def as_if(self, instead: Event) -> Self:
        """What would be known, had this happened in place of the event of its version."""
        other = self.begin(self.id)
        for event in self.history:
            replaced = event.originator_version == instead.originator_version
            other.note(instead if replaced else event)
        return other

    def learn(self, event: Event) -> None:
        """Adds an event to the history; a correction has the history told again."""
        self.history.append(event)
        if isinstance(event, EntryCorrected):
            entry = self.history[event.corrects - 1]
            self.history[event.corrects - 1] = rewritten(entry, event)
            self._tell_again()
        else:
            self.note(event)

    def _tell_again(self) -> None:
        kept = self.history, self._occurring, self.anomalies
        self.__init__()  # type: ignore[misc]
        self.history, self._occurring, self.anomalies = kept
        for event in self.history:
            self.note(event)

    def note(self, event: Event) -> None:
        """Changes the state as the event says. Never refuses: it also runs on replay."""
        raise NotImplementedError
