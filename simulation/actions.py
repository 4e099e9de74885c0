"""What somebody does: one command, about things that may not exist before it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from store.ids import derived_id
from store.log import Recorded


@dataclass(frozen=True)
class Name:
    """Stands for an id, or a place in the log, until the command that makes it has been given."""

    of: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command, and when in the world it happened."""

    command: Callable[..., Recorded]
    by: UUID
    at: datetime
    late: timedelta = timedelta(0)
    """How long after it happened it was entered."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    makes: Mapping[str, Name] = field(default_factory=dict)
    """What is new, by the field of its first event that holds it; `id` is the stream itself,
    `position` the event's place in the log."""
    changes: tuple[Name, ...] = ()
    """The streams it continues."""
    relies_on: tuple[Name, ...] = ()
    """What else must be there before."""

    @property
    def entered(self) -> datetime:
        return self.at + self.late

    @property
    def writes(self) -> set[Name]:
        """What is new or different once this is done."""
        return {*self.changes, *self.makes.values()}

    @property
    def reads(self) -> set[Name]:
        """What must be there before, and stay as it is."""
        named = {value for value in self.arguments.values() if isinstance(value, Name)}
        return (named | {*self.relies_on}) - self.writes


def colleague(role: str, number: int = 1) -> UUID:
    """The same made-up colleague each time."""
    return derived_id(b"simulation", role, str(number))
