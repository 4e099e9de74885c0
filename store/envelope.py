"""What stands around every event in the log: where it belongs, who did it, by which right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.event import Category
from store.ids import new_id

ENVELOPE_VERSION: Final = 1
EXACT: Final = "exact"


@dataclass(frozen=True)
class Attribution:
    """Who asks for a command, by which right, and what it belongs to."""

    actor_type: str
    actor_id: UUID
    authority: str
    source: str
    on_behalf_of: UUID | None = None
    command_id: UUID = field(default_factory=new_id)
    causation_id: UUID | None = None
    fingerprint: bytes | None = None
    """Tells whether a repeated command_id comes with the same request."""
    expected_version: int | None = None
    """The version the changed stream must have before the command, if the caller cares."""


@dataclass(frozen=True)
class Fact(StoredEvent):
    """An event as the recorder takes and gives it; topic is the stored type name."""

    stream_type: str
    schema_version: int
    subject_id: UUID | None
    application_id: UUID | None
    occurred_at: datetime | None
    reason_code: str | None
    data: Mapping[str, Any]
    personal: Mapping[Category, Mapping[str, Any]] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)
    position: int | None = None
