"""Between events as the domain knows them and facts as the log keeps them."""

from typing import Any, cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from pydantic_core import to_json

from domain import catalogue
from domain.event import Event
from store.envelope import Fact


class UnknownEventType(Exception):
    """The log holds an event of a type this version of the program does not know."""


class FactMapper(Mapper[UUID]):
    """Splits an event into what anyone may read and what is personal."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> Fact:
        event = cast("Event", domain_event)
        data = event.plain()
        return Fact(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=event.name,
            state=b"",
            stream_type=catalogue.stream_type(type(event)),
            schema_version=event.schema_version,
            subject_id=getattr(event, "subject_id", None),
            application_id=getattr(event, "application_id", None),
            occurred_at=event.timestamp if event.back_dated else None,
            reason_code=data.pop("reason_code", None),
            data=data,
            personal=event.personal(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        fact = cast("Fact", stored_event)
        cls = event_class(fact.topic)
        data = cls.in_current_shape(dict(fact.data), fact.schema_version)
        if fact.reason_code is not None:
            data["reason_code"] = fact.reason_code
        return cls.restored(
            data,
            fact.sealed,
            originator_id=fact.originator_id,
            originator_version=fact.originator_version,
            timestamp=fact.occurred_at,
        )


def event_class(name: str) -> type[Event]:
    """The class of a stored type name. Raises UnknownEventType."""
    try:
        return catalogue.events[name]
    except KeyError:
        raise UnknownEventType(name) from None


def as_json(value: Any) -> str:
    """JSON as PostgreSQL takes it."""
    return to_json(value).decode()
