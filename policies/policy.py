"""What a policy is: it follows the log, decides what is to be done when, and does it once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from policies.mail.composing import Mail
from policies.settings import MailSettings
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import derived_id
from store.log import Log
from store.outbox import Effect

NAMESPACE = UUID("6f1cf1e2-0d5c-5f0e-9a43-3b8f4e0a7c11")
"""Policies act under ids that are the same in every installation."""


@dataclass(frozen=True)
class Settled:
    """What a policy still had in mind about something is not to be done any more."""

    about: UUID
    outcome: str
    effect: str | None = None
    """Only this; omitted: all of it."""
    leaves_doubt: bool = False
    """Whether what has left the house, or may have, is left to end as it will."""


@dataclass(frozen=True)
class Again:
    """What is in doubt is to be done again."""

    about: UUID


Decision = Effect | Settled | Again

ASKED_BY = """
SELECT
    event_id,
    actor_type,
    actor_id,
    on_behalf_of,
    authority,
    source
FROM events
WHERE position = %(position)s
"""


class Policy(ABC):
    """A reaction: from an event to something to be done when it is due."""

    name: ClassVar[str]
    says: ClassVar[str]
    """What it does, in a sentence."""
    follows: ClassVar[tuple[str, ...]]
    """The types of the events it wants to hear of."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings

    @property
    def id(self) -> UUID:
        """Who acts."""
        return actor_id(self.name)

    @abstractmethod
    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        """What an event leads to. Looks at nothing but the event."""

    def stop(self) -> None:  # noqa: B027  # most policies are done in an instant
        """Breaks off what takes long, from any thread; another process does it, or goes on."""

    def by(self, log: Log, effect: Effect, causation_id: UUID | None = None) -> Attribution:
        """A command of this policy, which the log takes once."""
        secret = log.database.keyring.secret("policies")
        return Attribution(
            actor_type="policy",
            actor_id=self.id,
            authority="policy",
            source="policy",
            command_id=derived_id(secret, str(log.organisation.id), effect.key),
            causation_id=causation_id,
        )


class CommandPolicy(Policy):
    """What is to be done is a command."""

    @abstractmethod
    def act(self, log: Log, effect: Effect, by: Attribution) -> str | datetime:
        """Does what is due; how that ended as a code, or when it is due instead.

        Raises AlreadyDone, Conflict and any Refusal of the command.
        """


class MailPolicy(Policy):
    """What is to be done is a mail."""

    @abstractmethod
    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        """The mail that is due, a code why there is nothing to send any more, or when it is due.

        What it opens, it opens on this connection. Raises CannotBeMailed.
        """

    @abstractmethod
    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:
        """Records that the mail server took the mail over."""

    @abstractmethod
    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        """Records that the mail cannot be sent."""


def on_behalf(log: Log, effect: Effect, by: Attribution) -> Attribution:
    """The command as that of whoever caused the effect."""
    asked = log.database.read(log.organisation, ASKED_BY, {"position": effect.position})[0]
    cause = asked.pop("event_id")
    return replace(by, **asked, causation_id=cause)


def actor_id(name: str) -> UUID:
    """The id that a policy of this name acts under."""
    return uuid5(NAMESPACE, name)
